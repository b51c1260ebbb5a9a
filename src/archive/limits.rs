//! How much an upload may be.

use std::time::Duration;

use vocab::Bytes;

/// The most an upload may be. Whatever is beyond is refused whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries, folders included.
    pub entries: u64,
    /// Real bytes of all files together, counted while they are read, whatever a header says.
    pub bytes: Bytes,
    /// How many times longer than its packed form a file, and the whole, may be.
    pub ratio: u64,
    /// Up to here, in real bytes, the ratio is not looked at: a short file of blanks packs better than any bomb.
    pub ratio_from: Bytes,
    /// Folders within folders, the file itself included: `a/b.css` has a depth of 2.
    pub depth: usize,
    /// Bytes of a path.
    pub path: usize,
    /// Bytes of a name within a path; file systems take 255.
    pub name: usize,
    /// Bytes of a zip file's directory: what has to be held in memory.
    pub directory: Bytes,
    /// Time for the whole.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 20_000,
            bytes: Bytes::kibi(500 * 1024),
            ratio: 100,
            ratio_from: Bytes::kibi(1024),
            depth: 20,
            path: 1024,
            name: 255,
            directory: Bytes::kibi(8 * 1024),
            time: Duration::from_mins(1),
        }
    }
}

impl Limits {
    /// For what was a release already: one may have been let in under higher limits than those of today. What its paths may
    /// be made of stays the same.
    pub fn of_releases() -> Self {
        Self {
            entries: u64::MAX,
            bytes: Bytes(u64::MAX),
            depth: usize::MAX,
            path: usize::MAX,
            time: Duration::from_hours(1),
            ..Self::default()
        }
    }
}
