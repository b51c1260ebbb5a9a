//! The sandbox's clock: this machine's, and what the admin endpoint has put it forward.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// A clock that can be put forward.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    /// Milliseconds ahead of this machine.
    ahead: i64,
}

impl Clock {
    /// Now, in milliseconds since 1970-01-01 UTC.
    pub fn now(self) -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis())
            .unwrap_or(i64::MAX)
            .saturating_add(self.ahead)
    }

    /// Puts the clock forward.
    pub const fn advance(&mut self, milliseconds: i64) {
        self.ahead = self.ahead.saturating_add(milliseconds);
    }
}

/// A time in milliseconds as RFC 3339 with an offset of zero, in seconds: `2026-01-31T12:00:07+00:00`.
pub fn rfc3339(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .unwrap_or_default()
        .strftime("%Y-%m-%dT%H:%M:%S+00:00")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_the_providers_write_it() {
        assert_eq!(rfc3339(1_769_860_807_912), "2026-01-31T12:00:07+00:00");
    }

    #[test]
    fn the_clock_can_be_put_forward() {
        let mut clock = Clock::default();
        let before = clock.now();
        clock.advance(3_600_000);
        assert!(clock.now() - before >= 3_600_000);
    }
}
