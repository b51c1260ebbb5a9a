//! What is to happen by itself, and when: on the real clock, or on one of the test clocks.

use std::collections::{BTreeMap, BTreeSet};

/// Something that is due. It carries the id of what it concerns; whether it still holds is seen when its time comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// A subscription's first payment has not come in time.
    Expire(String),
    /// A subscription ends because it was told to.
    End(String),
    /// A subscription's period is over.
    Renew(String),
    /// An invoice is no draft any more.
    Finalize(String),
    /// An invoice is to be charged again.
    Retry(String),
    /// An invoice that was sent has not been paid.
    Overdue(String),
    /// Money can be paid out.
    Available(String),
}

/// What is due, by clock; none is the real one. Times are in seconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Default)]
pub struct Agenda {
    clocks: BTreeMap<Option<String>, BTreeSet<(i64, Due)>>,
}

impl Agenda {
    /// Writes something down.
    pub fn add(&mut self, clock: Option<String>, at: i64, due: Due) {
        self.clocks.entry(clock).or_default().insert((at, due));
    }

    /// Takes out the first thing that is due at `now` on a clock.
    pub fn take(&mut self, clock: Option<&str>, now: i64) -> Option<(i64, Due)> {
        let entries = self.clocks.get_mut(&clock.map(str::to_owned))?;
        let first = entries.first().filter(|(at, _)| *at <= now)?;
        let first = first.clone();
        entries.remove(&first);
        Some(first)
    }
}
