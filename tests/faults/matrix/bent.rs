//! Steps of a run that go otherwise than they should: refused, failing in the middle, done twice, met by a stop.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use saga::{Facts, Look, Object, Outcome, Step, Undone};
use tokio_util::sync::CancellationToken;
use vocab::{RollbackLevel, Span, Text};

/// How a step goes.
#[derive(Clone)]
pub enum Bend {
    /// It is refused, and nothing is done.
    Refused,
    /// Taking it back is refused, again and again.
    Kept,
    /// Everything is done twice.
    Twice,
    /// The console's own code fails before the effect.
    FailsBefore,
    /// … after the effect.
    FailsAfter,
    /// … while it looks.
    FailsLooking,
    /// … before taking back.
    FailsTakingBack,
    /// … after having taken back, the first time.
    FailsTakenBack(Arc<std::sync::atomic::AtomicBool>),
    /// This stop comes so long after the call went out.
    Stopped(CancellationToken, Duration),
    /// This is done by somebody else right before.
    Before(Hand),
    /// This is done by somebody else right before it is taken back.
    BeforeUndo(Hand),
}

/// What somebody else does.
pub type Hand = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// A bent step.
pub struct Bent {
    pub inner: Arc<dyn Step>,
    pub bend: Bend,
}

/// The steps with one of them bent.
pub fn only(which: usize, bend: Bend) -> impl Fn(usize, Arc<dyn Step>) -> Arc<dyn Step> + Sync {
    move |index, inner| {
        if index == which {
            let bend = bend.clone();
            Arc::new(Bent { inner, bend })
        } else {
            inner
        }
    }
}

/// A panic, without the words that it would print.
fn fails() {
    std::panic::resume_unwind(Box::new("planted"));
}

#[async_trait]
impl Step for Bent {
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
        if matches!(self.bend, Bend::FailsLooking) {
            fails();
        }
        self.inner.look(facts).await
    }

    async fn left(&self, facts: &Facts) -> Look {
        self.inner.left(facts).await
    }

    async fn perform(&self, facts: &Facts, key: &str) -> Outcome {
        match &self.bend {
            Bend::Refused => return Outcome::Not(Text::line("planted: refused")),
            Bend::FailsBefore => fails(),
            Bend::Twice => drop(self.inner.perform(facts, key).await),
            Bend::Before(hand) => hand().await,
            Bend::Stopped(stop, after) => {
                let (stop, after) = (stop.clone(), *after);
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    stop.cancel();
                });
            }
            _ => {}
        }
        let outcome = self.inner.perform(facts, key).await;
        if matches!(self.bend, Bend::FailsAfter) {
            fails();
        }
        outcome
    }

    async fn undo(&self, facts: &Facts, object: &Object) -> Undone {
        match &self.bend {
            Bend::Kept => return Undone::Not(Text::line("planted: protected")),
            Bend::FailsTakingBack => fails(),
            Bend::Twice => drop(self.inner.undo(facts, object).await),
            Bend::BeforeUndo(hand) => hand().await,
            _ => {}
        }
        let undone = self.inner.undo(facts, object).await;
        if let Bend::FailsTakenBack(failed) = &self.bend
            && !failed.swap(true, std::sync::atomic::Ordering::SeqCst)
        {
            fails();
        }
        undone
    }
}
