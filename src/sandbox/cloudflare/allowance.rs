//! How many calls are allowed: 1200 in five minutes, and 200 at once. Who asks for more than the first is blocked for
//! the next five minutes. <https://developers.cloudflare.com/fundamentals/api/reference/limits/>

use super::answer::Refusal;
use crate::limit::Bucket;

/// Calls allowed in a window.
const QUOTA: i64 = 1_200;

/// The window, in milliseconds; also how long who exceeds it is blocked.
const WINDOW: i64 = 300_000;

/// Calls allowed in a second, as a bucket that refills one each 5 ms.
const BURST: (u32, i64) = (200, 5);

/// The allowance of one token. Times are in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone)]
pub struct Allowance {
    begun: i64,
    used: i64,
    blocked_until: i64,
    burst: Bucket,
}

impl Allowance {
    /// An allowance nothing was taken from.
    pub const fn new() -> Self {
        Self {
            begun: 0,
            used: 0,
            blocked_until: 0,
            burst: Bucket::new(BURST.0, BURST.1),
        }
    }

    /// Takes a call out of it. The error says in how many seconds to come back.
    pub fn take(&mut self, now: i64) -> Result<(), i64> {
        if now < self.blocked_until {
            return Err(seconds(self.blocked_until - now));
        }
        if now >= self.begun + WINDOW {
            (self.begun, self.used) = (now, 0);
        }
        if self.used == QUOTA {
            self.blocked_until = now + WINDOW;
            return Err(seconds(WINDOW));
        }
        if !self.burst.take(now) {
            return Err(1);
        }
        self.used += 1;
        Ok(())
    }

    /// The headers on every answer: `Ratelimit` (left, and seconds until it is full again) and `Ratelimit-Policy`.
    pub fn headers(&self, now: i64) -> Vec<(String, String)> {
        let (left, reset) = if now < self.blocked_until {
            (0, self.blocked_until - now)
        } else if now < self.begun + WINDOW {
            (QUOTA - self.used, self.begun + WINDOW - now)
        } else {
            (QUOTA, WINDOW)
        };
        let reset = seconds(reset);
        let window = seconds(WINDOW);
        vec![
            (
                "Ratelimit".into(),
                format!("\"default\";r={left};t={reset}"),
            ),
            (
                "Ratelimit-Policy".into(),
                format!("\"default\";q={QUOTA};w={window}"),
            ),
        ]
    }
}

/// The refusal of a call beyond the allowance.
pub fn exceeded() -> Refusal {
    Refusal::new(
        429,
        10_100,
        "More than 1200 requests per 300 seconds reached. Please wait and consider throttling your request speed",
    )
}

/// Whole seconds, rounded up.
const fn seconds(milliseconds: i64) -> i64 {
    (milliseconds + 999) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_763_700_000_000;

    #[test]
    fn a_burst_is_refused_for_a_moment() {
        let mut allowance = Allowance::new();
        assert!((0..200).all(|_| allowance.take(START).is_ok()));
        assert_eq!(allowance.take(START), Err(1));
        assert_eq!(allowance.take(START + 1_000), Ok(()));
    }

    #[test]
    fn beyond_the_quota_everything_is_blocked_for_five_minutes() {
        let mut allowance = Allowance::new();
        let end = START + QUOTA * 10;
        assert!((0..QUOTA).all(|call| allowance.take(START + call * 10).is_ok()));
        assert_eq!(allowance.headers(end)[0].1, "\"default\";r=0;t=288");
        assert_eq!(allowance.take(end), Err(300));
        assert_eq!(allowance.take(end + 299_001), Err(1));
        assert_eq!(allowance.take(end + 300_000), Ok(()));
        assert_eq!(
            allowance.headers(end + 300_000)[0].1,
            "\"default\";r=1199;t=300"
        );
    }
}
