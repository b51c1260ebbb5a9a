//! The circuit breaker: a provider that fails again and again is left alone but for a probe now and then.
//! Pure: the time is given.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::pace::BreakerPace;

/// Closed while the provider answers, open while it fails.
#[derive(Debug)]
pub(super) struct Breaker {
    pace: BreakerPace,
    /// The latest failures without a success in between, oldest first; at most `pace.failures`.
    failed_at: VecDeque<Instant>,
    /// When open: the moment at which the next probe may go out.
    probe_at: Option<Instant>,
}

impl Breaker {
    /// Closed.
    pub(super) const fn new(pace: BreakerPace) -> Self {
        Self {
            pace,
            failed_at: VecDeque::new(),
            probe_at: None,
        }
    }

    /// The moment before which no call goes out; `None` when one may go out now.
    pub(super) fn open_until(&self, now: Instant) -> Option<Instant> {
        self.probe_at.filter(|at| *at > now)
    }

    /// Lets a request out, or says until when not. While open, a request let out is the probe, and the next one has its
    /// turn after [`BreakerPace::probe`] whatever became of this one.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), Instant> {
        match self.probe_at {
            None => Ok(()),
            Some(at) if at > now => Err(at),
            Some(_) => {
                self.probe_at = Some(now + self.pace.probe);
                Ok(())
            }
        }
    }

    /// The provider answered, if only with a refusal: it lives.
    pub(super) fn answered(&mut self) {
        self.failed_at.clear();
        self.probe_at = None;
    }

    /// The provider failed or could not be reached.
    pub(super) fn failed(&mut self, now: Instant) {
        while self.failed_at.len() >= self.pace.failures.max(1) {
            self.failed_at.pop_front();
        }
        self.failed_at.push_back(now);
        let oldest = self.failed_at.front().copied().unwrap_or(now);
        let many = self.failed_at.len() >= self.pace.failures;
        let soon = now.saturating_duration_since(oldest) <= self.pace.within;
        if self.probe_at.is_some() || (many && soon) {
            self.probe_at = Some(now + self.pace.probe);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::provider::Pace;

    fn second(start: Instant, count: u64) -> Instant {
        start + Duration::from_secs(count)
    }

    #[test]
    fn five_failures_in_thirty_seconds_open_it() {
        let start = Instant::now();
        let mut breaker = Breaker::new(Pace::default().breaker);
        for count in 0..4 {
            breaker.failed(second(start, count));
        }
        assert!(breaker.admit(second(start, 4)).is_ok());
        breaker.failed(second(start, 4));
        assert_eq!(breaker.admit(second(start, 5)), Err(second(start, 34)));
        assert_eq!(
            breaker.open_until(second(start, 5)),
            Some(second(start, 34))
        );
    }

    #[test]
    fn slow_failures_and_failures_between_answers_do_not() {
        let start = Instant::now();
        let mut breaker = Breaker::new(Pace::default().breaker);
        for count in 0..20 {
            breaker.failed(second(start, count * 8));
        }
        assert!(breaker.admit(second(start, 160)).is_ok());
        for count in 0..20 {
            breaker.failed(second(start, 200 + count));
            if count % 4 == 3 {
                breaker.answered();
            }
        }
        assert!(breaker.admit(second(start, 220)).is_ok());
    }

    #[test]
    fn one_probe_every_thirty_seconds_while_it_is_open() {
        let start = Instant::now();
        let mut breaker = Breaker::new(Pace::default().breaker);
        (0..5).for_each(|_| breaker.failed(start));
        let probes = (1..=7200)
            .filter(|count| {
                let now = second(start, *count);
                let out = breaker.admit(now).is_ok();
                if out {
                    breaker.failed(now);
                }
                out
            })
            .count();
        assert_eq!(probes, 240);
        breaker.answered();
        assert!(breaker.admit(second(start, 7201)).is_ok());
        assert!(breaker.admit(second(start, 7201)).is_ok());
    }

    #[test]
    fn a_probe_that_never_ends_does_not_lock_it() {
        let start = Instant::now();
        let mut breaker = Breaker::new(Pace::default().breaker);
        (0..5).for_each(|_| breaker.failed(start));
        assert!(breaker.admit(second(start, 30)).is_ok());
        assert!(breaker.admit(second(start, 31)).is_err());
        assert!(breaker.admit(second(start, 60)).is_ok());
    }
}
