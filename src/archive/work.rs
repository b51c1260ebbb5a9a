//! The temporary folder that everything is unpacked in: private, on the same file system as the releases, and gone on
//! every way out, at the next start at the latest.

use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use crate::ArchiveError;

/// How names of temporary folders start. No release's id does.
const PREFIX: &str = ".unpacking-";

/// A temporary folder. Its lock tells it from what a killed process left.
pub(crate) struct Work {
    folder: TempDir,
    _lock: File,
}

impl Work {
    /// Makes one beside the releases, whose folder is made when it is missing, and removes what others left.
    pub(crate) fn begin(releases: &Path) -> io::Result<Self> {
        kit::files::make_private_folder(releases)?;
        sweep_folder(releases)?;
        loop {
            let folder = tempfile::Builder::new()
                .prefix(PREFIX)
                .permissions(Permissions::from_mode(0o700))
                .tempdir_in(releases)?;
            let lock = match File::open(folder.path()) {
                // Another process swept it before it was locked.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                opened => opened?,
            };
            lock.lock()?;
            if folder.path().symlink_metadata().is_ok() {
                return Ok(Self {
                    folder,
                    _lock: lock,
                });
            }
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the temporary folders that killed processes left beside the releases; those in use stay. For the start of a
/// program; every upload does it too. A folder that does not exist has none. Fails when the disk does.
pub fn sweep(releases: &Path) -> Result<(), ArchiveError> {
    match sweep_folder(releases) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        swept => swept.map_err(ArchiveError::disk(
            "cannot remove what a killed upload left",
        )),
    }
}

fn sweep_folder(releases: &Path) -> io::Result<()> {
    for entry in fs::read_dir(releases)? {
        let entry = entry?;
        let ours = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(PREFIX.as_bytes());
        if !ours || !entry.file_type()?.is_dir() {
            continue;
        }
        match sweep_one(&entry.path()) {
            // Whoever used it, or swept it, was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            swept => swept?,
        }
    }
    Ok(())
}

fn sweep_one(path: &Path) -> io::Result<()> {
    match File::open(path)?.try_lock() {
        Ok(()) => fs::remove_dir_all(path),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &Path) -> usize {
        fs::read_dir(path).unwrap().count()
    }

    #[test]
    fn what_a_killed_process_left_goes_and_what_is_in_use_stays() {
        let outer = tempfile::tempdir().unwrap();
        let releases = outer.path().join("releases");
        assert!(sweep(&releases).is_ok(), "nothing there yet");
        let work = Work::begin(&releases).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&releases), mode(work.path())), (0o700, 0o700));
        fs::write(work.path().join("half"), "x").unwrap();
        fs::create_dir_all(releases.join(".unpacking-dead/tree/a")).unwrap();
        fs::write(releases.join(".unpacking-dead/tree/a/b"), "x").unwrap();
        fs::write(releases.join(".unpacking-file"), "not ours").unwrap();
        fs::create_dir(releases.join("0123456789abcdef")).unwrap();
        sweep(&releases).unwrap();
        assert!(work.path().join("half").exists());
        assert!(!releases.join(".unpacking-dead").exists());
        assert_eq!(names(&releases), 3);
        let other = Work::begin(&releases).unwrap();
        assert_eq!(names(&releases), 4);
        drop((work, other));
        assert_eq!(names(&releases), 2);
    }
}
