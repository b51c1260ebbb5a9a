//! A signal: one rule that one object breaks, over time.

use std::collections::VecDeque;
use std::fmt;

use serde::{Deserialize, Serialize};
use vocab::rule::{Figure, Kind};
use vocab::{Severity, Text, Time};

use crate::about::About;
use crate::priorities::ItemId;

/// What tells one signal from another: a thousand repeats are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SignalId {
    /// What it is about.
    pub about: About,
    /// The rule.
    pub rule: Text,
    /// Which part of it; empty for the whole.
    pub part: Text,
}

impl SignalId {
    /// The item that it is.
    pub fn item(&self) -> ItemId {
        ItemId(Text::line(self.to_string()))
    }
}

/// `disk.full node/web-1 /var`.
impl fmt::Display for SignalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rule, self.about)?;
        if self.part.is_empty() {
            Ok(())
        } else {
            write!(f, " {}", self.part)
        }
    }
}

/// Where a signal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Wrong, but not yet for as long as the rule says. Not shown.
    Pending,
    /// Wrong.
    Open,
    /// Right again, but not yet for as long as the rule says. Shown.
    Clearing {
        /// Since when it is right.
        since: Time,
    },
}

/// How sure it is that a signal is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Certainty {
    /// Its source cannot be read just now.
    Blind,
    /// It was seen to fail from this machine alone.
    OnlyHere,
    /// It comes and goes.
    Flapping,
    /// The object itself says so, or it was seen from more than one place.
    Sure,
}

/// A signal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// What tells it from others.
    pub id: SignalId,
    /// The figure that its rule judges.
    pub figure: Figure,
    /// Of what sort the trouble is.
    pub kind: Kind,
    /// Where it is.
    pub phase: Phase,
    /// Since when it is wrong.
    pub since: Time,
    /// When it opened.
    pub opened: Option<Time>,
    /// When it was last seen to be wrong.
    pub seen: Time,
    /// How grave it is at its worst since it opened.
    pub severity: Severity,
    /// The figure as last read.
    pub value: f64,
    /// The figure at its worst since it opened.
    pub worst: f64,
    /// The line shown.
    pub title: Text,
    /// What there is to say beside it.
    pub words: Text,
    /// Whether its figure cannot be read just now: it stays as it was.
    pub blind: bool,
    /// Whether it was seen to be so from this machine alone, by a look that others could have made.
    pub only_here: bool,
    /// Whether it may be told of: not while it is under announced maintenance.
    pub told: bool,
    /// When it became wrong within the last hour, the newest last.
    pub openings: VecDeque<Time>,
}

/// So many openings within an hour are a flapping signal.
pub const FLAPPING: usize = 3;

impl Signal {
    /// Whether it is shown: open, or not yet calm again.
    pub const fn is_open(&self) -> bool {
        !matches!(self.phase, Phase::Pending)
    }

    /// Whether it comes and goes.
    pub fn is_flapping(&self) -> bool {
        self.openings.len() >= FLAPPING
    }

    /// How sure it is.
    pub fn certainty(&self) -> Certainty {
        if self.blind {
            Certainty::Blind
        } else if self.only_here {
            Certainty::OnlyHere
        } else if self.is_flapping() {
            Certainty::Flapping
        } else {
            Certainty::Sure
        }
    }

    /// The line with what is to be known of how sure it is: `flapping, 5 times in 1 h`, `seen only from here`,
    /// `not seen since`.
    pub fn caution(&self) -> Option<Text> {
        match self.certainty() {
            Certainty::Sure => None,
            Certainty::Blind => Some(Text::line("cannot be looked at now")),
            Certainty::OnlyHere => Some(Text::line("seen only from here")),
            Certainty::Flapping => Some(Text::line(format!(
                "flapping, {} times in 1 h",
                self.openings.len()
            ))),
        }
    }
}

/// Signals as a list: JSON has no keys but text.
pub(crate) mod as_list {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Signal, SignalId};

    pub(crate) fn serialize<S: Serializer>(
        signals: &BTreeMap<SignalId, Signal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        signals.values().collect::<Vec<_>>().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<SignalId, Signal>, D::Error> {
        let signals = Vec::<Signal>::deserialize(deserializer)?;
        Ok(signals
            .into_iter()
            .map(|signal| (signal.id.clone(), signal))
            .collect())
    }
}

/// Maps with keys that are no text, as lists of pairs.
pub(crate) mod as_pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        map.iter().collect::<Vec<_>>().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?
            .into_iter()
            .collect())
    }
}
