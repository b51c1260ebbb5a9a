//! Why a wish was not taken on.

use std::fmt;

use serde::{Deserialize, Serialize};
use vocab::Text;

/// The kind of a refusal, for exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RefusalKind {
    /// The object does not exist (any more).
    NotFound,
    /// Its state does not allow it, or somebody else is at it.
    Conflict,
    /// There is nothing to do: what is wished is so already.
    Needless,
    /// The node or engine cannot be reached.
    Unreachable,
    /// The consent is not enough for this plan.
    Consent,
    /// This session may not change anything.
    ReadOnly,
    /// The journal cannot be written, so nothing may be done.
    Journal,
    /// The plan is unknown or too old.
    Stale,
    /// The wish itself makes no sense.
    Invalid,
}

/// Why a wish was not taken on: in words, with how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The kind.
    pub kind: RefusalKind,
    /// In words.
    pub text: Text,
}

impl Refusal {
    /// A refusal of a kind with its words.
    pub fn new(kind: RefusalKind, text: impl AsRef<str>) -> Self {
        Self {
            kind,
            text: Text::line(text.as_ref()),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl std::error::Error for Refusal {}
