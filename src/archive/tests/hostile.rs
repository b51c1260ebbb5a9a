//! Every archive of the corpus is refused whole: nothing outside, nothing left.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

use super::raw::{Entry, Zip};
use super::scene::Scene;
use super::{bombs, corpus};
use crate::{ArchiveError, Fault, Limits, read_zip};

/// Each fault that an archive can have is some case's, so that no rule is dead.
const FAULTS: [&str; 32] = [
    "NotUtf8",
    "EmptyPart",
    "Absolute",
    "Climbs",
    "Backslash",
    "Colon",
    "Control",
    "DroppedEnd",
    "Reserved",
    "LongName",
    "LongPath",
    "Deep",
    "Twice",
    "Clash",
    "FileAndFolder",
    "Link",
    "Special",
    "FullFolder",
    "Encrypted",
    "Method",
    "Overlap",
    "Damaged",
    "Length",
    "Hidden",
    "NotZip",
    "Broken",
    "Large",
    "Nothing",
    "Entries",
    "Bytes",
    "Ratio",
    "Directory",
];

#[test]
fn every_hostile_archive_is_refused_whole() {
    let scene = Scene::new();
    let before = scene.outside();
    let cases = corpus::all();
    assert!(cases.len() >= 60, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let begun = Instant::now();
        let refused = match scene.read(&case.bytes) {
            Err(refused) => refused,
            Ok(release) => {
                wrong.push(format!("{}: let in as {}", case.what, release.id));
                continue;
            }
        };
        let took = begun.elapsed();
        let fault = refused.fault().map(|fault| format!("{fault:?}"));
        if !fault.is_some_and(|fault| fault.starts_with(case.fault)) {
            wrong.push(format!("{}: {refused:?}, not {}", case.what, case.fault));
        }
        let text = refused.to_string();
        if let Some(name) = &case.names
            && !text.starts_with(name)
        {
            wrong.push(format!("{}: `{text}` does not name `{name}`", case.what));
        }
        if !text.contains(';') || text.len() > 600 || text.chars().any(char::is_control) {
            wrong.push(format!(
                "{}: `{text}` does not say how to mend it",
                case.what
            ));
        }
        if scene.left() != 0 {
            wrong.push(format!("{}: something is left", case.what));
        }
        if scene.outside() != before {
            wrong.push(format!("{}: something outside was changed", case.what));
        }
        if took > Duration::from_secs(2) {
            wrong.push(format!("{}: refused after {took:?}", case.what));
        }
    }
    for fault in FAULTS {
        if !cases.iter().any(|case| case.fault == fault) {
            wrong.push(format!("no case is refused for {fault}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_overlapping_bomb_is_one() {
    // 42 KB for gigabytes: what a program that trusts the directory would write.
    let bytes = bombs::overlapping(250, 21 << 20);
    assert!(bytes.len() < 48 * 1024, "{}", bytes.len());
    let archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    assert!(archive.decompressed_size().unwrap() > 5 << 30);
    // Even where it is within all limits, its places give it away.
    let limits = Limits {
        ratio: u64::MAX,
        bytes: vocab::Bytes(u64::MAX),
        ..Limits::default()
    };
    let scene = Scene::new();
    let begun = Instant::now();
    let refused = scene.read_within(&bytes, &limits).unwrap_err();
    assert_eq!(refused.fault(), Some(&Fault::Overlap));
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!(scene.left(), 0);
}

#[test]
fn real_bytes_are_counted_while_files_are_written() {
    let scene = Scene::new();
    let text: Vec<u8> = (0..200_000_u32)
        .flat_map(|n| n.wrapping_mul(n).to_le_bytes())
        .collect();
    let zip = Zip::of([Entry::file("a", &text), Entry::file("b", &text)]).bytes();
    let of = |limits: Limits| {
        scene
            .read_within(&zip, &limits)
            .map_err(|e| e.fault().cloned())
    };
    let plain = Limits::default();
    let tight = Limits {
        bytes: vocab::Bytes(1_600_000),
        ..plain
    };
    assert_eq!(of(tight).unwrap().bytes, vocab::Bytes(1_600_000));
    let tighter = Limits {
        bytes: vocab::Bytes(1_599_999),
        ..plain
    };
    assert_eq!(of(tighter), Err(Some(Fault::Bytes(tighter.bytes))));
    let late = Limits {
        time: Duration::ZERO,
        ..plain
    };
    assert_eq!(of(late), Err(Some(Fault::Time(0))));
    let few = Limits {
        entries: 1,
        ..plain
    };
    assert_eq!(of(few), Err(Some(Fault::Entries(1))));
    assert_eq!(scene.left(), 1, "the one release that was let in");
}

/// An archive on a disk that fails at one of the reads.
struct Failing {
    archive: Cursor<Vec<u8>>,
    left: usize,
}

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::from(rustix::io::Errno::IO));
        }
        self.left -= 1;
        self.archive.read(buffer)
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.archive.seek(to)
    }
}

#[test]
fn a_read_that_fails_anywhere_leaves_nothing() {
    let scene = Scene::new();
    let files = (0..4).map(|n| Entry::file(format!("{n}"), &[n; 100]));
    let archive = Zip::of(files).bytes();
    let mut last = None;
    for left in 0.. {
        let reader = Failing {
            archive: Cursor::new(archive.clone()),
            left,
        };
        match read_zip(reader, &Limits::default(), &scene.releases()) {
            Ok(_) => break,
            Err(refused) => last = Some(refused),
        }
        assert_eq!(scene.left(), 0, "after {left} reads");
    }
    assert!(matches!(last, Some(ArchiveError::Disk { .. })), "{last:?}");
}

#[test]
fn a_disk_that_fails_is_not_the_uploads_fault() {
    let scene = Scene::new();
    std::fs::write(scene.releases(), "a file where the releases belong").unwrap();
    let refused = scene.read(&Zip::of([Entry::file("a", b"x")]).bytes());
    assert!(matches!(refused, Err(ArchiveError::Disk { .. })));
    let missing = crate::read_archive(
        &scene.releases().join("none.zip"),
        &Limits::default(),
        &scene.releases(),
    );
    assert!(matches!(missing, Err(ArchiveError::Disk { .. })));
}
