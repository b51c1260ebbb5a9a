//! Waits between attempts that grow to a cap and never give up.

use std::time::Duration;

/// Doubling waits from `first` to `cap`, each with up to a quarter taken off at random so that many clients do not
/// come back at the same moment. Asked for ever, answers for ever.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    cap: Duration,
    attempt: u32,
    seed: u64,
}

impl Backoff {
    /// Waits from `first` up to `cap`; `seed` tells one client's jitter from another's.
    pub const fn new(first: Duration, cap: Duration, seed: u64) -> Self {
        Self {
            first,
            cap,
            attempt: 0,
            seed,
        }
    }

    /// Attempts since the last success.
    pub const fn attempts(&self) -> u32 {
        self.attempt
    }

    /// The next wait.
    pub fn next_wait(&mut self) -> Duration {
        let full = self
            .first
            .saturating_mul(2_u32.saturating_pow(self.attempt.min(20)))
            .min(self.cap);
        self.attempt = self.attempt.saturating_add(1);
        self.seed = mix(self.seed);
        let off = full / 4 * (self.seed % 1000) as u32 / 1000;
        full.saturating_sub(off)
    }

    /// After a success: the next wait is the first again.
    pub const fn reset(&mut self) {
        self.attempt = 0;
    }
}

/// One step of splitmix64 (<https://prng.di.unimi.it/splitmix64.c>): enough for jitter, not for secrets.
pub const fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_the_cap_and_starts_again() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30), 7);
        let waits: Vec<f64> = (0..10).map(|_| backoff.next_wait().as_secs_f64()).collect();
        for (wait, full) in waits
            .iter()
            .zip([1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 30.0, 30.0])
        {
            assert!(*wait <= full && *wait >= full * 0.75, "{wait} of {full}");
        }
        backoff.reset();
        assert!(backoff.next_wait() <= Duration::from_secs(1));
    }
}
