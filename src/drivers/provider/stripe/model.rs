//! What several objects of Stripe have in common.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use vocab::Text;

use crate::provider::identity::ObjectId;

/// Our own notes on an object: at most 50 keys of 40 characters, with values of at most 500.
pub type Metadata = BTreeMap<Text, Text>;

/// A list inside an object or on a page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// Another object, by its id or expanded.
#[derive(Deserialize)]
#[serde(untagged)]
enum Reference {
    Id(ObjectId),
    Object { id: ObjectId },
}

/// The id of another object, which may be expanded, or null.
pub(super) fn reference<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ObjectId>, D::Error> {
    let reference = Option::<Reference>::deserialize(from)?;
    Ok(reference.map(|reference| match reference {
        Reference::Id(id) | Reference::Object { id } => id,
    }))
}

/// The objects of a list inside an object.
pub(super) fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    Ok(List::deserialize(from)?.data)
}
