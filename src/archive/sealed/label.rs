//! What a backup is of.

use std::fmt;

use vocab::{Text, Time};

/// What kind of thing is in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A site's files.
    Files,
    /// A dump of a site's database.
    Database,
    /// The console's own configuration and books.
    Configuration,
}

impl Kind {
    /// The word in labels.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Database => "database",
            Self::Configuration => "configuration",
        }
    }
}

/// Says which backup it is. It stands in the file unencrypted, and nobody without the key can change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Whose: a site's domain, or this installation's name. 1 to 255 bytes, no control characters.
    pub site: String,
    /// What is in it.
    pub kind: Kind,
    /// When it was made.
    pub created: Time,
}

impl Label {
    /// One spelling for each label: no part holds the separator. None for a site that no label can have.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let fits = (1..=255).contains(&self.site.len());
        let plain = !self.site.chars().any(char::is_control);
        let spelled = format!("{}\n{}\n{}", self.site, self.kind.word(), self.created.0);
        (fits && plain).then(|| spelled.into_bytes())
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({}, made at {})",
            Text::line(&self.site),
            self.kind.word(),
            self.created.timestamp()
        )
    }
}
