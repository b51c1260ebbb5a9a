//! Zones and records as the API tells of them. What is not used is not read.

use serde::{Deserialize, Serialize, Serializer};
use vocab::{Text, Time};

use crate::provider::identity::ObjectId;
use crate::provider::moment;
use crate::provider::words::words;

words! {
    /// What a token is good for.
    TokenStatus {
        /// It works.
        Active = "active",
        /// It was switched off.
        Disabled = "disabled",
        /// Its time is over.
        Expired = "expired",
    }
}

words! {
    /// How far a zone is.
    ZoneStatus {
        /// It is being set up.
        Initializing = "initializing",
        /// The domain's registrar does not name Cloudflare's name servers yet.
        Pending = "pending",
        /// It is served.
        Active = "active",
        /// The registrar names others again.
        Moved = "moved",
    }
}

words! {
    /// The kind of a record.
    RecordKind {
        /// An IPv4 address.
        A = "A",
        /// An IPv6 address.
        Aaaa = "AAAA",
        /// Another name for the same.
        Cname = "CNAME",
        /// Text.
        Txt = "TXT",
        /// A mail server.
        Mx = "MX",
        /// A name server.
        Ns = "NS",
        /// Who may issue certificates.
        Caa = "CAA",
    }
}

impl Serialize for RecordKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The token in use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Token {
    /// Its id, which is no secret.
    pub id: ObjectId,
    /// What it is good for.
    pub status: TokenStatus,
    /// When it expires; never for `None`.
    #[serde(default, deserialize_with = "moment::written")]
    pub expires_on: Option<Time>,
}

/// A zone: a domain as Cloudflare serves it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Zone {
    /// Its id.
    pub id: ObjectId,
    /// The domain.
    pub name: Text,
    /// How far it is.
    #[serde(default)]
    pub status: ZoneStatus,
    /// The name servers that the registrar must name.
    #[serde(default)]
    pub name_servers: Vec<Text>,
}

/// A DNS record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Record {
    /// Its id.
    pub id: ObjectId,
    /// Its whole name.
    pub name: Text,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: RecordKind,
    /// What it says.
    #[serde(default)]
    pub content: Text,
    /// Seconds it may be kept; 1 leaves it to Cloudflare.
    #[serde(default)]
    pub ttl: u32,
    /// Whether Cloudflare stands between.
    #[serde(default)]
    pub proxied: bool,
    /// What was noted with it; ours tell which deployment it belongs to.
    #[serde(default)]
    pub comment: Option<Text>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "moment::written")]
    pub modified_on: Option<Time>,
}
