//! A folder by its handle: everything opened through it lies beneath it, and no link is followed on the way.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::path::EntryPath;

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// An open folder.
pub(crate) struct Folder(OwnedFd);

impl Folder {
    /// Opens a folder; its last part may not be a link.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(rustix::fs::openat(CWD, path, FOLDER, Mode::empty())?))
    }

    /// Opens a folder that lies in this one.
    pub(crate) fn inner(&self, name: &str) -> io::Result<Self> {
        Ok(Self(rustix::fs::openat(
            &self.0,
            name,
            FOLDER,
            Mode::empty(),
        )?))
    }

    /// A new, empty file for the owner alone, without the right to run it; missing folders are made on the way.
    pub(crate) fn create(&self, path: &EntryPath) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        self.at(path, true, flags, Mode::RUSR | Mode::WUSR)
    }

    /// Opens a file for reading. Anything else, a pipe for instance, does not block and is refused.
    pub(crate) fn read(&self, path: &EntryPath) -> io::Result<File> {
        let file = self.at(
            path,
            false,
            OFlags::RDONLY | OFlags::NONBLOCK,
            Mode::empty(),
        )?;
        let found = rustix::fs::fstat(&file)?;
        if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile || found.st_nlink != 1 {
            return Err(io::Error::from(Errno::INVAL));
        }
        Ok(file)
    }

    fn at(&self, path: &EntryPath, make: bool, flags: OFlags, mode: Mode) -> io::Result<File> {
        let (folders, name) = match path.as_str().rsplit_once('/') {
            Some((folders, name)) => (Some(folders), name),
            None => (None, path.as_str()),
        };
        let mut within: Option<Self> = None;
        for part in folders.into_iter().flat_map(|folders| folders.split('/')) {
            let outer = within.as_ref().unwrap_or(self);
            within = Some(match outer.inner(part) {
                Err(error) if make && error.kind() == io::ErrorKind::NotFound => {
                    rustix::fs::mkdirat(&outer.0, part, Mode::RWXU)?;
                    outer.inner(part)?
                }
                found => found?,
            });
        }
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let within = within.as_ref().unwrap_or(self);
        Ok(File::from(rustix::fs::openat(
            &within.0, name, flags, mode,
        )?))
    }
}

impl AsFd for Folder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::Limits;

    fn path(text: &str) -> EntryPath {
        EntryPath::new(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn files_are_private_and_never_runnable() {
        let outer = tempfile::tempdir().unwrap();
        let folder = Folder::open(outer.path()).unwrap();
        let mut file = folder.create(&path("a/b/c")).unwrap();
        file.write_all(b"x").unwrap();
        let mode = |name: &str| {
            fs::metadata(outer.path().join(name))
                .unwrap()
                .permissions()
                .mode()
                & 0o7777
        };
        assert_eq!(
            (mode("a"), mode("a/b"), mode("a/b/c")),
            (0o700, 0o700, 0o600)
        );
        assert_eq!(
            folder.create(&path("a/b/c")).map_err(|e| e.kind()).err(),
            Some(io::ErrorKind::AlreadyExists)
        );
        let mut text = String::new();
        folder
            .read(&path("a/b/c"))
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "x");
    }

    #[test]
    fn no_link_is_followed_on_the_way() {
        let outer = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        fs::write(other.path().join("secret"), "x").unwrap();
        symlink(other.path(), outer.path().join("out")).unwrap();
        symlink(other.path().join("secret"), outer.path().join("file")).unwrap();
        fs::hard_link(other.path().join("secret"), outer.path().join("hard")).unwrap();
        let folder = Folder::open(outer.path()).unwrap();
        assert!(folder.create(&path("out/new")).is_err());
        assert!(folder.create(&path("file")).is_err());
        for name in ["out/secret", "file", "hard", "out"] {
            assert!(folder.read(&path(name)).is_err(), "{name}");
        }
        assert!(Folder::open(&outer.path().join("out")).is_err());
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 1);
    }
}
