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
    let left_behind = match work.order.verb {
        // It cannot be reached now, and must not be forgotten.
        SiteVerb::Failover => work.order.was.as_ref().map(|was| Box::new(was.place())),
        SiteVerb::Move => None,
        _ => work.order.site.objects.left_behind.clone(),
    };
    Site {
        releases,
        state: match work.order.verb {
            SiteVerb::Suspend => SiteState::Suspended,
            _ => SiteState::Active,
        },
        objects: SiteObjects {
            server: fact("server"),
            server_name: work.server_name(),
            address: fact("address"),
            ssh_key: fact("ssh_key"),
            made_by: Some(work.made_by()),
            left_behind,
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

/// As it was before the run: a site that was there is as it was, one that was made leaves the books again.
pub(crate) async fn undo(work: &Work) -> Undone {
    let was = work.order.was.as_deref();
    let back = match was.filter(|was| was.domain == *work.domain()) {
        Some(was) => work.book.put(was).await,
        None if was.is_none() && work.order.verb != SiteVerb::Deploy => {
            return Undone::Done(Text::line("it stays"));
        }
        None => work.book.remove(work.domain()).await,
    };
    match back {
        Ok(()) => Undone::Done(Text::line("the books are as they were")),
        Err(why) => Undone::Unknown(why),
    }
}
