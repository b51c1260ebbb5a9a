//! Plans: what exactly would be done, before anything is. A plan is frozen; a run carries out this and nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};
use vocab::{ContainerId, ContainerKey, NodeName, Prunable, RunId, Span, Text, Time, UnitName};

use crate::intent::{ContainerVerb, Intent, RunWay};
use crate::run::Actor;
use crate::site::{SiteOrder, SiteStep};

/// How hard it is to take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reversibility {
    /// The inverse action brings back what was.
    Reversible,
    /// Nothing is lost, but somebody may notice while it runs.
    Disruptive,
    /// What is gone stays gone.
    Irreversible,
}

impl Reversibility {
    /// The word shown in plans.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reversible => "reversible",
            Self::Disruptive => "disruptive",
            Self::Irreversible => "irreversible",
        }
    }
}

/// What the operator has to do for a plan to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// Nothing: it runs after this long unless it is taken back.
    Grace(Span),
    /// Press this letter.
    Letter(char),
    /// Type this name.
    TypedName(Text),
}

/// What the operator did. The engine checks it against the plan again, whatever the face has checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Consent {
    /// Let the grace window begin.
    Grace,
    /// Pressed this letter.
    Letter(char),
    /// Typed this.
    Typed(Text),
    /// Said `--yes` in a script: enough for what is not irreversible, and skips the grace window.
    Script,
}

/// Something a plan touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanObject {
    /// Where.
    pub node: NodeName,
    /// What kind: `container`, `node`, `unit`, `unused volume` …
    pub kind: Text,
    /// Its name as an operator knows it.
    pub name: Text,
    /// What matters of it: image and state, size and age …
    pub detail: Text,
}

/// A log of a node that can be cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeLog {
    /// The systemd journal.
    Journal,
    /// What a container has printed, as Docker's json-file driver keeps it.
    Container(ContainerId),
}

/// As a key.
impl fmt::Display for NodeLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal => f.write_str("journal"),
            Self::Container(id) => write!(f, "{id}"),
        }
    }
}

/// What a step does, as data, so that it can be journalled and looked at after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepCall {
    /// Do something to a container.
    Container {
        /// What.
        verb: ContainerVerb,
        /// To which.
        key: ContainerKey,
    },
    /// Remove one object.
    RemoveObject {
        /// Where.
        node: NodeName,
        /// Which.
        object: Prunable,
    },
    /// Cut a log to its bound.
    CutLog {
        /// Where.
        node: NodeName,
        /// Which.
        log: NodeLog,
    },
    /// Restart a unit.
    RestartUnit {
        /// Where.
        node: NodeName,
        /// Which.
        unit: UnitName,
    },
    /// Drop the connection and make it anew.
    Reconnect {
        /// To which node.
        node: NodeName,
    },
    /// Reboot.
    Reboot {
        /// Which node.
        node: NodeName,
    },
    /// Run a command.
    Command {
        /// Where.
        node: NodeName,
        /// Program and arguments.
        command: Vec<String>,
    },
    /// Run a command in a container.
    ContainerCommand {
        /// In which.
        key: ContainerKey,
        /// Program and arguments.
        command: Vec<String>,
    },
    /// A step of a run on a site; the plan's order says of which, and how.
    Site(SiteStep),
    /// Send another run on, or back.
    Run {
        /// Which run.
        run: RunId,
        /// Where to.
        way: RunWay,
    },
    /// Look whether what the steps before were meant to bring about is so. Changes nothing.
    Verify(Box<Expectation>),
    /// Hand the terminal to this command line. Carried out by the face, journalled by the engine.
    Handover {
        /// Where.
        node: NodeName,
        /// Program and arguments on this machine.
        command: Vec<String>,
    },
}

/// What is looked for after the steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expectation {
    /// The container runs, and healthily where it has a health check.
    Running {
        /// Which.
        key: ContainerKey,
        /// Started after this, where it must have been started anew.
        since: Option<Time>,
    },
    /// The container's process has ended.
    Stopped {
        /// Which.
        key: ContainerKey,
    },
    /// The container is frozen.
    Paused {
        /// Which.
        key: ContainerKey,
    },
    /// The container is gone.
    Removed {
        /// Which.
        key: ContainerKey,
    },
    /// The object is gone.
    ObjectRemoved {
        /// Where.
        node: NodeName,
        /// Which.
        object: Prunable,
    },
    /// The log is within its bound.
    LogCut {
        /// Where.
        node: NodeName,
        /// Which.
        log: NodeLog,
    },
    /// The unit is active.
    UnitActive {
        /// Where.
        node: NodeName,
        /// Which.
        unit: UnitName,
    },
    /// The node answers a command.
    Answers {
        /// Which.
        node: NodeName,
    },
    /// The node answers with another boot id than this.
    Rebooted {
        /// Which.
        node: NodeName,
    },
    /// The other run has come to its end, and to the one that was wished.
    RunEnded {
        /// Which run.
        run: RunId,
        /// Where it was sent.
        way: RunWay,
    },
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Which of the plan's objects it belongs to: the row of the grid. Steps of one object run in order; objects run
    /// side by side unless the plan says one by one.
    pub object: usize,
    /// What it does, in words: `stop, 10 s of grace`.
    pub title: Text,
    /// The exact call or command: `POST /containers/9f2c…/stop?t=10`.
    pub exact: Text,
    /// What it does, as data.
    pub call: StepCall,
    /// How long it may take.
    pub deadline: Span,
}

/// What would be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The id that its run would have.
    pub id: RunId,
    /// The wish behind it.
    pub intent: Intent,
    /// Who wished.
    pub by: Actor,
    /// When it was made; a plan older than ten minutes is refused.
    pub made: Time,
    /// In a few words: `restart acme/app`.
    pub title: Text,
    /// How hard it is to take back.
    pub reversibility: Reversibility,
    /// What it asks for.
    pub confirmation: Confirmation,
    /// What it touches, all of it.
    pub objects: Vec<PlanObject>,
    /// What it does, in order.
    pub steps: Vec<PlannedStep>,
    /// How its success will be seen, in words.
    pub verification: Text,
    /// What takes it back, when something does.
    pub inverse: Option<Intent>,
    /// What the operator should know first: "the data of volume x goes with it".
    pub warnings: Vec<Text>,
    /// Whether objects are done one after another, stopping at the first failure.
    pub one_by_one: bool,
    /// How long it will take, about.
    pub expected: Span,
}

impl Plan {
    /// What a run on a site was ordered to do.
    pub const fn order(&self) -> Option<&SiteOrder> {
        match &self.intent {
            Intent::Site(order) => Some(order),
            _ => None,
        }
    }

    /// Whether this consent is enough for this plan.
    pub fn allows(&self, consent: &Consent) -> bool {
        match (&self.confirmation, consent) {
            (Confirmation::Grace(_), Consent::Grace) => true,
            (Confirmation::Letter(wanted), Consent::Letter(given)) => wanted == given,
            (Confirmation::TypedName(wanted), Consent::Typed(given)) => wanted == given,
            (Confirmation::Grace(_) | Confirmation::Letter(_), Consent::Script) => {
                self.reversibility < Reversibility::Irreversible
            }
            _ => false,
        }
    }
}
