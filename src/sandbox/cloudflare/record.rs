//! A DNS record, and what names and ids look like.

use serde_json::{Map, Value, json};

use super::written;
use crate::random;

/// A record's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// Who may issue certificates.
    Caa,
    /// Another name.
    Cname,
    /// A mail server.
    Mx,
    /// A name server of a subdomain.
    Ns,
    /// A name for an address.
    Ptr,
    /// Where a service is.
    Srv,
    /// Text.
    Txt,
}

impl Kind {
    /// All types, in alphabetical order.
    const ALL: [Self; 9] = [
        Self::A,
        Self::Aaaa,
        Self::Caa,
        Self::Cname,
        Self::Mx,
        Self::Ns,
        Self::Ptr,
        Self::Srv,
        Self::Txt,
    ];

    /// As the API writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Ptr => "PTR",
            Self::Srv => "SRV",
            Self::Txt => "TXT",
        }
    }

    /// The type of a name. None for those that are not kept here.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether traffic for it can go through the proxy.
    pub const fn can_be_proxied(self) -> bool {
        matches!(self, Self::A | Self::Aaaa | Self::Cname)
    }
}

/// What a record says; the rest of it is book-keeping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its type.
    pub kind: Kind,
    /// The full name, in lower case, without a final dot.
    pub name: String,
    /// The content as text; for those with `data`, made from it.
    pub content: String,
    /// The parts of a content that has parts (`SRV`, `CAA`).
    pub data: Option<Map<String, Value>>,
    /// For `MX` and `SRV`.
    pub priority: Option<u16>,
    /// Seconds; 1 is automatic.
    pub ttl: u32,
    /// Whether its traffic goes through the proxy.
    pub proxied: bool,
    /// A note, at most 100 characters.
    pub comment: Option<String>,
}

/// A record. Times are in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone)]
pub struct Record {
    /// 32 hexadecimal digits.
    pub id: String,
    /// What it says.
    pub draft: Draft,
    created: i64,
    modified: i64,
}

impl Record {
    /// A new record.
    pub fn new(draft: Draft, now: i64) -> Self {
        Self {
            id: random::token(32),
            draft,
            created: now,
            modified: now,
        }
    }

    /// Says something else from now on.
    pub fn change(&mut self, draft: Draft, now: i64) {
        self.draft = draft;
        self.modified = now;
    }

    /// As the API shows it.
    pub fn json(&self) -> Value {
        let draft = &self.draft;
        let mut value = json!({
            "id": self.id,
            "name": draft.name,
            "type": draft.kind.name(),
            "content": draft.content,
            "proxiable": draft.kind.can_be_proxied(),
            "proxied": draft.proxied,
            "ttl": draft.ttl,
            "settings": {},
            "meta": {},
            "comment": draft.comment,
            "tags": [],
            "created_on": written(self.created),
            "modified_on": written(self.modified),
        });
        if let Some(priority) = draft.priority {
            value["priority"] = json!(priority);
        }
        if let Some(data) = &draft.data {
            value["data"] = Value::Object(data.clone());
        }
        if draft.comment.is_some() {
            value["comment_modified_on"] = value["modified_on"].clone();
        }
        value
    }
}

/// Whether a text has the shape of an id: 32 hexadecimal digits.
pub fn is_id(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a text in lower case can be the name of a record (RFC 1035, with underscores, and `*` as the first label).
pub fn is_name(text: &str) -> bool {
    let labels = text.strip_prefix("*.").unwrap_or(text);
    text.len() <= 253
        && labels.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
        })
}
