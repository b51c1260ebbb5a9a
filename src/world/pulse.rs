//! How a site does: what its visits from here came to, and what its web server counted.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use vocab::{Decimal, ProbeOutcome, Span, Stamped, Text, Time};

use crate::tracked::ServiceState;

/// So many of the last [`VISITS_JUDGED`] visits must fail before a site is down: one failure is none.
pub const VISITS_FAILED: u8 = 3;

/// So many visits are judged by.
pub const VISITS_JUDGED: u8 = 5;

/// An answer that takes longer is slow.
pub const SLOW: Span = Span::seconds(2);

/// So many hours of counts are kept in memory.
pub const HOURS_KEPT: u16 = 48;

/// So many days of counts are kept in memory.
pub const DAYS_KEPT: u16 = 31;

/// Counts of one hour or day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Visits from here that were answered well.
    pub good: u64,
    /// Visits from here that were not.
    pub bad: u64,
    /// What the good ones took together, in milliseconds.
    pub millis: u64,
    /// Requests the web server answered, those from here left aside.
    pub requests: u64,
    /// Bytes of those answers' bodies.
    pub bytes: u64,
    /// Those answers by their status: 1xx to 5xx.
    pub classes: [u64; 5],
    /// Different visitors; counted by day alone.
    pub visitors: u64,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.good += other.good;
        self.bad += other.bad;
        self.millis += other.millis;
        self.requests += other.requests;
        self.bytes += other.bytes;
        self.visitors += other.visitors;
        for (sum, more) in self.classes.iter_mut().zip(other.classes) {
            *sum += more;
        }
        self
    }

    /// The visits that were answered well, in hundredths; `None` when there was none.
    pub fn uptime(&self) -> Option<Decimal> {
        let all = Decimal::from(self.good + self.bad);
        Decimal::from(self.good * 100).checked_div(all)
    }
}

/// Counts with the beginning of their hour or day.
pub type Counts = BTreeMap<Time, Tally>;

/// A site as it is watched.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pulse {
    /// How it does, by its last visits; see [`Self::state`] for now.
    pub judged: Option<ServiceState>,
    /// Since when.
    pub since: Time,
    /// The last visit.
    pub last: Option<Stamped<ProbeOutcome>>,
    /// The last visit that was answered well.
    pub last_good: Option<Time>,
    /// Whether the last visits failed, newest last, at most [`VISITS_JUDGED`].
    pub window: VecDeque<bool>,
    /// The release that its server was last seen to serve, empty for none, and when; `None` before the first look, and after
    /// the books changed.
    #[serde(default)]
    pub served: Option<(Time, Text)>,
    /// Counts by hour, at most [`HOURS_KEPT`].
    pub hours: Counts,
    /// Counts by day in UTC, at most [`DAYS_KEPT`].
    pub days: Counts,
    /// When the web server's log was last read; `None` before the first time.
    pub counted: Option<Time>,
    /// Why the log cannot be read, while it cannot.
    pub trouble: Option<Text>,
}

impl Pulse {
    /// How it does now: an old judgement is unknown, never green.
    pub fn state(&self, now: Time) -> ServiceState {
        match (&self.last, self.judged) {
            (Some(last), Some(judged)) if last.fresh(now).is_some() => judged,
            _ => ServiceState::Unknown,
        }
    }

    /// The counts of the last 24 hours, the present one among them.
    pub fn of_day(&self, now: Time) -> Tally {
        sum(&self.hours, hour(now) - Span::hours(23))
    }

    /// The counts of the last 30 days, the present one among them.
    pub fn of_month(&self, now: Time) -> Tally {
        sum(&self.days, day(now) - Span::days(29))
    }

    /// Requests of each of the last `count` hours that are over, the oldest first; `None` for an hour of which nothing is
    /// known. The present hour is left out: what has begun just now always looks like a fall.
    pub fn course(&self, now: Time, count: i64) -> Vec<Option<f32>> {
        let first = hour(now) - Span::hours(count);
        let begun = self.hours.keys().next().copied();
        (0..count)
            .map(|index| first + Span::hours(index))
            .map(|at| match self.hours.get(&at) {
                Some(tally) => Some(tally.requests as f32),
                None if self.counted.is_some() && begun.is_some_and(|begun| begun < at) => {
                    Some(0.0)
                }
                None => None,
            })
            .collect()
    }

    /// Takes counts in; the oldest go when there are too many.
    pub fn count(&mut self, hours: &[(Time, Tally)], days: &[(Time, Tally)]) {
        for (kept, counts, most) in [
            (&mut self.hours, hours, HOURS_KEPT),
            (&mut self.days, days, DAYS_KEPT),
        ] {
            kept.extend(counts.iter().copied());
            while kept.len() > usize::from(most) {
                kept.pop_first();
            }
        }
    }
}

fn sum(counts: &Counts, from: Time) -> Tally {
    let of_then = counts.range(from..);
    of_then.fold(Tally::default(), |sum, (_, tally)| sum.and(tally))
}

/// The beginning of the hour a moment is in.
pub const fn hour(at: Time) -> Time {
    Time(at.0 - at.0.rem_euclid(Span::hours(1).0))
}

/// The beginning of the day in UTC a moment is in.
pub const fn day(at: Time) -> Time {
    Time(at.0 - at.0.rem_euclid(Span::days(1).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_795_269_731_000);

    fn tally(good: u64, bad: u64, requests: u64) -> Tally {
        Tally {
            good,
            bad,
            requests,
            ..Tally::default()
        }
    }

    #[test]
    fn a_day_is_its_hours_and_nothing_older() {
        let mut pulse = Pulse {
            counted: Some(NOW),
            ..Pulse::default()
        };
        let at = |back: i64| hour(NOW) - Span::hours(back);
        pulse.count(
            &[
                (at(24), tally(0, 60, 5)),
                (at(23), tally(50, 0, 7)),
                (at(0), tally(49, 1, 9)),
            ],
            &[],
        );
        let day = pulse.of_day(NOW);
        assert_eq!((day.requests, day.uptime()), (16, Some(Decimal::from(99))));
        assert_eq!(
            pulse.course(NOW, 3),
            [Some(0.0); 3],
            "the present hour is not over"
        );
        let later = NOW + Span::hours(1);
        assert_eq!(pulse.course(later, 3), [Some(0.0), Some(0.0), Some(9.0)]);
        assert_eq!(
            Pulse::default().course(NOW, 2),
            [None, None],
            "what was never read is not nothing"
        );
        assert_eq!(Pulse::default().of_month(NOW).uptime(), None);
    }

    #[test]
    fn the_same_counts_twice_are_counted_once_and_old_ones_go() {
        let mut pulse = Pulse::default();
        let days: Vec<(Time, Tally)> = (0..40)
            .map(|back| (day(NOW) - Span::days(back), tally(1, 1, 1)))
            .collect();
        pulse.count(&[], &days);
        pulse.count(&[], &days[..3]);
        assert_eq!(pulse.days.len(), usize::from(DAYS_KEPT));
        assert_eq!(pulse.of_month(NOW).requests, 30);
    }
}
