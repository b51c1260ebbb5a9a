//! When a line of a file was written, as far as the line says: the time stamps that log files begin with.

use vocab::{Span, Time};

/// Bytes of a line that are searched.
const WINDOW: usize = 160;

/// A line without a stamp belongs to the one before it, if that was written less than this long ago.
const CONTINUES: Span = Span::seconds(10);

/// Tells the lines of one file when they were written.
#[derive(Debug, Default)]
pub(super) struct Stamper {
    last: Option<Time>,
}

impl Stamper {
    /// The time of the next line: its own stamp, never later than `now`; without one that of the line before (a stack
    /// trace has one stamp), or `now` when that is long ago or there is none. Stamps without a zone are taken as UTC.
    pub(super) fn time_of(&mut self, line: &[u8], now: Time, fresh: bool) -> Time {
        if let Some(stamp) = find(&line[..line.len().min(WINDOW)], now) {
            let at = stamp.min(now);
            self.last = Some(at);
            return at;
        }
        match self.last {
            Some(last) if !fresh || now.since(last) < CONTINUES => last,
            _ => now,
        }
    }
}

fn find(line: &[u8], now: Time) -> Option<Time> {
    if let Some(stamp) = syslog(line, now).or_else(|| epoch(line)) {
        return Some(stamp);
    }
    (0..line.len().saturating_sub(18))
        .filter(|at| line[*at].is_ascii_digit())
        .find_map(|at| {
            let rest = &line[at..];
            iso(rest).or_else(|| access(rest))
        })
}

/// `2026-11-21T14:02:08.112Z`, `2026-11-21 14:02:08,112 +0100`, `2026/11/21 14:02:08`.
fn iso(text: &[u8]) -> Option<Time> {
    let dash = *text.get(4)?;
    if !matches!(dash, b'-' | b'/')
        || text.get(7) != Some(&dash)
        || !matches!(text.get(10), Some(b'T' | b' ' | b't'))
    {
        return None;
    }
    let day = days(
        number(text, 0, 4)?,
        number(text, 5, 2)?,
        number(text, 8, 2)?,
    )?;
    let (time, rest) = clock(text.get(11..)?)?;
    Some(Time(day * 86_400_000 + time - zone(rest)))
}

/// `21/Nov/2026:14:02:08 +0100`: the common log format of web servers.
fn access(text: &[u8]) -> Option<Time> {
    if text.get(2) != Some(&b'/') || text.get(6) != Some(&b'/') || text.get(11) != Some(&b':') {
        return None;
    }
    let day = days(
        number(text, 7, 4)?,
        month(text.get(3..6)?)?,
        number(text, 0, 2)?,
    )?;
    let (time, rest) = clock(text.get(12..)?)?;
    Some(Time(day * 86_400_000 + time - zone(rest)))
}

/// The moment that a line begins with, as container engines write it (RFC 3339), and what follows it.
pub(super) fn leading(line: &[u8]) -> Option<(Time, &[u8])> {
    let end = line.iter().position(|byte| *byte == b' ');
    let (word, rest) = line.split_at(end.unwrap_or(line.len()));
    Some((iso(word)?, rest.get(1..).unwrap_or_default()))
}

/// `"ts":1795269728.112`: seconds since 1970 in a JSON object, as Caddy and zap write them.
fn epoch(text: &[u8]) -> Option<Time> {
    const NAME: &[u8] = b"\"ts\":";
    let at = text.windows(NAME.len()).position(|part| part == NAME)?;
    let rest = &text[at + NAME.len()..];
    let end = rest
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b'.'))?;
    let seconds: f64 = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    // From 2001 on: what is smaller counts something else.
    (1e9..1e11)
        .contains(&seconds)
        .then_some(Time((seconds * 1000.0) as i64))
}

/// `Nov 21 14:02:08 host …`: RFC 3164, which leaves the year to the reader.
fn syslog(text: &[u8], now: Time) -> Option<Time> {
    let month = month(text.get(..3)?)?;
    let day = if text.get(4) == Some(&b' ') {
        number(text, 5, 1)?
    } else {
        number(text, 4, 2)?
    };
    let (time, _) = clock(text.get(7..)?)?;
    let year: i64 = now.to_string().get(..4)?.parse().ok()?;
    let at = |year| days(year, month, day).map(|days| Time(days * 86_400_000 + time));
    at(year)
        .filter(|at| *at <= now + Span::days(1))
        .or_else(|| at(year - 1))
}

/// `14:02:08` and a fraction, in milliseconds, and what follows.
fn clock(text: &[u8]) -> Option<(i64, &[u8])> {
    if text.get(2) != Some(&b':') || text.get(5) != Some(&b':') {
        return None;
    }
    let (hour, minute, second) = (
        number(text, 0, 2)?,
        number(text, 3, 2)?,
        number(text, 6, 2)?,
    );
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = &text[8..];
    let mut millis = 0;
    if let [b'.' | b',', fraction @ ..] = rest {
        let length = fraction
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let digit = |index: usize| {
            if index < length {
                i64::from(fraction[index] - b'0')
            } else {
                0
            }
        };
        millis = digit(0) * 100 + digit(1) * 10 + digit(2);
        rest = &fraction[length..];
    }
    Some(((hour * 3_600 + minute * 60 + second) * 1_000 + millis, rest))
}

/// The offset from UTC in milliseconds that follows a time: `+01:00`, ` +0100`, `-05`; none is UTC.
fn zone(text: &[u8]) -> i64 {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let sign = match text.first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return 0,
    };
    let Some(hours) = number(text, 1, 2).filter(|hours| *hours <= 15) else {
        return 0;
    };
    let minutes = if text.get(3) == Some(&b':') {
        number(text, 4, 2)
    } else {
        number(text, 3, 2)
    };
    sign * (hours * 60 + minutes.unwrap_or(0)) * 60_000
}

fn month(name: &[u8]) -> Option<i64> {
    const NAMES: [&[u8]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    NAMES
        .iter()
        .position(|month| *month == name)
        .map(|index| index.cast_signed() as i64 + 1)
}

fn number(text: &[u8], at: usize, length: usize) -> Option<i64> {
    let digits = text.get(at..at + length)?;
    digits
        .iter()
        .all(u8::is_ascii_digit)
        .then(|| digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0')))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar: Howard Hinnant's `days_from_civil`,
/// <https://howardhinnant.github.io/date_algorithms.html>. `None` for a date that is none.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year % 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(year / 400 * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_usual_stamps() {
        let now = Time::parse("2026-11-22T00:00:00Z").unwrap();
        let cases = [
            (
                "2026-11-21T14:02:08.112345Z INFO x",
                "2026-11-21T14:02:08.112Z",
            ),
            (
                "[2026-11-21 14:02:08,5 +0100] x",
                "2026-11-21T13:02:08.500Z",
            ),
            (
                "2026/11/21 14:02:08 [error] 12#0: x",
                "2026-11-21T14:02:08.000Z",
            ),
            (
                r#"{"level":30,"time":"2026-11-21T14:02:08.112-05:00"}"#,
                "2026-11-21T19:02:08.112Z",
            ),
            (
                r#"{"level":"info","ts":1795269728.112,"msg":"handled request"}"#,
                "2026-11-21T14:02:08.112Z",
            ),
            (
                "192.0.2.7 - - [21/Nov/2026:14:02:08 +0100] \"GET / HTTP/1.1\" 200",
                "2026-11-21T13:02:08.000Z",
            ),
            (
                "Nov 21 14:02:08 aurora sshd[61]: x",
                "2026-11-21T14:02:08.000Z",
            ),
            (
                "Dec  3 14:02:08 aurora sshd[61]: x",
                "2025-12-03T14:02:08.000Z",
            ),
            ("2026-02-28 23:59:60 x", "2026-03-01T00:00:00.000Z"),
            (
                "2031-01-01 00:00:00 a clock that is ahead",
                "2026-11-22T00:00:00.000Z",
            ),
        ];
        for (line, at) in cases {
            assert_eq!(
                Stamper::default()
                    .time_of(line.as_bytes(), now, true)
                    .to_string(),
                at,
                "{line}"
            );
        }
    }

    #[test]
    fn lines_without_a_stamp_follow_the_one_before() {
        let now = Time::parse("2026-11-21T14:02:10Z").unwrap();
        let mut stamper = Stamper::default();
        assert_eq!(stamper.time_of(b"no stamp yet", now, false), now);
        let panic_at = stamper.time_of(b"2026-11-21T14:02:08Z panic", now, true);
        assert_eq!(stamper.time_of(b"   at main.rs:1", now, true), panic_at);
        let later = now + Span::minutes(1);
        assert_eq!(stamper.time_of(b"written later", later, true), later);
        assert_eq!(
            stamper.time_of(b"of the same old tail", later, false),
            panic_at
        );
    }

    proptest! {
        #[test]
        fn never_fails(line in "([0-9]{2,4}[-/:T ]?|Nov |\\+|\\.|é){0,20}") {
            Stamper::default().time_of(line.as_bytes(), Time(1_795_269_728_112), true);
        }
    }
}
