//! Looks at the site as a visitor does; three looks may fail.

use saga::{Facts, Outcome};
use vocab::Text;

use super::object;
use crate::webserver::Trouble;
use crate::work::Work;

/// How often it is looked.
const LOOKS: u32 = 3;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let mut why = Text::default();
    for look in 1..=LOOKS {
        match visit(work, facts).await {
            Ok(said) => {
                return Outcome::Done(object("answer", said.as_str(), work.domain().as_str()));
            }
            Err(words) => why = words,
        }
        if look < LOOKS {
            tokio::time::sleep(work.ends.waits.answer.duration()).await;
        }
    }
    Outcome::Not(Text::line(format!(
        "{LOOKS} of {LOOKS} looks at the site failed: {why}"
    )))
}

async fn visit(work: &Work, facts: &Facts) -> Result<Text, Text> {
    let authority = match authority(work, facts).await {
        Ok(authority) => authority,
        Err(Trouble::Not(why) | Trouble::Unknown(why)) => return Err(why),
    };
    let address = work.fact(facts, "address");
    work.ends
        .visits
        .answers(work.domain(), &address, authority.as_deref())
        .await
}

/// The web server's own authority, when the site's certificate is of it.
async fn authority(work: &Work, facts: &Facts) -> Result<Option<Vec<u8>>, Trouble> {
    if work.order.certificates != "internal" {
        return Ok(None);
    }
    work.there(facts).await?.authority().await.map(Some)
}
