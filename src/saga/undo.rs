//! Takes a saga back: every step that was ever intended, in reverse order, as far as the level says.

use std::sync::Arc;

use tokio::time::Instant;
use vocab::{RollbackLevel, RunId, Span, Text};

use crate::drive::{End, Saga};
use crate::journal::{JournalError, Progress};
use crate::record::{Forward, Object, Record, Undoing};
use crate::resolve::{self, Resolved};
use crate::step::{Step, Undone};

/// Takes the saga back. One step that cannot be taken back does not stop the others.
pub(crate) async fn back(saga: &mut Saga<'_>, level: RollbackLevel) -> Result<End, JournalError> {
    for index in (0..saga.steps.len()).rev() {
        if !undo_is_due(&saga.records[index]) {
            continue;
        }
        if saga.steps[index]
            .undone_from()
            .is_none_or(|from| from > level)
        {
            continue;
        }
        if !one(saga, index).await? {
            return Ok(End::Interrupted(Text::line(
                "the console ends; taking back goes on at the next start",
            )));
        }
    }
    let stuck: Vec<usize> = (0..saga.records.len())
        .filter(|index| matches!(saga.records[*index].undo, Undoing::Stuck(_)))
        .collect();
    let why = saga.status.why.clone();
    if stuck.is_empty() {
        return Ok(End::RolledBack {
            why,
            kept: kept(&saga.records),
        });
    }
    Ok(End::NeedsOperator { why, stuck })
}

/// Whether anything of the step may be left outside.
const fn undo_is_due(record: &Record) -> bool {
    matches!(
        record.forward,
        Forward::Intended { .. } | Forward::Done(_) | Forward::Failed(_)
    ) && matches!(record.undo, Undoing::Waiting | Undoing::Intended { .. })
}

fn kept(records: &[Record]) -> Vec<Object> {
    records
        .iter()
        .filter(|record| !matches!(record.undo, Undoing::Done(_)))
        .filter_map(|record| match &record.forward {
            Forward::Done(object) => Some(object.clone()),
            _ => None,
        })
        .collect()
}

/// Takes one step back. `false`: the process is to end.
async fn one(saga: &mut Saga<'_>, index: usize) -> Result<bool, JournalError> {
    let begun = Instant::now();
    let since = match &saga.records[index].undo {
        Undoing::Intended { since, .. } => *since,
        _ => (saga.context.clock)(),
    };
    let pace = saga.context.pace;
    let mut wait = pace.retry_first;
    let mut tries = match &saga.records[index].undo {
        Undoing::Intended { tries, .. } => *tries,
        _ => 0,
    };
    loop {
        if saga.context.shutdown.is_cancelled() {
            return Ok(false);
        }
        tries += 1;
        saga.write_undo(index, Undoing::Intended { since, tries })
            .await?;
        let why = match attempt(saga, index).await {
            Attempt::Gone(note) => {
                saga.write_undo(index, Undoing::Done(note)).await?;
                return Ok(true);
            }
            Attempt::Shutdown => return Ok(false),
            Attempt::Again(why) => why,
        };
        if begun.elapsed() >= pace.budget.duration() {
            saga.write_undo(index, Undoing::Stuck(why)).await?;
            return Ok(true);
        }
        saga.tell(Progress::Waits { step: index, why });
        if !saga.sleep(jittered(wait, saga.id, tries)).await {
            return Ok(false);
        }
        wait = Span((wait.0 * 2).min(pace.retry_longest.0));
    }
}

enum Attempt {
    Gone(Text),
    Again(Text),
    Shutdown,
}

/// Finds what the step made, and takes that back.
async fn attempt(saga: &Saga<'_>, index: usize) -> Attempt {
    let object = match &saga.records[index].forward {
        Forward::Done(object) => object.clone(),
        // Never known to be done: what is there by its name is looked for, after all has settled.
        Forward::Intended { .. } => match unknown(saga, index).await {
            Ok(object) => object,
            Err(attempt) => return attempt,
        },
        Forward::Failed(_) => return Attempt::Gone(Text::line("it was never made")),
        Forward::Waiting => return Attempt::Gone(Text::line("it was never begun")),
    };
    let (step, facts): (Arc<dyn Step>, _) = (saga.steps[index].clone(), saga.facts(index));
    let undone = tokio::spawn(async move { step.undo(&facts, &object).await })
        .await
        .unwrap_or_else(|_| Undone::Unknown(Text::line("the console failed in the middle of it")));
    match undone {
        Undone::Done(note) => Attempt::Gone(note),
        Undone::Not(why) | Undone::Unknown(why) => Attempt::Again(why),
    }
}

async fn unknown(saga: &Saga<'_>, index: usize) -> Result<Object, Attempt> {
    match resolve::resolve(saga, index).await {
        Resolved::There(object) => Ok(object),
        Resolved::Foreign(what) => Err(Attempt::Gone(Text::line(format!(
            "nothing of this run is there: {what}"
        )))),
        Resolved::NotThere => Err(Attempt::Gone(Text::line("it is not there"))),
        Resolved::Unclear(why) => Err(Attempt::Again(why)),
        Resolved::Shutdown => Err(Attempt::Shutdown),
    }
}

/// A wait between half and all of `wait`, so that many sagas do not come at once. By the saga's own id: nothing here is
/// left to chance that a test could not repeat.
fn jittered(wait: Span, saga: RunId, tries: u32) -> Span {
    let seed = saga
        .to_string()
        .bytes()
        .fold(u64::from(tries), |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
    let half = wait.0 / 2;
    Span(half + i64::try_from(seed % 1_000).unwrap_or(0) * (wait.0 - half) / 1_000)
}
