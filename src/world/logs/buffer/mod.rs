//! The buffer: lines of many sources merged by time, in blocks that are compressed when they are full.
//!
//! Entries stand in the order of their [`EntryId`]. What arrives late is put where it belongs: the block there is
//! thawed and stays open for a while, so that a source that lags, or one whose tail is read after another's, costs
//! memory moves within 64 KB and no more. The oldest blocks go when a limit is reached, and are counted.
//!
//! Flow: [`vocab::LogBatch`] → [`LogBuffer::add`] → blocks → [`super::LogView`] → entries.

mod block;
mod column;
mod open;
mod pens;
mod sealed;
#[cfg(test)]
mod tests;
mod trigrams;

use std::collections::{HashMap, VecDeque};

use vocab::{Bytes, Level, LogBatch, LogItem, LogSource, Output, Text, Time};

pub(in crate::logs) use block::{Block, line_at};
pub(in crate::logs) use sealed::line_starts;
pub(in crate::logs) use trigrams::Trigrams;

use self::block::State;
use self::open::OpenBlock;
use self::pens::Pens;
use super::entry::{Entry, EntryId, EntryKind, Meta, SourceIndex};
use super::histogram::Histogram;

/// Text of a block before it is compressed.
const BLOCK_BYTES: usize = 64 * 1024;

/// The most lines of a block, for logs of empty lines.
const BLOCK_LINES: usize = 4_096;

/// Blocks that are kept open: what arrives within them is merged without thawing anything.
const OPEN_BLOCKS: usize = 8;

/// What a buffer may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLimits {
    /// Lines, and gaps and markers among them.
    pub lines: usize,
    /// Memory of all of it, compressed.
    pub memory: Bytes,
}

impl Default for LogLimits {
    /// A million lines in 48 MB.
    fn default() -> Self {
        Self {
            lines: 1_000_000,
            memory: Bytes(48 << 20),
        }
    }
}

/// Lines of many sources, merged by time, in bounded memory.
#[derive(Debug)]
pub struct LogBuffer {
    limits: LogLimits,
    blocks: VecDeque<Block>,
    /// Ids of the open blocks.
    open: Vec<u64>,
    sources: Vec<LogSource>,
    indexes: HashMap<LogSource, SourceIndex>,
    histogram: Histogram,
    next_block: u64,
    next_arrival: u64,
    len: usize,
    sealed_bytes: usize,
    evicted: u64,
    skipped: u64,
    structure: u64,
}

impl LogBuffer {
    /// An empty buffer.
    pub fn new(limits: LogLimits) -> Self {
        Self {
            limits,
            blocks: VecDeque::new(),
            open: Vec::new(),
            sources: Vec::new(),
            indexes: HashMap::new(),
            histogram: Histogram::default(),
            next_block: 0,
            next_arrival: 0,
            len: 0,
            sealed_bytes: 0,
            evicted: 0,
            skipped: 0,
            structure: 0,
        }
    }

    /// Other limits from now on; what is over them goes at once.
    pub fn set_limits(&mut self, limits: LogLimits) {
        self.limits = limits;
        self.evict();
    }

    /// How many entries it holds.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Entries that had to go to keep within the limits.
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Lines that never arrived because they came faster than they were read.
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Entries that have arrived since the beginning; rises with each, so a face can tell whether there is news.
    pub const fn arrived(&self) -> u64 {
        self.next_arrival
    }

    /// Memory it takes.
    pub fn memory(&self) -> Bytes {
        let open: usize = self
            .blocks
            .iter()
            .filter(|block| self.open.contains(&block.id))
            .map(Block::bytes)
            .sum();
        Bytes((self.sealed_bytes + open) as u64)
    }

    /// The sources that have delivered something, in the order in which they first did.
    pub fn sources(&self) -> &[LogSource] {
        &self.sources
    }

    /// A source by its index.
    pub fn source(&self, index: SourceIndex) -> Option<&LogSource> {
        self.sources.get(index.index())
    }

    /// The index of a source, if it has delivered something.
    pub fn source_index(&self, source: &LogSource) -> Option<SourceIndex> {
        self.indexes.get(source).copied()
    }

    /// Lines by the second, of all sources.
    pub const fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// Takes what a source delivered. About a microsecond a line.
    pub fn add(&mut self, batch: &LogBatch) {
        let source = self.intern(&batch.source);
        if batch.skipped > 0 {
            self.skipped += batch.skipped;
            let at = batch
                .items
                .first()
                .map(item_time)
                .or_else(|| self.last().map(|id| id.at))
                .unwrap_or_default();
            let reason = Text::line(format!(
                "{} lines skipped: they came faster than they were read",
                batch.skipped
            ));
            self.insert(
                at,
                EntryKind::Gap,
                Some(source),
                Level::Unknown,
                Output::Out,
                &reason,
                Pens::default(),
            );
        }
        for item in &batch.items {
            match item {
                LogItem::Line(line) => {
                    self.histogram.add(line.at, line.level);
                    let (text, pens) = (line.text.as_str(), Pens::from(line.text.pens()));
                    self.insert(
                        line.at,
                        EntryKind::Line,
                        Some(source),
                        line.level,
                        line.output,
                        text,
                        pens,
                    );
                }
                LogItem::Gap { at, reason } => {
                    let (level, output) = (Level::Unknown, Output::Out);
                    self.insert(
                        *at,
                        EntryKind::Gap,
                        Some(source),
                        level,
                        output,
                        reason,
                        Pens::default(),
                    );
                }
            }
        }
        self.evict();
    }

    /// Puts a marker in; `text` is what it says.
    pub fn mark(&mut self, at: Time, text: &Text) -> EntryId {
        let id = self.insert(
            at,
            EntryKind::Marker,
            None,
            Level::Unknown,
            Output::Out,
            text,
            Pens::default(),
        );
        self.evict();
        id
    }

    /// Forgets everything but the sources.
    pub fn clear(&mut self) {
        self.blocks.clear();
        self.open.clear();
        self.histogram = Histogram::default();
        (self.len, self.sealed_bytes) = (0, 0);
        self.structure += 1;
    }

    /// An entry by its identity, unless it has gone.
    pub fn get(&self, id: EntryId) -> Option<Entry> {
        let (block, index) = self.find(id)?;
        let mut found = None;
        block.read([index], |entry| found = Some(entry));
        found
    }

    /// All but the text of an entry, which unpacks nothing.
    pub fn meta(&self, id: EntryId) -> Option<Meta> {
        self.find(id).map(|(block, index)| block.meta(index))
    }

    fn find(&self, id: EntryId) -> Option<(&Block, usize)> {
        let block = self
            .blocks
            .get(self.blocks.partition_point(|block| block.last() < Some(id)))?;
        let index = block.position(id);
        (index < block.len() && block.entry_id(index) == id).then_some((block, index))
    }

    /// Identity of the newest entry.
    pub fn last(&self) -> Option<EntryId> {
        self.blocks.back().and_then(Block::last)
    }

    /// Its blocks, oldest first.
    pub(super) const fn blocks(&self) -> &VecDeque<Block> {
        &self.blocks
    }

    /// Rises when blocks came or went.
    pub(super) const fn structure(&self) -> u64 {
        self.structure
    }

    fn intern(&mut self, source: &LogSource) -> SourceIndex {
        if let Some(index) = self.indexes.get(source) {
            return *index;
        }
        // No fleet has 65,000 logs; were it so, the last ones would share a name and lose nothing else.
        let index = SourceIndex(self.sources.len().min(usize::from(u16::MAX) - 1) as u16);
        if self.sources.len() < usize::from(u16::MAX) {
            self.sources.push(source.clone());
        }
        self.indexes.insert(source.clone(), index);
        index
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of an entry, from two callers in this file"
    )]
    fn insert(
        &mut self,
        at: Time,
        kind: EntryKind,
        source: Option<SourceIndex>,
        level: Level,
        output: Output,
        text: &str,
        pens: Pens,
    ) -> EntryId {
        let id = EntryId {
            at,
            arrival: self.next_arrival,
        };
        self.next_arrival += 1;
        let meta = Meta {
            id,
            kind,
            source,
            level,
            output,
        };
        let place = self.place_for(id, text.len());
        let touched = self.next_arrival;
        if let Some(block) = self.blocks.get_mut(place) {
            if let State::Sealed(_) = block.state {
                self.sealed_bytes -= block.bytes();
                self.open.push(block.id);
            }
            block.touched = touched;
            let at_end = block.change(|open| {
                let index = open.place_for(id);
                let at_end = index == open.len();
                open.insert(index, meta, text, pens);
                at_end
            });
            if !at_end {
                block.revision = block.revision.wrapping_add(1);
            }
            self.len += 1;
        }
        self.split_if_grown(place);
        self.seal_over();
        id
    }

    /// The block an entry belongs in, by index; a new one is begun when the one it would be appended to is full.
    fn place_for(&mut self, id: EntryId, bytes: usize) -> usize {
        let newest = self.blocks.len().wrapping_sub(1);
        let place = match self.blocks.back() {
            None => return self.begin_block(0),
            Some(last) if last.first() <= Some(id) => newest,
            // The last block that begins no later than the entry, or the first one.
            Some(_) => self
                .blocks
                .partition_point(|block| block.first() <= Some(id))
                .saturating_sub(1),
        };
        let block = &self.blocks[place];
        let full = match &block.state {
            State::Open(open) => open.text.len() + bytes > BLOCK_BYTES || open.len() >= BLOCK_LINES,
            State::Sealed(_) => true,
        };
        let appended = block.last() <= Some(id);
        if full && appended && block.len() > 0 {
            self.begin_block(place + 1)
        } else {
            place
        }
    }

    fn begin_block(&mut self, place: usize) -> usize {
        let open = OpenBlock::with_room(BLOCK_BYTES);
        self.insert_block(place, open);
        place
    }

    fn insert_block(&mut self, place: usize, open: OpenBlock) {
        let id = self.next_block;
        self.next_block += 1;
        self.structure += 1;
        self.open.push(id);
        self.blocks.insert(
            place,
            Block {
                id,
                revision: 0,
                touched: self.next_arrival,
                state: State::Open(open),
            },
        );
    }

    /// Halves a block that insertions have made twice as large as one should be.
    fn split_if_grown(&mut self, place: usize) {
        let Some(block) = self.blocks.get_mut(place) else {
            return;
        };
        let State::Open(open) = &block.state else {
            return;
        };
        if open.len() < 2 || (open.text.len() <= 2 * BLOCK_BYTES && open.len() <= 2 * BLOCK_LINES) {
            return;
        }
        let half = block.change(OpenBlock::split_half);
        block.revision = block.revision.wrapping_add(1);
        self.insert_block(place + 1, half);
    }

    /// Compresses the block that has not been put into for longest, while too many are open.
    fn seal_over(&mut self) {
        while self.open.len() > OPEN_BLOCKS {
            let newest = self.blocks.back().map(|block| block.id);
            let oldest = self
                .blocks
                .iter_mut()
                .filter(|block| Some(block.id) != newest && matches!(block.state, State::Open(_)))
                .min_by_key(|block| block.touched);
            let Some(block) = oldest else { return };
            block.seal();
            self.sealed_bytes += block.bytes();
            let id = block.id;
            self.open.retain(|open| *open != id);
        }
    }

    /// Lets the oldest blocks go until the rest is within the limits; the newest block always stays.
    fn evict(&mut self) {
        while self.blocks.len() > 1
            && (self.len > self.limits.lines || self.memory().0 > self.limits.memory.0)
        {
            let Some(block) = self.blocks.pop_front() else {
                return;
            };
            self.structure += 1;
            self.len -= block.len();
            self.evicted += block.len() as u64;
            match block.state {
                State::Open(_) => self.open.retain(|open| *open != block.id),
                State::Sealed(_) => self.sealed_bytes -= block.bytes(),
            }
        }
    }
}

impl Default for LogBuffer {
    fn default() -> Self {
        Self::new(LogLimits::default())
    }
}

const fn item_time(item: &LogItem) -> Time {
    match item {
        LogItem::Line(line) => line.at,
        LogItem::Gap { at, .. } => *at,
    }
}
