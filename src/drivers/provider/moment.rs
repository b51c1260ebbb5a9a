//! Moments as the providers write them.

use serde::{Deserialize, Deserializer};
use vocab::Time;

/// An RFC 3339 text or null; a text that is no moment counts as none.
pub(super) fn written<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.and_then(|text| Time::parse(&text)))
}

/// Seconds since 1970 or null.
pub(super) fn unix<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    Ok(Option::<i64>::deserialize(from)?.map(Time::from_seconds))
}
