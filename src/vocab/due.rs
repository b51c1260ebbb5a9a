//! Moments to come, as an operator says them: `friday`, `in 3 days`, `17:00`, `2026-11-30 17:00`, `4h`.

use crate::{Span, Text, Time};
use jiff::civil::{Date, Time as Clock, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

/// What a day means for which no time is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Its end: something is due on it.
    End,
    /// Nine in the morning: something begins, or comes back, on it.
    Morning,
}

/// The forms that are understood, for errors and help.
pub const FORMS: &str = "write a span such as 4h, 3d or \"in 3 days\", a day such as friday, tomorrow or 2026-11-30, a time such \
as 17:00, a day with a time, or a moment such as 2026-11-30T17:00:00Z";

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The moment that is meant, by the clock and the zone of whoever says it. A weekday is the next one, today included; a
/// time is the next one; what is past is taken only where it is said with its date.
pub fn moment(text: &str, edge: Edge, now: Time, zone: &TimeZone) -> Result<Time, String> {
    let said = text.trim().to_lowercase();
    let wrong = || format!("\"{}\" is no moment: {FORMS}", Text::line(text));
    if let Some(time) = Time::parse(text.trim()) {
        return Ok(time);
    }
    if let Some(span) = span(&said) {
        return Ok(now + span);
    }
    let here = now.timestamp().to_zoned(zone.clone());
    let stamped = || {
        let split = said.split_once('t');
        split.filter(|(first, _)| first.starts_with(|c: char| c.is_ascii_digit()))
    };
    let (day, clock) = match said.split_once(' ').or_else(stamped) {
        Some((first, rest)) if date(first, &here).is_some() => (
            date(first, &here),
            Some(time(rest.trim()).ok_or_else(wrong)?),
        ),
        _ => match date(&said, &here) {
            Some(day) => (Some(day), None),
            None => (None, Some(time(&said).ok_or_else(wrong)?)),
        },
    };
    let at = |day: Date, clock: Clock| -> Result<Time, String> {
        let zoned = day.to_datetime(clock).to_zoned(zone.clone());
        zoned
            .map(|zoned| zoned.timestamp().into())
            .map_err(|_| wrong())
    };
    match (day, clock) {
        (Some(day), Some(clock)) => at(day, clock),
        (Some(day), None) => match edge {
            Edge::End => at(day, Clock::constant(23, 59, 0, 0)),
            Edge::Morning => at(day, Clock::constant(9, 0, 0, 0)),
        },
        (None, Some(clock)) => {
            let today = at(here.date(), clock)?;
            if today > now {
                Ok(today)
            } else {
                at(here.date().tomorrow().map_err(|_| wrong())?, clock)
            }
        }
        (None, None) => Err(wrong()),
    }
}

/// `4h`, `in 3 days`, `in a week`.
fn span(said: &str) -> Option<Span> {
    let rest = said.strip_prefix("in ").unwrap_or(said).trim();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = if digits > 0 {
        let (number, unit) = rest.split_at(digits);
        (number.parse().ok()?, unit.trim())
    } else {
        let unit = rest
            .strip_prefix("a ")
            .or_else(|| rest.strip_prefix("an "))?;
        (1_i64, unit)
    };
    let one = match unit {
        "s" | "second" | "seconds" => Span::seconds(1),
        "m" | "min" | "minute" | "minutes" => Span::minutes(1),
        "h" | "hour" | "hours" => Span::hours(1),
        "d" | "day" | "days" => Span::days(1),
        "w" | "week" | "weeks" => Span::days(7),
        _ => return None,
    };
    Some(one.times(number)).filter(|span| span.0 > 0 && *span <= Span::days(36_600))
}

/// A day by its name or number.
fn date(said: &str, here: &Zoned) -> Option<Date> {
    match said {
        "today" => return Some(here.date()),
        "tomorrow" => return here.date().tomorrow().ok(),
        _ => {}
    }
    if let Ok(date) = said.parse::<Date>() {
        return Some(date);
    }
    let named = |(name, _): &&(&str, Weekday)| said.len() >= 3 && name.starts_with(said);
    let (_, wanted) = DAYS.iter().find(named)?;
    let ahead = here.date().weekday().until(*wanted);
    here.date().checked_add(i64::from(ahead).days()).ok()
}

/// `17:00`, `9:30`.
fn time(said: &str) -> Option<Clock> {
    let (hours, minutes) = said.split_once(':')?;
    if minutes.len() != 2 || hours.is_empty() || hours.len() > 2 {
        return None;
    }
    Clock::new(hours.parse().ok()?, minutes.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21 14:02:08 UTC.
    const NOW: Time = Time(1_795_269_728_000);

    /// 2026-11-21 is a Saturday; it is 14:02:08 in UTC.
    fn said(text: &str, edge: Edge) -> String {
        let time = moment(text, edge, NOW, &TimeZone::UTC).unwrap();
        time.to_string()[..16].to_owned()
    }

    #[test]
    fn moments_as_they_are_said() {
        for (text, wanted) in [
            ("friday", "2026-11-27T23:59"),
            ("Fri", "2026-11-27T23:59"),
            ("saturday", "2026-11-21T23:59"),
            ("friday 17:00", "2026-11-27T17:00"),
            ("tomorrow", "2026-11-22T23:59"),
            ("today 18:30", "2026-11-21T18:30"),
            ("17:00", "2026-11-21T17:00"),
            ("9:00", "2026-11-22T09:00"),
            ("in 3 days", "2026-11-24T14:02"),
            ("in a week", "2026-11-28T14:02"),
            ("4h", "2026-11-21T18:02"),
            ("2026-11-30", "2026-11-30T23:59"),
            ("2026-11-30 17:00", "2026-11-30T17:00"),
            ("2026-11-30T17:00", "2026-11-30T17:00"),
            ("2026-11-30T17:00:00Z", "2026-11-30T17:00"),
        ] {
            assert_eq!(said(text, Edge::End), wanted, "{text}");
        }
        assert_eq!(said("monday", Edge::Morning), "2026-11-23T09:00");
    }

    #[test]
    fn a_time_is_that_of_the_zone() {
        let east = TimeZone::fixed(jiff::tz::offset(2));
        let due = moment("17:00", Edge::End, NOW, &east).unwrap();
        assert_eq!(due.to_string(), "2026-11-21T15:00:00.000Z");
    }

    #[test]
    fn what_is_no_moment_is_told_the_forms() {
        for text in [
            "",
            "soon",
            "0d",
            "-3d",
            "in days",
            "25:00",
            "17",
            "17:0",
            "friday at five",
            "32.1.",
            "in 99999999999 days",
            "2026-13-01",
            "fr",
            "1é",
        ] {
            let told = moment(text, Edge::End, NOW, &TimeZone::UTC);
            assert!(
                told.is_err_and(|told| told.contains("write a span")),
                "{text:?}"
            );
        }
    }
}
