//! What is stuck: what an operator must see to, and the three ways out of it.

use std::sync::Arc;

use vocab::{RunId, Text, Time};

use crate::journal::{Journal, JournalError};
use crate::record::{Direction, Facts, Forward, Object, Record, Status, Undoing};
use crate::resolve;
use crate::step::{Look, Step};

/// An operator's way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayOut {
    /// Try again.
    Retry,
    /// The operator has seen to it: nothing of it is left.
    Removed,
    /// It stays as it is, and this is why.
    Keep(Text),
}

/// What of one stuck step is left outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The step, by number.
    pub step: usize,
    /// What is known of its object, when anything is.
    pub object: Option<Object>,
    /// What looking for it just now has shown.
    pub look: Look,
}

/// Looks at what every stuck step has left outside. Changes nothing.
pub async fn left(
    id: RunId,
    steps: &[Arc<dyn Step>],
    journal: &dyn Journal,
) -> Result<Vec<Left>, JournalError> {
    let (_, records) = journal.load(id).await?;
    let mut all = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let (Undoing::Stuck(_), Some(step)) = (&record.undo, steps.get(index)) else {
            continue;
        };
        let facts = facts(&records[..index]);
        let look = resolve::left(step, &facts).await;
        let object = match (&look, &record.forward) {
            (Look::Ours(object), _) | (_, Forward::Done(object)) => Some(object.clone()),
            _ => None,
        };
        all.push(Left {
            step: index,
            object,
            look,
        });
    }
    Ok(all)
}

/// Writes down the way out of every stuck step; [`crate::drive`] goes on from there.
pub async fn release(
    id: RunId,
    journal: &dyn Journal,
    way: &WayOut,
    now: Time,
) -> Result<(), JournalError> {
    let (status, records) = journal.load(id).await?;
    for (index, record) in records.iter().enumerate() {
        if matches!(record.undo, Undoing::Stuck(_)) {
            journal
                .write(id, index, &released(record, &status, way, now))
                .await?;
        }
    }
    Ok(())
}

/// A stuck step's record as the way out makes it. Going forward, a step that is seen to counts as done; going back, as
/// taken back.
fn released(record: &Record, status: &Status, way: &WayOut, now: Time) -> Record {
    let note = match way {
        WayOut::Retry => None,
        WayOut::Removed => Some(Text::line("removed by an operator, and seen to be gone")),
        WayOut::Keep(why) => Some(Text::line(format!("kept by an operator: {why}"))),
    };
    let forward = status.direction == Direction::Forward;
    match (note, forward) {
        (Some(note), true) => Record {
            forward: Forward::Done(Object {
                kind: note.to_string(),
                ..Object::default()
            }),
            undo: Undoing::Waiting,
        },
        (Some(note), false) => Record {
            forward: record.forward.clone(),
            undo: Undoing::Done(note),
        },
        (None, _) => Record {
            forward: match &record.forward {
                // What was refused is tried again. It counts as begun, for a part of it may have been done.
                Forward::Failed(_) if forward => Forward::Intended {
                    attempt: 0,
                    key: uuid::Uuid::now_v7().simple().to_string(),
                    since: now,
                },
                other => other.clone(),
            },
            undo: Undoing::Waiting,
        },
    }
}

fn facts(before: &[Record]) -> Facts {
    before
        .iter()
        .filter_map(|record| match &record.forward {
            Forward::Done(object) => Some(object.facts.clone()),
            _ => None,
        })
        .flatten()
        .collect()
}
