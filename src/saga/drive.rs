//! Drives a saga on from whatever the journal holds, to its end.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use vocab::{RollbackLevel, RunId, Span, Text, Time};

use crate::journal::{Journal, JournalError, Progress};
use crate::record::{Direction, Facts, Forward, Object, Record, Status, Undoing};
use crate::resolve::{self, Resolved};
use crate::step::{Look, Outcome, Pace, Step};
use crate::undo;

/// What a saga is driven with.
#[derive(Clone)]
pub struct Context {
    /// Where everything is noted before and after.
    pub journal: Arc<dyn Journal>,
    /// Told of every move, after it is on disk.
    pub progress: Arc<dyn Fn(Progress) + Send + Sync>,
    /// Asks the saga to turn back before its next step; a step in flight ends first.
    pub cancel: CancellationToken,
    /// Asks the process to end: no effect begins after it, and the saga goes on at the next start.
    pub shutdown: CancellationToken,
    /// The clock for stamps.
    pub clock: fn() -> Time,
    /// How long things are waited for.
    pub pace: Pace,
}

/// How a saga ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// All steps are done; what they made, in order.
    Complete(Vec<Object>),
    /// It was taken back as far as its level says.
    RolledBack {
        /// Why it turned back.
        why: Text,
        /// What its level keeps.
        kept: Vec<Object>,
    },
    /// These steps, by number, could neither be taken back nor, past the point of no return, be done: an operator must
    /// see to them ([`crate::stuck`]).
    NeedsOperator {
        /// Why it turned back, or stopped.
        why: Text,
        /// The steps that are stuck.
        stuck: Vec<usize>,
    },
    /// The process ends, or the journal refuses: it is gone on with later.
    Interrupted(Text),
}

impl From<JournalError> for End {
    fn from(error: JournalError) -> Self {
        Self::Interrupted(error.0)
    }
}

/// A saga being driven: its steps, what is on disk of them, and where it goes.
pub(crate) struct Saga<'a> {
    pub id: RunId,
    pub steps: &'a [Arc<dyn Step>],
    pub records: Vec<Record>,
    pub status: Status,
    pub context: &'a Context,
}

/// Drives a saga from what the journal holds of it to its end. `level` is how far it goes back if it must. May be called
/// again after any crash, with the same steps.
pub async fn drive(
    id: RunId,
    steps: &[Arc<dyn Step>],
    level: RollbackLevel,
    context: &Context,
) -> End {
    let (status, mut records) = match context.journal.load(id).await {
        Ok(loaded) => loaded,
        Err(error) => return error.into(),
    };
    records.resize(steps.len(), Record::default());
    let mut saga = Saga {
        id,
        steps,
        records,
        status,
        context,
    };
    saga.carry_through(level).await.unwrap_or_else(End::from)
}

/// What becomes of the way forward after a step.
enum Onward {
    Next,
    Back(Text),
    Stuck(usize, Text),
    Stop(Text),
}

impl Saga<'_> {
    async fn carry_through(&mut self, level: RollbackLevel) -> Result<End, JournalError> {
        if self.status.direction == Direction::Forward {
            match self.forward().await? {
                Onward::Next => return Ok(End::Complete(self.made())),
                Onward::Stop(why) => return Ok(End::Interrupted(why)),
                Onward::Stuck(step, why) => {
                    return Ok(End::NeedsOperator {
                        why,
                        stuck: vec![step],
                    });
                }
                Onward::Back(why) => {
                    self.status = Status {
                        direction: Direction::Back(level),
                        why,
                    };
                    self.context.journal.turn(self.id, &self.status).await?;
                    self.tell(Progress::Turned(self.status.clone()));
                }
            }
        }
        // The level is the stored one: what was chosen before a crash stays.
        match self.status.direction {
            Direction::Back(level) => undo::back(self, level).await,
            Direction::Forward => Ok(End::Complete(self.made())),
        }
    }

    /// The steps in order, each with what the ones before made.
    async fn forward(&mut self) -> Result<Onward, JournalError> {
        for index in 0..self.steps.len() {
            if let Undoing::Stuck(why) = &self.records[index].undo {
                return Ok(Onward::Stuck(index, why.clone()));
            }
            let onward = match self.records[index].forward.clone() {
                Forward::Done(_) => Onward::Next,
                Forward::Failed(why) => Onward::Back(why),
                Forward::Waiting if self.turns_back() => {
                    Onward::Back(Text::line("cancelled by an operator"))
                }
                Forward::Waiting => self.begin(index).await?,
                Forward::Intended { attempt, key, .. } => self.go_on(index, attempt, key).await?,
            };
            match onward {
                Onward::Next => {}
                Onward::Back(why) if self.is_committed() => {
                    self.write_undo(index, Undoing::Stuck(why.clone())).await?;
                    return Ok(Onward::Stuck(index, why));
                }
                other => return Ok(other),
            }
        }
        Ok(Onward::Next)
    }

    /// Whether something was begun that has no way back.
    fn is_committed(&self) -> bool {
        self.steps
            .iter()
            .zip(&self.records)
            .any(|(step, record)| step.one_way() && record.forward != Forward::Waiting)
    }

    /// Whether the wish to cancel is followed: not past the point of no return.
    fn turns_back(&self) -> bool {
        self.context.cancel.is_cancelled() && !self.is_committed()
    }

    /// A step that was never intended: look first, so that nothing is made twice and nothing foreign is taken for ours.
    async fn begin(&mut self, index: usize) -> Result<Onward, JournalError> {
        let key = uuid::Uuid::now_v7().simple().to_string();
        let facts = self.facts(index);
        match resolve::look(&self.steps[index], &facts).await {
            Look::Foreign(what) => self.failed(index, what).await,
            Look::Ours(object) => self.done(index, object).await,
            Look::Absent | Look::Unclear(_) => self.attempts(index, 1, key).await,
        }
    }

    /// A step that was under way when the process ended.
    async fn go_on(
        &mut self,
        index: usize,
        attempt: u32,
        key: String,
    ) -> Result<Onward, JournalError> {
        match resolve::resolve(self, index).await {
            Resolved::There(object) => self.done(index, object).await,
            Resolved::Foreign(what) => self.failed(index, what).await,
            Resolved::NotThere if self.turns_back() => {
                Ok(Onward::Back(Text::line("cancelled by an operator")))
            }
            Resolved::NotThere => self.attempts(index, attempt + 1, key).await,
            Resolved::Unclear(why) => Ok(Onward::Back(why)),
            Resolved::Shutdown => Ok(Onward::Stop(shutting_down())),
        }
    }

    /// Tries until there is a definite answer, at most as often as the pace says.
    async fn attempts(
        &mut self,
        index: usize,
        first: u32,
        key: String,
    ) -> Result<Onward, JournalError> {
        let mut why = Text::default();
        for attempt in first..=self.context.pace.attempts.max(first) {
            if self.context.shutdown.is_cancelled() {
                return Ok(Onward::Stop(shutting_down()));
            }
            let since = (self.context.clock)();
            self.write(
                index,
                Forward::Intended {
                    attempt,
                    key: key.clone(),
                    since,
                },
            )
            .await?;
            match self.perform(index, &key).await {
                Outcome::Done(object) => return self.done(index, object).await,
                Outcome::Not(why) if attempt == 1 => return self.failed(index, why).await,
                // An earlier attempt may have come through after all, and be the very reason for the refusal: its
                // intent stays on disk, so taking back looks for it.
                Outcome::Not(why) => return Ok(Onward::Back(why)),
                Outcome::Unknown(reason) => why = reason,
            }
            match resolve::resolve(self, index).await {
                Resolved::There(object) => return self.done(index, object).await,
                Resolved::Foreign(what) => return self.failed(index, what).await,
                Resolved::NotThere => {}
                Resolved::Unclear(why) => return Ok(Onward::Back(why)),
                Resolved::Shutdown => return Ok(Onward::Stop(shutting_down())),
            }
        }
        // Seen not to be there, but its intent stays on disk, so taking back looks once more.
        Ok(Onward::Back(why))
    }

    /// The effect, in a task of its own: it is not dropped half-way, and a failure of the console itself is an unknown
    /// result, not an end.
    async fn perform(&self, index: usize, key: &str) -> Outcome {
        let (step, facts, key) = (self.steps[index].clone(), self.facts(index), key.to_owned());
        tokio::spawn(async move { step.perform(&facts, &key).await })
            .await
            .unwrap_or_else(|_| {
                Outcome::Unknown(Text::line("the console failed in the middle of it"))
            })
    }

    async fn done(&mut self, index: usize, object: Object) -> Result<Onward, JournalError> {
        self.write(index, Forward::Done(object)).await?;
        Ok(Onward::Next)
    }

    async fn failed(&mut self, index: usize, why: Text) -> Result<Onward, JournalError> {
        self.write(index, Forward::Failed(why.clone())).await?;
        Ok(Onward::Back(why))
    }

    async fn write(&mut self, index: usize, forward: Forward) -> Result<(), JournalError> {
        let record = Record {
            forward,
            ..self.records[index].clone()
        };
        self.note(index, record).await
    }

    /// Notes how far a step's taking back is.
    pub async fn write_undo(&mut self, index: usize, undo: Undoing) -> Result<(), JournalError> {
        let record = Record {
            undo,
            ..self.records[index].clone()
        };
        self.note(index, record).await
    }

    async fn note(&mut self, index: usize, record: Record) -> Result<(), JournalError> {
        self.context.journal.write(self.id, index, &record).await?;
        self.records[index] = record.clone();
        self.tell(Progress::Step {
            step: index,
            record,
        });
        Ok(())
    }

    /// What the steps before one made.
    pub fn facts(&self, before: usize) -> Facts {
        self.records
            .iter()
            .take(before)
            .filter_map(|record| match &record.forward {
                Forward::Done(object) => Some(&object.facts),
                _ => None,
            })
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    fn made(&self) -> Vec<Object> {
        self.records
            .iter()
            .filter_map(|record| match &record.forward {
                Forward::Done(object) => Some(object.clone()),
                _ => None,
            })
            .collect()
    }

    pub fn tell(&self, progress: Progress) {
        (self.context.progress)(progress);
    }

    /// Sleeps, unless the process is to end.
    pub async fn sleep(&self, span: Span) -> bool {
        tokio::select! {
            biased;
            () = self.context.shutdown.cancelled() => false,
            () = tokio::time::sleep(span.duration()) => true,
        }
    }
}

fn shutting_down() -> Text {
    Text::line("the console ends; the run goes on at the next start")
}
