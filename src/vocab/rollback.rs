//! How far a rollback goes.

use serde::{Deserialize, Serialize};

/// How far a rollback goes; chosen before a run begins, and stored with it. Each level takes back what the one before does,
/// and more.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum RollbackLevel {
    /// Nothing outside is deleted: the run is marked as failed, and the customer is told.
    Soft,
    /// What is billed, served or costs by the hour goes: the subscription, the DNS record, the server. Records are kept.
    Partial,
    /// Everything that was made goes, then the records.
    #[default]
    Full,
}

impl RollbackLevel {
    /// The word shown and typed.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Partial => "partial",
            Self::Full => "full",
        }
    }

    /// The level of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Soft, Self::Partial, Self::Full]
            .into_iter()
            .find(|level| level.word() == word)
    }
}
