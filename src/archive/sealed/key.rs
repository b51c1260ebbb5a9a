//! The key of the backups: 32 random bytes in a file of its owner's alone.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::SealError;

/// Bytes of a key.
pub(super) const LENGTH: usize = 32;

/// Bytes of a key's mark.
pub(super) const MARK: usize = 16;

/// A key. It cannot be shown or copied, and is wiped from memory when it is dropped.
pub struct Key(Zeroizing<[u8; LENGTH]>);

impl Key {
    /// Reads the key from its file; the first time, makes both. Fails when the file is open to others, belongs to another,
    /// is a link or has not 32 bytes. Without this file no backup can be opened: a copy belongs somewhere safe.
    pub fn open_or_make(path: &Path) -> Result<Self, SealError> {
        match Self::open(path) {
            Err(SealError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                make(path).map_err(SealError::io("cannot make the key file"))?;
                Self::open(path)
            }
            opened => opened,
        }
    }

    /// Reads the key from its file, which must be there.
    pub fn open(path: &Path) -> Result<Self, SealError> {
        let failed = || SealError::io("cannot read the key file");
        let mut file = OpenOptions::new()
            .read(true)
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
            .open(path)
            .map_err(failed())?;
        let found = file.metadata().map_err(failed())?;
        let refused = |found: String| SealError::OpenKey {
            path: path.to_owned(),
            found,
        };
        if !found.is_file() {
            return Err(refused("not a file".to_owned()));
        }
        if found.uid() != rustix::process::geteuid().as_raw() {
            return Err(refused(format!("owned by user {}", found.uid())));
        }
        if found.mode() & 0o177 != 0 {
            return Err(refused(format!("mode {:04o}", found.mode() & 0o7777)));
        }
        let mut key = Zeroizing::new([0; LENGTH]);
        let whole = found.len() == LENGTH as u64 && file.read_exact(key.as_mut()).is_ok();
        if whole {
            Ok(Self(key))
        } else {
            Err(SealError::BadKey(path.to_owned()))
        }
    }

    /// By what a key is told from others: 32 hexadecimal digits that say nothing about it. Every sealed file has them in its
    /// header.
    pub fn id(&self) -> String {
        self.mark().iter().fold(String::new(), |mut id, byte| {
            // Writing to a string does not fail.
            let _ = write!(id, "{byte:02x}");
            id
        })
    }

    pub(super) fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// Tells keys apart and says nothing about them.
    pub(super) fn mark(&self) -> [u8; MARK] {
        let hash = Sha256::new()
            .chain_update(b"wheelhouse backup key mark 1\0")
            .chain_update(self.0.as_ref())
            .finalize();
        let mut mark = [0; MARK];
        mark.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        mark
    }
}

/// Whole or not at all: of two processes that make it at once, one wins and both read its key.
fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    kit::files::make_private_folder(folder)?;
    let mut key = Zeroizing::new([0; LENGTH]);
    getrandom::fill(key.as_mut()).map_err(io::Error::other)?;
    // Mode 0600 from the start.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(key.as_ref())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
        Ok(_) => File::open(folder)?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/backup.key");
        let one = Key::open_or_make(&path).unwrap();
        let two = Key::open_or_make(&path).unwrap();
        assert_eq!(one.bytes(), two.bytes());
        assert_ne!(one.bytes(), &[0; LENGTH]);
        assert_eq!(one.mark(), two.mark());
        assert_eq!((one.id().len(), one.id()), (32, two.id()));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_that_others_can_read_or_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup.key");
        Key::open_or_make(&path).unwrap();
        for mode in [0o640, 0o604, 0o660, 0o700, 0o601] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let refused = Key::open_or_make(&path).err().unwrap().to_string();
            assert!(refused.contains(&format!("mode 0{mode:o}")), "{refused}");
        }
        fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
        assert!(Key::open(&path).is_ok(), "read-only is as private");
        let link = folder.path().join("link");
        symlink(&path, &link).unwrap();
        assert!(Key::open_or_make(&link).is_err());
        let dangling = folder.path().join("dangling");
        symlink(folder.path().join("none"), &dangling).unwrap();
        assert!(Key::open_or_make(&dangling).is_err());
        assert!(Key::open(folder.path()).is_err());
        for length in [0, 31, 33] {
            let short = folder.path().join(length.to_string());
            kit::files::write_new(&short, &vec![1; length]).unwrap();
            assert!(matches!(
                Key::open_or_make(&short),
                Err(SealError::BadKey(_))
            ));
        }
    }

    #[test]
    fn many_at_once_make_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup.key");
        let keys: Vec<[u8; LENGTH]> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| *Key::open_or_make(&path).unwrap().bytes()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
