//! The server as its user data says: web server, folders.

use saga::{Facts, Outcome};

use super::{object, outcome};
use crate::webserver::Trouble;
use crate::work::Work;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    outcome(
        ready(work, facts)
            .await
            .map(|version| object("web server", &version, &work.server_name())),
    )
}

async fn ready(work: &Work, facts: &Facts) -> Result<String, Trouble> {
    let there = work.there(facts).await?;
    there.reached(work.ends.waits.login).await?;
    there.ready().await
}
