//! A zip file becomes a release.
//!
//! Three looks, each before the next: the end of the file and the whole directory, by our own strict reader; every name,
//! type and place, together with the headers before the contents; then the contents, counted while they are inflated.

mod directory;
mod entries;
mod places;

use std::fs::OpenOptions;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;
use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};

use crate::copy::{BUFFER, Stopped};
use crate::error::shown;
use crate::meter::Meter;
use crate::publish::Unpacking;
use crate::{ArchiveError, Fault, Limits, Release, collect};
use entries::Place;

/// Unpacks a zip file into a release below `releases`. Fails, and leaves nothing, when a rule is broken, the file is not
/// a zip file or the disk fails.
pub fn read_archive(
    path: &Path,
    limits: &Limits,
    releases: &Path,
) -> Result<Release, ArchiveError> {
    let disk = || ArchiveError::disk("cannot open the archive");
    let file = OpenOptions::new()
        .read(true)
        // A pipe must not hold us up.
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .map_err(disk())?;
    if !file.metadata().map_err(disk())?.is_file() {
        return Err(Fault::NotZip("a folder or a device").into());
    }
    read_zip(file, limits, releases)
}

/// The same for a zip file that lies anywhere, in memory for instance.
pub fn read_zip(
    reader: impl Read + Seek,
    limits: &Limits,
    releases: &Path,
) -> Result<Release, ArchiveError> {
    let mut reader = BufReader::with_capacity(BUFFER, reader);
    let length = reader
        .seek(SeekFrom::End(0))
        .map_err(ArchiveError::disk("cannot read the archive"))?;
    let mut meter = Meter::new(limits, Some(length));
    let directory = directory::check(&mut reader, length, limits)?;
    let config = Config {
        // Nothing may lie before the first entry.
        archive_offset: ArchiveOffset::Known(0),
    };
    let broken = |error: &dyn std::fmt::Display| Fault::Broken(shown(error.to_string()));
    let mut archive = ZipArchive::with_config(config, reader).map_err(|error| broken(&error))?;
    // Two readers, one opinion: what we checked is what is unpacked.
    if archive.len() as u64 != directory.entries
        || archive.central_directory_start() != directory.start
    {
        return Err(broken(&"its directory can be read in two ways").into());
    }
    let found = entries::check(&mut archive, &mut meter)?;
    places::check(&mut archive, &found, directory.start)?;
    let files = found
        .into_iter()
        .filter_map(|place| Some((place.file.clone()?, place)));
    let planned = collect::plan(files.collect())?;
    let mut unpacking = Unpacking::begin(releases)?;
    for entry in &planned {
        inflate(&mut archive, &mut unpacking, &mut meter, entry)?;
    }
    unpacking.publish()
}

fn inflate(
    archive: &mut ZipArchive<impl Read + Seek>,
    unpacking: &mut Unpacking<'_>,
    meter: &mut Meter<'_>,
    entry: &collect::Planned<Place>,
) -> Result<(), ArchiveError> {
    let refuse = |fault| ArchiveError::entry(entry.given.as_str(), fault);
    let damaged = |error: &dyn std::fmt::Display| refuse(Fault::Damaged(shown(error.to_string())));
    let place = &entry.from;
    let said = place.length;
    let mut content = archive
        .by_index(place.index)
        .map_err(|error| damaged(&error))?;
    let mut may = |count, real| {
        if real > said {
            return Err(Fault::Length { said, real });
        }
        meter.take(count, real, Some(place.packed))
    };
    match unpacking.file(&entry.path, &mut content, &mut may) {
        Ok(real) if real == said => Ok(()),
        Ok(real) => Err(refuse(Fault::Length { said, real })),
        Err(Stopped::Fault(fault)) => Err(refuse(fault)),
        Err(Stopped::Read(error)) if error.raw_os_error().is_some() => {
            Err(ArchiveError::disk("cannot read the archive")(error))
        }
        Err(Stopped::Read(error)) => Err(damaged(&error)),
        Err(Stopped::Write(error)) => Err(ArchiveError::disk("cannot write the release")(error)),
    }
}
