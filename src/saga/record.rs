//! What the journal holds of a saga: per step how far it is in both directions, and where the whole is going.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocab::{RollbackLevel, Text, Time};

/// What later steps need to know of what earlier ones made: `server.address`, `zone` … Nothing secret.
pub type Facts = BTreeMap<String, String>;

/// Something that a step made outside.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Object {
    /// What kind, in the provider's words: `server`, `record`, `subscription`.
    pub kind: String,
    /// Its id at the provider.
    pub id: String,
    /// Its name there, by which it is found again.
    pub name: String,
    /// What it costs a month, in words with a currency, when it costs.
    pub monthly: Option<String>,
    /// What is said of it to later steps.
    pub facts: Facts,
}

/// A step on its way forward.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Forward {
    /// Not begun.
    #[default]
    Waiting,
    /// Its intent is on disk; whether it happened is unknown until a result is on disk too.
    Intended {
        /// The first attempt is 1.
        attempt: u32,
        /// The idempotency key of the step, the same for all attempts.
        key: String,
        /// When the newest attempt began.
        since: Time,
    },
    /// Done, and what it made.
    Done(Object),
    /// Definitely not done.
    Failed(Text),
}

/// A step on its way back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Undoing {
    /// Not begun.
    #[default]
    Waiting,
    /// Its intent is on disk.
    Intended {
        /// When taking back began.
        since: Time,
        /// How often it was tried.
        tries: u32,
    },
    /// Nothing of it is left, or the level keeps it.
    Done(Text),
    /// It could not be taken back within the time there is for it: an operator must.
    Stuck(Text),
}

/// All of one step.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Record {
    /// On the way forward.
    pub forward: Forward,
    /// On the way back.
    #[serde(default)]
    pub undo: Undoing,
}

/// Where a saga goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Direction {
    /// Towards what was planned.
    #[default]
    Forward,
    /// Back, as far as this level.
    Back(RollbackLevel),
}

/// All of a saga that moves and belongs to no step.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Status {
    /// Where it goes.
    pub direction: Direction,
    /// Why it goes back, when it does.
    pub why: Text,
}
