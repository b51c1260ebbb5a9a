//! One step: look, journal, effect, look again where the answer is not definite, journal.

use std::sync::Arc;
use std::time::Duration;

use drivers::Connection;
use tokio::time::{Instant, timeout};
use vocab::{RunId, Span, Text};
use world::plan::StepCall;
use world::{Event, Fact, PlannedStep, StepState};

use super::effect::{self, Answer, Effect};
use super::look::{self, Look, Seen};
use super::{Context, verify};

/// What a driver's own deadline may be late by.
const LATE: Duration = Duration::from_secs(5);

/// How long the journal may take; after that it counts as broken.
const JOURNAL_WITHIN: Duration = Duration::from_secs(10);

/// How long the look before an effect may take.
const LOOK_FIRST: Duration = Duration::from_secs(30);

/// A step of a run, with what it needs; carried out in a task of its own.
pub(super) struct Step {
    pub context: Context,
    pub run: RunId,
    pub index: usize,
    pub planned: PlannedStep,
    pub ends: Option<Arc<Connection>>,
    /// What was seen before the object's last effect.
    pub before: Seen,
}

/// How a step ended.
pub(super) struct Ended {
    pub state: StepState,
    /// What was seen before its effect, for the verification after it.
    pub before: Seen,
    /// Whether the journal took it; when not, nothing more may begin.
    pub journalled: bool,
}

impl Step {
    /// Carries it out.
    pub async fn carry_out(self) -> Ended {
        let Some(ends) = self.ends.clone() else {
            let words = "there is no connection to the node: nothing was done";
            return self.end_failed(Instant::now(), words).await;
        };
        let begun = Instant::now();
        match self.planned.call.clone() {
            StepCall::Verify(expectation) => {
                if let Err(refused) = self.start(&Seen::Nothing, begun).await {
                    return refused;
                }
                let seen = look::until(self.planned.deadline, || {
                    verify::look(&ends, &expectation, &self.before)
                })
                .await;
                self.end(by_look(seen, begun, ""), Text::default()).await
            }
            call => {
                let Some(effect) = effect::of(&call) else {
                    let words = "a shell needs a terminal: it is opened by the console, not here";
                    return self.end_failed(begun, words).await;
                };
                self.effect(effect.into(), ends, begun).await
            }
        }
    }

    async fn effect(
        mut self,
        effect: Arc<dyn Effect>,
        ends: Arc<Connection>,
        begun: Instant,
    ) -> Ended {
        let first = timeout(LOOK_FIRST, effect.look_first(&ends)).await;
        self.before = match first {
            Ok(Ok(before)) => before,
            Ok(Err(error)) => {
                let words = format!("{error}; nothing was done");
                return self.end_failed(begun, &words).await;
            }
            Err(_) => {
                let words = "no answer to a first look: nothing was done";
                return self.end_failed(begun, words).await;
            }
        };
        // The look may have taken a while; a cancel in the meantime still finds nothing begun.
        if self.context.cancel.is_cancelled() {
            return self.end(StepState::Skipped, Text::default()).await;
        }
        if let Err(refused) = self.start(&self.before, begun).await {
            return refused;
        }
        let (answer, output) = self.perform(&effect, &ends).await;
        let state = match answer {
            Outcome::Done(note) => StepState::Done {
                took: took(begun),
                note: Text::line(note),
            },
            Outcome::NotDone(reason) => failed(took(begun), reason),
            Outcome::Panicked => StepState::Unknown {
                reason: Text::line(
                    "the console failed in the middle of it: look at it before going on",
                ),
            },
            Outcome::Unclear(why) => {
                let seen = look::until(effect.settle(), || effect.look(&ends, &self.before)).await;
                by_look(seen, begun, &why)
            }
        };
        self.end(state, output).await
    }

    /// The effect, in a task of its own: whatever becomes of the one who waits, it is not dropped half-way.
    async fn perform(&self, effect: &Arc<dyn Effect>, ends: &Arc<Connection>) -> (Outcome, Text) {
        let (effect, ends, before) = (effect.clone(), ends.clone(), self.before.clone());
        let mut task = tokio::spawn(async move { effect.perform(&ends, &before).await });
        let answer = timeout(self.planned.deadline.duration() + LATE, &mut task).await;
        match answer {
            Ok(Ok(Ok(Answer::Done { note, output }))) => (Outcome::Done(note), output),
            Ok(Ok(Ok(Answer::NotDone { reason, output }))) => (Outcome::NotDone(reason), output),
            Ok(Ok(Err(error))) if error.effect_unknown() => {
                (Outcome::Unclear(error.to_string()), Text::default())
            }
            Ok(Ok(Err(error))) => (Outcome::NotDone(error.to_string()), Text::default()),
            Ok(Err(_)) => (Outcome::Panicked, Text::default()),
            Err(_) => {
                task.abort();
                (
                    Outcome::Unclear(format!("no answer within {}", self.planned.deadline)),
                    Text::default(),
                )
            }
        }
    }

    /// Notes on disk that it begins. When that fails it does not.
    async fn start(&self, before: &Seen, begun: Instant) -> Result<(), Ended> {
        let state = StepState::Running {
            since: (self.context.clock)(),
        };
        let words = before.words();
        let journal = &self.context.journal;
        let why = match timeout(
            JOURNAL_WITHIN,
            journal.step_started(self.run, self.index, &state, &words),
        )
        .await
        {
            Ok(Ok(())) => {
                let output = (!words.is_empty()).then(|| Text::block(format!("{words}\n")));
                self.tell(state, output).await;
                return Ok(());
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it does not answer".to_owned(),
        };
        let state = failed(
            took(begun),
            format!("the journal cannot be written, so nothing was done: {why}"),
        );
        self.tell(state.clone(), None).await;
        Err(Ended {
            state,
            before: Seen::Nothing,
            journalled: false,
        })
    }

    async fn end_failed(self, begun: Instant, reason: &str) -> Ended {
        self.end(failed(took(begun), reason), Text::default()).await
    }

    /// Notes how it ended. What the journal does not know is not known after a restart, so it is not called done.
    async fn end(self, state: StepState, output: Text) -> Ended {
        let journal = &self.context.journal;
        let noted = timeout(
            JOURNAL_WITHIN,
            journal.step_ended(self.run, self.index, &state, &output),
        )
        .await;
        let (state, journalled) = match noted {
            Ok(Ok(())) => (state, true),
            Ok(Err(error)) => (unjournalled(&state, &error.to_string()), false),
            Err(_) => (unjournalled(&state, "it does not answer"), false),
        };
        let output = (!output.is_empty()).then_some(output);
        self.tell(state.clone(), output).await;
        Ended {
            state,
            before: self.before,
            journalled,
        }
    }

    async fn tell(&self, state: StepState, output: Option<Text>) {
        tell(&self.context, self.run, self.index, state, output).await;
    }
}

/// Tells the engine where a step is. An engine that is gone hears nothing more, and the journal has it.
pub(super) async fn tell(
    context: &Context,
    run: RunId,
    step: usize,
    state: StepState,
    output: Option<Text>,
) {
    let event = Event {
        at: (context.clock)(),
        fact: Fact::StepMoved {
            run,
            step,
            state,
            output,
        },
    };
    if context.events.send(event).await.is_err() {
        tracing::debug!(%run, step, "the engine is gone");
    }
}

enum Outcome {
    Done(String),
    NotDone(String),
    Unclear(String),
    Panicked,
}

/// What looking says; `why` no answer came before, if none came.
fn by_look(seen: Look, begun: Instant, why: &str) -> StepState {
    let unanswered = !why.is_empty();
    match seen {
        Look::Yes(note) if unanswered => StepState::Done {
            took: took(begun),
            note: Text::line(format!(
                "no answer came ({why}), but it was seen to be done: {note}"
            )),
        },
        Look::Yes(note) => StepState::Done {
            took: took(begun),
            note: Text::line(note),
        },
        Look::NotYet(words) | Look::Never(words) if unanswered => {
            failed(took(begun), format!("{why}; looked again: {words}"))
        }
        Look::NotYet(words) => failed(took(begun), format!("waited {}: {words}", took(begun))),
        Look::Never(words) => failed(took(begun), words),
        Look::Unclear(words) if unanswered => StepState::Unknown {
            reason: Text::line(format!("{why}; {words}")),
        },
        Look::Unclear(words) => StepState::Unknown {
            reason: Text::line(format!("it cannot be seen: {words}")),
        },
    }
}

/// What is left of a state that the journal did not take.
fn unjournalled(state: &StepState, why: &str) -> StepState {
    let was = match state {
        StepState::Done { note, .. } if note.is_empty() => "done".to_owned(),
        StepState::Done { note, .. } => format!("done ({note})"),
        StepState::Failed { reason, .. } => format!("not done ({reason})"),
        StepState::Skipped => "not begun".to_owned(),
        _ => "unknown".to_owned(),
    };
    StepState::Unknown {
        reason: Text::line(format!(
            "{was}, but the journal could not be written: {why}"
        )),
    }
}

fn failed(took: Span, reason: impl AsRef<str>) -> StepState {
    StepState::Failed {
        took,
        reason: Text::line(reason.as_ref()),
    }
}

fn took(begun: Instant) -> Span {
    begun.elapsed().into()
}
