//! An item: one thing that needs attention, with its score.

use std::fmt;

use serde::{Deserialize, Serialize};
use vocab::{Decimal, Money, RunId, Severity, Text, Time};

use super::{Mark, Note};
use crate::about::About;
use crate::intent::Intent;
use crate::signals::{Level, SignalId};

/// What tells one item from another: of a signal `rule about part`, of a note `note ID`, of a report `SYSTEM KEY`.
/// The same for the same trouble in every process and after every start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub Text);

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ItemId {
    /// Of a note: `note ID`; of a report its own id, `SYSTEM KEY`.
    pub fn of_note(note: &Note) -> Self {
        match note.system {
            Some(_) => Self(note.id.clone()),
            None => Self(Text::line(format!("note {}", note.id))),
        }
    }

    /// The rule's name, or `note`, or the system's: its first word.
    pub fn kind(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }
}

/// Where an item comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// A signal, with those that it explains folded under it.
    Signal {
        /// The cause.
        id: SignalId,
        /// Its consequences that are signals themselves.
        consequences: Vec<SignalId>,
    },
    /// A note of the operator, a deal, or what another system reported, by its id.
    Note(Text),
}

/// Where an item stands between important and urgent, by the thresholds of the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Quadrant {
    /// Important and urgent: now.
    Q1,
    /// Important: with a date.
    Q2,
    /// Urgent: somebody else.
    Q3,
    /// Neither: nobody; put away by itself after 48 hours.
    Q4,
}

impl Quadrant {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Q1 => "Q1",
            Self::Q2 => "Q2",
            Self::Q3 => "Q3",
            Self::Q4 => "Q4",
        }
    }
}

/// One term of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What it stands for: `money at risk`, `blast radius`, `age`.
    pub name: Text,
    /// Its value.
    pub value: Decimal,
    /// How it came about, with its figures: `2 sites of $15.00 a month: $0.04/h x 100`.
    pub words: Text,
}

/// A score: importance × urgency × certainty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// The product.
    pub total: Decimal,
    /// The sum of its terms.
    pub importance: Decimal,
    /// The greatest of its terms.
    pub urgency: Decimal,
    /// From 0 to 1.
    pub certainty: Decimal,
    /// What importance is made of.
    pub importance_terms: Vec<Term>,
    /// What urgency is made of.
    pub urgency_terms: Vec<Term>,
    /// What certainty is made of.
    pub certainty_terms: Vec<Term>,
}

/// Whether an item is to be seen to now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visibility {
    /// It is.
    Shown,
    /// Nothing can be done about it before then.
    Later {
        /// From then on it ranks.
        from: Time,
    },
    /// The operator does not want to see it before then.
    Snoozed {
        /// Until then.
        until: Time,
    },
    /// Somebody else sees to it.
    Delegated {
        /// Who.
        to: Text,
        /// Then it comes back.
        until: Time,
    },
    /// It was said to be done. What is still wrong comes back by itself.
    Done,
    /// It was neither important nor urgent for so long that it was put away.
    Archived,
    /// It mends itself.
    Quiet,
    /// Maintenance of it was announced.
    Maintenance,
}

impl Visibility {
    /// The word shown.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Later { .. } => "later",
            Self::Snoozed { .. } => "snoozed",
            Self::Delegated { .. } => "delegated",
            Self::Done => "done",
            Self::Archived => "archived",
            Self::Quiet => "quiet",
            Self::Maintenance => "maintenance",
        }
    }
}

/// One thing that needs attention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// What tells it from others.
    pub id: ItemId,
    /// Where it comes from.
    pub origin: Origin,
    /// What it is about; where "open" leads.
    pub about: About,
    /// In a few words: `compute-2 is down`.
    pub title: Text,
    /// Figures and consequences: `+40 consequences, 4 sites`.
    pub detail: Text,
    /// How grave.
    pub severity: Severity,
    /// Since when.
    pub since: Time,
    /// Money in danger in an hour, where it is known.
    pub at_risk: Option<Money>,
    /// Whether it is known to be so: `false` while what would tell cannot be read.
    pub certain: bool,
    /// Its score.
    pub score: Score,
    /// Where it stands.
    pub quadrant: Quadrant,
    /// Who is to see to it.
    pub level: Level,
    /// What would mend it, bound to its object; `None` where only a person can.
    pub fix: Option<Intent>,
    /// The run that mends it just now.
    pub run: Option<RunId>,
    /// Whether it is to be seen to now.
    pub visibility: Visibility,
    /// What the operator did with it.
    pub mark: Mark,
}
