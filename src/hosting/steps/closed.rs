//! The page of a suspended site, in the place of what it serves.

use saga::{Facts, Outcome};
use vocab::Text;

use super::answers::authority;
use super::{object, outcome};
use crate::compose::Containers;
use crate::webserver::Trouble;
use crate::work::Work;

/// How often it is looked.
const LOOKS: u32 = 3;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    outcome(
        close(work, facts)
            .await
            .map(|()| object("route", "", work.domain().as_str())),
    )
}

pub(crate) async fn close(work: &Work, facts: &Facts) -> Result<(), Trouble> {
    let there = work.there(facts).await?;
    there.close(work.signer(false)).await?;
    if work.has_containers() {
        Containers::of(&there, &work.order.site).stop_all().await?;
    }
    Ok(())
}

/// Whether visitors get that page and nothing else.
pub(crate) async fn answers(work: &Work, facts: &Facts) -> Outcome {
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
        "{LOOKS} of {LOOKS} looks did not find the page of a suspended site: {why}"
    )))
}

async fn visit(work: &Work, facts: &Facts) -> Result<Text, Text> {
    let authority = match authority(work, facts, work.order.certificates == "internal").await {
        Ok(authority) => authority,
        Err(Trouble::Not(why) | Trouble::Unknown(why)) => return Err(why),
    };
    let address = work.fact(facts, "address");
    work.ends
        .visits
        .closed(work.domain(), &address, authority.as_deref())
        .await
}
