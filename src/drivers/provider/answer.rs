//! What a change came to: done, not done, or unknown.

use super::error::ProviderError;

/// What a change came to. There is no fourth case, and the third is never read as the second.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a change that is unknown must be looked up"]
pub enum Answer<T> {
    /// It happened, and this is what the provider said of it.
    Done(T),
    /// It certainly did not happen: the provider refused, or the request was never sent.
    Not(ProviderError),
    /// It may have happened: no answer in time, a cut or unreadable one, or a failure of the provider's own (5xx).
    /// To be looked up, after a settle wait longer than [`Pace::answer`](super::Pace::answer), before anything else.
    Unknown(ProviderError),
}

impl<T> Answer<T> {
    /// The same answer about another thing.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Done(value) => Answer::Done(change(value)),
            Self::Not(error) => Answer::Not(error),
            Self::Unknown(error) => Answer::Unknown(error),
        }
    }

    /// What was done; `None` when it was not, or when that is unknown.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Not(_) | Self::Unknown(_) => None,
        }
    }

    /// Why it was not done, or not known to be.
    pub const fn error(&self) -> Option<&ProviderError> {
        match self {
            Self::Done(_) => None,
            Self::Not(error) | Self::Unknown(error) => Some(error),
        }
    }

    /// Whether it must be looked up before anything else.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }
}
