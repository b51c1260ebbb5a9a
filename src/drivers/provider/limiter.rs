//! The limiter: a bucket that refills as the provider's does, half of it for background work, emptied or held back by
//! what the provider's answers say. Pure: the time is given.

use std::time::Duration;

use tokio::time::Instant;

use super::pace::{Allowance, Purpose, Quota};

/// The longest wait it answers with: beyond it the caller asks again.
const LONGEST: Duration = Duration::from_hours(1);

/// A bucket of permits.
#[derive(Debug)]
struct Bucket {
    allowance: Allowance,
    permits: f64,
    filled_at: Instant,
}

impl Bucket {
    const fn full(allowance: Allowance, now: Instant) -> Self {
        Self {
            allowance,
            permits: allowance.burst,
            filled_at: now,
        }
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.filled_at = self.filled_at.max(now);
        self.permits =
            (self.permits + passed * self.allowance.per_second).min(self.allowance.burst);
    }

    /// How long until there is a permit.
    fn wait(&self) -> Duration {
        let missing = 1.0 - self.permits;
        if missing <= 0.0 {
            return Duration::ZERO;
        }
        // Rounded up, so that the permit is there when the wait is over.
        Duration::try_from_secs_f64(missing / self.allowance.per_second)
            .unwrap_or(LONGEST)
            .min(LONGEST)
            + Duration::from_micros(1)
    }
}

/// Both buckets of one provider and token, and the moment before which nothing goes out.
#[derive(Debug)]
pub(super) struct Limiter {
    all: Bucket,
    background: Bucket,
    held_until: Option<Instant>,
}

impl Limiter {
    /// Full buckets.
    pub(super) fn new(allowance: Allowance, now: Instant) -> Self {
        let half = Allowance {
            per_second: allowance.per_second / 2.0,
            burst: (allowance.burst / 2.0).max(1.0),
        };
        Self {
            all: Bucket::full(allowance, now),
            background: Bucket::full(half, now),
            held_until: None,
        }
    }

    /// A permit for one request, or how long to wait before asking again.
    pub(super) fn take(&mut self, purpose: Purpose, now: Instant) -> Result<(), Duration> {
        if let Some(until) = self.held_until(now) {
            return Err(until - now);
        }
        self.all.refill(now);
        self.background.refill(now);
        let wait = match purpose {
            Purpose::Operator => self.all.wait(),
            Purpose::Background => self.all.wait().max(self.background.wait()),
        };
        if !wait.is_zero() {
            return Err(wait);
        }
        self.all.permits -= 1.0;
        if purpose == Purpose::Background {
            self.background.permits -= 1.0;
        }
        Ok(())
    }

    /// Nothing goes out before `until`, and only slowly then; an earlier order that lasts longer stays.
    pub(super) fn hold(&mut self, until: Instant, now: Instant) {
        self.refill(now);
        self.held_until = Some(self.held_until.map_or(until, |held| held.max(until)));
        self.all.permits = self.all.permits.min(1.0);
        self.background.permits = self.background.permits.min(0.0);
    }

    /// The moment before which nothing goes out, while it lies ahead.
    pub(super) fn held_until(&self, now: Instant) -> Option<Instant> {
        self.held_until.filter(|until| *until > now)
    }

    /// Takes over what the provider says is left: somebody else may use the same quota. Background work may have what
    /// is above the half.
    pub(super) fn correct(&mut self, quota: &Quota, now: Instant) {
        self.refill(now);
        let left = f64::from(quota.remaining);
        self.all.permits = self.all.permits.min(left);
        let above = (left - f64::from(quota.limit) / 2.0).max(0.0);
        self.background.permits = self.background.permits.min(above);
    }

    /// What is granted at once, what of it is left, and how long until all is there again.
    pub(super) fn left(&mut self, now: Instant) -> (u32, u32, Duration) {
        self.refill(now);
        let Bucket {
            allowance, permits, ..
        } = &self.all;
        let missing = (allowance.burst - permits).max(0.0);
        let refill = Duration::try_from_secs_f64(missing / allowance.per_second).unwrap_or(LONGEST);
        (allowance.burst as u32, permits.max(0.0) as u32, refill)
    }

    fn refill(&mut self, now: Instant) {
        self.all.refill(now);
        self.background.refill(now);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vocab::Time;

    use super::*;

    const HETZNER: Allowance = Allowance {
        per_second: 1.0,
        burst: 100.0,
    };

    fn taken(limiter: &mut Limiter, purpose: Purpose, now: Instant) -> usize {
        (0..1000)
            .take_while(|_| limiter.take(purpose, now).is_ok())
            .count()
    }

    #[test]
    fn background_work_leaves_the_half() {
        let start = Instant::now();
        let mut limiter = Limiter::new(HETZNER, start);
        assert_eq!(taken(&mut limiter, Purpose::Background, start), 50);
        assert_eq!(taken(&mut limiter, Purpose::Operator, start), 50);
        let later = start + Duration::from_secs(10);
        assert_eq!(taken(&mut limiter, Purpose::Background, later), 5);
        assert_eq!(taken(&mut limiter, Purpose::Operator, later), 5);
        let wait = limiter.take(Purpose::Operator, later).unwrap_err();
        assert!(limiter.take(Purpose::Operator, later + wait).is_ok());
    }

    #[test]
    fn an_order_to_wait_holds_everything() {
        let start = Instant::now();
        let mut limiter = Limiter::new(HETZNER, start);
        let until = start + Duration::from_secs(7);
        limiter.hold(until, start);
        limiter.hold(start + Duration::from_secs(3), start);
        assert_eq!(
            limiter.take(Purpose::Operator, start),
            Err(Duration::from_secs(7))
        );
        assert_eq!(limiter.held_until(start), Some(until));
        assert!(limiter.take(Purpose::Operator, until).is_ok());
        assert_eq!(limiter.held_until(until), None);
        let (granted, left, refill) = limiter.left(until);
        // One was left to begin with and one is taken; each second of the wait has brought one.
        assert_eq!((granted, left), (100, 7), "what was held back comes slowly");
        assert!(refill > Duration::from_secs(92), "{refill:?}");
    }

    #[test]
    fn the_providers_count_is_believed_when_it_is_lower() {
        let start = Instant::now();
        let mut limiter = Limiter::new(HETZNER, start);
        let quota = |remaining| Quota {
            limit: 3600,
            remaining,
            resets: Time::default(),
        };
        limiter.correct(&quota(3599), start);
        limiter.correct(&quota(1803), start);
        assert_eq!(taken(&mut limiter, Purpose::Background, start), 3);
        limiter.correct(&quota(2), start);
        assert_eq!(taken(&mut limiter, Purpose::Operator, start), 2);
    }

    proptest! {
        #[test]
        fn never_more_than_granted(steps in proptest::collection::vec((0_u64..3000, any::<bool>()), 1..300)) {
            let start = Instant::now();
            let mut limiter = Limiter::new(HETZNER, start);
            let (mut now, mut all, mut background) = (start, 0.0, 0.0);
            for (millis, operator) in steps {
                now += Duration::from_millis(millis);
                let purpose = if operator { Purpose::Operator } else { Purpose::Background };
                if limiter.take(purpose, now).is_ok() {
                    all += 1.0;
                    background += f64::from(u8::from(!operator));
                }
                let passed = (now - start).as_secs_f64();
                prop_assert!(all <= 100.0 + passed + 0.001);
                prop_assert!(background <= 50.0 + passed / 2.0 + 0.001);
            }
        }
    }
}
