//! Runs: plans being carried out, step by step, and the audit log.

use std::fmt;

use serde::{Deserialize, Serialize};
use vocab::{Bytes, RunId, Span, Text, Time};

use crate::plan::Plan;

/// From where somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Face {
    /// The interactive console.
    Console,
    /// A command of the shell.
    Shell,
    /// A schedule, by itself.
    Schedule,
    /// The autopilot: nobody pressed a key.
    Autopilot,
    /// A test or the engine itself.
    Internal,
}

impl Face {
    /// The word in the audit log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Shell => "shell",
            Self::Schedule => "schedule",
            Self::Autopilot => "autopilot",
            Self::Internal => "engine",
        }
    }
}

/// Who acts, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The operator's login name on the machine that acts.
    pub user: Text,
    /// Through which face.
    pub face: Face,
}

impl Actor {
    /// The name under which the program acts by itself.
    pub const AUTOPILOT: &'static str = "autopilot";
}

/// Where a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunState {
    /// Waits for the grace window to end; can be taken back without a trace outside.
    Grace {
        /// Until then.
        until: Time,
    },
    /// Waits for its turn: so many runs on sites are driven at once as may be. Can be taken back without a trace outside,
    /// unless it was driven before.
    Queued {
        /// How many runs come before it, those that are driven among them.
        before: usize,
        /// What keeps it besides them: a server in the hands of a run whose process has ended. Empty for nothing.
        #[serde(default)]
        held: Text,
    },
    /// Being carried out.
    Running,
    /// A cancel was asked for; the step in flight ends first.
    Cancelling,
    /// Being taken back.
    RollingBack,
    /// Taken back as far as was chosen before.
    RolledBack,
    /// Taken back but for some steps: an operator must see to what is left.
    NeedsOperator,
    /// Carried out and seen to be so.
    Verified,
    /// Carried out, and nothing was to be seen afterwards (a command, a shell).
    Done,
    /// At least one step failed, or what should be seen is not so.
    Failed,
    /// Taken back before it began, or cancelled on the way.
    Cancelled,
    /// The console ended, or the connection broke, in mid-step: what happened outside is not known. An operator must look.
    Unknown,
}

impl RunState {
    /// Whether nothing more will happen.
    pub const fn is_over(&self) -> bool {
        !matches!(
            self,
            Self::Grace { .. }
                | Self::Queued { .. }
                | Self::Running
                | Self::Cancelling
                | Self::RollingBack
        )
    }

    /// For what it waits, when it waits for its turn: `waits for 12 runs before it`.
    pub fn waits(&self) -> Option<String> {
        match self {
            Self::Queued { held, .. } if !held.is_empty() => Some(format!("waits: {held}")),
            Self::Queued { before: 0, .. } => Some("waits for its turn".to_owned()),
            Self::Queued { before: 1, .. } => Some("waits for a run before it".to_owned()),
            Self::Queued { before, .. } => Some(format!("waits for {before} runs before it")),
            _ => None,
        }
    }

    /// The word shown.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Grace { .. } => "waiting",
            Self::Queued { .. } => "queued",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::RollingBack => "rolling back",
            Self::RolledBack => "rolled back",
            Self::NeedsOperator => "needs operator",
            Self::Verified => "verified",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }
}

/// Where a step is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum StepState {
    /// Not begun.
    #[default]
    Waiting,
    /// Its intent is on disk and it is under way.
    Running {
        /// Since then.
        since: Time,
    },
    /// It is done.
    Done {
        /// After this long.
        took: Span,
        /// What there is to say of it: an exit status, what was seen.
        note: Text,
    },
    /// It is definitely not done.
    Failed {
        /// After this long.
        took: Span,
        /// Why.
        reason: Text,
    },
    /// Whether it is done is not known.
    Unknown {
        /// Why.
        reason: Text,
    },
    /// It is being taken back.
    Undoing {
        /// Since then.
        since: Time,
    },
    /// It was done, or may have been, and nothing of it is left.
    Undone {
        /// What there is to say of it.
        note: Text,
    },
    /// It could not be taken back, or could not be done where there is no way back: what is left costs, or serves, until
    /// an operator sees to it.
    Stuck {
        /// Why.
        reason: Text,
        /// What is left, when that is known.
        #[serde(default)]
        left: Option<LeftOver>,
    },
    /// It was not begun because of what happened before it.
    Skipped,
}

/// Something at a provider that a run could not see to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LeftOver {
    /// What kind, in the provider's words: `server`, `record`, `subscription`.
    pub kind: Text,
    /// Its id there.
    pub id: Text,
    /// Its name there.
    pub name: Text,
    /// What it costs or bills a month, when it does.
    pub monthly: Option<Text>,
}

/// An operator's way out of a run that needs one. It counts for all that is stuck in the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WayOut {
    /// Try again.
    Retry,
    /// The operator has removed what was left; believed when looking shows it.
    Removed,
    /// It stays, and this is why. For 30 days nobody is told of it again.
    Keep(Text),
}

/// Something that an operator has chosen to keep: the sweep does not tell of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What.
    pub object: LeftOver,
    /// The run that left it.
    pub run: RunId,
    /// Who chose so.
    pub by: Actor,
    /// Why.
    pub why: Text,
    /// Until when nobody is told of it.
    pub until: Time,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StepRecord {
    /// Where it is.
    pub state: StepState,
    /// The end of what it printed, at most 64 KB.
    pub output: Text,
    /// How far it is, while it sends or receives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<StepProgress>,
}

/// How far a step is that sends or receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepProgress {
    /// So much went through.
    pub done: Bytes,
    /// Of so much, when that is known.
    pub of: Option<Bytes>,
}

/// `12M of 40M`, `12M`.
impl fmt::Display for StepProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            Some(of) => write!(f, "{} of {of}", self.done),
            None => write!(f, "{}", self.done),
        }
    }
}

/// A plan being carried out, or carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// What is carried out.
    pub plan: Plan,
    /// Where it is.
    pub state: RunState,
    /// When it was taken on.
    pub taken: Time,
    /// When it ended.
    pub ended: Option<Time>,
    /// Its steps, as many as the plan's.
    pub steps: Vec<StepRecord>,
}

impl Run {
    /// A run of a plan that has not begun.
    pub fn new(plan: Plan, state: RunState, taken: Time) -> Self {
        let steps = vec![StepRecord::default(); plan.steps.len()];
        Self {
            plan,
            state,
            taken,
            ended: None,
            steps,
        }
    }

    /// Its id.
    pub const fn id(&self) -> RunId {
        self.plan.id
    }

    /// Steps that are over, of all.
    pub fn progress(&self) -> (usize, usize) {
        let over = self
            .steps
            .iter()
            .filter(|step| !matches!(step.state, StepState::Waiting | StepState::Running { .. }))
            .count();
        (over, self.steps.len())
    }
}

/// One line of the audit log: who did what, from where, and how it ended. Never changed, never removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Its number, rising without gaps within one store.
    pub sequence: u64,
    /// When.
    pub at: Time,
    /// Who, from where.
    pub by: Actor,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// What: `submitted`, `cancelled`, `failed`, `verified`, `shell opened` …
    pub verb: Text,
    /// Of what: the plan's title.
    pub subject: Text,
    /// Objects, hosts, outcome, masked.
    pub detail: Text,
}

/// What came of checking the audit log against its chain of hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuditCheck {
    /// Every line is as it was written; so many there are.
    Whole(u64),
    /// Something was changed or is missing.
    Broken {
        /// The number of the first line that does not fit; all before it do.
        line: u64,
        /// What does not fit.
        what: Text,
    },
    /// It could not be checked: why.
    Unchecked(Text),
}
