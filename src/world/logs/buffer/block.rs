//! A block of the buffer, open or sealed, as the buffer and the searches see it.

use std::borrow::Cow;

use vocab::{StyledText, Time};

use super::open::OpenBlock;
use super::pens::Pens;
use super::sealed::{SealedBlock, line_starts};
use super::trigrams::Trigrams;
use crate::logs::entry::{Entry, EntryId, Meta, SourceIndex, kind_in, level_in, output_in};

/// A block.
#[derive(Debug)]
pub struct Block {
    /// Names it for as long as it exists; never used again.
    pub(in crate::logs) id: u64,
    /// Rises when lines were put in anywhere but at the end, so that positions in it are no longer what they were.
    pub(in crate::logs) revision: u32,
    /// When it was last put into, for choosing which one to seal.
    pub(super) touched: u64,
    pub(super) state: State,
}

#[derive(Debug)]
pub(super) enum State {
    Open(OpenBlock),
    Sealed(SealedBlock),
}

impl Block {
    /// How many entries it has; never zero but in an empty buffer's first one.
    pub(in crate::logs) const fn len(&self) -> usize {
        match &self.state {
            State::Open(open) => open.len(),
            State::Sealed(sealed) => sealed.len(),
        }
    }

    /// Identity of an entry.
    pub(in crate::logs) fn entry_id(&self, index: usize) -> EntryId {
        match &self.state {
            State::Open(open) => open.id(index),
            State::Sealed(sealed) => EntryId {
                at: Time(sealed.times.get(index)),
                arrival: sealed.arrivals.get(index).cast_unsigned(),
            },
        }
    }

    /// Identity of its first entry.
    pub(in crate::logs) fn first(&self) -> Option<EntryId> {
        (self.len() > 0).then(|| self.entry_id(0))
    }

    /// Identity of its last entry.
    pub(in crate::logs) fn last(&self) -> Option<EntryId> {
        self.len().checked_sub(1).map(|index| self.entry_id(index))
    }

    /// Level, output and kind of each entry, packed.
    pub(in crate::logs) fn packed(&self) -> &[u8] {
        match &self.state {
            State::Open(open) => &open.packed,
            State::Sealed(sealed) => &sealed.packed,
        }
    }

    /// Source of an entry.
    pub(in crate::logs) fn source(&self, index: usize) -> SourceIndex {
        SourceIndex(match &self.state {
            State::Open(open) => open.sources[index],
            State::Sealed(sealed) => sealed.sources.get(index) as u16,
        })
    }

    /// All but the text of an entry.
    pub(in crate::logs) fn meta(&self, index: usize) -> Meta {
        let packed = self.packed()[index];
        let source = self.source(index);
        Meta {
            id: self.entry_id(index),
            kind: kind_in(packed),
            source: (source != SourceIndex::NONE).then_some(source),
            level: level_in(packed),
            output: output_in(packed),
        }
    }

    /// The first place whose entry is not before `id`.
    pub(in crate::logs) fn position(&self, id: EntryId) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.entry_id(middle) < id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// `false` when no line can hold these groups of letters, known without unpacking.
    pub(in crate::logs) fn may_hold(&self, trigrams: &Trigrams) -> bool {
        match &self.state {
            State::Open(_) => true,
            State::Sealed(sealed) => sealed.trigrams.may_hold(trigrams),
        }
    }

    /// Its lines, unpacked, each ended by a newline.
    pub(in crate::logs) fn text(&self) -> Cow<'_, str> {
        match &self.state {
            State::Open(open) => Cow::Borrowed(&open.text),
            State::Sealed(sealed) => Cow::Owned(sealed.text()),
        }
    }

    /// Unpacks the entries at these places, which rise, and hands each on.
    pub(in crate::logs) fn read(
        &self,
        places: impl IntoIterator<Item = usize>,
        mut take: impl FnMut(Entry),
    ) {
        let mut hand_on = |index: usize, text: &str, pens: &Pens| {
            let text = StyledText::from_parts(text, pens.to_vec());
            take(Entry {
                meta: self.meta(index),
                text,
            });
        };
        match &self.state {
            State::Open(open) => {
                for index in places {
                    hand_on(index, open.line(index), &open.pens[index]);
                }
            }
            State::Sealed(sealed) => {
                let text = sealed.text();
                let starts = line_starts(&text);
                let pens = sealed.pens();
                for index in places {
                    hand_on(index, line_at(&text, &starts, index), &pens[index]);
                }
            }
        }
    }

    /// Bytes it takes, itself included.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + match &self.state {
                State::Open(open) => open.bytes(),
                State::Sealed(sealed) => sealed.bytes(),
            }
    }

    /// Changes the open block in it, which is thawed first if it is sealed.
    pub(super) fn change<T>(&mut self, change: impl FnOnce(&mut OpenBlock) -> T) -> T {
        let mut open = match std::mem::replace(&mut self.state, State::Open(OpenBlock::default())) {
            State::Open(open) => open,
            State::Sealed(sealed) => sealed.thaw(),
        };
        let out = change(&mut open);
        self.state = State::Open(open);
        out
    }

    /// Compresses it, if it is open.
    pub(super) fn seal(&mut self) {
        if let State::Open(open) = &self.state {
            self.state = State::Sealed(SealedBlock::new(open));
        }
    }
}

/// A line of a text, without its newline; out of range is empty.
pub(in crate::logs) fn line_at<'a>(text: &'a str, starts: &[u32], index: usize) -> &'a str {
    let start = starts
        .get(index)
        .map_or(text.len(), |start| *start as usize);
    let end = starts
        .get(index + 1)
        .map_or(text.len(), |next| *next as usize);
    text.get(start..end)
        .unwrap_or_default()
        .trim_end_matches('\n')
}
