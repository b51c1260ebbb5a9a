//! A block that is full: its text compressed, what filters ask of every line beside it.

use super::column::Column;
use super::open::OpenBlock;
use super::pens::{self, Pens};
use super::trigrams::TrigramFilter;

/// A compressed block. It never changes; to put a line in, it is thawed, and sealed again later.
#[derive(Debug)]
pub(super) struct SealedBlock {
    text: Packed,
    pens: Packed,
    pub(super) times: Column,
    pub(super) arrivals: Column,
    pub(super) sources: Column,
    pub(super) packed: Box<[u8]>,
    pub(super) trigrams: TrigramFilter,
}

/// Bytes in LZ4 (block format), with how many they are unpacked.
#[derive(Debug)]
struct Packed {
    bytes: Box<[u8]>,
    length: usize,
}

impl Packed {
    fn new(bytes: &[u8]) -> Self {
        let packed = if bytes.is_empty() {
            Vec::new()
        } else {
            lz4_flex::block::compress(bytes)
        };
        Self {
            bytes: packed.into(),
            length: bytes.len(),
        }
    }

    /// What was packed. It was packed in this process and is never damaged; were it so, it would read as nothing.
    fn unpack(&self) -> Vec<u8> {
        if self.length == 0 {
            return Vec::new();
        }
        lz4_flex::block::decompress(&self.bytes, self.length).unwrap_or_default()
    }
}

impl SealedBlock {
    /// Compresses a block.
    pub(super) fn new(open: &OpenBlock) -> Self {
        let mut colours = Vec::new();
        for (index, pens) in open.pens.iter().enumerate() {
            pens::encode(index, pens, &mut colours);
        }
        let sources: Vec<i64> = open.sources.iter().copied().map(i64::from).collect();
        Self {
            text: Packed::new(open.text.as_bytes()),
            pens: Packed::new(&colours),
            times: Column::new(&open.times),
            arrivals: Column::new(&open.arrivals),
            sources: Column::new(&sources),
            packed: open.packed.as_slice().into(),
            trigrams: TrigramFilter::new(open.text.as_bytes()),
        }
    }

    /// How many lines it has.
    pub(super) const fn len(&self) -> usize {
        self.packed.len()
    }

    /// Its lines, each ended by a newline.
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.text.unpack()).unwrap_or_default()
    }

    /// The colours of each line.
    pub(super) fn pens(&self) -> Vec<Pens> {
        let mut lines = vec![Pens::default(); self.len()];
        pens::decode(&self.pens.unpack(), &mut lines);
        lines
    }

    /// The block as it was before it was sealed.
    pub(super) fn thaw(&self) -> OpenBlock {
        let text = self.text();
        let column = |column: &Column| (0..self.len()).map(|index| column.get(index)).collect();
        OpenBlock {
            starts: line_starts(&text),
            text,
            times: column(&self.times),
            arrivals: column(&self.arrivals),
            sources: (0..self.len())
                .map(|index| self.sources.get(index) as u16)
                .collect(),
            packed: self.packed.to_vec(),
            pens: self.pens(),
        }
    }

    /// Bytes it takes on the heap.
    pub(super) fn bytes(&self) -> usize {
        self.text.bytes.len()
            + self.pens.bytes.len()
            + self.times.bytes()
            + self.arrivals.bytes()
            + self.sources.bytes()
            + self.packed.len()
            + self.trigrams.bytes()
    }
}

/// Where each line begins in a text of lines that are each ended by a newline.
pub(in crate::logs) fn line_starts(text: &str) -> Vec<u32> {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes());
    let mut starts: Vec<u32> = std::iter::once(0)
        .chain(ends.map(|end| end as u32 + 1))
        .collect();
    starts.pop();
    starts
}
