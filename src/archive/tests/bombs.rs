//! Archives that are, or say they are, much more than they look.

use super::corpus::{Case, entry, whole};
use super::raw::{Entry, FILE, Zip, zeros};

/// All of them.
pub(super) fn all() -> Vec<Case> {
    let (packed, crc) = zeros(4 << 20);
    let bomb = Entry::empty("bomb").with(|e| {
        e.method = 8;
        e.packed.clone_from(&packed);
        e.crc = crc;
        e.length = 4 << 20;
    });
    let liar = bomb.clone().with(|e| e.length = 1000);
    let many = |count: usize| Zip::of((0..count).map(|n| Entry::empty(format!("{n}")))).bytes();
    let large = |n: u32| {
        Entry::empty(format!("{n}")).with(|e| {
            e.length = 100 << 20;
            e.packed_length = Some(100 << 20);
        })
    };
    let wide = |n: u32| Entry::empty(format!("{n}")).with(|e| e.comment = vec![b'c'; 0xffff]);
    vec![
        entry("4 MB out of 4 KB", bomb, "Ratio"),
        entry("4 MB that say they are 1,000 bytes", liar, "Damaged"),
        whole("20,001 entries", many(20_001), "Entries"),
        whole("60,000 entries", many(60_000), "Entries"),
        whole("600 MB", Zip::of((0..6).map(large)).bytes(), "Bytes"),
        whole(
            "a directory of 13 MB",
            Zip::of((0..200).map(wide)).bytes(),
            "Directory",
        ),
        whole(
            "an overlapping bomb of 250 files",
            overlapping(250, 21 << 20),
            "Ratio",
        ),
        whole("the same content 50 times", shared(50), "Damaged"),
        whole(
            "overlapping files within all limits",
            overlapping(20, 90_000),
            "Overlap",
        ),
        whole("files within files", quoted_once(), "Overlap"),
    ]
}

/// Files whose content quotes the headers of those that follow, down to one kernel that all share
/// (<https://www.bamsoftware.com/hacks/zipbomb/>). Every header is true to its file but for the checksum, which is not
/// looked at before all places are.
pub(super) fn overlapping(files: u16, kernel: usize) -> Vec<u8> {
    let (mut packed, crc) = zeros(kernel);
    let mut length = kernel as u32;
    let mut entries: Vec<Entry> = Vec::new();
    for number in (0..files).rev() {
        if let Some(next) = entries.last() {
            // A stored block of deflate holds the next file's header; the next file's content goes on from there.
            let header = next.local_header();
            let size = header.len() as u16;
            let mut quote = vec![0];
            quote.extend(size.to_le_bytes());
            quote.extend((!size).to_le_bytes());
            quote.extend(&header);
            packed.splice(0..0, quote);
            length += u32::from(size);
        }
        entries.push(Entry::empty(format!("{number:03}")).with(|e| {
            e.method = 8;
            e.crc = crc;
            e.length = length;
            e.packed.clone_from(&packed);
        }));
    }
    entries.reverse();
    // Only the first is written: it has all others within.
    let mut offset = 0;
    for entry in &mut entries {
        entry.unwritten = offset > 0;
        entry.offset = Some(offset);
        offset += entry.local_header().len() as u32 + 5;
    }
    Zip::of(entries).bytes()
}

/// Entries of other names that all point at the first one's content; the headers before it say the first one's name.
fn shared(files: u32) -> Vec<u8> {
    let first = Entry::file("0", &[b'x'; 5000]);
    let same = (1..files).map(|_| {
        first.clone().with(|e| {
            e.unwritten = true;
            e.offset = Some(0);
        })
    });
    let mut zip = Zip::of([first.clone()].into_iter().chain(same));
    for (number, entry) in zip.entries.iter_mut().enumerate().skip(1) {
        entry.name = format!("{number}").into_bytes();
    }
    zip.bytes()
}

/// A stored file with a whole second file in its content, and both listed.
fn quoted_once() -> Vec<u8> {
    let inner = Entry::file("inner", b"content");
    let mut content = inner.local_header();
    content.extend(&inner.packed);
    let outer = Entry::file("outer", &content).with(|e| {
        e.method = 0;
        e.packed.clone_from(&content);
        e.attributes = FILE;
    });
    let offset = outer.local_header().len() as u32;
    let inner = inner.with(|e| {
        e.unwritten = true;
        e.offset = Some(offset);
    });
    Zip::of([outer, inner]).bytes()
}
