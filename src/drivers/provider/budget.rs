//! The budget of repetitions: a tenth of the calls, so that a provider in trouble is not asked three times as much.

/// What one call earns and one repetition costs, in tenths of a repetition.
const EARNED: u32 = 1;
const COST: u32 = 10;

/// So many repetitions can be saved up.
const MOST: u32 = 10 * COST;

/// So many are there at the start, for a process that makes few calls.
const FIRST: u32 = 3 * COST;

/// The repetitions there are.
#[derive(Debug)]
pub(super) struct Budget(u32);

impl Default for Budget {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Budget {
    /// A call was begun.
    pub(super) const fn earn(&mut self) {
        if self.0 < MOST {
            self.0 += EARNED;
        }
    }

    /// Whether a repetition may be made; if so, it is paid for.
    pub(super) const fn spend(&mut self) -> bool {
        if self.0 < COST {
            return false;
        }
        self.0 -= COST;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_calls() {
        let mut budget = Budget::default();
        let mut repetitions = 0;
        for _ in 0..1000 {
            budget.earn();
            while budget.spend() {
                repetitions += 1;
            }
        }
        assert_eq!(repetitions, 100 + 3);
    }

    #[test]
    fn a_long_quiet_time_saves_up_ten() {
        let mut budget = Budget::default();
        (0..10_000).for_each(|_| budget.earn());
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 10);
    }
}
