//! What a hosted site is and where it stands.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Span;

/// Where sites can stand. The order is that of failover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// The east of the United States.
    UsEast,
    /// Central Europe.
    EuCentral,
    /// Asia and the Pacific.
    AsiaPacific,
}

impl Region {
    /// The words of the fleet file and of requests, in the order of failover.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("us-east", Self::UsEast),
        ("eu-central", Self::EuCentral),
        ("asia-pacific", Self::AsiaPacific),
    ];

    /// The word of the fleet file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::UsEast => "us-east",
            Self::EuCentral => "eu-central",
            Self::AsiaPacific => "asia-pacific",
        }
    }

    /// The location at Hetzner where servers of the region are made
    /// (<https://docs.hetzner.cloud/reference/cloud#locations>): Ashburn, Nuremberg, Singapore.
    pub const fn hetzner_location(self) -> &'static str {
        match self {
            Self::UsEast => "ash",
            Self::EuCentral => "nbg1",
            Self::AsiaPacific => "sin",
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a site is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SiteKind {
    /// Files that are served as they are.
    Static,
    /// A program run by Node.js.
    Node,
    /// `WordPress` with its database.
    #[serde(rename = "wordpress")]
    WordPress,
}

/// How often each site is visited by every process that watches.
pub const VISITED_EVERY: Span = Span::seconds(30);

impl SiteKind {
    /// The words of requests.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("static", Self::Static),
        ("node", Self::Node),
        ("wordpress", Self::WordPress),
    ];

    /// The word of requests.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Node => "node",
            Self::WordPress => "wordpress",
        }
    }

    /// Whether a site of it keeps a database.
    pub const fn has_database(self) -> bool {
        matches!(self, Self::WordPress)
    }
}

impl fmt::Display for SiteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_everywhere() {
        for (word, region) in Region::WORDS {
            assert_eq!(region.to_string(), word);
            assert_eq!(serde_json::to_value(region).ok(), Some(word.into()));
        }
        for (word, kind) in SiteKind::WORDS {
            assert_eq!(kind.to_string(), word);
            assert_eq!(serde_json::to_value(kind).ok(), Some(word.into()));
        }
    }

    #[test]
    fn failover_goes_from_east_to_pacific() {
        let locations = Region::WORDS.map(|(_, region)| region.hetzner_location());
        assert_eq!(locations, ["ash", "nbg1", "sin"]);
        assert!(Region::UsEast < Region::EuCentral && Region::EuCentral < Region::AsiaPacific);
    }
}
