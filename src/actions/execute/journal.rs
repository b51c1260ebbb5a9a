//! What the executor asks of the journal: the truth about what was begun and what came of it.

use async_trait::async_trait;
use vocab::{RunId, Text};
use world::StepState;

/// The journal could not be written; says why and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JournalError(pub Text);

/// A journal. A step that was started and not ended is, to whoever reads it later, unknown.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Notes that a step is about to begin. Returns only when that is on disk: without it nothing is begun. `before` is
    /// what was seen right before (`boot id …`, `running, started …`), by which one can tell later whether it happened.
    async fn step_started(
        &self,
        run: RunId,
        step: usize,
        state: &StepState,
        before: &Text,
    ) -> Result<(), JournalError>;

    /// Notes how a step ended and what it printed. A step that was never started can end too (skipped, refused).
    async fn step_ended(
        &self,
        run: RunId,
        step: usize,
        state: &StepState,
        output: &Text,
    ) -> Result<(), JournalError>;
}
