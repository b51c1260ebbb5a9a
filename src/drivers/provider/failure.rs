//! What a single attempt fails with, and whether it may be made again.

use std::error::Error;
use std::time::Duration;

use super::error::{Fault, ProviderError};

/// A failed attempt.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: ProviderError,
    /// A change may have happened nevertheless.
    pub(super) unclear: bool,
    /// The wait the provider orders.
    pub(super) ordered: Option<Duration>,
}

impl Failure {
    /// Certainly nothing happened.
    pub(super) const fn nothing_done(error: ProviderError) -> Self {
        Self {
            error,
            unclear: false,
            ordered: None,
        }
    }

    /// A change may have happened.
    pub(super) const fn unclear(error: ProviderError) -> Self {
        Self {
            error,
            unclear: true,
            ordered: None,
        }
    }

    /// Whether the provider itself is in trouble, as the breaker counts it.
    pub(super) const fn is_outage(&self) -> bool {
        matches!(
            self.error.fault,
            Fault::Unavailable | Fault::Unreachable | Fault::Unreadable | Fault::Deadline
        )
    }

    /// Whether the attempt may be made again at once. A change only when it certainly did not happen, which leaves the
    /// connection that was never made and the limit of requests.
    pub(super) const fn may_repeat(&self, change: bool) -> bool {
        let passing = matches!(
            self.error.fault,
            Fault::RateLimited { .. }
                | Fault::Unavailable
                | Fault::Unreachable
                | Fault::Unreadable
                | Fault::Deadline
        );
        passing && !(change && self.unclear)
    }
}

/// The innermost words of an error: the outer ones only say that something failed, and may name the whole URL.
pub(crate) fn root_words(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    deepest.to_string()
}
