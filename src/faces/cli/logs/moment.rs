//! Moments as an operator types them: so long ago, or a point in time.

use std::str::FromStr;

use vocab::{Span, Time};

/// A moment on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// So long before now.
    Ago(Span),
    /// A point in time.
    At(Time),
}

impl Moment {
    /// As a point in time.
    pub fn at(self, now: Time) -> Time {
        match self {
            Self::Ago(span) => now - span,
            Self::At(time) => time,
        }
    }
}

impl FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const ALLOWED: &str = "write how long ago, such as 30s, 10m, 2h or 3d, or a moment such as 2026-11-21T14:02:08Z";
        if let Some(time) = Time::parse(text) {
            return Ok(Self::At(time));
        }
        let unit = text
            .chars()
            .next_back()
            .filter(char::is_ascii_alphabetic)
            .ok_or(ALLOWED)?;
        let number: i64 = text[..text.len() - 1].parse().map_err(|_| ALLOWED)?;
        let span = match unit {
            's' => Span::seconds(number),
            'm' => Span::minutes(number),
            'h' => Span::hours(number),
            'd' => Span::days(number),
            _ => return Err(ALLOWED),
        };
        if number < 0 {
            Err(ALLOWED)
        } else {
            Ok(Self::Ago(span))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_points() {
        let now = Time(1_795_269_728_112);
        let at = |text: &str| {
            text.parse::<Moment>()
                .map(|moment| now.since(moment.at(now)).0)
        };
        assert_eq!(at("10m"), Ok(600_000));
        assert_eq!(at("2026-11-21T14:02:08Z"), Ok(112));
        for wrong in ["", "10", "m", "-5m", "10w", "yesterday", "1é"] {
            assert!(at(wrong).is_err(), "{wrong:?}");
        }
    }
}
