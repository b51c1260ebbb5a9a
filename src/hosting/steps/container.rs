//! What serves the release: a container beside the one that serves, on a port of its own, that answers before anything is
//! sent to it.

use saga::{Facts, Outcome, Undone};
use vocab::Text;
use world::SiteVerb;

use super::{object, outcome, undone};
use crate::compose::Containers;
use crate::webserver::Trouble;
use crate::work::Work;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let Some(port) = work.order.site.objects.port else {
        return Outcome::Not(Text::line("the order names no port for the site"));
    };
    let schema = start(work, facts, port).await;
    outcome(schema.map(|schema| {
        let release = work.order.site.current.as_str();
        let mut made = object("container", &format!("on port {port}"), release);
        if let Some(schema) = schema {
            made.facts.insert("schema".to_owned(), schema.to_string());
        }
        made
    }))
}

/// Starts it; says which version the database's schema has.
async fn start(work: &Work, facts: &Facts, port: u16) -> Result<Option<Text>, Trouble> {
    let there = work.there(facts).await?;
    let containers = Containers::of(&there, &work.order.site);
    let release = &work.order.site.current;
    if let Err(trouble) = containers.up(release, port).await {
        if matches!(trouble, Trouble::Not(_)) {
            leave_nothing(work, &containers).await?;
        }
        return Err(trouble);
    }
    containers.schema().await
}

/// What failed for certain leaves nothing: of a site that is new on a server that stays nothing at all, of a new release
/// nothing beside what serves.
pub(super) async fn leave_nothing(work: &Work, containers: &Containers<'_>) -> Result<(), Trouble> {
    let comes = matches!(
        work.order.verb,
        SiteVerb::Deploy | SiteVerb::Move | SiteVerb::Failover | SiteVerb::Rehearse
    );
    if comes && !work.order.makes_server() {
        return containers.down().await;
    }
    containers.forget(&work.order.site.current).await
}

/// Only a container that this run has started: what served before goes on.
pub(crate) async fn undo(work: &Work, facts: &Facts) -> Undone {
    let release = &work.order.site.current;
    if work.order.makes_server() {
        return Undone::Done(Text::line("it went with its server"));
    }
    if work.order.before.as_ref() == Some(release) {
        return Undone::Done(Text::line("it served before"));
    }
    let gone = async {
        let there = work.there(facts).await?;
        let containers = Containers::of(&there, &work.order.site);
        if work.order.before.is_none() {
            // A site that was not there before leaves nothing on a server that stays.
            return containers.down().await;
        }
        containers.forget(release).await
    };
    undone(gone.await, "removed; its files stay")
}
