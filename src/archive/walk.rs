//! Reads folders through their handles: lists what is in them, and releases again from their files.

use std::ffi::CStr;
use std::io;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType};
use vocab::{ReleaseId, Text};

use crate::beneath::Folder;
use crate::copy::{BUFFER, Stopped, copy};
use crate::meter::Meter;
use crate::names::{Names, Sort};
use crate::path::EntryPath;
use crate::{ArchiveError, Fault, Limits, Release, ReleaseFile};

const CANNOT_LIST: &str = "cannot read the folder";

/// All files below a folder. Links, devices, hard links, bad names and more than the limits allow are refused.
pub(crate) fn files(root: &Folder, meter: &mut Meter<'_>) -> Result<Vec<EntryPath>, ArchiveError> {
    let mut found = Vec::new();
    let mut names = Names::default();
    list(root, "", meter, &mut names, &mut found)?;
    Ok(found)
}

/// Recursion ends at the limit of depth: a path that lies deeper is refused before its folder is opened.
fn list(
    folder: &Folder,
    within: &str,
    meter: &mut Meter<'_>,
    names: &mut Names,
    found: &mut Vec<EntryPath>,
) -> Result<(), ArchiveError> {
    let disk = || ArchiveError::disk(CANNOT_LIST);
    for entry in Dir::read_from(folder).map_err(io_error).map_err(disk())? {
        let entry = entry.map_err(io_error).map_err(disk())?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let mut given = within.as_bytes().to_vec();
        given.extend_from_slice(name.to_bytes());
        let refuse = |fault| ArchiveError::entry(&given, fault);
        meter.entry()?;
        let path = EntryPath::new(&given, meter.limits()).map_err(refuse)?;
        let sort = sort(folder, name).map_err(disk())?.map_err(refuse)?;
        names.add(&path, sort).map_err(refuse)?;
        if sort == Sort::File {
            found.push(path);
            continue;
        }
        let inner = folder.inner(path.name()).map_err(disk())?;
        list(&inner, &format!("{path}/"), meter, names, found)?;
    }
    Ok(())
}

/// What an entry is, or why it may not be.
fn sort(folder: &Folder, name: &CStr) -> io::Result<Result<Sort, Fault>> {
    let found = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(match FileType::from_raw_mode(found.st_mode) {
        FileType::Directory => Ok(Sort::Folder),
        FileType::RegularFile if found.st_nlink == 1 => Ok(Sort::File),
        FileType::RegularFile => Err(Fault::HardLink),
        FileType::Symlink => Err(Fault::Link),
        FileType::Fifo => Err(Fault::Special("a pipe")),
        FileType::Socket => Err(Fault::Special("a socket")),
        FileType::CharacterDevice | FileType::BlockDevice => Err(Fault::Special("a device")),
        FileType::Unknown => Err(Fault::Special("of an unknown type")),
    })
}

fn io_error(error: rustix::io::Errno) -> io::Error {
    io::Error::from(error)
}

/// Reads a release again from its folder, whole. Fails when the files do not have the hash that the folder's name is, or
/// when something lies there that no release has.
pub fn load(root: &Path) -> Result<Release, ArchiveError> {
    let limits = Limits::of_releases();
    let mut meter = Meter::new(&limits, None);
    let folder = Folder::open(root).map_err(ArchiveError::disk("cannot open the release"))?;
    let mut buffer = vec![0; BUFFER];
    let mut read = Vec::new();
    for path in files(&folder, &mut meter)? {
        let disk = || ArchiveError::disk("cannot read the release");
        let mut file = folder.read(&path).map_err(disk())?;
        let mut may = |count, so_far| meter.take(count, so_far, None);
        let content = match copy(&mut file, &mut io::sink(), &mut buffer, &mut may) {
            Ok(content) => content,
            Err(Stopped::Read(error) | Stopped::Write(error)) => return Err(disk()(error)),
            Err(Stopped::Fault(fault)) => return Err(ArchiveError::entry(path.as_str(), fault)),
        };
        read.push(ReleaseFile {
            path: path.to_string(),
            bytes: content.bytes,
            sha256: content.sha256,
        });
    }
    let name = root.file_name().and_then(|name| name.to_str());
    let release = Release::new(read, root.parent().unwrap_or(Path::new("")));
    match name.and_then(|name| ReleaseId::new(name).ok()) {
        Some(id) if id == release.id => Ok(release),
        _ => {
            Err(Fault::Damaged(Text::line("its files have another hash than its name says")).into())
        }
    }
}

/// Whether a release's files are still what they were: every byte is read and hashed. Fails when they are not.
pub fn verify(release: &Release) -> Result<(), ArchiveError> {
    let there = load(&release.root)?;
    if there.files == release.files {
        Ok(())
    } else {
        Err(Fault::Changed.into())
    }
}
