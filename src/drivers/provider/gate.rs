//! What all calls with one token share besides the connection: limiter, breaker, budget, the quota last heard of.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use kit::backoff::mix;
use tokio::time::Instant;
use vocab::Time;

use super::breaker::Breaker;
use super::budget::Budget;
use super::limiter::Limiter;
use super::pace::{Allowance, Pace, Quota};

/// The shared state; held for moments only, never across an await.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) limiter: Limiter,
    pub(super) breaker: Breaker,
    pub(super) budget: Budget,
    pub(super) quota: Option<Quota>,
    /// When a request went out last; `None` before the first.
    pub(super) asked: Option<Time>,
    seed: u64,
}

impl Gate {
    /// Open, with a full allowance.
    pub(super) fn new(pace: &Pace, allowance: Allowance, now: Instant) -> Self {
        Self {
            limiter: Limiter::new(pace.allowance.unwrap_or(allowance), now),
            breaker: Breaker::new(pace.breaker),
            budget: Budget::default(),
            quota: None,
            asked: None,
            seed: RandomState::new().hash_one(0),
        }
    }

    /// The wait before the repetition after `attempt` (from 0): a random part of the whole, doubling wait. Any part of it,
    /// none included, so that clients that failed together do not come back together.
    pub(super) fn jitter(&mut self, pace: &Pace, attempt: u32) -> Duration {
        self.seed = mix(self.seed);
        whole_wait(pace, attempt) / 1000 * (self.seed % 1001) as u32
    }

    /// The moment before which no call goes out, by a provider's order or because it fails.
    pub(super) fn closed_until(&self, now: Instant) -> Option<Instant> {
        self.limiter
            .held_until(now)
            .max(self.breaker.open_until(now))
    }
}

/// The longest wait after `attempt` (from 0).
pub(super) fn whole_wait(pace: &Pace, attempt: u32) -> Duration {
    pace.first_wait
        .saturating_mul(2_u32.saturating_pow(attempt))
        .min(pace.longest_ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_differ_and_stay_below_the_doubling_wait() {
        let pace = Pace::default();
        let allowance = Allowance {
            per_second: 1.0,
            burst: 1.0,
        };
        let mut gate = Gate::new(&pace, allowance, Instant::now());
        let waits: Vec<Duration> = (0..200).map(|_| gate.jitter(&pace, 1)).collect();
        assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(4)));
        assert!(waits.iter().any(|wait| *wait > Duration::from_secs(3)));
        assert!(waits.iter().any(|wait| *wait < Duration::from_secs(1)));
        assert_eq!(whole_wait(&pace, 40), pace.longest_ordered);
    }
}
