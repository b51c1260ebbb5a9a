//! What keeps a wall alive and its screen whole: the heartbeat, the slow wandering against burn-in, the night.

use jiff::tz::TimeZone;
use vocab::Time;

/// The wall is dim from this hour on, local time …
pub const NIGHT_BEGINS: i8 = 22;

/// … until this one.
pub const NIGHT_ENDS: i8 = 7;

/// Places the heartbeat moves over, one each drawn frame: a picture that stands still is seen from across the room.
pub const BEATS: u64 = 3;

/// Steps of the frame, one each minute, over all nine places of a 3x3 field and back by one step.
const PATH: [(u16, u16); 9] = [
    (0, 0),
    (1, 0),
    (2, 0),
    (2, 1),
    (2, 2),
    (1, 2),
    (0, 2),
    (0, 1),
    (1, 1),
];

/// By how many columns and rows the frame is shifted now, 0 to 2 each.
pub fn shift(now: Time) -> (u16, u16) {
    PATH[usize::try_from(now.seconds().div_euclid(60).rem_euclid(9)).unwrap_or(0)]
}

/// Whether header and footer have changed places, which they do every hour.
pub fn swapped(now: Time, zone: &TimeZone) -> bool {
    hour(now, zone) % 2 == 1
}

/// Whether it is night.
pub fn is_night(now: Time, zone: &TimeZone) -> bool {
    let hour = hour(now, zone);
    !(NIGHT_ENDS..NIGHT_BEGINS).contains(&hour)
}

fn hour(now: Time, zone: &TimeZone) -> i8 {
    now.timestamp().to_zoned(zone.clone()).hour()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use vocab::Span;

    use super::*;

    #[test]
    fn the_frame_wanders_by_one_cell_over_every_place() {
        let at = |minute: i64| shift(Time(0) + Span::minutes(minute));
        let places: BTreeSet<_> = (0..9).map(at).collect();
        assert_eq!(places.len(), 9);
        for minute in 0..18 {
            let ((x, y), (next_x, next_y)) = (at(minute), at(minute + 1));
            assert!(
                x.abs_diff(next_x) <= 1 && y.abs_diff(next_y) <= 1,
                "minute {minute}"
            );
        }
    }

    #[test]
    fn nights_and_hours_are_local() {
        let noon_in_utc = Time::parse("2026-11-21T12:30:00Z").unwrap();
        assert!(!is_night(noon_in_utc, &TimeZone::UTC));
        let far_east = TimeZone::fixed(jiff::tz::offset(10));
        assert!(is_night(noon_in_utc, &far_east));
        assert_ne!(
            swapped(noon_in_utc, &TimeZone::UTC),
            swapped(noon_in_utc + Span::hours(1), &TimeZone::UTC)
        );
    }
}
