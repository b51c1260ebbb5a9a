//! The names that go into a request's path or header, checked before they do.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

/// The longest id and key (Stripe's bound for idempotency keys, <https://docs.stripe.com/api/idempotent_requests>).
const LONGEST: usize = 255;

/// A provider's id of an object, such as `sub_1Q…` or 32 hexadecimal digits: letters, digits, `_` and `-` only, so that
/// it cannot lead a path elsewhere. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(Arc<str>);

impl ObjectId {
    /// `None` unless 1 to 255 letters, digits, `_` or `-`.
    pub fn new(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(plain);
        fits.then(|| Self(text.into()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("an id of other than letters and digits"))
    }
}

/// By which Stripe knows a change that is sent again: one per step, stored before it is used, never made up here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(Arc<str>);

impl IdempotencyKey {
    /// `None` unless 1 to 255 printable ASCII characters without a space.
    pub fn new(text: &str) -> Option<Self> {
        let fits =
            (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.into()))
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_nowhere_else() {
        assert!(ObjectId::new("sub_1QxYz-9").is_some());
        for bad in ["", ".", "..", "a/b", "a?b", "a#b", "%2e%2e", "a b", "ä"] {
            assert!(ObjectId::new(bad).is_none(), "{bad:?}");
        }
        assert!(ObjectId::new(&"a".repeat(256)).is_none());
        assert!(IdempotencyKey::new("deploy:42/charge").is_some());
        assert!(IdempotencyKey::new("two words").is_none());
        assert!(IdempotencyKey::new("a\r\nb").is_none());
    }
}
