//! A token bucket: so many calls at once, refilled at a steady rate.

/// A bucket that is full when nobody has called for a while.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Calls it holds when full.
    size: u32,
    /// Milliseconds until one call comes back.
    refill: i64,
    /// When it is full again, in milliseconds since 1970-01-01 UTC: the one number that says how full it is.
    full_at: i64,
}

impl Bucket {
    /// A full bucket of `size` calls that gets one back every `refill` milliseconds.
    pub const fn new(size: u32, refill: i64) -> Self {
        Self {
            size,
            refill,
            full_at: 0,
        }
    }

    /// Takes a call out. False when there was none.
    pub fn take(&mut self, now: i64) -> bool {
        let full_at = self.full_at.max(now) + self.refill;
        let allowed = full_at - now <= i64::from(self.size) * self.refill;
        if allowed {
            self.full_at = full_at;
        }
        allowed
    }

    /// Calls that it holds when full.
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// Calls left.
    pub fn left(&self, now: i64) -> i64 {
        let missing = (self.full_at - now).max(0);
        i64::from(self.size) - (missing + self.refill - 1) / self.refill
    }

    /// When it is full again, in whole seconds since 1970-01-01 UTC, rounded up.
    pub fn full_at(&self, now: i64) -> i64 {
        (self.full_at.max(now) + 999) / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_empties_it_and_time_refills_it() {
        let mut bucket = Bucket::new(3, 1_000);
        let now = 10_000;
        assert_eq!(bucket.left(now), 3);
        assert!((0..3).all(|_| bucket.take(now)));
        assert_eq!((bucket.left(now), bucket.full_at(now)), (0, 13));
        assert!(!bucket.take(now));
        assert!(!bucket.take(now + 999));
        assert_eq!(bucket.left(now + 1_000), 1);
        assert!(bucket.take(now + 1_000));
        assert!(!bucket.take(now + 1_000));
        assert_eq!(bucket.left(now + 60_000), 3, "it does not overflow");
    }
}
