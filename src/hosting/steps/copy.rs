//! What a site is made of, carried from where it lies to where it is to lie.

use saga::{Facts, Outcome, Undone};
use vocab::Text;

use super::{object, outcome, undone};
use crate::webserver::Trouble;
use crate::work::Work;

/// All releases that are kept, and the certificate: with it the new place can answer before the name leads there.
pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    outcome(
        carry(work, facts)
            .await
            .map(|()| object("site files", "", work.domain().as_str())),
    )
}

async fn carry(work: &Work, facts: &Facts) -> Result<(), Trouble> {
    let Some(was) = &work.order.was else {
        return Err(Trouble::Not(Text::line("it lies nowhere yet")));
    };
    let from = work.web(&was.place(), &was.domain).await?;
    let to = work.there(facts).await?;
    let current = &work.order.site.current;
    to.carry(&from, current).await?;
    let kept = work.order.site.releases.iter().map(|release| &release.id);
    for release in kept.filter(|release| *release != current) {
        // Of those that are not served one may have been swept away on the server.
        if from.has(release).await? {
            to.carry(&from, release).await?;
        }
    }
    if work.order.certificates != "internal" {
        to.carry_certificate(&from).await?;
    }
    Ok(())
}

/// The same releases on the same server, under the new domain.
pub(crate) async fn perform_here(work: &Work, facts: &Facts) -> Outcome {
    let Some(was) = &work.order.was else {
        return Outcome::Not(Text::line("it has no other domain"));
    };
    let copied = async { work.there(facts).await?.copy_from(&was.domain).await };
    outcome(
        copied
            .await
            .map(|()| object("site files", "", work.domain().as_str())),
    )
}

/// Takes away what a run has put on a server that stays; what went with its server is gone.
pub(crate) async fn undo(work: &Work, facts: &Facts) -> Undone {
    if work.order.makes_server() {
        return Undone::Done(Text::line("it went with its server"));
    }
    let cleared = async { work.there(facts).await?.clear().await };
    undone(cleared.await, "deleted on the server")
}
