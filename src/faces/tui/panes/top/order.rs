//! The order of the list: as ranked, but still while somebody has the selection, so that nothing moves under the finger.

use std::collections::BTreeMap;
use std::sync::Arc;

use vocab::{Span, Time};
use world::{Item, ItemId};

/// So long after the last key the order stays.
const HELD: Span = Span::seconds(20);

/// The order that is kept.
#[derive(Debug, Default)]
pub struct Order {
    kept: Vec<ItemId>,
    until: Option<Time>,
}

impl Order {
    /// Somebody has moved among these: they stay as they are for a while.
    pub fn touch(&mut self, keys: Vec<ItemId>, now: Time) {
        self.kept = keys;
        self.until = Some(now + HELD);
    }

    /// Lets go: from now on it is as ranked.
    pub fn release(&mut self) {
        self.until = None;
        self.kept.clear();
    }

    /// Brings ranked rows into the kept order; what is new stands where it ranks among those that are there.
    pub fn hold(&mut self, rows: &mut Vec<Arc<Item>>, now: Time) {
        if self.until.is_none_or(|until| until <= now) {
            self.release();
            return;
        }
        let place: BTreeMap<&ItemId, usize> = self
            .kept
            .iter()
            .enumerate()
            .map(|(place, id)| (id, place))
            .collect();
        let (mut known, new): (Vec<_>, Vec<_>) = std::mem::take(rows)
            .into_iter()
            .enumerate()
            .partition(|(_, item)| place.contains_key(&item.id));
        known.sort_by_key(|(_, item)| place.get(&item.id).copied());
        *rows = known.into_iter().map(|(_, item)| item).collect();
        for (rank, item) in new {
            rows.insert(rank.min(rows.len()), item);
        }
    }
}
