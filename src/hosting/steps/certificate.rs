//! Another certificate: the served one is noted, put aside, and the next one waited for.

use saga::{Facts, Look, Object, Outcome, Undone};
use tokio::time::{Instant, sleep};
use vocab::Text;

use super::{object, outcome, undone};
use crate::work::Work;

/// The fact by which the certificate before is known.
const BEFORE: &str = "certificate";

/// Between two looks.
const EVERY: std::time::Duration = std::time::Duration::from_millis(500);

/// Notes which certificate is served now.
pub(crate) async fn note(work: &Work, facts: &Facts) -> Outcome {
    match served(work, facts).await {
        Ok((serial, until)) => {
            let mut noted = object("certificate", &serial, &until);
            noted.facts.insert(BEFORE.to_owned(), serial);
            Outcome::Done(noted)
        }
        Err(why) => Outcome::Not(Text::line(format!(
            "the certificate that is served cannot be read: {why}"
        ))),
    }
}

/// The serial number of what is served, and until when it is good, in words.
async fn served(work: &Work, facts: &Facts) -> Result<(String, String), Text> {
    let address = work.fact(facts, "address");
    let served = work.ends.visits.certificate(work.domain(), &address).await;
    served.map(|served| {
        (
            served.serial.to_string(),
            format!("good until {}", served.until),
        )
    })
}

/// Another certificate than the one before, when one is served.
async fn another(work: &Work, facts: &Facts) -> Result<Option<Object>, Text> {
    let (serial, until) = served(work, facts).await?;
    let before = facts.get(BEFORE).map(String::as_str).unwrap_or_default();
    Ok((serial != before).then(|| object("certificate", &serial, &until)))
}

pub(crate) async fn look(work: &Work, facts: &Facts) -> Look {
    match another(work, facts).await {
        Ok(Some(found)) => Look::Ours(found),
        Ok(None) => Look::Absent,
        Err(why) => Look::Unclear(why),
    }
}

/// Has the web server fetch another one. Its old one is served until then, and kept aside until the new one is.
pub(crate) async fn renew(work: &Work, facts: &Facts) -> Outcome {
    let fetched = async { work.there(facts).await?.put_certificate_aside().await };
    outcome(
        fetched
            .await
            .map(|()| object("certificate", "", work.domain().as_str())),
    )
}

pub(crate) async fn undo(work: &Work, facts: &Facts) -> Undone {
    let back = async { work.there(facts).await?.put_certificate_back().await };
    undone(back.await, "the certificate before is kept")
}

/// Waits until another one is served; then the one before is of no use.
pub(crate) async fn renewed(work: &Work, facts: &Facts) -> Outcome {
    let ends = Instant::now() + work.ends.waits.name.duration();
    loop {
        let why = match another(work, facts).await {
            Ok(Some(found)) => {
                let forgotten = async { work.there(facts).await?.forget_certificate().await };
                return outcome(forgotten.await.map(|()| found));
            }
            Ok(None) => Text::line("the same one is served"),
            Err(why) => why,
        };
        if Instant::now() >= ends {
            return Outcome::Not(Text::line(format!(
                "no other certificate was served within {}: {why}; the web server's log on the server says why it got none",
                work.ends.waits.name
            )));
        }
        sleep(EVERY).await;
    }
}
