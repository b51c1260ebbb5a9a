//! What is left of a provider's quota, as its answers said it last, and whether it is asked at all.

use serde::{Deserialize, Serialize};
use vocab::{Provider, Span, Time};

/// So many hundredths used are a signal.
pub const SIGNAL_PERCENT: u32 = 80;

/// A provider's quota at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Whose.
    pub provider: Provider,
    /// Requests of a full quota.
    pub limit: u32,
    /// Requests that were left.
    pub left: u32,
    /// When all are there again, if nobody asks any more.
    pub full_at: Time,
    /// Whether the provider's answers said so; else it is this console's own count against the documented limit.
    pub said: bool,
    /// The moment before which it is not asked, because it ordered a wait or fails again and again.
    pub closed_until: Option<Time>,
    /// Whether that is because it fails: the breaker is open.
    pub failing: bool,
    /// When.
    pub at: Time,
}

impl Quota {
    /// What is left at `now`, at the steady pace at which quotas refill. Others who use the same quota may have taken
    /// of it since.
    pub fn left(&self, now: Time) -> u32 {
        let whole = self.full_at.since(self.at).0;
        if now >= self.full_at || whole <= 0 {
            return self.limit;
        }
        let used = i64::from(self.limit.saturating_sub(self.left));
        let back = used.saturating_mul(now.since(self.at).0) / whole;
        let left = i64::from(self.left) + back;
        u32::try_from(left).unwrap_or(self.limit).min(self.limit)
    }

    /// What is used at `now`.
    pub fn used(&self, now: Time) -> u32 {
        self.limit.saturating_sub(self.left(now))
    }

    /// What is used at `now`, in hundredths, rounded down; 100 of no quota at all.
    pub fn used_percent(&self, now: Time) -> u32 {
        let used = u64::from(self.used(now)) * 100;
        used.checked_div(u64::from(self.limit))
            .map_or(100, |percent| percent as u32)
    }

    /// Whether so much is used that it is a signal.
    pub fn is_scarce(&self, now: Time) -> bool {
        self.used_percent(now) >= SIGNAL_PERCENT
    }

    /// The moment before which it is not asked, while that lies ahead.
    pub fn closed(&self, now: Time) -> Option<Time> {
        self.closed_until.filter(|until| *until > now)
    }

    /// How long until all is there again; nothing when it is.
    pub fn refill(&self, now: Time) -> Span {
        self.full_at.since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_795_269_731_000);

    #[test]
    fn what_was_used_comes_back_and_the_signal_goes() {
        let quota = Quota {
            provider: Provider::Hetzner,
            limit: 3600,
            left: 600,
            full_at: NOW + Span::seconds(3000),
            said: true,
            closed_until: Some(NOW + Span::seconds(30)),
            failing: true,
            at: NOW,
        };
        assert_eq!((quota.used(NOW), quota.used_percent(NOW)), (3000, 83));
        assert!(quota.is_scarce(NOW));
        let later = NOW + Span::seconds(121);
        assert_eq!((quota.left(later), quota.used_percent(later)), (721, 79));
        assert!(!quota.is_scarce(later));
        assert_eq!(quota.left(NOW + Span::hours(2)), 3600);
        assert_eq!(quota.closed(NOW), quota.closed_until);
        assert_eq!(quota.closed(later), None);
        let none = Quota {
            limit: 0,
            left: 0,
            ..quota
        };
        assert!(none.is_scarce(NOW));
    }
}
