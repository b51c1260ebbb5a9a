//! The clock of this machine: the one place that reads it for events.

use jiff::Zoned;
use jiff::tz::TimeZone;
use vocab::{Text, Time};

/// Now, UTC.
pub fn now() -> Time {
    jiff::Timestamp::now().into()
}

/// The minute of the day, 0 to 1439, at a moment: on the clock of a zone by its IANA name, or on this machine's. A zone
/// that this machine does not know is taken for its own.
pub fn minute_of_day(zone: Option<&str>, at: Time) -> u16 {
    let there = zoned(zone, at);
    u16::from(there.hour().unsigned_abs()) * 60 + u16::from(there.minute().unsigned_abs())
}

/// The day at a moment, such as `2026-11-21`, on the same clock.
pub fn day(zone: Option<&str>, at: Time) -> Text {
    Text::line(zoned(zone, at).date().to_string())
}

fn zoned(zone: Option<&str>, at: Time) -> Zoned {
    let zone = zone.and_then(|name| TimeZone::get(name).ok());
    at.timestamp()
        .to_zoned(zone.unwrap_or_else(TimeZone::system))
}
