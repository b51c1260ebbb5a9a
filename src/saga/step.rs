//! A step: one thing done outside, how to see whether it is so, and how to take it back.

use async_trait::async_trait;
use vocab::{RollbackLevel, Span, Text};

use crate::record::{Facts, Object};

/// What doing came to. There is no fourth answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done(Object),
    /// It is definitely not done, and trying again as it is makes no sense.
    Not(Text),
    /// Whether it is done is not known: no answer, a cut answer, an error of the provider's own.
    Unknown(Text),
}

/// What looking shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// It is there, and it is this saga's.
    Ours(Object),
    /// Something is there under its name that is not this saga's. It is never touched.
    Foreign(Text),
    /// Nothing is there to be seen; it may still be under way.
    Absent,
    /// It cannot be seen now.
    Unclear(Text),
}

/// What taking back came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undone {
    /// Nothing of it is left. "Not found" is that too.
    Done(Text),
    /// It was refused.
    Not(Text),
    /// Whether it is gone is not known.
    Unknown(Text),
}

/// A step of a saga. Every call has a deadline of its own and may be repeated.
#[async_trait]
pub trait Step: Send + Sync {
    /// What it is called in the journal's words: `server`.
    fn name(&self) -> &str;

    /// The lowest level that takes it back; `None` when there is nothing to take back, as with waiting and checking.
    fn undone_from(&self) -> Option<RollbackLevel>;

    /// Whether there is no way back once it has begun: what it takes away cannot be made again, so from then on the saga
    /// only goes forward, and a step that cannot be done waits for an operator.
    fn one_way(&self) -> bool {
        false
    }

    /// How long after the last request something may still come into being or into sight: the client's time-out, the
    /// provider's longest request, and the lag of its lists.
    fn settle(&self) -> Span;

    /// Whether it is so. Changes nothing.
    async fn look(&self, facts: &Facts) -> Look;

    /// What of its object is left outside: what an operator has to see to when it is stuck. Changes nothing. For a step
    /// that makes something this is looking for it; one that takes something away says what it still finds.
    async fn left(&self, facts: &Facts) -> Look {
        self.look(facts).await
    }

    /// Does it. `key` is the same for every attempt.
    async fn perform(&self, facts: &Facts, key: &str) -> Outcome;

    /// Takes `object` back. Looks at its owner's mark right before; what is not this saga's is never touched.
    async fn undo(&self, facts: &Facts, object: &Object) -> Undone;
}

/// How long things are waited for. The defaults are for real providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks.
    pub look_every: Span,
    /// After the first attempt to take back that failed; doubled from then on.
    pub retry_first: Span,
    /// The longest wait between two attempts to take back.
    pub retry_longest: Span,
    /// How long taking one step back is tried before it is left to an operator; forward: how long an unknown result is
    /// looked for after it has settled.
    pub budget: Span,
    /// How often a step is tried forward.
    pub attempts: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look_every: Span::seconds(2),
            retry_first: Span::seconds(1),
            retry_longest: Span::minutes(5),
            budget: Span::minutes(30),
            attempts: 3,
        }
    }
}
