//! What an unknown result was: look, wait until nothing can still arrive, look again.

use std::sync::Arc;

use tokio::time::Instant;
use vocab::Text;

use crate::drive::Saga;
use crate::journal::Progress;
use crate::record::{Facts, Object};
use crate::step::{Look, Step};

/// What became of an unknown result.
pub(crate) enum Resolved {
    /// It is there.
    There(Object),
    /// Something foreign is there.
    Foreign(Text),
    /// It is not there, and nothing can still arrive.
    NotThere,
    /// It could not be seen for as long as the budget lasts.
    Unclear(Text),
    /// The process is to end.
    Shutdown,
}

/// A look in a task of its own; a failure of the console itself shows nothing.
pub(crate) async fn look(step: &Arc<dyn Step>, facts: &Facts) -> Look {
    let (step, facts) = (step.clone(), facts.clone());
    tokio::spawn(async move { step.look(&facts).await })
        .await
        .unwrap_or_else(|_| Look::Unclear(Text::line("the console failed while looking")))
}

/// What is left of a step's object, in a task of its own.
pub(crate) async fn left(step: &Arc<dyn Step>, facts: &Facts) -> Look {
    let (step, facts) = (step.clone(), facts.clone());
    tokio::spawn(async move { step.left(&facts).await })
        .await
        .unwrap_or_else(|_| Look::Unclear(Text::line("the console failed while looking")))
}

/// Looks until it is there, or until it was not there at a look that began after everything had settled, and at another
/// look after that. The settling counts from now: how long ago a request of an earlier process was, only a clock could
/// tell, and clocks jump.
pub(crate) async fn resolve(saga: &Saga<'_>, index: usize) -> Resolved {
    let pace = saga.context.pace;
    let step = &saga.steps[index];
    let facts = saga.facts(index);
    let settled = Instant::now() + step.settle().duration();
    let gives_up = settled + pace.budget.duration();
    let mut absent = 0_u32;
    loop {
        let looked = Instant::now();
        let words = match look(step, &facts).await {
            Look::Ours(object) => return Resolved::There(object),
            Look::Foreign(what) => return Resolved::Foreign(what),
            Look::Absent => {
                absent = if looked >= settled { absent + 1 } else { 0 };
                if absent >= 2 {
                    return Resolved::NotThere;
                }
                Text::line("until nothing can still arrive")
            }
            Look::Unclear(why) => why,
        };
        if looked >= gives_up {
            return Resolved::Unclear(words);
        }
        saga.tell(Progress::Waits {
            step: index,
            why: words,
        });
        if !saga.sleep(pace.look_every).await {
            return Resolved::Shutdown;
        }
    }
}
