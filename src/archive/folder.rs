//! A folder on the operator's disk becomes a release.

use std::io;
use std::path::Path;

use rustix::io::Errno;

use crate::beneath::Folder;
use crate::copy::Stopped;
use crate::meter::Meter;
use crate::publish::Unpacking;
use crate::{ArchiveError, Fault, Limits, Release, collect, walk};

/// Copies a folder's files into a release below `releases`, by the same rules as for an archive. Links are refused, not
/// followed; the folder itself is only read. Fails, and leaves nothing, when a rule is broken or the disk fails.
pub fn read_folder(path: &Path, limits: &Limits, releases: &Path) -> Result<Release, ArchiveError> {
    let mut meter = Meter::new(limits, None);
    let folder = Folder::open(path).map_err(ArchiveError::disk("cannot open the folder"))?;
    let found = walk::files(&folder, &mut meter)?;
    let planned = collect::plan(found.into_iter().map(|path| (path, ())).collect())?;
    let mut unpacking = Unpacking::begin(releases)?;
    for entry in &planned {
        let refuse = |fault| ArchiveError::entry(entry.given.as_str(), fault);
        let mut file = match folder.read(&entry.given) {
            Err(error) if is_changed(&error) => return Err(refuse(Fault::Changed)),
            opened => opened.map_err(ArchiveError::disk("cannot read the folder"))?,
        };
        let mut may = |count, so_far| meter.take(count, so_far, None);
        match unpacking.file(&entry.path, &mut file, &mut may) {
            Ok(_) => {}
            Err(Stopped::Fault(fault)) => return Err(refuse(fault)),
            Err(Stopped::Read(error)) => {
                return Err(ArchiveError::disk("cannot read the folder")(error));
            }
            Err(Stopped::Write(error)) => {
                return Err(ArchiveError::disk("cannot write the release")(error));
            }
        }
    }
    unpacking.publish()
}

/// Whether a file that was listed is no longer a file there: gone, or another thing in its place.
fn is_changed(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::NOENT | Errno::LOOP | Errno::NOTDIR | Errno::INVAL)
    )
}
