//! The end of a zip file and its directory, read strictly: there is one way to read it, or it is refused.
//!
//! The format: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>, sections 4.3.12 and 4.3.16.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};

use vocab::Text;

use crate::{ArchiveError, Fault, Limits};

const END: [u8; 4] = *b"PK\x05\x06";
const END_LENGTH: u64 = 22;
const LONGEST_COMMENT: u64 = 0xffff;
/// What stands right before the end when the archive is in the form for more than 4 GB.
const LARGE_LOCATOR: [u8; 4] = *b"PK\x06\x07";
const LARGE_LOCATOR_LENGTH: usize = 20;
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const ENTRY_LENGTH: usize = 46;

/// Where the directory is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directory {
    /// Its entries.
    pub(super) entries: u64,
    /// Its first byte.
    pub(super) start: u64,
    length: u64,
}

/// Finds the directory, walks over it, and refuses what is not exactly one plain zip file of few enough entries with
/// names that differ.
pub(super) fn check(
    reader: &mut (impl Read + Seek),
    length: u64,
    limits: &Limits,
) -> Result<Directory, ArchiveError> {
    let directory = find(reader, length)?;
    if directory.entries > limits.entries {
        return Err(Fault::Entries(limits.entries).into());
    }
    if directory.length > limits.directory.0 {
        return Err(Fault::Directory(limits.directory).into());
    }
    if directory.entries == 0 {
        return Err(Fault::Nothing.into());
    }
    walk(reader, &directory)?;
    Ok(directory)
}

fn find(reader: &mut (impl Read + Seek), length: u64) -> Result<Directory, ArchiveError> {
    let start = length.saturating_sub(END_LENGTH + LONGEST_COMMENT + LARGE_LOCATOR_LENGTH as u64);
    let tail = read(reader, start, length - start)?;
    let at = tail
        .windows(END.len())
        .rposition(|window| window == END)
        .filter(|at| tail.len() - at >= END_LENGTH as usize);
    let Some(at) = at else {
        return Err(not_a_zip(reader, length)?.into());
    };
    let end = tail.get(at..).unwrap_or_default();
    let small = |offset| u64::from(u16::from_le_bytes(field(end, offset)));
    let large = |offset| u64::from(u32::from_le_bytes(field(end, offset)));
    let (entries, size, first) = (small(10), large(12), large(16));
    let located = at
        .checked_sub(LARGE_LOCATOR_LENGTH)
        .and_then(|from| tail.get(from..))
        .is_some_and(|before| before.starts_with(&LARGE_LOCATOR));
    let parts = small(4) != 0 || small(6) != 0 || small(8) != entries;
    if parts || located || entries == 0xffff || size == 0xffff_ffff || first == 0xffff_ffff {
        return Err(Fault::Large.into());
    }
    if small(20) != end.len() as u64 - END_LENGTH {
        return Err(broken("something follows its end"));
    }
    if first + size != start + at as u64 {
        return Err(broken("its directory is not where its end says"));
    }
    Ok(Directory {
        entries,
        start: first,
        length: size,
    })
}

/// What the file is instead, by its first bytes.
fn not_a_zip(reader: &mut (impl Read + Seek), length: u64) -> Result<Fault, ArchiveError> {
    let head = read(reader, 0, length.min(262))?;
    let is = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|head| head.starts_with(magic));
    Ok(if head.is_empty() {
        Fault::NotZip("an empty file")
    } else if is(0, b"PK\x03\x04") {
        Fault::Broken(Text::line("its end is missing"))
    } else if is(0, b"\x1f\x8b") {
        Fault::NotZip("a gzip file")
    } else if is(0, b"Rar!") {
        Fault::NotZip("a RAR file")
    } else if is(0, b"7z\xbc\xaf\x27\x1c") {
        Fault::NotZip("a 7z file")
    } else if is(0, b"BZh")
        || is(0, b"\xfd7zXZ\0")
        || is(0, b"\x28\xb5\x2f\xfd")
        || is(257, b"ustar")
    {
        Fault::NotZip("another kind of archive")
    } else {
        Fault::NotZip("something else")
    })
}

/// Entry after entry fills the directory to its last byte, and no name is there twice.
fn walk(reader: &mut (impl Read + Seek), directory: &Directory) -> Result<(), ArchiveError> {
    let bytes = read(reader, directory.start, directory.length)?;
    let mut rest = bytes.as_slice();
    let mut names = HashSet::new();
    for _ in 0..directory.entries {
        if rest.len() < ENTRY_LENGTH || !rest.starts_with(&ENTRY) {
            return Err(broken("its directory has fewer entries than its end says"));
        }
        let long = |offset| usize::from(u16::from_le_bytes(field(rest, offset)));
        let (name, whole) = (long(28), ENTRY_LENGTH + long(28) + long(30) + long(32));
        let (Some(name), Some(after)) = (
            rest.get(ENTRY_LENGTH..ENTRY_LENGTH + name),
            rest.get(whole..),
        ) else {
            return Err(broken("an entry reaches beyond its directory"));
        };
        if !names.insert(name) {
            return Err(ArchiveError::entry(name, Fault::Twice));
        }
        rest = after;
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(broken("its directory has more entries than its end says"))
    }
}

/// Bytes of a header; zeros where it is too short, which its caller has ruled out.
fn field<const N: usize>(bytes: &[u8], offset: usize) -> [u8; N] {
    bytes
        .get(offset..)
        .and_then(|bytes| bytes.first_chunk())
        .copied()
        .unwrap_or([0; N])
}

fn read(reader: &mut (impl Read + Seek), start: u64, length: u64) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    let mut all = || -> io::Result<()> {
        reader.seek(SeekFrom::Start(start))?;
        reader.take(length).read_to_end(&mut bytes)?;
        Ok(())
    };
    all().map_err(ArchiveError::disk("cannot read the archive"))?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(Fault::Changed.into())
    }
}

fn broken(words: &str) -> ArchiveError {
    Fault::Broken(Text::line(words)).into()
}
