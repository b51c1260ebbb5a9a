//! Ids of things: rising, far from 1 and with gaps, as in a service that others use too.

use crate::random;

/// The next id.
#[derive(Debug, Clone)]
pub struct Ids(u64);

impl Ids {
    /// Ids from a number on that nobody can know.
    pub fn unknown() -> Self {
        Self(50_000_000 + random::below(50_000_000))
    }

    /// A new id.
    pub fn next(&mut self) -> u64 {
        self.0 += 1 + random::below(97);
        self.0
    }
}
