//! Waits until the name resolves to the server.

use saga::{Facts, Outcome};
use tokio::time::{Instant, sleep};
use vocab::Text;

use super::object;
use crate::work::Work;

/// Between two questions.
const EVERY: std::time::Duration = std::time::Duration::from_millis(500);

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let address = work.fact(facts, "address");
    let ends = Instant::now() + work.ends.waits.name.duration();
    loop {
        let asked = work
            .ends
            .visits
            .resolves(work.domain(), &address, work.ends.name_server);
        match asked.await {
            Ok(()) => return Outcome::Done(object("name", &address, work.domain().as_str())),
            Err(why) if Instant::now() >= ends => {
                return Outcome::Not(Text::line(format!(
                    "the name did not resolve to {address} within {}: {why}; dns = \"…\" in [hosting] names another server to ask",
                    work.ends.waits.name
                )));
            }
            Err(_) => sleep(EVERY).await,
        }
    }
}
