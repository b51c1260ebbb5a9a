//! How many lines came when, and how grave they were: the small graph in the title and the rate beside it.

use vocab::{Level, Span, Time};

/// Seconds that are kept: an hour of them.
const KEPT: i64 = 3_600;

/// Lines of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCount {
    /// All of them.
    pub total: u32,
    /// Those that warn.
    pub warnings: u32,
    /// Errors and worse.
    pub errors: u32,
}

impl LineCount {
    /// Counts one line.
    pub fn add(&mut self, level: Level) {
        self.total = self.total.saturating_add(1);
        match level {
            Level::Warn => self.warnings = self.warnings.saturating_add(1),
            Level::Error | Level::Fatal => self.errors = self.errors.saturating_add(1),
            _ => {}
        }
    }

    fn merge(&mut self, other: Self) {
        self.total = self.total.saturating_add(other.total);
        self.warnings = self.warnings.saturating_add(other.warnings);
        self.errors = self.errors.saturating_add(other.errors);
    }
}

/// Counts of each second of the last hour. Counting a line costs a few nanoseconds; memory is bounded (72 KB), and a
/// line whose clock is wrong spoils its own second only.
#[derive(Debug, Clone)]
pub struct Histogram {
    /// The slot of a second is its number modulo [`KEPT`]; beside the count stands whose it is.
    slots: Box<[(i64, LineCount)]>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            slots: vec![(i64::MIN, LineCount::default()); KEPT as usize].into(),
        }
    }
}

impl Histogram {
    /// Counts a line written at `at`, unless something later by an hour or more has taken its place.
    pub fn add(&mut self, at: Time, level: Level) {
        let second = at.seconds();
        if let Some(slot) = self.slots.get_mut(slot_of(second)) {
            if slot.0 < second {
                *slot = (second, LineCount::default());
            }
            if slot.0 == second {
                slot.1.add(level);
            }
        }
    }

    /// `columns` counts of equal width that end with the second of `until`, the newest last; at most an hour.
    pub fn columns(&self, until: Time, window: Span, columns: usize) -> Vec<LineCount> {
        let seconds = window.as_seconds().clamp(1, KEPT);
        let start = until.seconds() + 1 - seconds;
        let mut out = vec![LineCount::default(); columns];
        for offset in 0..seconds {
            if let Some((second, count)) = self.slots.get(slot_of(start + offset))
                && *second == start + offset
                && let Some(column) =
                    out.get_mut((offset * columns.cast_signed() as i64 / seconds) as usize)
            {
                column.merge(*count);
            }
        }
        out
    }

    /// Lines a second over the whole seconds of `window` before the one of `now`.
    pub fn rate(&self, now: Time, window: Span) -> f64 {
        let seconds = window.as_seconds().clamp(1, KEPT);
        let before = now - Span::seconds(1);
        let total: u64 = self
            .columns(before, window, 1)
            .iter()
            .map(|count| u64::from(count.total))
            .sum();
        total as f64 / seconds as f64
    }
}

const fn slot_of(second: i64) -> usize {
    second.rem_euclid(KEPT) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_hold_what_came_in_their_time() {
        let mut histogram = Histogram::default();
        for second in 0..300 {
            histogram.add(Time::from_seconds(1_000 + second), Level::Info);
        }
        histogram.add(Time::from_seconds(1_290), Level::Error);
        histogram.add(Time::from_seconds(1_100), Level::Warn);
        let columns = histogram.columns(Time::from_seconds(1_299), Span::minutes(5), 10);
        assert_eq!(columns.iter().map(|column| column.total).sum::<u32>(), 302);
        assert_eq!(
            columns[9],
            LineCount {
                total: 31,
                warnings: 0,
                errors: 1
            }
        );
        assert_eq!(columns[3].warnings, 1);
        assert!((histogram.rate(Time::from_seconds(1_290), Span::seconds(10)) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_wrong_clock_spoils_one_second() {
        let mut histogram = Histogram::default();
        for at in [i64::MAX, i64::MIN, 0, 10_000_000_000_000] {
            histogram.add(Time(at), Level::Info);
        }
        for second in 0..10_000 {
            histogram.add(Time::from_seconds(second), Level::Info);
        }
        let last = histogram.columns(Time::from_seconds(9_999), Span::minutes(60), 60);
        let missing = 3_600 - last.iter().map(|column| column.total).sum::<u32>();
        assert!(missing <= 2, "{missing}");
    }
}
