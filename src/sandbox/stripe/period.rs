//! Billing periods: so many days, weeks, months or years from an anchor. A month that is too short ends a period on its
//! last day, and the next period ends on the anchor's day again.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::Value;

use super::book::{text, whole};

/// How often a price recurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    unit: String,
    count: i64,
}

impl Interval {
    /// The interval of a recurring price. None for a price that is paid once.
    pub fn of(price: &Value) -> Option<Self> {
        let recurring = price.get("recurring").filter(|value| value.is_object())?;
        Some(Self {
            unit: text(recurring, "interval"),
            count: whole(recurring, "interval_count").max(1),
        })
    }

    /// The first end of a period that is after `after`. All in seconds since 1970-01-01 UTC.
    pub fn end(&self, anchor: i64, after: i64) -> i64 {
        // Counting starts below the true number, as if all periods were longer than any is.
        let longest = self.shortest() * 31 / 28 + 86_400;
        let mut number = ((after - anchor) / longest).max(0);
        loop {
            number += 1;
            let end = self.add(anchor, number);
            if end > after {
                return end;
            }
        }
    }

    /// Seconds that a period has at least.
    pub fn shortest(&self) -> i64 {
        let days = match self.unit.as_str() {
            "day" => 1,
            "week" => 7,
            "month" => 28,
            _ => 365,
        };
        days * 86_400 * self.count
    }

    fn add(&self, anchor: i64, periods: i64) -> i64 {
        let amount = periods * self.count;
        let span = match self.unit.as_str() {
            "day" => Span::new().try_days(amount),
            "week" => Span::new().try_weeks(amount),
            "month" => Span::new().try_months(amount),
            _ => Span::new().try_years(amount),
        };
        let end = Timestamp::from_second(anchor).and_then(|anchor| {
            let end = anchor.to_zoned(TimeZone::UTC).checked_add(span?)?;
            Ok(end.timestamp().as_second())
        });
        end.unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ends(unit: &str, count: i64, anchor: &str, periods: usize) -> Vec<String> {
        let price = json!({ "recurring": { "interval": unit, "interval_count": count } });
        let interval = Interval::of(&price).unwrap();
        let anchor: Timestamp = anchor.parse().unwrap();
        let mut after = anchor.as_second();
        (0..periods)
            .map(|_| {
                after = interval.end(anchor.as_second(), after);
                Timestamp::from_second(after).unwrap().to_string()[..10].to_owned()
            })
            .collect()
    }

    #[test]
    fn months_end_on_the_anchors_day_or_their_last() {
        assert_eq!(
            ends("month", 1, "2027-01-31T08:00:00Z", 4),
            ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]
        );
        assert_eq!(
            ends("month", 3, "2027-11-30T08:00:00Z", 2),
            ["2028-02-29", "2028-05-30"]
        );
    }

    #[test]
    fn other_units_count_too() {
        assert_eq!(ends("day", 10, "2027-02-25T00:00:00Z", 1), ["2027-03-07"]);
        assert_eq!(ends("week", 2, "2027-02-25T00:00:00Z", 1), ["2027-03-11"]);
        assert_eq!(
            ends("year", 1, "2028-02-29T00:00:00Z", 2),
            ["2029-02-28", "2030-02-28"]
        );
    }

    #[test]
    fn no_period_is_missed_after_years() {
        let hundred = ends("month", 1, "2027-01-31T08:00:00Z", 100);
        assert_eq!(hundred.last().map(String::as_str), Some("2035-05-31"));
    }

    #[test]
    fn a_price_paid_once_has_none() {
        assert_eq!(Interval::of(&json!({ "recurring": null })), None);
    }
}
