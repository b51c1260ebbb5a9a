//! How long and how much the store keeps.

use vocab::{Span, Time};

/// What the store is opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Now: names the copy when a damaged file is set aside.
    pub now: Time,
    /// What is kept of the history.
    pub keep: Keep,
}

impl Options {
    /// The usual bounds.
    pub const fn new(now: Time) -> Self {
        Self {
            now,
            keep: Keep::USUAL,
        }
    }
}

/// What is kept of the history, by its resolution. The audit log, and the journal
/// but for the output of steps, are kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// How long figures of 10 s are kept.
    pub fine: Span,
    /// How long figures of 1 min are kept.
    pub minutes: Span,
    /// How long figures of 15 min are kept.
    pub quarters: Span,
    /// How long figures of 1 h are kept: of file systems only, to tell when they will be full.
    pub hours: Span,
    /// How long the output of steps is kept.
    pub outputs: Span,
    /// The most bytes the file may use before the oldest history goes early, finest first.
    pub bytes: u64,
}

impl Keep {
    /// 2 hours, 2 days, 30 days and 400 days of figures, half a year of outputs; 200 MB.
    pub const USUAL: Self = Self {
        fine: Span::hours(2),
        minutes: Span::hours(48),
        quarters: Span::days(30),
        hours: Span::days(400),
        outputs: Span::days(180),
        bytes: 200 * 1024 * 1024,
    };
}

impl Default for Keep {
    fn default() -> Self {
        Self::USUAL
    }
}
