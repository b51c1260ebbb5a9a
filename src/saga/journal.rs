//! What a saga asks of its journal.

use async_trait::async_trait;
use vocab::{Bytes, RunId, Text};

use crate::record::{Record, Status};

/// The journal could not be written or read; says why and how to mend it. Nothing is done without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JournalError(pub Text);

/// A journal. Each call returns only when what it wrote is on disk; it refuses to write for a process that no longer holds
/// the saga.
#[async_trait]
pub trait Journal: Send + Sync {
    /// What is on disk of a saga: where it goes, and its steps by number; those never written are missing at the end.
    async fn load(&self, saga: RunId) -> Result<(Status, Vec<Record>), JournalError>;

    /// Writes down all of one step.
    async fn write(&self, saga: RunId, step: usize, record: &Record) -> Result<(), JournalError>;

    /// Writes down where the saga goes.
    async fn turn(&self, saga: RunId, status: &Status) -> Result<(), JournalError>;
}

/// What is told while a saga is driven; for those who look on, not for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A step moved: all of it as it is on disk.
    Step {
        /// Which.
        step: usize,
        /// As it is now.
        record: Record,
    },
    /// A step waits, and for what.
    Waits {
        /// Which.
        step: usize,
        /// For what: `until nothing can still arrive, 40 s` …
        why: Text,
    },
    /// A step sends or receives.
    Moves {
        /// Which.
        step: usize,
        /// So much went through.
        done: Bytes,
        /// Of so much, when that is known.
        of: Option<Bytes>,
    },
    /// The saga turned back.
    Turned(Status),
}
