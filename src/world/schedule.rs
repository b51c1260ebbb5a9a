//! What is done by itself: which process does it, and how each schedule stands.

use serde::{Deserialize, Serialize};
use vocab::{ScheduleName, Span, Text, Time};

use crate::run::Actor;

/// What kind of process does what is done by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExecutorKind {
    /// A console that is open. It gives way to the other.
    Console,
    /// `wheelhouse serve`.
    Serve,
}

impl ExecutorKind {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Serve => "serve",
        }
    }
}

/// The one process that runs schedules and goes on with what was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executor {
    /// What kind it is.
    pub kind: ExecutorKind,
    /// Its number.
    pub pid: u32,
    /// Since when.
    pub since: Time,
    /// Whether it is this very process.
    pub here: bool,
}

/// How a turn of a schedule ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TurnEnd {
    /// All that was to be done is done.
    Done,
    /// There was nothing to do.
    Nothing,
    /// Something failed, or was refused.
    Failed,
    /// Its process ended in the middle.
    Interrupted,
}

impl TurnEnd {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Nothing => "nothing to do",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A turn of a schedule that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// When it began.
    pub begun: Time,
    /// How long it took.
    pub took: Span,
    /// How it ended.
    pub end: TurnEnd,
    /// What came of it, in words.
    pub words: Text,
}

/// A schedule that is not to begin a turn for the time being.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Who paused it.
    pub by: Actor,
    /// Since when.
    pub since: Time,
    /// Until when; `None` until it is resumed.
    pub until: Option<Time>,
}

/// What the store keeps of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRecord {
    /// When it was first known: its first interval is counted from there.
    pub known: Time,
    /// When its newest turn was begun.
    pub begun: Option<Time>,
    /// Its newest turn that is over.
    pub last: Option<Turn>,
    /// Whether it is paused.
    pub paused: Option<Pause>,
    /// Who asked for a turn at once, and when; none when nobody did since the newest turn.
    pub asked: Option<(Time, Actor)>,
}

impl ScheduleRecord {
    /// Of one that is known from now on.
    pub const fn new(known: Time) -> Self {
        Self {
            known,
            begun: None,
            last: None,
            paused: None,
            asked: None,
        }
    }

    /// Whether it is paused at this moment.
    pub fn is_paused(&self, now: Time) -> bool {
        self.paused
            .as_ref()
            .is_some_and(|pause| pause.until.is_none_or(|until| now < until))
    }
}

/// A schedule as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleState {
    /// Its name.
    pub name: ScheduleName,
    /// What it does, in words.
    pub what: Text,
    /// When, in words.
    pub when: Text,
    /// Whether the fleet file declares it.
    pub declared: bool,
    /// When its next turn is, while somebody is there to begin it; `None` when never.
    pub next: Option<Time>,
    /// Since when a turn is under way.
    pub running: Option<Time>,
    /// What the store keeps of it.
    pub record: ScheduleRecord,
}

impl ScheduleState {
    /// How it stands, in a word.
    pub fn word(&self, now: Time) -> &'static str {
        let failed = |turn: &Turn| matches!(turn.end, TurnEnd::Failed | TurnEnd::Interrupted);
        match &self.record {
            _ if self.running.is_some() => "running",
            record if record.is_paused(now) => "paused",
            record if record.last.as_ref().is_some_and(failed) => "failed",
            record if record.last.is_none() => "waiting",
            _ => "fine",
        }
    }
}

/// What an operator does with a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ScheduleVerb {
    /// Have a turn of it begun now.
    Run,
    /// Begin no turn of it.
    Pause {
        /// Until then; until it is resumed when not given.
        until: Option<Time>,
    },
    /// Begin its turns again.
    Resume,
}

impl ScheduleVerb {
    /// The verb as typed.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Pause { .. } => "pause",
            Self::Resume => "resume",
        }
    }
}
