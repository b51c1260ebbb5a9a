//! A calendar month in UTC: what books and trends are kept by.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::text::Text;
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

    /// Its first moment; the epoch for a month no calendar has.
    pub fn begins(self) -> Time {
        let year = i16::try_from(self.0.div_euclid(12));
        let month = i8::try_from(self.0.rem_euclid(12) + 1);
        let (Ok(year), Ok(month)) = (year, month) else {
            return Time::default();
        };
        Date::new(year, month, 1)
            .and_then(|date| date.to_zoned(TimeZone::UTC))
            .map_or_else(|_| Time::default(), |zoned| zoned.timestamp().into())
    }

    /// The first moment after it.
    pub fn ends(self) -> Time {
        Self(self.0.saturating_add(1)).begins()
    }
}

/// A text that is no month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthError(Text);

impl fmt::Display for MonthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is no month: write year and month, such as 2026-11",
            self.0
        )
    }
}

impl std::error::Error for MonthError {}

/// `2026-11`: four digits, a dash, two digits.
impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let wrong = || MonthError(Text::line(text));
        let digits = |text: &str, count: usize| {
            let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<i32>().ok()).flatten()
        };
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        match (digits(year, 4), digits(month, 2)) {
            (Some(year), Some(month @ 1..=12)) => Ok(Self(year * 12 + month - 1)),
            _ => Err(wrong()),
        }
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
        let december = month("2026-12-31T23:59:59Z");
        assert_eq!(december.begins().to_string(), "2026-12-01T00:00:00.000Z");
        assert_eq!(december.ends().to_string(), "2027-01-01T00:00:00.000Z");
    }

    #[test]
    fn only_months_are_read() {
        let read = |text: &str| text.parse::<Month>().map(|month| month.to_string());
        assert_eq!(read("2026-11"), Ok("2026-11".to_owned()));
        for text in [
            "2026",
            "2026-13",
            "2026-00",
            "26-11",
            "2026-1",
            "+026-11",
            "2026-11-01",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
