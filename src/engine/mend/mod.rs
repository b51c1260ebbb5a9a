//! Runs about another run: it is gone on with, or taken back as far as its level says, and followed to its end.
//!
//! Flow: [`plan`] looks into the journal and changes nothing → submitted as any run is → [`carry_out`] asks
//! [`Core::mend_run`], which takes the other run up or turns it back → the journal tells how that one ends.

mod plan;

use std::sync::Arc;
use std::time::Duration;

use hosting::Ends;
use store::Left;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use vocab::{RunId, Text};
use world::run::StepState;
use world::{Actor, Refusal, RefusalKind, Run, RunState, RunWay, WayOut};

use crate::core::Core;
use crate::handle::Request;
use crate::runs::refusal_of;
use crate::teller::Teller;
pub(crate) use plan::plan;

/// How often the journal is asked whether the other run is over.
const LOOK_EVERY: Duration = Duration::from_millis(500);

type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// What a plan is made from.
pub(crate) struct Looked {
    pub teller: Teller,
    pub hosting: Result<Arc<Ends>, Text>,
    /// The run as this process knows it, when it does.
    pub known: Option<Run>,
    /// Whether this process drives it just now.
    pub here: bool,
}

impl Core {
    /// What the plan of sending a run somewhere is made from.
    pub(crate) fn looked(&self, id: RunId) -> Result<Looked, Refusal> {
        let store = self.store.clone().ok_or_else(|| {
            let words = "there is no journal to read the run from; see the notices";
            Refusal::new(RefusalKind::Journal, words)
        })?;
        Ok(Looked {
            teller: Teller {
                events: self.events.clone(),
                store,
            },
            hosting: self.fabric.hosting.clone(),
            known: self.world.runs.get(&id).cloned(),
            here: self.active.contains_key(&id),
        })
    }

    /// Sends a run on, or back. Answers when it is on its way; it goes on by itself.
    pub(crate) fn mend_run(&mut self, id: RunId, way: RunWay, actor: Actor, reply: Reply<()>) {
        let here = self.active.contains_key(&id);
        let known = self.world.runs.get(&id);
        let waits = known.is_none_or(|run| run.state == RunState::NeedsOperator);
        match way {
            RunWay::TakeBack if here => self.cancel_run(id, actor, reply),
            // Somebody was faster.
            RunWay::GoOn if here => drop(reply.send(Ok(()))),
            RunWay::GoOn if waits => self.resolve_run(id, WayOut::Retry, actor, reply),
            way => self.take_up_left(id, way, reply),
        }
    }

    /// Takes up a run whose process is gone, in a task of its own.
    fn take_up_left(&self, id: RunId, way: RunWay, reply: Reply<()>) {
        let Some(store) = self.store.clone() else {
            let words = "there is no journal to write it in; see the notices";
            return drop(reply.send(Err(Refusal::new(RefusalKind::Journal, words))));
        };
        let requests = self.requests.clone();
        self.tasks.spawn(async move {
            let answer = match store.take_over(Left::Run(id)).await {
                Ok(mut taken) => match (taken.pop(), way) {
                    (Some(run), way) => {
                        // The engine's end is the end of going on; the next one finds it.
                        drop(requests.send(Request::TakenUp(Box::new(run), way)).await);
                        Ok(())
                    }
                    // Another process has taken it up: it goes on there.
                    (None, RunWay::GoOn) => Ok(()),
                    (None, RunWay::TakeBack) => {
                        let words = format!(
                            "another process goes on with run {}: take it back there",
                            id.short()
                        );
                        Err(Refusal::new(RefusalKind::Conflict, words))
                    }
                },
                Err(error) => Err(refusal_of(&error)),
            };
            drop(reply.send(answer));
        });
    }

    /// Goes on with a run that was taken up: on its way, or back.
    pub(crate) fn taken_up(&mut self, run: Run, way: RunWay) {
        let (id, store) = (run.id(), self.store.clone());
        let Some(store) = store else { return };
        self.resume(run, store);
        if let Some(active) = self.active.get(&id).filter(|_| way == RunWay::TakeBack) {
            // What of it was done is in its records: it turns before its next step.
            active.cancel.cancel();
        }
    }
}

/// A run about another one, being carried out.
pub(crate) struct Mending {
    pub teller: Teller,
    pub requests: mpsc::Sender<Request>,
    /// Ends the following; the other run goes on.
    pub cancel: CancellationToken,
}

/// Asks for it and follows the other run to its end.
pub(crate) async fn carry_out(mending: Mending, run: Run, (target, way): (RunId, RunWay)) {
    let teller = &mending.teller;
    let begun = drivers::clock::now();
    let took = || drivers::clock::now().since(begun);
    let running = || StepState::Running {
        since: drivers::clock::now(),
    };
    let done = |note: &str| StepState::Done {
        took: took(),
        note: Text::line(note),
    };
    let failed = |reason: Text| StepState::Failed {
        took: took(),
        reason,
    };
    teller.step_moved(&run, 0, running(), None).await;
    let (reply, answer) = oneshot::channel();
    let by = run.plan.by.clone();
    let asked = Request::Mend(target, way, by, reply);
    let gone = || Refusal::new(RefusalKind::Stale, "the engine ends");
    let answered = match mending.requests.send(asked).await {
        Ok(()) => answer.await.unwrap_or_else(|_| Err(gone())),
        Err(_) => Err(gone()),
    };
    if let Err(refusal) = answered {
        teller
            .step_moved(&run, 0, failed(refusal.text.clone()), None)
            .await;
        teller.step_moved(&run, 1, StepState::Skipped, None).await;
        return teller.end(&run, RunState::Failed, &refusal.text).await;
    }
    teller.step_moved(&run, 0, done(""), None).await;
    teller.step_moved(&run, 1, running(), None).await;
    let Some(ended) = mending
        .cancel
        .run_until_cancelled(follow(teller, target))
        .await
    else {
        teller.step_moved(&run, 1, StepState::Skipped, None).await;
        let words = "not followed any more; the other run tells how it ends";
        return teller.end(&run, RunState::Done, words).await;
    };
    let words = format!("it is {}", ended.word());
    let (state, end) = if is_wished(&ended, way) {
        (done(&words), RunState::Verified)
    } else {
        (failed(Text::line(&words)), RunState::Failed)
    };
    teller.step_moved(&run, 1, state, None).await;
    teller.end(&run, end, &words).await;
}

/// Whether a run has ended where it was sent.
fn is_wished(ended: &RunState, way: RunWay) -> bool {
    match way {
        // One that was on its way back comes to its end there.
        RunWay::GoOn => matches!(
            ended,
            RunState::Verified | RunState::Done | RunState::RolledBack
        ),
        RunWay::TakeBack => matches!(ended, RunState::RolledBack | RunState::Cancelled),
    }
}

/// How the other run ends, by the journal: it may be driven by another process.
async fn follow(teller: &Teller, target: RunId) -> RunState {
    loop {
        // A journal that cannot be read now is read the next time.
        if let Ok(Some(run)) = teller.store.run(target).await
            && run.state.is_over()
        {
            return run.state;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
