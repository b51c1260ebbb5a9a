//! Spans of time and sizes as people write them: `500ms`, `15s`, `2m`, `1h`, `30d`; `512KB`, `48MB`, `2GB`.

use vocab::{Bytes, Span};

/// Units of time and their milliseconds.
const TIME_UNITS: [(&str, i64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Units of size and their bytes; powers of 1024, as every figure on the screen counts.
const SIZE_UNITS: [(&str, u64); 5] = [
    ("KB", 1 << 10),
    ("MB", 1 << 20),
    ("GB", 1 << 30),
    ("TB", 1 << 40),
    ("B", 1),
];

/// Parses a span of time: a whole number and its unit. The error says what is missing.
pub(crate) fn span(text: &str) -> Result<Span, &'static str> {
    const WANTED: &str = "not a span of time; write a whole number and its unit, such as \"500ms\", \"15s\", \"2m\", \"1h\" or \"30d\"";
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if unit.is_empty() && digits > 0 {
        return Err(
            "the unit is missing; write \"s\" behind it for seconds, or \"ms\", \"m\", \"h\", \"d\"",
        );
    }
    let number: i64 = number.parse().map_err(|_| WANTED)?;
    let (_, millis) = TIME_UNITS
        .into_iter()
        .find(|(name, _)| *name == unit.trim_start())
        .ok_or(WANTED)?;
    number.checked_mul(millis).map(Span).ok_or(WANTED)
}

/// Parses a size: a whole number and its unit, of 1024. The error says what is missing.
pub(crate) fn size(text: &str) -> Result<Bytes, &'static str> {
    const WANTED: &str =
        "not a size; write a whole number and its unit, such as \"512KB\", \"48MB\" or \"2GB\"";
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if unit.is_empty() && digits > 0 {
        return Err("the unit is missing; write \"MB\" behind it, or \"KB\", \"GB\"");
    }
    let number: u64 = number.parse().map_err(|_| WANTED)?;
    let (_, bytes) = SIZE_UNITS
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit.trim_start()))
        .ok_or(WANTED)?;
    number.checked_mul(bytes).map(Bytes).ok_or(WANTED)
}

/// Writes a span so that [`span`] reads it back: in the largest unit that leaves a whole number.
pub(crate) fn write_span(span: Span) -> String {
    let (unit, millis) = TIME_UNITS
        .into_iter()
        .rev()
        .find(|(_, millis)| span.0 % millis == 0)
        .unwrap_or(("ms", 1));
    if span.0 == 0 {
        return "0s".to_owned();
    }
    format!("{}{unit}", span.0 / millis)
}

/// Writes a size so that [`size`] reads it back: in the largest unit that leaves a whole number.
pub(crate) fn write_size(size: Bytes) -> String {
    let (unit, bytes) = SIZE_UNITS
        .into_iter()
        .take(4)
        .rev()
        .find(|(_, bytes)| size.0 > 0 && size.0.is_multiple_of(*bytes))
        .unwrap_or(("B", 1));
    format!("{}{unit}", size.0 / bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let cases = [
            ("500ms", 500),
            ("15s", 15_000),
            ("2m", 120_000),
            ("1 h", 3_600_000),
            ("30d", 2_592_000_000),
            ("0s", 0),
        ];
        for (text, millis) in cases {
            assert_eq!(span(text), Ok(Span(millis)), "{text}");
        }
        for text in [
            "",
            "s",
            "-1s",
            "1.5s",
            "1s2",
            "5 weeks",
            "9223372036854775807d",
            "٣s",
        ] {
            assert!(span(text).is_err(), "{text}");
        }
        assert!(span("15").is_err_and(|error| error.starts_with("the unit is missing")));
    }

    #[test]
    fn sizes() {
        assert_eq!(size("48MB"), Ok(Bytes(48 << 20)));
        assert_eq!(size("2 gb"), Ok(Bytes(2 << 30)));
        assert_eq!(size("7b"), Ok(Bytes(7)));
        for text in [
            "",
            "MB",
            "48",
            "4.8MB",
            "48 MiBs",
            "99999999999999999999GB",
            "20000000TB",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for millis in [0, 1, 999, 1_000, 90_000, 3_600_000, 86_400_000] {
            assert_eq!(span(&write_span(Span(millis))), Ok(Span(millis)));
        }
        for bytes in [0, 1, 1023, 1024, 48 << 20, 3 << 40] {
            assert_eq!(size(&write_size(Bytes(bytes))), Ok(Bytes(bytes)));
        }
        assert_eq!(write_span(Span(90_000)), "90s");
        assert_eq!(write_size(Bytes(48 << 20)), "48MB");
    }
}
