//! A release as it comes back from a server: a tar stream, checked like an upload.

use std::io::{self, Read};
use std::path::Path;

use tar::{Archive, Entry, EntryType};
use vocab::{Bytes, ReleaseId, Text};

use crate::copy::{BUFFER, Stopped, copy};
use crate::meter::Meter;
use crate::names::{Names, Sort};
use crate::path::EntryPath;
use crate::publish::Unpacking;
use crate::release::identify;
use crate::{ArchiveError, Fault, Limits, Release, ReleaseFile};

/// What a tar stream holds, without unpacking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// The id that its files have as a release.
    pub id: ReleaseId,
    /// How many files it has.
    pub files: u64,
    /// Their bytes.
    pub bytes: Bytes,
}

/// Reads a tar stream to its end and says which release its files are. Fails when something in it is no plain file or
/// folder, or its path is none that a release has.
pub fn survey_tar(tar: impl Read) -> Result<Surveyed, ArchiveError> {
    let mut buffer = vec![0; BUFFER];
    let mut files = Vec::new();
    each(tar, |path, content, meter| {
        let mut may = |count, so_far| meter.take(count, so_far, None);
        let content = copy(content, &mut io::sink(), &mut buffer, &mut may)?;
        files.push(ReleaseFile {
            path: path.to_string(),
            bytes: content.bytes,
            sha256: content.sha256,
        });
        Ok(())
    })?;
    Ok(Surveyed {
        id: identify(&mut files),
        bytes: Bytes(files.iter().map(|file| file.bytes).sum()),
        files: files.len() as u64,
    })
}

/// Unpacks a tar stream into a release below `releases`. Fails, and leaves nothing, as [`survey_tar`] does, or when the disk
/// fails. The stream is read to its end, and what it said after the release is dropped.
pub fn read_tar(tar: impl Read, releases: &Path) -> Result<Release, ArchiveError> {
    let mut unpacking = Unpacking::begin(releases)?;
    each(tar, |path, content, meter| {
        let mut may = |count, so_far| meter.take(count, so_far, None);
        unpacking.file(path, content, &mut may).map(drop)
    })?;
    unpacking.publish()
}

/// Hands every file to `file`, in the order of the stream.
fn each(
    tar: impl Read,
    mut file: impl FnMut(&EntryPath, &mut dyn Read, &mut Meter<'_>) -> Result<(), Stopped>,
) -> Result<(), ArchiveError> {
    let disk = || ArchiveError::disk("cannot read the files");
    let limits = Limits::of_releases();
    let mut meter = Meter::new(&limits, None);
    let mut names = Names::default();
    let mut archive = Archive::new(tar);
    let mut found = false;
    for entry in archive.entries().map_err(disk())? {
        let mut entry = entry.map_err(disk())?;
        meter.entry()?;
        let given = entry.path_bytes().into_owned();
        let refuse = |fault| ArchiveError::entry(&given, fault);
        let sort = sort(&entry).map_err(refuse)?;
        // `tar -C folder .` begins every name with the folder itself.
        let bare = given.strip_prefix(b"./").unwrap_or(&given);
        let bare = bare.strip_suffix(b"/").unwrap_or(bare);
        if sort == Sort::Folder && matches!(bare, b"" | b".") {
            continue;
        }
        let path = EntryPath::new(bare, &limits).map_err(refuse)?;
        names.add(&path, sort).map_err(refuse)?;
        if sort == Sort::Folder {
            continue;
        }
        found = true;
        let length = entry.size();
        let mut counted = Counted {
            inner: &mut entry,
            bytes: 0,
        };
        match file(&path, &mut counted, &mut meter) {
            Ok(()) if counted.bytes == length => {}
            Ok(()) => {
                return Err(refuse(Fault::Damaged(Text::line(
                    "the stream ends within it",
                ))));
            }
            Err(Stopped::Fault(fault)) => return Err(refuse(fault)),
            Err(Stopped::Read(error)) => return Err(disk()(error)),
            Err(Stopped::Write(error)) => {
                return Err(ArchiveError::disk("cannot write the release")(error));
            }
        }
    }
    // What follows the end of the archive is padding; whoever sends it must not be left standing.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(disk())?;
    if found {
        Ok(())
    } else {
        Err(Fault::Nothing.into())
    }
}

/// What an entry is, or why it may not be.
fn sort(entry: &Entry<'_, impl Read>) -> Result<Sort, Fault> {
    match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous => Ok(Sort::File),
        EntryType::Directory => Ok(Sort::Folder),
        EntryType::Symlink => Err(Fault::Link),
        EntryType::Link => Err(Fault::HardLink),
        EntryType::Fifo => Err(Fault::Special("a pipe")),
        EntryType::Char | EntryType::Block => Err(Fault::Special("a device")),
        _ => Err(Fault::Special("of an unknown type")),
    }
}

/// Counts what is read of a file: the stream may end before the file does.
struct Counted<'a, R> {
    inner: &'a mut R,
    bytes: u64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use tar::{Builder, Header};

    use super::*;

    fn tar(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (path, sort, content) in entries {
            let mut header = Header::new_ustar();
            header.set_entry_type(*sort);
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
            if matches!(sort, EntryType::Symlink | EntryType::Link) {
                header.set_link_name("/etc/passwd").unwrap();
            }
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    const SITE: &[(&str, EntryType, &[u8])] = &[
        ("./", EntryType::Directory, b""),
        ("./index.html", EntryType::Regular, b"hello"),
        ("./css/", EntryType::Directory, b""),
        ("./css/a.css", EntryType::Regular, b"x"),
    ];

    #[test]
    fn what_comes_back_is_the_release_that_went_out() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("site/css")).unwrap();
        fs::write(folder.path().join("site/index.html"), "hello").unwrap();
        fs::write(folder.path().join("site/css/a.css"), "x").unwrap();
        let (there, back) = (folder.path().join("there"), folder.path().join("back"));
        let site = folder.path().join("site");
        let release = crate::read_folder(&site, &Limits::default(), &there).unwrap();
        let mut packed = Vec::new();
        crate::pack(&release, &mut packed).unwrap();
        for stream in [packed, tar(SITE)] {
            let surveyed = survey_tar(stream.as_slice()).unwrap();
            assert_eq!(
                (surveyed.id, surveyed.files, surveyed.bytes),
                (release.id.clone(), 2, Bytes(6))
            );
            let read = read_tar(stream.as_slice(), &back).unwrap();
            assert_eq!((&read.id, &read.files), (&release.id, &release.files));
            assert!(crate::verify(&read).is_ok());
        }
    }

    #[test]
    fn what_no_release_holds_is_refused_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = EntryType::Regular;
        for bad in [
            ("../a", file),
            ("/etc/passwd", file),
            ("a/../../b", file),
            ("link", EntryType::Symlink),
            ("hard", EntryType::Link),
            ("pipe", EntryType::Fifo),
            ("disk", EntryType::Block),
        ] {
            let stream = tar(&[SITE, &[(bad.0, bad.1, b"")]].concat());
            assert!(survey_tar(stream.as_slice()).is_err(), "{bad:?}");
            assert!(
                read_tar(stream.as_slice(), folder.path()).is_err(),
                "{bad:?}"
            );
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{bad:?}");
        }
        assert!(survey_tar(tar(&[]).as_slice()).is_err(), "nothing in it");
    }

    proptest! {
        #[test]
        fn a_stream_cut_anywhere_is_never_more_than_it_was(at in 0_usize..4_000) {
            let whole = tar(SITE);
            let at = at.min(whole.len());
            let surveyed = survey_tar(whole.get(..at).unwrap_or_default());
            if let Ok(surveyed) = surveyed {
                let full = survey_tar(whole.as_slice()).map(|full| full.files);
                prop_assert!(full.is_ok_and(|files| surveyed.files <= files));
            }
        }
    }
}
