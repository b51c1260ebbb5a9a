//! A calendar month in UTC: what books and trends are kept by.

use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// A calendar month in UTC; shown as `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Month(i32);

impl Month {
    /// The month a moment is in.
    pub fn of(time: Time) -> Self {
        let date = time.timestamp().to_zoned(TimeZone::UTC).date();
        Self(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    /// The month so many months before; saturates.
    #[must_use]
    pub const fn back(self, months: u32) -> Self {
        Self(self.0.saturating_sub_unsigned(months))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.0.div_euclid(12), self.0.rem_euclid(12) + 1);
        f.pad(&format!("{year:04}-{month:02}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_their_own_ends() {
        let month = |text: &str| Month::of(Time::parse(text).expect("a time"));
        assert_eq!(month("2026-11-30T23:59:59Z").to_string(), "2026-11");
        assert_eq!(month("2026-12-01T00:00:00Z").to_string(), "2026-12");
        assert_eq!(month("2026-02-01T00:00:00Z").back(2).to_string(), "2025-12");
        assert!(month("2025-12-31T00:00:00Z") < month("2026-01-01T00:00:00Z"));
    }
}
