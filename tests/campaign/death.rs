//! Dying: by SIGKILL, at a chosen moment of a run. The moments are numbered as they come: before and after every write of
//! the journal, before and after every call of a step. Between two of them, while a call is out, a delay says when.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use saga::{Facts, Journal, JournalError, Look, Object, Outcome, Record, Status, Step, Undone};
use serde::{Deserialize, Serialize};
use vocab::{RollbackLevel, RunId, Span};

/// When a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Death {
    /// Not at all.
    Never,
    /// At the moment with this number; the first is 0.
    At(u64),
    /// So many microseconds after the call of this number went out.
    During {
        /// Which call; the first is 0.
        call: u64,
        /// How long after it went out.
        micros: u64,
    },
}

/// A death that counts the moments.
#[derive(Debug)]
pub struct Armed {
    death: Death,
    moments: AtomicU64,
    calls: AtomicU64,
}

impl Death {
    /// Ready to count.
    pub const fn armed(self) -> Armed {
        Armed {
            death: self,
            moments: AtomicU64::new(0),
            calls: AtomicU64::new(0),
        }
    }
}

impl Armed {
    fn moment(&self) {
        let now = self.moments.fetch_add(1, Ordering::SeqCst);
        if self.death == Death::At(now) {
            die();
        }
    }

    fn call(&self) {
        let now = self.calls.fetch_add(1, Ordering::SeqCst);
        if let Death::During { call, micros } = self.death
            && call == now
        {
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_micros(micros));
                die();
            });
        }
    }
}

/// Nothing is flushed, nothing is dropped.
fn die() {
    let killed =
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    // A process that cannot kill itself must not go on as if it had survived.
    if killed.is_err() {
        std::process::abort();
    }
    loop {
        std::thread::park();
    }
}

/// A journal whose process may die right before and right after a write.
pub struct MortalJournal {
    /// The real one.
    pub inner: Arc<dyn Journal>,
    /// When.
    pub death: Arc<Armed>,
}

#[async_trait]
impl Journal for MortalJournal {
    async fn load(&self, saga: RunId) -> Result<(Status, Vec<Record>), JournalError> {
        self.inner.load(saga).await
    }

    async fn write(&self, saga: RunId, step: usize, record: &Record) -> Result<(), JournalError> {
        self.death.moment();
        let written = self.inner.write(saga, step, record).await;
        self.death.moment();
        written
    }

    async fn turn(&self, saga: RunId, status: &Status) -> Result<(), JournalError> {
        self.death.moment();
        let written = self.inner.turn(saga, status).await;
        self.death.moment();
        written
    }
}

/// A step whose process may die right before, during and right after each of its calls.
pub struct MortalStep {
    /// The real one.
    pub inner: Arc<dyn Step>,
    /// When.
    pub death: Arc<Armed>,
}

#[async_trait]
impl Step for MortalStep {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn undone_from(&self) -> Option<RollbackLevel> {
        self.inner.undone_from()
    }

    fn one_way(&self) -> bool {
        self.inner.one_way()
    }

    fn settle(&self) -> Span {
        self.inner.settle()
    }

    async fn look(&self, facts: &Facts) -> Look {
        self.inner.look(facts).await
    }

    async fn left(&self, facts: &Facts) -> Look {
        self.inner.left(facts).await
    }

    async fn perform(&self, facts: &Facts, key: &str) -> Outcome {
        self.death.moment();
        self.death.call();
        let outcome = self.inner.perform(facts, key).await;
        self.death.moment();
        outcome
    }

    async fn undo(&self, facts: &Facts, object: &Object) -> Undone {
        self.death.moment();
        self.death.call();
        let undone = self.inner.undo(facts, object).await;
        self.death.moment();
        undone
    }
}
