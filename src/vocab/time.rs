//! Moments and spans in whole milliseconds: small, copyable, ordered, and never read from a clock here.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A moment: milliseconds since the Unix epoch, UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// From whole seconds since the Unix epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// From an RFC 3339 text such as Docker's `2026-11-21T14:02:08.112345678Z`; `None` when it is no such text.
    /// Docker writes the year 1 for "never", which is `None` too.
    pub fn parse(text: &str) -> Option<Self> {
        let time = Self(text.parse::<Timestamp>().ok()?.as_millisecond());
        (time.0 > 0).then_some(time)
    }

    /// How long ago `earlier` was; zero when it is in the future (clocks differ).
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0).max(0))
    }

    /// For a calendar: out of range becomes the epoch.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// From here to the next pulse: a whole [`Span::PULSE`] when this is one.
    pub const fn until_pulse(self) -> Span {
        Span(Span::PULSE.0 - self.0.rem_euclid(Span::PULSE.0))
    }

    /// How long to wait from here so that about `span` has passed and it is a pulse.
    pub fn about(self, span: Span) -> Span {
        let half = Span::PULSE.0 / 2;
        let then = self.0.saturating_add(span.0).saturating_add(half);
        let pulse = Self(then - then.rem_euclid(Span::PULSE.0));
        if pulse > self {
            pulse.since(self)
        } else {
            self.until_pulse()
        }
    }

    /// Whole seconds since the Unix epoch.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_millisecond())
    }
}

/// RFC 3339 in UTC with milliseconds.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.3}", self.timestamp()))
    }
}

impl Add<Span> for Time {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Time {
    type Output = Self;

    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// A length of time in milliseconds; shown in the two-second-glance form: `12ms`, `4s`, `3m`, `2h`, `8d`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Span(pub i64);

impl Span {
    /// Nothing at all.
    pub const ZERO: Self = Self(0);

    /// What happens by itself happens at whole multiples of this since the epoch wherever it can, so that a program at
    /// rest is woken once for all of it. A whole second is one of them: the clock's.
    pub const PULSE: Self = Self(250);

    /// From milliseconds.
    pub const fn millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// From minutes.
    pub const fn minutes(minutes: i64) -> Self {
        Self::seconds(minutes.saturating_mul(60))
    }

    /// From hours.
    pub const fn hours(hours: i64) -> Self {
        Self::minutes(hours.saturating_mul(60))
    }

    /// From days of 24 hours.
    pub const fn days(days: i64) -> Self {
        Self::hours(days.saturating_mul(24))
    }

    /// Whole seconds.
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1000
    }

    /// Seconds with their fraction.
    pub fn as_seconds_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// For timers; negative becomes zero.
    pub fn duration(self) -> Duration {
        Duration::from_millis(self.0.max(0).unsigned_abs())
    }

    /// So many times as long.
    #[must_use]
    pub const fn times(self, factor: i64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Span {
    /// At least a second: for how long something was so, said to a person.
    #[must_use]
    pub const fn in_seconds(self) -> Self {
        if self.0 < 1000 { Self(1000) } else { self }
    }

    /// The words of an age: what is younger than a second is `now`, so that no last digit dances.
    pub fn age(self) -> String {
        if self.0 < 1000 {
            "now".to_owned()
        } else {
            self.to_string()
        }
    }

    /// What its words count in: a span within the same whole number of these reads the same.
    #[must_use]
    pub const fn step(self) -> Self {
        if self.0 < 1000 {
            Self(1)
        } else if self.0 < 60_000 {
            Self(1000)
        } else if self.0 < 3_600_000 {
            Self(60_000)
        } else if self.0 < 172_800_000 {
            Self(3_600_000)
        } else {
            Self(86_400_000)
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1000;
        let text = match self.0 {
            ..1000 => format!("{}ms", self.0),
            _ if seconds < 60 => format!("{seconds}s"),
            _ if seconds < 3600 => format!("{}m", seconds / 60),
            _ if seconds < 2 * 86_400 => format!("{}h", seconds / 3600),
            _ => format!("{}d", seconds / 86_400),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pulses_are_ahead_and_near() {
        assert_eq!(Time(1_000).until_pulse(), Span(250));
        assert_eq!(Time(1_249).until_pulse(), Span(1));
        assert_eq!(Time(-1).until_pulse(), Span(1));
        assert_eq!(Time(1_003).about(Span(2_000)), Span(1_997));
        assert_eq!(Time(1_240).about(Span(2_000)), Span(2_010));
        assert_eq!(Time(1_003).about(Span(10)), Span(247), "never at once");
        assert_eq!(Time(1_240).about(Span(0)), Span(10));
    }

    #[test]
    fn spans_read_at_a_glance() {
        let shown = |ms| Span(ms).to_string();
        assert_eq!(shown(12), "12ms");
        assert_eq!(
            (Span(999).age(), Span(1000).age()),
            ("now".into(), "1s".into())
        );
        assert_eq!(Span(12).in_seconds().to_string(), "1s");
        assert_eq!(shown(4_900), "4s");
        assert_eq!(shown(200_000), "3m");
        assert_eq!(shown(7_300_000), "2h");
        assert_eq!(shown(47 * 3_600_000), "47h");
        assert_eq!(shown(8 * 86_400_000), "8d");
    }

    #[test]
    fn docker_times() {
        assert_eq!(
            Time::parse("2026-11-21T14:02:08.112345678Z"),
            Some(Time(1_795_269_728_112))
        );
        assert_eq!(Time::parse("0001-01-01T00:00:00Z"), None);
        assert_eq!(Time::parse("yesterday"), None);
        assert_eq!(
            Time(1_795_269_728_112).to_string(),
            "2026-11-21T14:02:08.112Z"
        );
    }

    #[test]
    fn the_past_is_never_negative() {
        assert_eq!(Time(5).since(Time(9)), Span::ZERO);
    }
}
