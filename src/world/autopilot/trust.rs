//! Trust: an operator has looked at a fix or at an item and lets the autopilot try again, whatever the record says. The record
//! itself stays what it is: what was tried, what came of it, and how sure that makes.

use serde::{Deserialize, Serialize};
use vocab::{Text, Time};

use super::decide::TRIES;
use super::{Attempt, Autopilot, Outcome};
use crate::priorities::ItemId;
use crate::signals::Fix;

/// The word of an operator for a fix or an item. It is used up when as many tries as the autopilot has have failed since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// Since when. What was tried before counts no more against it.
    pub at: Time,
    /// Whose.
    pub by: Text,
}

impl Autopilot {
    /// The trust that a fix has on an item, by its own name or by the item's, unless it is used up.
    pub fn trust(&self, fix: &str, item: &ItemId) -> Option<&Trust> {
        self.trusted_as(fix, item).map(|(_, trust)| trust)
    }

    /// Under which name a fix is trusted on an item, the fix's word or the item's id, unless that is used up; the newer one
    /// where it is both.
    pub fn trusted_as(&self, fix: &str, item: &ItemId) -> Option<(&Text, &Trust)> {
        [fix, item.0.as_str()]
            .into_iter()
            .filter(|what| self.failures_since_trust(what) < TRIES)
            .filter_map(|what| self.switch.trusted.get_key_value(what))
            .max_by_key(|(_, trust)| trust.at)
    }

    /// How many tries have failed since a fix or an item was trusted; none when it is not.
    pub fn failures_since_trust(&self, what: &str) -> usize {
        let Some(trust) = self.switch.trusted.get(what) else {
            return 0;
        };
        let of_it = |attempt: &&Attempt| {
            attempt.is_automatic()
                && attempt.begun >= trust.at
                && attempt.outcome() == Some(Outcome::StillWrong)
                && (*attempt.fix == *what || *attempt.item.0 == *what)
        };
        self.attempts.values().filter(of_it).count()
    }

    /// Whether what came of an attempt is forgiven: an operator has let everything go on since, or has trusted its fix or its
    /// item.
    pub(super) fn is_forgiven(&self, attempt: &Attempt) -> bool {
        let trusted = [attempt.fix.as_str(), attempt.item.0.as_str()];
        let trusted = trusted.into_iter().filter_map(|what| {
            let trust = self.switch.trusted.get(what)?;
            Some(trust.at)
        });
        let since = trusted.chain(self.switch.forgiven).max();
        since.is_some_and(|since| attempt.begun < since)
    }

    /// Whether the autopilot knows of something by this name: a fix of rules, or an item on which one was tried.
    pub fn knows(&self, what: &str) -> bool {
        what == "command"
            || Fix::WORDS.iter().any(|(word, _)| *word == what)
            || self.attempts.values().any(|one| *one.item.0 == *what)
    }
}
