//! The record: which fix was tried on which signal, and whether that closed it. Confidence comes from here alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocab::{Decimal, Money, RunId, Span, Text, Time};

use super::{Policy, Trust};
use crate::about::About;
use crate::priorities::ItemId;
use crate::run::{Actor, Face};
use crate::signals::{Fix, SignalId};

/// The most attempts that are kept in memory; older ones are in the store.
const KEPT: usize = 500;

/// Confidence comes from at least so many attempts.
const LEAST: usize = 3;

/// The record goes back so far: what a fix did longer ago says little of today.
const REACH: Span = Span::days(90);

/// The word of a fix in policies: that of rules, and `command` for any command of the operator's own.
pub fn fix_word(fix: &Fix) -> &str {
    match fix {
        Fix::Command { .. } => "command",
        known => known.word(),
    }
}

/// What came of a fix, by what was seen after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The signal that raised it is gone.
    Closed,
    /// It is not, and was seen to be wrong again after the run.
    StillWrong,
    /// Nobody could look: it says nothing of the fix.
    Unseen,
    /// Nothing was done: it was taken back before it began, or refused.
    NotRun,
}

impl Outcome {
    /// The words shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::StillWrong => "still wrong",
            Self::Unseen => "unseen",
            Self::NotRun => "not run",
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptEnd {
    /// When that was known.
    pub at: Time,
    /// What came of it.
    pub outcome: Outcome,
    /// In words.
    pub words: Text,
}

/// A fix that was tried, by the autopilot or by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its run.
    pub run: RunId,
    /// The item that it was to close.
    pub item: ItemId,
    /// The signal that raised that.
    pub signal: SignalId,
    /// The fix's word.
    pub fix: Text,
    /// The plan's title: `restart acme/app`.
    pub title: Text,
    /// Who.
    pub by: Actor,
    /// When it was begun.
    pub begun: Time,
    /// What stood on the objects of its plan, in an hour.
    pub blast: Option<Money>,
    /// How it ended; `None` while that is not known.
    pub end: Option<AttemptEnd>,
}

impl Attempt {
    /// Whether the autopilot began it.
    pub fn is_automatic(&self) -> bool {
        self.by.face == Face::Autopilot
    }

    /// What came of it, once that is known.
    pub fn outcome(&self) -> Option<Outcome> {
        self.end.as_ref().map(|end| end.outcome)
    }

    /// Whether it says something of the fix: it was carried out and looked at.
    fn counts(&self) -> Option<bool> {
        match self.outcome()? {
            Outcome::Closed => Some(true),
            Outcome::StillWrong => Some(false),
            Outcome::Unseen | Outcome::NotRun => None,
        }
    }
}

/// The switch that every process obeys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Switch {
    /// Since when, and by whom, nothing begins by itself whatever the policy says.
    pub stopped: Option<(Time, Text)>,
    /// What failed before then is forgiven: an operator has looked, and let it go on.
    pub forgiven: Option<Time>,
    /// The fixes, by their word, and the items, by their id, that an operator trusts in spite of the record.
    pub trusted: BTreeMap<Text, Trust>,
}

/// What the operator wants of the autopilot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AutopilotRequest {
    /// Nothing more is to begin by itself, and what did is not to begin a further step.
    Stop,
    /// It may again; what failed before is forgiven.
    Start,
    /// A fix, by its word, or an item, by its id, is trusted: a person has looked, and what it failed at before counts no more.
    Trust(Text),
    /// It is trusted no more: the record alone counts again.
    Distrust(Text),
}

/// All that is known of the autopilot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Autopilot {
    /// What may run by itself.
    pub policy: Policy,
    /// Whether it is stopped.
    pub switch: Switch,
    /// What was tried, by hand too.
    pub attempts: BTreeMap<RunId, Attempt>,
}

impl Autopilot {
    /// Notes an attempt as it is now; the oldest goes when there are too many.
    pub(crate) fn note(&mut self, attempt: Attempt) {
        self.attempts.insert(attempt.run, attempt);
        while self.attempts.len() > KEPT {
            self.attempts.pop_first();
        }
    }

    /// What the autopilot has begun and of which it is not yet known how it ended.
    pub fn under_way(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts
            .values()
            .filter(|attempt| attempt.is_automatic() && attempt.end.is_none())
    }

    /// What the autopilot did to a signal since the operator last let it go on or trusted it, the oldest first; what was not
    /// run is left out.
    pub fn tries<'a>(&'a self, signal: &'a SignalId) -> impl Iterator<Item = &'a Attempt> {
        self.attempts.values().filter(move |attempt| {
            attempt.is_automatic()
                && attempt.signal == *signal
                && !self.is_forgiven(attempt)
                && attempt.outcome() != Some(Outcome::NotRun)
        })
    }
}

/// How sure it is that a fix closes a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confidence {
    /// From 0 to 1; `None` when there is too little record and nothing is presumed.
    pub value: Option<Decimal>,
    /// How it comes about: `closed 5 of 6 times on this object`.
    pub words: String,
}

/// How often this fix closed this signal: on this very object where that was tried often enough, else on any that broke
/// the same rule, else what the policy presumes. The share is smoothed as Laplace did, (closed + 1) / (tried + 2), so that
/// three of three are not certainty.
pub fn confidence(
    autopilot: &Autopilot,
    fix: &str,
    rule: &Text,
    about: &About,
    presumed: Option<Decimal>,
    now: Time,
) -> Confidence {
    let of_rule: Vec<(&Attempt, bool)> = autopilot
        .attempts
        .values()
        .filter(|attempt| {
            attempt.fix.as_str() == fix
                && attempt.signal.rule == *rule
                && now.since(attempt.begun) < REACH
        })
        .filter_map(|attempt| attempt.counts().map(|closed| (attempt, closed)))
        .collect();
    let of_object = of_rule
        .iter()
        .filter(|(attempt, _)| attempt.signal.about == *about)
        .map(|(_, closed)| *closed);
    let object: Vec<bool> = of_object.collect();
    let rule: Vec<bool> = of_rule.iter().map(|(_, closed)| *closed).collect();
    let (found, place) = if object.len() >= LEAST {
        (object, "on this object")
    } else {
        (rule, "for this rule")
    };
    let closed = found.iter().filter(|closed| **closed).count();
    if found.len() >= LEAST {
        return Confidence {
            value: Some(Decimal::from(closed as u64 + 1) / Decimal::from(found.len() as u64 + 2)),
            words: format!("closed {closed} of {} times {place}", found.len()),
        };
    }
    let known = match found.len() {
        0 => "it was never tried".to_owned(),
        tried => format!("it was tried {tried} of {LEAST} times"),
    };
    Confidence {
        value: presumed,
        words: match presumed {
            Some(_) => format!("presumed: {known}"),
            None => known,
        },
    }
}
