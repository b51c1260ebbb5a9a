//! The tiers and their buckets.

use vocab::{Span, Time};

use crate::options::Keep;

/// What a figure was over a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// The start of the stretch.
    pub at: Time,
    /// The least value.
    pub low: f32,
    /// The mean.
    pub mean: f32,
    /// The greatest value.
    pub high: f32,
}

/// One resolution of the history. Times are whole seconds since the epoch, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tier {
    /// Its table.
    pub(crate) table: &'static str,
    /// The length of a bucket in seconds; every bucket starts at a multiple of it.
    pub(crate) step: i64,
    /// How long it is kept, in seconds.
    pub(crate) keep: i64,
    /// Whether it holds file systems only.
    pub(crate) disks_only: bool,
}

impl Tier {
    /// All of them, finest first.
    pub(crate) const fn all(keep: &Keep) -> [Self; 4] {
        [
            Self::new("fine", 10, keep.fine, false),
            Self::new("minutes", 60, keep.minutes, false),
            Self::new("quarters", 900, keep.quarters, false),
            Self::new("hours", 3600, keep.hours, true),
        ]
    }

    const fn new(table: &'static str, step: i64, keep: Span, disks_only: bool) -> Self {
        Self {
            table,
            step,
            keep: keep.as_seconds(),
            disks_only,
        }
    }

    /// The start of the bucket that this second is in.
    pub(crate) const fn floor(&self, second: i64) -> i64 {
        second.div_euclid(self.step) * self.step
    }
}
