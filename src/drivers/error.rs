//! What a driver's call can end with, other than well.

use vocab::{LinkTrouble, Text};

/// The class of a failure: what the caller decides by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// No answer in time. The effect, if there was to be one, is unknown.
    Timeout,
    /// The connection broke after the request was sent. The effect, if there was to be one, is unknown.
    Broken,
    /// The other side is not there (no socket, refused, no route): nothing was done.
    Absent,
    /// No permission on the socket or file: nothing was done. Carries the group that has it, when it is known.
    Forbidden(Text),
    /// The thing named does not exist (any more): nothing was done.
    NotFound,
    /// The thing is in a state in which this cannot be done (already stopped, in use): nothing was done.
    Conflict,
    /// The other side is older than this program can use: nothing was done.
    TooOld(Text),
    /// The way to the node is the trouble: nothing was done unless it is [`LinkTrouble::Lost`].
    Link(LinkTrouble),
    /// The other side refused or failed and said so in words.
    Refused,
    /// The answer could not be understood. The effect, if there was to be one, is unknown.
    Garbled,
}

/// A failure: its class, and in words what was tried and what came back, without secrets and safe to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct DriverError {
    /// The class.
    pub trouble: Trouble,
    /// In words, lower case, reads after "failed: ".
    pub text: Text,
}

impl DriverError {
    /// An error of a class with its words.
    pub fn new(trouble: Trouble, text: impl AsRef<str>) -> Self {
        Self {
            trouble,
            text: Text::line(vocab::mask::mask(text.as_ref())),
        }
    }

    /// Whether the call's effect may have happened nevertheless.
    pub const fn effect_unknown(&self) -> bool {
        matches!(
            self.trouble,
            Trouble::Timeout
                | Trouble::Broken
                | Trouble::Garbled
                | Trouble::Link(LinkTrouble::Lost)
        )
    }
}

/// What drivers return.
pub type Result<T> = std::result::Result<T, DriverError>;
