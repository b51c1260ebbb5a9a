//! The journal of the actions, kept in the store.

use actions::{Journal, JournalError};
use async_trait::async_trait;
use store::Store;
use vocab::{RunId, Text};
use world::StepState;

/// Writes what the executor tells into the store.
pub(crate) struct StoreJournal(pub(crate) Store);

#[async_trait]
impl Journal for StoreJournal {
    async fn step_started(
        &self,
        run: RunId,
        step: usize,
        state: &StepState,
        before: &Text,
    ) -> Result<(), JournalError> {
        self.write(run, step, state, before).await
    }

    async fn step_ended(
        &self,
        run: RunId,
        step: usize,
        state: &StepState,
        output: &Text,
    ) -> Result<(), JournalError> {
        self.write(run, step, state, output).await
    }
}

impl StoreJournal {
    async fn write(
        &self,
        run: RunId,
        step: usize,
        state: &StepState,
        words: &Text,
    ) -> Result<(), JournalError> {
        let words = (!words.is_empty()).then(|| words.clone());
        self.0
            .step(run, step, state, words)
            .await
            .map_err(|error| JournalError(Text::line(error.to_string())))
    }
}
