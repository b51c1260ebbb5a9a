//! What a sealed file is a part of.

use std::fmt;

use vocab::{Text, Time};

/// Says which part of which backup a file is. It stands in the file unencrypted, and nobody without the key can change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Whose: a site's domain, or this installation's name. 1 to 255 bytes, no control characters.
    pub site: String,
    /// Which part: `files`, `database`, `manifest` … 1 to 32 small letters, digits and `-`.
    pub part: String,
    /// When the backup was made.
    pub created: Time,
}

impl Label {
    /// One spelling for each label: no part holds the separator. None for what no label can have.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let fits = (1..=255).contains(&self.site.len()) && (1..=32).contains(&self.part.len());
        let plain = !self.site.chars().any(char::is_control);
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let spelled = format!("{}\n{}\n{}", self.site, self.part, self.created.0);
        (fits && plain && self.part.bytes().all(word)).then(|| spelled.into_bytes())
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({}, made at {})",
            Text::line(&self.site),
            Text::line(&self.part),
            self.created.timestamp()
        )
    }
}
