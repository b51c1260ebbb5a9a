//! The web server's route to the site. Setting it again costs nothing, and a file that is there may not have been read
//! yet: so it is never looked for, only set.

use saga::{Facts, Outcome};

use super::{object, outcome};
use crate::work::Work;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let internal = work.order.certificates == "internal";
    let routed = async { work.there(facts).await?.route(internal).await };
    outcome(
        routed
            .await
            .map(|()| object("route", "", work.domain().as_str())),
    )
}
