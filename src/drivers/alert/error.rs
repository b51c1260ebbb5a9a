//! Why a message was not taken.

use vocab::{Span, Text};

/// The class of a failure: what the caller decides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertTrouble {
    /// The token, the password or the address is wrong: a person must put it right, and then it is taken.
    Unauthorized,
    /// The message or the receiver is wrong, and will be again.
    Refused,
    /// Too many messages.
    RateLimited,
    /// The other side fails, or says later.
    Unavailable,
    /// No connection, or it broke.
    Unreachable,
    /// No answer in time: it may have been taken.
    Deadline,
    /// An answer came that is not what was expected.
    Unreadable,
}

impl AlertTrouble {
    /// Whether the same message may well be taken later.
    pub const fn is_passing(self) -> bool {
        !matches!(self, Self::Refused)
    }

    /// What to do about it.
    const fn remedy(self) -> &'static str {
        match self {
            Self::Unauthorized => "put the right secret where the fleet file says it is",
            Self::Refused => "correct the receiver or the sender in the fleet file",
            Self::RateLimited => "lower the channel's rate",
            Self::Unavailable | Self::Deadline => "wait; it is tried again",
            Self::Unreachable => "check the address and this machine's network",
            Self::Unreadable => "check that the address is the right one",
        }
    }
}

/// A failure; safe to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}; {}", trouble.remedy())]
pub struct AlertError {
    /// The class.
    pub trouble: AlertTrouble,
    /// In words, without secrets.
    pub text: Text,
    /// The wait that the other side orders.
    pub ordered: Option<Span>,
}

impl AlertError {
    /// A failure of a class; known shapes of secrets in the words are masked.
    pub fn new(trouble: AlertTrouble, text: impl AsRef<str>) -> Self {
        Self {
            trouble,
            text: Text::line(vocab::mask::mask(text.as_ref())),
            ordered: None,
        }
    }
}
