//! The server as its user data says: web server, folders, and Docker for sites that run in containers.

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
    let version = there.ready().await?;
    if work.has_containers() {
        there.engine().await?;
    }
    Ok(version)
}
