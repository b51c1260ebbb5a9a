//! When a disk will be full, from the course of its use.

use vocab::{Span, Time};

use crate::series::Series;

/// Less history than this says nothing about days to come.
const LEAST_HISTORY: Span = Span::minutes(30);

/// Whether there is history enough, and young enough, to say anything of days to come.
pub fn is_known(used: &Series, now: Time) -> bool {
    let first = used.points().next();
    let (Some(first), Some(last)) = (first, used.last()) else {
        return false;
    };
    last.at.since(first.at) >= LEAST_HISTORY && now.since(last.at) <= Span::hours(1)
}

/// In how many days the use reaches 100 %, by a straight line of least squares through the points; `None` when there is
/// too little history, when it does not grow, or when it is more than a year off. At most about ten times the observed
/// time is looked ahead with any right, so the caller shows it as "about".
pub fn days_until_full(used: &Series, now: Time) -> Option<f32> {
    if !is_known(used, now) {
        return None;
    }
    let first = used.points().next()?;
    let last = used.last()?;
    let count = used.points().len() as f64;
    let day = |at: Time| (at.0 - first.at.0) as f64 / Span::days(1).0 as f64;
    let (mut sum_x, mut sum_y) = (0.0, 0.0);
    for point in used.points() {
        sum_x += day(point.at);
        sum_y += f64::from(point.value);
    }
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (mut above, mut below) = (0.0, 0.0);
    for point in used.points() {
        let x = day(point.at) - mean_x;
        above += x * (f64::from(point.value) - mean_y);
        below += x * x;
    }
    let slope = above / below;
    let days = (100.0 - f64::from(last.value)) / slope;
    (slope.is_finite() && slope > 0.0 && (0.0..=365.0).contains(&days)).then_some(days as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Point;

    fn course(values: impl IntoIterator<Item = (i64, f32)>) -> Series {
        let mut series = Series::default();
        for (hour, value) in values {
            series.push(Point {
                at: Time(hour * 3_600_000),
                value,
            });
        }
        series
    }

    #[test]
    fn a_growing_disk_has_a_day() {
        let series = course((0..48).map(|hour| (hour, 50.0 + hour as f32 * 0.25)));
        let days = days_until_full(&series, Time(47 * 3_600_000));
        assert!(
            days.is_some_and(|days| (days - 6.4).abs() < 0.1),
            "{days:?}"
        );
    }

    #[test]
    fn no_day_where_there_is_none() {
        let now = Time(47 * 3_600_000);
        assert_eq!(
            days_until_full(&course((0..48).map(|hour| (hour, 50.0))), now),
            None,
            "steady"
        );
        assert_eq!(
            days_until_full(&course((0..48).map(|hour| (hour, 90.0 - hour as f32))), now),
            None,
            "shrinking"
        );
        assert_eq!(
            days_until_full(&course([(47, 50.0)]), now),
            None,
            "one look"
        );
        assert_eq!(days_until_full(&Series::default(), now), None);
    }
}
