//! A block that still takes lines, at its end or between others.

use vocab::Time;

use super::pens::Pens;
use crate::logs::entry::{EntryId, Meta, pack};

/// Lines in order, their text in one piece. The columns have the same length.
#[derive(Debug, Default)]
pub(super) struct OpenBlock {
    /// The lines, each ended by a newline.
    pub(super) text: String,
    /// Where each line begins in `text`.
    pub(super) starts: Vec<u32>,
    pub(super) times: Vec<i64>,
    pub(super) arrivals: Vec<i64>,
    pub(super) sources: Vec<u16>,
    pub(super) packed: Vec<u8>,
    pub(super) pens: Vec<Pens>,
}

impl OpenBlock {
    /// An empty one with room for a block's text.
    pub(super) fn with_room(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ..Self::default()
        }
    }

    /// How many lines it has.
    pub(super) const fn len(&self) -> usize {
        self.times.len()
    }

    /// Identity of a line.
    pub(super) fn id(&self, index: usize) -> EntryId {
        EntryId {
            at: Time(self.times[index]),
            arrival: self.arrivals[index].cast_unsigned(),
        }
    }

    /// Where a line with this identity belongs: behind all that are not later.
    pub(super) fn place_for(&self, id: EntryId) -> usize {
        match self.times.last() {
            Some(last) if *last > id.at.0 => self.times.partition_point(|time| *time <= id.at.0),
            _ => self.len(),
        }
    }

    /// Puts a line in at `index`. `text` holds no newline.
    pub(super) fn insert(&mut self, index: usize, meta: Meta, text: &str, pens: Pens) {
        if index == self.len() {
            self.starts.push(self.text.len() as u32);
            self.text.push_str(text);
            self.text.push('\n');
        } else {
            let start = self.starts[index];
            self.text.insert(start as usize, '\n');
            self.text.insert_str(start as usize, text);
            let shift = text.len() as u32 + 1;
            for later in &mut self.starts[index..] {
                *later += shift;
            }
            self.starts.insert(index, start);
        }
        self.times.insert(index, meta.id.at.0);
        self.arrivals.insert(index, meta.id.arrival.cast_signed());
        self.sources
            .insert(index, meta.source.map_or(u16::MAX, |source| source.0));
        self.packed
            .insert(index, pack(meta.kind, meta.level, meta.output));
        self.pens.insert(index, pens);
    }

    /// The text of a line, without its newline.
    pub(super) fn line(&self, index: usize) -> &str {
        let start = self.starts[index] as usize;
        let end = self
            .starts
            .get(index + 1)
            .map_or(self.text.len(), |next| *next as usize);
        &self.text[start..end - 1]
    }

    /// Takes the second half of the lines away as a block of its own.
    pub(super) fn split_half(&mut self) -> Self {
        let half = self.len() / 2;
        let cut = self
            .starts
            .get(half)
            .map_or(self.text.len(), |start| *start as usize);
        let mut starts = self.starts.split_off(half);
        for start in &mut starts {
            *start -= cut as u32;
        }
        Self {
            text: self.text.split_off(cut),
            starts,
            times: self.times.split_off(half),
            arrivals: self.arrivals.split_off(half),
            sources: self.sources.split_off(half),
            packed: self.packed.split_off(half),
            pens: self.pens.split_off(half),
        }
    }

    /// Bytes it takes on the heap.
    pub(super) fn bytes(&self) -> usize {
        let columns = 4 * self.starts.capacity()
            + 16 * self.times.capacity()
            + 3 * self.packed.capacity()
            + size_of::<Pens>() * self.pens.capacity();
        let pens: usize = self.pens.iter().map(|pens| size_of_val(&**pens)).sum();
        self.text.capacity() + columns + pens
    }
}
