//! What stands in the buffer: lines, gaps and markers, each with an identity that never changes.

use vocab::{Level, Output, StyledText, Time};

/// Identity of an entry and its place in the merged order: by time, and by arrival among equal times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// When the line was written.
    pub at: Time,
    /// The how-many-th entry it was to arrive in this buffer.
    pub arrival: u64,
}

/// Which of the buffer's sources an entry is from: an index into [`super::LogBuffer::sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceIndex(pub(super) u16);

impl SourceIndex {
    /// Of entries that belong to no source: markers.
    pub(super) const NONE: Self = Self(u16::MAX);

    /// As an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A line of a log.
    Line,
    /// Lines are, or may be, missing here; the text says why.
    Gap,
    /// Set by the operator to find the place again.
    Marker,
}

/// What is known of an entry without its text: small, and kept uncompressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta {
    /// Its identity.
    pub id: EntryId,
    /// What it is.
    pub kind: EntryKind,
    /// Where it is from; `None` for markers.
    pub source: Option<SourceIndex>,
    /// How grave.
    pub level: Level,
    /// Which output.
    pub output: Output,
}

/// An entry as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// All but the text.
    pub meta: Meta,
    /// The text with its colours.
    pub text: StyledText,
}

/// Level, output and kind in one byte: bits 0-2, 3, 4-5.
pub(super) const fn pack(kind: EntryKind, level: Level, output: Output) -> u8 {
    let level = match level {
        Level::Unknown => 0,
        Level::Trace => 1,
        Level::Debug => 2,
        Level::Info => 3,
        Level::Warn => 4,
        Level::Error => 5,
        Level::Fatal => 6,
    };
    let output = match output {
        Output::Out => 0,
        Output::Error => 1 << 3,
    };
    let kind = match kind {
        EntryKind::Line => 0,
        EntryKind::Gap => 1 << 4,
        EntryKind::Marker => 2 << 4,
    };
    level | output | kind
}

/// The level in a packed byte.
pub(super) const fn level_in(packed: u8) -> Level {
    match packed & 7 {
        1 => Level::Trace,
        2 => Level::Debug,
        3 => Level::Info,
        4 => Level::Warn,
        5 => Level::Error,
        6 => Level::Fatal,
        _ => Level::Unknown,
    }
}

/// The output in a packed byte.
pub(super) const fn output_in(packed: u8) -> Output {
    if packed & (1 << 3) == 0 {
        Output::Out
    } else {
        Output::Error
    }
}

/// The kind in a packed byte.
pub(super) const fn kind_in(packed: u8) -> EntryKind {
    match packed >> 4 {
        0 => EntryKind::Line,
        1 => EntryKind::Gap,
        _ => EntryKind::Marker,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_holds_level_output_and_kind() {
        for kind in [EntryKind::Line, EntryKind::Gap, EntryKind::Marker] {
            for level in [
                Level::Unknown,
                Level::Trace,
                Level::Debug,
                Level::Info,
                Level::Warn,
                Level::Error,
                Level::Fatal,
            ] {
                for output in [Output::Out, Output::Error] {
                    let packed = pack(kind, level, output);
                    assert_eq!(
                        (kind_in(packed), level_in(packed), output_in(packed)),
                        (kind, level, output)
                    );
                }
            }
        }
    }
}
