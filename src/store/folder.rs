//! The folder of the store: its files, private to their owner, and the locks between processes.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use vocab::{Text, Time};

use crate::error::StoreError;

/// How long an opening waits for another process's opening to end; a check of a large file takes seconds.
const OPENING_PATIENCE: Duration = Duration::from_secs(15);

/// What `SQLite` keeps beside the file.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

/// What is there of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing.
    Nothing,
    /// A companion without its file, or a file without a byte.
    Remains,
    /// Something to open.
    File,
}

impl Folder {
    /// Makes the folder where it is not there yet, for its owner alone.
    pub(crate) fn make(path: &Path) -> Result<Self, StoreError> {
        let said = |error: io::Error| StoreError::from_io(&text(path), &error);
        kit::files::make_private_folder(path).map_err(said)?;
        tighten(path, 0o700).map_err(said)?;
        Ok(Self(path.to_owned()))
    }

    /// The database file.
    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("history.sqlite")
    }

    /// Its name, for words.
    pub(crate) fn file_text(&self) -> Text {
        text(&self.file())
    }

    /// What is there. Looks only at the directory: opening and closing a live database's file by other means than
    /// `SQLite` would drop this process's locks on it (<https://www.sqlite.org/howtocorrupt.html>, 2.2).
    pub(crate) fn found(&self) -> Result<Found, StoreError> {
        match fs::symlink_metadata(self.file()) {
            Ok(there) if there.len() > 0 => Ok(Found::File),
            Ok(_) => Ok(Found::Remains),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let wal = fs::symlink_metadata(self.companion("-wal"));
                Ok(wal.map_or(Found::Nothing, |_| Found::Remains))
            }
            Err(error) => Err(self.said(&error)),
        }
    }

    /// An empty file for its owner alone, under another name than the database's; `SQLite` gives companions the same mode.
    pub(crate) fn new_file(&self) -> Result<PathBuf, StoreError> {
        let new = self.0.join("history.sqlite.new");
        // Left over from a process that was killed while it made one.
        self.remove(&new)?;
        kit::files::write_new(&new, b"").map_err(|error| self.said(&error))?;
        Ok(new)
    }

    /// Gives the new file the database's name, on disk too.
    pub(crate) fn move_into_place(&self, new: &Path) -> Result<(), StoreError> {
        self.rename(new, &self.file())?;
        let synced = File::open(&self.0).and_then(|folder| folder.sync_all());
        synced.map_err(|error| self.said(&error))
    }

    /// Takes the mode of an existing file down to its owner alone.
    pub(crate) fn tighten_file(&self) -> Result<(), StoreError> {
        tighten(&self.file(), 0o600).map_err(|error| self.said(&error))
    }

    /// Moves the damaged file and its companions out of the way; returns the new name.
    pub(crate) fn set_aside(&self, now: Time) -> Result<Text, StoreError> {
        let stamp = now.timestamp().strftime("%Y%m%dT%H%M%SZ");
        let name = format!("history.sqlite.corrupt-{stamp}");
        let candidates = (1..1000).map(|n| match n {
            1 => self.0.join(&name),
            n => self.0.join(format!("{name}-{n}")),
        });
        let free = |path: &PathBuf| fs::symlink_metadata(path).is_err();
        let mut candidates = candidates.filter(free);
        let kept = candidates.next().unwrap_or_else(|| self.0.join(&name));
        // The file goes first: whoever is killed here leaves companions without a file, which the next opening sees.
        self.rename(&self.file(), &kept)?;
        for companion in COMPANIONS {
            let from = self.companion(companion);
            let mut to = kept.clone().into_os_string();
            to.push(companion);
            self.rename(&from, Path::new(&to))?;
        }
        Ok(text(&kept))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        match fs::rename(from, to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.said(&error)),
            _ => Ok(()),
        }
    }

    fn remove(&self, path: &Path) -> Result<(), StoreError> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.said(&error)),
            _ => Ok(()),
        }
    }

    /// Held while the file is opened, made, checked or set aside: one process at a time.
    pub(crate) fn opening_lock(&self) -> Result<File, StoreError> {
        let file = self.lock_file("opening.lock")?;
        let begun = Instant::now();
        while flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            if begun.elapsed() > OPENING_PATIENCE {
                return Err(StoreError::Locked {
                    file: self.file_text(),
                });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(file)
    }

    /// Held, shared, as long as the file is open, so that nobody sets it aside under a living process.
    pub(crate) fn users_lock(&self) -> Result<File, StoreError> {
        let file = self.lock_file("users.lock")?;
        flock(&file, FlockOperation::NonBlockingLockShared)
            .map_err(|error| self.said(&error.into()))?;
        Ok(file)
    }

    /// Whether this process is the file's only user; the shared lock is held again afterwards.
    pub(crate) fn is_only_user(users: &File) -> bool {
        let only = flock(users, FlockOperation::NonBlockingLockExclusive).is_ok();
        // A conversion that fails may have dropped the lock (flock(2)). Nobody else can hold it exclusively now: only
        // the holder of the opening lock asks for that.
        let shared = flock(users, FlockOperation::NonBlockingLockShared).is_ok();
        only && shared
    }

    /// Held by the one process that writes history; `None` when another one does.
    pub(crate) fn recorder_lock(&self) -> Option<File> {
        let file = self.lock_file("recorder.lock").ok()?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
        Some(file)
    }

    fn lock_file(&self, name: &str) -> Result<File, StoreError> {
        let path = self.0.join(name);
        let opened = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        opened.map_err(|error| StoreError::from_io(&text(&path), &error))
    }

    fn companion(&self, suffix: &str) -> PathBuf {
        let mut path = self.file().into_os_string();
        path.push(suffix);
        path.into()
    }

    fn said(&self, error: &io::Error) -> StoreError {
        StoreError::from_io(&self.file_text(), error)
    }
}

/// Takes rights of the group and of others away where they have some.
fn tighten(path: &Path, mode: u32) -> io::Result<()> {
    let of_others = fs::metadata(path)?.permissions().mode() & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode))
}

fn text(path: &Path) -> Text {
    Text::line(path.as_os_str().as_bytes())
}
