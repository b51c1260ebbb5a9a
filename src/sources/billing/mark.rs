//! How far the payment provider was read: by its own clock where it matters, never by ours.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use vocab::{Span, Text, Time};

/// Events are asked for from so long before the newest known one: they do not come in order.
pub(super) const OVERLAP: Span = Span::minutes(10);

/// How far it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Mark {
    /// When everything was read the last time.
    pub whole: Option<Time>,
    /// The moment of the newest event, by the provider's clock.
    pub newest: Time,
    /// The events since [`OVERLAP`] before it that were taken in.
    pub taken: BTreeSet<Text>,
    /// The moment of the newest movement of the balance, by the provider's clock.
    pub moved: Time,
}

impl Mark {
    /// From the text it was kept as; a text of another console begins anew.
    pub fn read(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    /// As it is kept.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The moment events are asked for from.
    pub fn from(&self) -> Time {
        self.newest - OVERLAP
    }

    /// Takes events in; those that were not taken in before are new. However often and in whatever order an event comes,
    /// it is new once.
    pub fn take<'a>(&mut self, events: impl IntoIterator<Item = (&'a str, Time)>) -> Vec<&'a str> {
        let mut seen = Vec::new();
        let mut of_now = BTreeSet::new();
        for (id, at) in events {
            let key = Text::line(id);
            if !self.taken.contains(&key) && of_now.insert(key) {
                seen.push(id);
            }
            self.newest = self.newest.max(at);
        }
        self.taken.extend(of_now);
        seen
    }

    /// Forgets events that will not be asked for again.
    pub fn keep_only(&mut self, asked: &BTreeSet<Text>) {
        self.taken.retain(|id| asked.contains(id));
    }
}
