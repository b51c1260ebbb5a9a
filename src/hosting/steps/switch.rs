//! What is served: the release. Taken back, it is the one before.

use saga::{Facts, Look, Outcome, Undone};
use vocab::Text;

use super::{object, outcome, seen, undone};
use crate::work::Work;

pub(crate) async fn look(work: &Work, facts: &Facts) -> Look {
    let wanted = work.order.site.current.as_str();
    let current = async { work.there(facts).await?.current().await };
    let served = current
        .await
        .map(|current| current.as_deref() == Some(wanted));
    seen(served, || object("served release", wanted, wanted))
}

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let release = &work.order.site.current;
    let switched = async { work.there(facts).await?.switch(release).await };
    outcome(
        switched
            .await
            .map(|()| object("served release", release.as_str(), release.as_str())),
    )
}

pub(crate) async fn undo(work: &Work, facts: &Facts) -> Undone {
    let Some(before) = &work.order.before else {
        return Undone::Done(Text::line("nothing was served before"));
    };
    let back = async { work.there(facts).await?.switch(before).await };
    undone(back.await, &format!("{before} is served again"))
}
