//! The web server's route to the site: to its files, or to the port of its container. Setting it again costs nothing, and a file that is there may not have been read
//! yet: so it is never looked for, only set.

use saga::{Facts, Outcome, Undone};

use super::{object, outcome, undone};
use crate::webserver::Trouble;
use crate::work::Work;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let routed = set(work, facts, work.order.site.objects.port);
    outcome(
        routed
            .await
            .map(|()| object("route", "", work.domain().as_str())),
    )
}

/// What served before is served again; a route of a new site goes with its server.
pub(crate) async fn undo(work: &Work, facts: &Facts) -> Undone {
    undone(
        set(work, facts, work.order.port_before).await,
        "as it was before",
    )
}

async fn set(work: &Work, facts: &Facts, port: Option<u16>) -> Result<(), Trouble> {
    let internal = work.order.certificates == "internal";
    work.there(facts).await?.route(internal, port).await
}
