//! Moments, ages and counts in words.

use jiff::tz::TimeZone;
use vocab::{Span, Time};

/// A moment to the second, in a zone: `2026-11-21 14:02:08`.
pub(crate) fn moment(time: Time, zone: &TimeZone) -> String {
    time.timestamp()
        .to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// A moment to the millisecond, in a zone: `2026-11-21 14:02:08.112`.
pub(crate) fn precise(time: Time, zone: &TimeZone) -> String {
    format!("{}.{:03}", moment(time, zone), time.0.rem_euclid(1000))
}

/// How long it took: `340ms`, `1.2s`, `3m`.
pub(crate) fn took(span: Span) -> String {
    match span.0 {
        1000..60_000 => format!("{:.1}s", span.as_seconds_f64()),
        _ => span.to_string(),
    }
}

/// `1 node`, `3 nodes`.
pub(crate) fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// A moment for JSON: RFC 3339 in UTC.
pub(crate) fn rfc3339(time: Time) -> String {
    time.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_spans() {
        let time = Time(1_795_269_728_112);
        assert_eq!(precise(time, &TimeZone::UTC), "2026-11-21 14:02:08.112");
        let east = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(moment(time, &east), "2026-11-21 16:02:08");
        assert_eq!(
            [took(Span(340)), took(Span(1240)), took(Span(200_000))],
            ["340ms", "1.2s", "3m"]
        );
        assert_eq!([count(1, "node"), count(0, "node")], ["1 node", "0 nodes"]);
    }
}
