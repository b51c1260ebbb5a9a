//! Zip files written byte by byte, so that every field can lie.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A regular file of Unix, for everybody to read.
pub(super) const FILE: u32 = 0o100_644 << 16;

/// An entry; every field can be set after it was made.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    /// The name before the content, when it is another.
    pub(super) local_name: Option<Vec<u8>>,
    /// The content as it lies there.
    pub(super) packed: Vec<u8>,
    pub(super) method: u16,
    pub(super) local_method: Option<u16>,
    pub(super) flags: u16,
    pub(super) crc: u32,
    pub(super) length: u32,
    /// The length of the content as it lies there, when the headers lie about it.
    pub(super) packed_length: Option<u32>,
    pub(super) attributes: u32,
    /// The high byte is the system: 0 DOS, 3 Unix.
    pub(super) made_by: u16,
    /// Where the directory says its header is, when it lies.
    pub(super) offset: Option<u32>,
    pub(super) extra: Vec<u8>,
    pub(super) comment: Vec<u8>,
    /// Written after the content.
    pub(super) after: Vec<u8>,
    /// In the directory only.
    pub(super) unwritten: bool,
    /// Before the content only.
    pub(super) unlisted: bool,
}

impl Entry {
    /// A plain file, packed.
    pub(super) fn file(name: impl AsRef<[u8]>, content: &[u8]) -> Self {
        let (packed, crc) = deflate(content);
        Self {
            packed,
            method: 8,
            ..Self::stored(name, content, crc)
        }
    }

    fn stored(name: impl AsRef<[u8]>, content: &[u8], crc: u32) -> Self {
        Self {
            name: name.as_ref().to_vec(),
            local_name: None,
            packed: content.to_vec(),
            method: 0,
            local_method: None,
            flags: 0x0800,
            crc,
            length: content.len() as u32,
            packed_length: None,
            attributes: FILE,
            made_by: 0x031e,
            offset: None,
            extra: Vec::new(),
            comment: Vec::new(),
            after: Vec::new(),
            unwritten: false,
            unlisted: false,
        }
    }

    /// An empty file, not packed.
    pub(super) fn empty(name: impl AsRef<[u8]>) -> Self {
        Self::stored(name, b"", 0)
    }

    /// A folder.
    pub(super) fn folder(name: impl AsRef<[u8]>) -> Self {
        let mut entry = Self::empty(name);
        entry.attributes = 0o040_755 << 16 | 0x10;
        entry
    }

    /// With the type and mode of Unix.
    pub(super) fn mode(mut self, mode: u32) -> Self {
        self.attributes = mode << 16;
        self
    }

    /// With one more change.
    pub(super) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The header before the content.
    pub(super) fn local_header(&self) -> Vec<u8> {
        let name = self.local_name.as_ref().unwrap_or(&self.name);
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.extend(20_u16.to_le_bytes());
        bytes.extend(self.flags.to_le_bytes());
        bytes.extend(self.local_method.unwrap_or(self.method).to_le_bytes());
        bytes.extend([0, 0, 0x21, 0x5b]);
        // With the lengths after the content, there are none before it.
        let known = u32::from(self.flags & 8 == 0);
        bytes.extend((self.crc * known).to_le_bytes());
        bytes.extend((self.packed_length() * known).to_le_bytes());
        bytes.extend((self.length * known).to_le_bytes());
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend((self.extra.len() as u16).to_le_bytes());
        bytes.extend(name);
        bytes.extend(&self.extra);
        bytes
    }

    fn packed_length(&self) -> u32 {
        self.packed_length.unwrap_or(self.packed.len() as u32)
    }

    fn directory_header(&self, offset: u32) -> Vec<u8> {
        let mut bytes = b"PK\x01\x02".to_vec();
        bytes.extend(self.made_by.to_le_bytes());
        bytes.extend(20_u16.to_le_bytes());
        bytes.extend(self.flags.to_le_bytes());
        bytes.extend(self.method.to_le_bytes());
        bytes.extend([0, 0, 0x21, 0x5b]);
        bytes.extend(self.crc.to_le_bytes());
        bytes.extend(self.packed_length().to_le_bytes());
        bytes.extend(self.length.to_le_bytes());
        bytes.extend((self.name.len() as u16).to_le_bytes());
        bytes.extend((self.extra.len() as u16).to_le_bytes());
        bytes.extend((self.comment.len() as u16).to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(self.attributes.to_le_bytes());
        bytes.extend(self.offset.unwrap_or(offset).to_le_bytes());
        bytes.extend(&self.name);
        bytes.extend(&self.extra);
        bytes.extend(&self.comment);
        bytes
    }
}

/// A zip file; every field can be set after it was made.
#[derive(Default, Clone)]
pub(super) struct Zip {
    pub(super) entries: Vec<Entry>,
    /// Before the first entry; the offsets count it.
    pub(super) before: Vec<u8>,
    /// Before the directory.
    pub(super) between: Vec<u8>,
    /// Between the directory and its end.
    pub(super) before_end: Vec<u8>,
    pub(super) comment: Vec<u8>,
    /// After the end.
    pub(super) after: Vec<u8>,
    /// How many entries the end says there are, when it lies.
    pub(super) count: Option<u16>,
    /// Added to where the end says the directory is.
    pub(super) shift: i64,
    /// The number of this part.
    pub(super) part: u16,
}

impl Zip {
    /// Of these entries.
    pub(super) fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self {
            entries: entries.into_iter().collect(),
            ..Self::default()
        }
    }

    /// With one more change.
    pub(super) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.before.clone();
        let mut directory = Vec::new();
        let mut listed = 0_u16;
        for entry in &self.entries {
            let offset = bytes.len() as u32;
            if !entry.unwritten {
                bytes.extend(entry.local_header());
                bytes.extend(&entry.packed);
                bytes.extend(&entry.after);
            }
            if !entry.unlisted {
                directory.extend(entry.directory_header(offset));
                listed = listed.wrapping_add(1);
            }
        }
        bytes.extend(&self.between);
        let start = i64::try_from(bytes.len()).unwrap() + self.shift;
        bytes.extend(&directory);
        bytes.extend(&self.before_end);
        let count = self.count.unwrap_or(listed);
        bytes.extend(b"PK\x05\x06");
        bytes.extend(self.part.to_le_bytes());
        bytes.extend(self.part.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend((directory.len() as u32).to_le_bytes());
        bytes.extend((start as u32).to_le_bytes());
        bytes.extend((self.comment.len() as u16).to_le_bytes());
        bytes.extend(&self.comment);
        bytes.extend(&self.after);
        bytes
    }
}

/// Packed by the library itself, and the checksum.
pub(super) fn deflate(content: &[u8]) -> (Vec<u8>, u32) {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file("x", SimpleFileOptions::default())
        .unwrap();
    writer.write_all(content).unwrap();
    let mut archive = ZipArchive::new(writer.finish().unwrap()).unwrap();
    let mut raw = archive.by_index_raw(0).unwrap();
    let mut packed = Vec::new();
    raw.read_to_end(&mut packed).unwrap();
    (packed, raw.crc32())
}

/// So many zeros, packed, and the checksum of them.
pub(super) fn zeros(length: usize) -> (Vec<u8>, u32) {
    deflate(&vec![0; length])
}
