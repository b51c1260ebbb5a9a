//! What became of items over time: the history of each, and "while you were away".

use serde::{Deserialize, Serialize};
use vocab::{Money, RunId, Text, Time};

use super::ItemId;
use crate::world::World;

/// What happened to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// It came up.
    Raised,
    /// It came up again.
    Reopened,
    /// What raised it was looked at again, and is right.
    Closed,
    /// What it was about is there no more.
    Vanished,
    /// It was folded under another one, which explains it.
    Folded {
        /// The cause.
        under: ItemId,
    },
    /// The operator did something with it.
    Marked {
        /// Who.
        by: Text,
        /// What: `acknowledged`, `snoozed until …: …`.
        words: Text,
    },
    /// A fix was begun.
    FixBegun {
        /// By whom.
        by: Text,
        /// Its run.
        run: RunId,
    },
    /// A fix has ended.
    FixEnded {
        /// Its run.
        run: RunId,
        /// How.
        words: Text,
    },
    /// It was put away by itself, because nobody needed to see to it.
    Archived,
}

impl What {
    /// In words, as a line of an item's history.
    pub fn words(&self) -> String {
        match self {
            Self::Raised => "came up".to_owned(),
            Self::Reopened => "came up again".to_owned(),
            Self::Closed => "was looked at again, and is right".to_owned(),
            Self::Vanished => "is there no more".to_owned(),
            Self::Folded { under } => format!("is explained by {under}"),
            Self::Marked { by, words } => format!("{words}, by {by}"),
            Self::FixBegun { by, run } => format!("fix begun by {by}: run {}", run.short()),
            Self::FixEnded { run, words } => format!("fix {words}: run {}", run.short()),
            Self::Archived => "was put away: neither important nor urgent for long".to_owned(),
        }
    }
}

/// Something that happened to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// When.
    pub at: Time,
    /// To which item.
    pub item: ItemId,
    /// Its line at that time.
    pub title: Text,
    /// What.
    pub what: What,
    /// Money that was in danger in an hour.
    pub at_risk: Option<Money>,
}

/// Whether it is told of an item already that this run is its fix: the process that begins the run tells, and the one that
/// keeps the record, whichever knows first.
pub fn fix_is_begun(world: &World, item: &ItemId, run: RunId) -> bool {
    world.happenings.iter().any(|one| {
        matches!(one.what, What::FixBegun { run: of, .. } if of == run) && one.item == *item
    })
}
