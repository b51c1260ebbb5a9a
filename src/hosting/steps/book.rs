//! The site in the books.

use saga::{Facts, Look, Outcome, Undone};
use vocab::Text;
use world::{Site, SiteObjects, SiteState, SiteVerb};

use super::object;
use crate::work::Work;

/// The site as it is when this run is done.
fn site(work: &Work, facts: &Facts) -> Site {
    let fact = |name: &str| work.fact(facts, name);
    let mut releases = work.order.site.releases.clone();
    if let Some(schema) = facts.get("schema") {
        // It was read while the old one still served and the new one had begun.
        let order = &work.order;
        for release in &mut releases {
            if release.id == order.site.current || Some(&release.id) == order.before.as_ref() {
                release.schema = Some(Text::line(schema));
            }
        }
    }
    Site {
        releases,
        state: SiteState::Active,
        objects: SiteObjects {
            server: fact("server"),
            server_name: work.server_name(),
            address: fact("address"),
            ssh_key: fact("ssh_key"),
            zone: fact("zone"),
            record: fact("record"),
            customer: fact("customer"),
            price: fact("price"),
            subscription: fact("subscription"),
            port: work.order.site.objects.port,
        },
        ..work.order.site.clone()
    }
}

pub(crate) async fn look(work: &Work) -> Look {
    match work.book.get(work.domain()).await {
        Ok(Some(booked)) if booked.deployment != work.deployment() => {
            Look::Foreign(Text::line("the books hold another deployment of this site"))
        }
        // Writing it again costs nothing.
        Ok(_) => Look::Absent,
        Err(why) => Look::Unclear(why),
    }
}

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    match work.book.put(&site(work, facts)).await {
        Ok(()) => Outcome::Done(object("site", "", work.domain().as_str())),
        Err(why) => Outcome::Unknown(why),
    }
}

/// A site that was made by this run leaves the books again; one that was there before is as it was.
pub(crate) async fn undo(work: &Work) -> Undone {
    let back = match work.order.verb {
        SiteVerb::Deploy => work.book.remove(work.domain()).await,
        _ => return Undone::Done(Text::line("it stays")),
    };
    match back {
        Ok(()) => Undone::Done(Text::line("out of the books")),
        Err(why) => Undone::Unknown(why),
    }
}
