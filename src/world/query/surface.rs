//! The surface: at most ten items, those that are to be seen to now and that a person must see to.

use std::sync::Arc;

use vocab::Time;

use super::items;
use crate::priorities::{Item, Visibility};
use crate::world::World;

/// The most items on the surface, always.
pub const SURFACE: usize = 10;

/// The items that matter now, the first first; never more than [`SURFACE`].
pub fn surface(world: &World, now: Time) -> Vec<Arc<Item>> {
    let all = items(world, now);
    all.iter()
        .filter(|item| item.visibility == Visibility::Shown)
        .take(SURFACE)
        .cloned()
        .collect()
}
