//! A view: the entries of a buffer that pass a query, found in slices, newest first, and kept up to date.
//!
//! It holds line numbers, two bytes a hit, and never a text. Positions in it change when older hits are found or the
//! oldest go; an [`EntryId`] does not, so a face keeps ids and asks for positions.
//!
//! Flow: [`LogView::advance`] after the buffer changed, with a budget → ids, positions, pages of [`Entry`]s.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use vocab::{Level, Span, Time};

use super::buffer::{Block, LogBuffer};
use super::entry::{Entry, EntryId, level_in};
use super::histogram::LineCount;
use super::query::Query;

/// Which way to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To what is older.
    Back,
    /// To what is newer.
    Forward,
}

/// How far a view has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Entries looked at.
    pub seen: usize,
    /// Entries there are.
    pub total: usize,
    /// Whether anything in the view is other than it was before.
    pub changed: bool,
}

impl Progress {
    /// Whether everything has been looked at.
    pub const fn is_done(self) -> bool {
        self.seen >= self.total
    }

    /// In percent, rounded down, so that 100 is only said when it is done.
    pub const fn percent(self) -> usize {
        match (self.seen * 100).checked_div(self.total) {
            None => 100,
            Some(percent) => percent,
        }
    }
}

impl Default for LogView {
    fn default() -> Self {
        Self::new(Query::default())
    }
}

/// The hits of one block.
#[derive(Debug)]
struct Hits {
    block: u64,
    revision: u32,
    /// Entries looked at, from the first.
    seen: usize,
    /// Places within the block, rising.
    places: Vec<u16>,
}

/// The entries that pass a query.
#[derive(Debug)]
pub struct LogView {
    query: Query,
    /// The same blocks as the buffer's, in the same order.
    hits: VecDeque<Hits>,
    structure: Option<u64>,
    len: usize,
}

impl LogView {
    /// A view that has looked at nothing yet.
    pub const fn new(query: Query) -> Self {
        Self {
            query,
            hits: VecDeque::new(),
            structure: None,
            len: 0,
        }
    }

    /// What it shows.
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// How many entries it has found.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it has found none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes in what changed in the buffer and looks on, newest first, at about `budget` entries (those of whole
    /// blocks; one that can be skipped unread costs a fiftieth). At 20,000 that is about 2 ms. Until it has been called
    /// after a change of the buffer, everything else here speaks of the buffer as it was, and finds nothing wrong.
    pub fn advance(&mut self, buffer: &LogBuffer, budget: usize) -> Progress {
        let mut changed = self.follow_structure(buffer);
        let mut left = budget.max(1);
        let mut seen = 0;
        for (hits, block) in self.hits.iter_mut().zip(buffer.blocks()).rev() {
            if hits.revision != block.revision {
                self.len -= hits.places.len();
                (hits.revision, hits.seen) = (block.revision, 0);
                hits.places.clear();
                changed = true;
            }
            if hits.seen < block.len() && left > 0 {
                let (places, cost) = self.query.matches(block, hits.seen);
                changed |= !places.is_empty();
                self.len += places.len();
                hits.places.extend(places);
                hits.seen = block.len();
                left = left.saturating_sub(cost);
            }
            seen += hits.seen;
        }
        Progress {
            seen,
            total: buffer.len(),
            changed,
        }
    }

    /// Makes the list of blocks the buffer's. Returns whether hits went.
    fn follow_structure(&mut self, buffer: &LogBuffer) -> bool {
        if self.structure == Some(buffer.structure()) {
            return false;
        }
        self.structure = Some(buffer.structure());
        let before = self.len;
        let mut old: HashMap<u64, Hits> =
            self.hits.drain(..).map(|hits| (hits.block, hits)).collect();
        let fresh = |block: &Block| Hits {
            block: block.id,
            revision: block.revision,
            seen: 0,
            places: Vec::new(),
        };
        self.hits = buffer
            .blocks()
            .iter()
            .map(|block| old.remove(&block.id).unwrap_or_else(|| fresh(block)))
            .collect();
        self.len = self.hits.iter().map(|hits| hits.places.len()).sum();
        self.len != before
    }

    /// Blocks with their hits, oldest first.
    fn pairs<'a>(
        &'a self,
        buffer: &'a LogBuffer,
    ) -> impl DoubleEndedIterator<Item = (&'a Hits, &'a Block)> {
        let current = self.structure == Some(buffer.structure());
        let count = if current { self.hits.len() } else { 0 };
        self.hits
            .iter()
            .zip(buffer.blocks())
            .take(count)
            .filter(|(hits, block)| hits.revision == block.revision && !hits.places.is_empty())
    }

    /// Identity of the entry at a position, 0 the oldest.
    pub fn id_at(&self, buffer: &LogBuffer, position: usize) -> Option<EntryId> {
        // From the end, where most is asked.
        let mut behind = self.len.checked_sub(position + 1)?;
        for (hits, block) in self.pairs(buffer).rev() {
            match hits.places.len().checked_sub(behind + 1) {
                Some(place) => return Some(block.entry_id(usize::from(hits.places[place]))),
                None => behind -= hits.places.len(),
            }
        }
        None
    }

    /// The position of an entry, or of the first one behind where it would stand; [`Self::len`] when none is.
    pub fn position(&self, buffer: &LogBuffer, id: EntryId) -> usize {
        let mut behind = 0;
        for (hits, block) in self.pairs(buffer).rev() {
            let place = block.position(id);
            let later =
                hits.places.len() - hits.places.partition_point(|hit| usize::from(*hit) < place);
            behind += later;
            if later < hits.places.len() {
                break;
            }
        }
        self.len - behind
    }

    /// The entries at these positions, in order; out of range are none. Unpacks the blocks they are in, each about a
    /// tenth of a millisecond: a face keeps what it shows.
    pub fn page(&self, buffer: &LogBuffer, positions: Range<usize>) -> Vec<Entry> {
        let mut out = Vec::with_capacity(positions.len().min(1_024));
        let mut end = self.len;
        let mut parts = Vec::new();
        for (hits, block) in self.pairs(buffer).rev() {
            let start = end - hits.places.len();
            let from = positions.start.max(start);
            let to = positions.end.min(end);
            if from < to {
                parts.push((&hits.places[from - start..to - start], block));
            }
            end = start;
            if start <= positions.start {
                break;
            }
        }
        for (places, block) in parts.into_iter().rev() {
            block.read(places.iter().copied().map(usize::from), |entry| {
                out.push(entry);
            });
        }
        out
    }

    /// The nearest entry of the view before or behind `from` (which need not be in it), `from` itself not counted.
    pub fn next(&self, buffer: &LogBuffer, from: EntryId, direction: Direction) -> Option<EntryId> {
        self.find(buffer, from, direction, |_| true)
    }

    /// The nearest error (or worse) before or behind `from`, itself not counted.
    pub fn next_error(
        &self,
        buffer: &LogBuffer,
        from: EntryId,
        direction: Direction,
    ) -> Option<EntryId> {
        self.find(buffer, from, direction, |packed| {
            level_in(packed) >= Level::Error
        })
    }

    fn find(
        &self,
        buffer: &LogBuffer,
        from: EntryId,
        direction: Direction,
        wanted: impl Fn(u8) -> bool,
    ) -> Option<EntryId> {
        let fits = |block: &Block, place: &u16| {
            let place = usize::from(*place);
            let id = block.entry_id(place);
            let beyond = if direction == Direction::Forward {
                id > from
            } else {
                id < from
            };
            (wanted(block.packed()[place]) && beyond).then_some(id)
        };
        match direction {
            Direction::Forward => self
                .pairs(buffer)
                .filter(|(_, block)| block.last() > Some(from))
                .find_map(|(hits, block)| hits.places.iter().find_map(|place| fits(block, place))),
            Direction::Back => self
                .pairs(buffer)
                .rev()
                .filter(|(_, block)| block.first() < Some(from))
                .find_map(|(hits, block)| {
                    hits.places
                        .iter()
                        .rev()
                        .find_map(|place| fits(block, place))
                }),
        }
    }

    /// `columns` counts of the view's entries over `window`, which ends with `until`; the newest last. Reads no text.
    pub fn histogram(
        &self,
        buffer: &LogBuffer,
        until: Time,
        window: Span,
        columns: usize,
    ) -> Vec<LineCount> {
        let mut out = vec![LineCount::default(); columns];
        let width = window.0.max(1);
        let start = until.0.saturating_sub(width);
        let begins = EntryId {
            at: Time(start.saturating_add(1)),
            arrival: 0,
        };
        for (hits, block) in self
            .pairs(buffer)
            .rev()
            .take_while(|(_, block)| block.last() >= Some(begins))
        {
            for place in &hits.places {
                let id = block.entry_id(usize::from(*place));
                let offset = id.at.0.saturating_sub(start).saturating_sub(1);
                if (0..width).contains(&offset)
                    && let Some(column) =
                        out.get_mut((offset * columns.cast_signed() as i64 / width) as usize)
                {
                    column.add(level_in(block.packed()[usize::from(*place)]));
                }
            }
        }
        out
    }
}
