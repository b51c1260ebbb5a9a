//! Looks at the site as a visitor does: from here, and from another machine when there is one; of three looks from each
//! one must succeed.

use saga::{Facts, Outcome};
use vocab::Text;

use super::object;
use crate::elsewhere::{self, Seen};
use crate::webserver::Trouble;
use crate::work::Work;

/// How often it is looked from each place.
pub(crate) const LOOKS: u32 = 3;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let internal = work.order.certificates == "internal";
    look(work, facts, internal).await
}

/// The same with the server's own certificate, before the name leads there.
pub(crate) async fn ready(work: &Work, facts: &Facts) -> Outcome {
    look(work, facts, true).await
}

async fn look(work: &Work, facts: &Facts, internal: bool) -> Outcome {
    let (here, elsewhere) = tokio::join!(
        from_here(work, facts, internal),
        from_elsewhere(work, facts, internal)
    );
    match (here, elsewhere) {
        (Ok(said), None | Some((_, Ok(_)))) => {
            Outcome::Done(object("answer", said.as_str(), work.domain().as_str()))
        }
        (Ok(said), Some((witness, Err(why)))) => Outcome::Not(Text::line(format!(
            "the site answers here ({said}), and {LOOKS} of {LOOKS} looks from {witness} failed: {why}"
        ))),
        (Err(why), None) => Outcome::Not(Text::line(format!(
            "{LOOKS} of {LOOKS} looks at the site failed: {why}"
        ))),
        (Err(why), Some((witness, Ok(said)))) => Outcome::Not(Text::line(format!(
            "the site answers {witness} ({said}), and {LOOKS} of {LOOKS} looks from here failed: {why}"
        ))),
        (Err(why), Some((witness, Err(there)))) => Outcome::Not(Text::line(format!(
            "{LOOKS} of {LOOKS} looks at the site failed from here ({why}) and from {witness} ({there})"
        ))),
    }
}

async fn from_here(work: &Work, facts: &Facts, internal: bool) -> Result<Text, Text> {
    let address = work.fact(facts, "address");
    let mut why = Text::default();
    for look in 1..=LOOKS {
        let seen = match authority(work, facts, internal).await {
            Ok(authority) => {
                let visits = &work.ends.visits;
                visits
                    .answers(work.domain(), &address, authority.as_deref())
                    .await
            }
            Err(Trouble::Not(why) | Trouble::Unknown(why)) => Err(why),
        };
        match seen {
            Ok(said) => return Ok(said),
            Err(words) => why = words,
        }
        if look < LOOKS {
            tokio::time::sleep(work.ends.waits.answer.duration()).await;
        }
    }
    Err(why)
}

/// Who looked from elsewhere and what it saw; `None` when nobody can.
async fn from_elsewhere(
    work: &Work,
    facts: &Facts,
    internal: bool,
) -> Option<(Text, Result<Text, Text>)> {
    let address = work.fact(facts, "address");
    for witness in elsewhere::witnesses(work, &address).await {
        for look in 1..=LOOKS {
            let Ok(authority) = authority(work, facts, internal).await else {
                // Said by the look from here.
                return None;
            };
            let seen = witness.look(work.domain(), &address, authority.as_deref());
            match seen.await {
                Seen::Answers(said) => return Some((witness.name, Ok(said))),
                Seen::Fails(why) if look == LOOKS => return Some((witness.name, Err(why))),
                Seen::Fails(_) => tokio::time::sleep(work.ends.waits.answer.duration()).await,
                // The next one may be able to.
                Seen::Blind => break,
            }
        }
    }
    None
}

/// The authority of the site's certificate, where visitors' own do not know it: the web server's, or a private one that is
/// asked over ACME.
pub(crate) async fn authority(
    work: &Work,
    facts: &Facts,
    internal: bool,
) -> Result<Option<Vec<u8>>, Trouble> {
    if !internal {
        let acme = work.ends.offer.acme.as_ref();
        return Ok(acme.and_then(|acme| acme.authority.clone()));
    }
    work.there(facts).await?.authority().await.map(Some)
}
