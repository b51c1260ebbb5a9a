//! What writes a run down and tells of it: its steps, its end, and the audit line of that.

use std::sync::Arc;

use store::{AuditEntry, Store};
use tokio_util::sync::CancellationToken;
use vocab::{Text, Time};
use world::plan::StepCall;
use world::{Event, Fact, Plan, Run, RunState, StepState};

use crate::journal::StoreJournal;

/// Writes down and tells how a run moves on.
pub(crate) struct Teller {
    pub events: kit::queue::Sender<Event>,
    pub store: Store,
}

impl Teller {
    pub async fn tell(&self, fact: Fact) {
        // The engine's end is the end of telling.
        drop(
            self.events
                .send(Event {
                    at: drivers::clock::now(),
                    fact,
                })
                .await,
        );
    }

    /// Waits out the grace window, carries the run out and journals its end.
    pub async fn carry_out(
        &self,
        run: Run,
        grace: Option<Time>,
        cancel: CancellationToken,
        connections: Arc<drivers::Connections>,
    ) {
        if let Some(until) = grace {
            let wait = until.since(drivers::clock::now()).duration();
            tokio::select! {
                biased;
                () = cancel.cancelled() => return self.end(&run, RunState::Cancelled, "taken back before it began").await,
                () = tokio::time::sleep(wait) => {}
            }
            // Only one state is written at a time: what was waiting is running now.
            if self
                .store
                .run_state(run.id(), &RunState::Running, None, None)
                .await
                .is_err()
            {
                return self
                    .end(
                        &run,
                        RunState::Cancelled,
                        "the journal could not be written; nothing was begun",
                    )
                    .await;
            }
            self.tell(Fact::RunMoved {
                run: run.id(),
                state: RunState::Running,
            })
            .await;
        }
        let context = actions::Context {
            connections,
            journal: Arc::new(StoreJournal(self.store.clone())),
            events: self.events.clone(),
            cancel,
            clock: drivers::clock::now,
        };
        let state = actions::execute(run.clone(), context).await;
        let words = objects(&run.plan);
        self.end(&run, state, &words).await;
    }

    pub async fn end(&self, run: &Run, state: RunState, words: &str) {
        let now = drivers::clock::now();
        let entry = entry(run, state.word(), words, now);
        match self
            .store
            .run_state(run.id(), &state, Some(now), Some(entry))
            .await
        {
            Ok(Some(line)) => self.tell(Fact::Audited(line)).await,
            Ok(None) => {}
            Err(error) => {
                tracing::error!(run = %run.id(), %error, "the end of a run could not be journalled");
            }
        }
        self.tell(Fact::RunMoved {
            run: run.id(),
            state,
        })
        .await;
    }

    pub async fn open_shell(&self, run: &Run) {
        let state = StepState::Running {
            since: drivers::clock::now(),
        };
        self.handed_over(run, &state).await;
    }

    pub async fn close_shell(&self, run: &Run, status: Option<i32>) {
        let took = drivers::clock::now().since(run.taken);
        let note = status.map_or_else(
            || "ended by a signal".to_owned(),
            |status| format!("exit status {status}"),
        );
        self.handed_over(
            run,
            &StepState::Done {
                took,
                note: Text::line(&note),
            },
        )
        .await;
        self.end(run, RunState::Done, &note).await;
    }

    /// Notes the one step of a handover.
    async fn handed_over(&self, run: &Run, state: &StepState) {
        let handover = run
            .plan
            .steps
            .iter()
            .position(|step| matches!(step.call, StepCall::Handover { .. }))
            .unwrap_or(0);
        self.step_moved(run, handover, state.clone(), None).await;
    }

    /// Notes and tells where a step is.
    pub async fn step_moved(&self, run: &Run, step: usize, state: StepState, output: Option<Text>) {
        if let Err(error) = self
            .store
            .step(run.id(), step, &state, output.clone())
            .await
        {
            tracing::error!(run = %run.id(), %error, "a step could not be journalled");
        }
        self.tell(Fact::StepMoved {
            run: run.id(),
            step,
            state,
            output,
        })
        .await;
    }
}

/// The objects of a plan in one line.
pub(crate) fn objects(plan: &Plan) -> String {
    let mut words: Vec<String> = plan
        .objects
        .iter()
        .take(20)
        .map(|object| format!("{}/{}", object.node, object.name))
        .collect();
    if plan.objects.len() > words.len() {
        words.push(format!("and {} more", plan.objects.len() - words.len()));
    }
    words.join(", ")
}

/// A line of the audit log about a run.
pub(crate) fn entry(run: &Run, verb: &str, detail: &str, at: Time) -> AuditEntry {
    AuditEntry {
        at,
        by: run.plan.by.clone(),
        run: Some(run.id()),
        verb: Text::line(verb),
        subject: run.plan.title.clone(),
        detail: Text::line(vocab::mask::mask(detail)),
    }
}
