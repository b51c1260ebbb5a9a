//! What turning a saga back would come to, before anybody asks for it.

use std::sync::Arc;

use vocab::{RollbackLevel, RunId};

use crate::journal::{Journal, JournalError};
use crate::record::{Direction, Forward, Undoing};
use crate::step::Step;

/// Whether a saga can still turn back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayBack {
    /// It can.
    Open {
        /// The steps that would be taken back, by number, in this order.
        taken: Vec<usize>,
        /// The steps that were done and stay as they are, by number: its level keeps them, or there is nothing to take back.
        kept: Vec<usize>,
    },
    /// It cannot: this step, by number, was begun and has no way back.
    Closed(usize),
}

/// Looks what turning back would come to, by the journal alone. Fails when that cannot be read.
pub async fn way_back(
    id: RunId,
    steps: &[Arc<dyn Step>],
    level: RollbackLevel,
    journal: &dyn Journal,
) -> Result<WayBack, JournalError> {
    let (status, records) = journal.load(id).await?;
    let begun = |index: &usize| records[*index].forward != Forward::Waiting;
    let known = 0..records.len().min(steps.len());
    let level = match status.direction {
        Direction::Back(level) => level,
        Direction::Forward => {
            let one_way = known
                .clone()
                .find(|index| steps[*index].one_way() && begun(index));
            if let Some(index) = one_way {
                return Ok(WayBack::Closed(index));
            }
            level
        }
    };
    let is_open = |index: &usize| !matches!(records[*index].undo, Undoing::Done(_));
    let (taken, kept): (Vec<usize>, Vec<usize>) = known
        .rev()
        .filter(|index| begun(index) && is_open(index))
        .partition(|index| {
            steps[*index]
                .undone_from()
                .is_some_and(|from| from <= level)
        });
    Ok(WayBack::Open { taken, kept })
}
