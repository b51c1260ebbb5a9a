//! Objects as files of a folder: written beside their place, synced, and linked into it, so that none is ever half there
//! or overwritten.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vocab::{Span, Text};

use super::{ObjectName, Reading, Storage, Stored, Writing};
use crate::error::{DriverError, Result, Trouble};

/// How the files of objects that are not finished end. No object's name ends so.
pub(super) const UNFINISHED: &str = ".part";

/// How much is read at once, in bytes.
const PIECE: usize = 256 * 1024;

/// A folder of this machine, for its owner alone.
#[derive(Debug, Clone)]
pub struct FolderStorage {
    root: PathBuf,
}

impl FolderStorage {
    /// In this folder, which is made when something is first written.
    pub const fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn path(&self, name: &ObjectName) -> PathBuf {
        self.root.join(name.as_str())
    }

    fn unfinished(&self, name: &ObjectName) -> PathBuf {
        self.root.join(format!("{name}{UNFINISHED}"))
    }
}

/// Does something with files on a thread for that.
async fn on_disk<T: Send + 'static>(
    what: &'static str,
    path: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let on = path.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&on)).await;
    done.map_err(|_| DriverError::new(Trouble::Broken, format!("{what} failed in itself")))?
        .map_err(|error| failed(what, path, &error))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> DriverError {
    let trouble = match error.kind() {
        io::ErrorKind::NotFound => Trouble::NotFound,
        io::ErrorKind::AlreadyExists => Trouble::Conflict,
        io::ErrorKind::PermissionDenied => Trouble::Forbidden(Text::default()),
        _ => Trouble::Refused,
    };
    DriverError::new(
        trouble,
        format!("{what} {} failed: {error}", path.display()),
    )
}

#[async_trait]
impl Storage for FolderStorage {
    fn place(&self) -> Text {
        Text::line(self.root.to_string_lossy().as_bytes())
    }

    fn settle(&self) -> Span {
        Span::ZERO
    }

    async fn write(&self, name: &ObjectName) -> Result<Box<dyn Writing>> {
        let (path, unfinished) = (self.path(name), self.unfinished(name));
        let place = path.clone();
        let file = on_disk("writing", &unfinished, move |unfinished| {
            if let Some(folder) = unfinished.parent() {
                kit::files::make_private_folder(folder)?;
            }
            begin(unfinished, &place)
        });
        Ok(Box::new(Unfinished {
            file: tokio::fs::File::from_std(file.await?),
            beside: unfinished,
            path,
            finished: false,
        }))
    }

    async fn read(&self, name: &ObjectName) -> Result<Box<dyn Reading>> {
        let path = self.path(name);
        let file = on_disk("reading", &path, |path| File::open(path)).await?;
        Ok(Box::new(Open {
            file: tokio::fs::File::from_std(file),
            path,
        }))
    }

    async fn has(&self, name: &ObjectName) -> Result<bool> {
        on_disk("looking for", &self.path(name), |path| {
            match path.symlink_metadata() {
                Ok(found) => Ok(found.is_file()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await
    }

    async fn list(&self, folder: Option<&ObjectName>) -> Result<Vec<Stored>> {
        let root = self.root.clone();
        let below = folder.map(|name| name.as_str().to_owned());
        on_disk("listing", &self.root, move |_| {
            let mut found = Vec::new();
            list(&root, below.as_deref().unwrap_or_default(), &mut found)?;
            found.sort_by(|one, other| one.name.cmp(&other.name));
            Ok(found)
        })
        .await
    }

    async fn delete(&self, name: &ObjectName) -> Result<()> {
        let root = self.root.clone();
        let unfinished = self.unfinished(name);
        on_disk("deleting", &self.path(name), move |path| {
            for gone in [path, &unfinished] {
                match fs::remove_file(gone) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            // Folders that nothing lies in any more; the first that is not empty ends it.
            let mut folder = path.parent();
            while let Some(empty) = folder.filter(|folder| *folder != root) {
                if fs::remove_dir(empty).is_err() {
                    break;
                }
                folder = empty.parent();
            }
            Ok(())
        })
        .await
    }
}

/// The file that is written before it has its place. What a killed process left under its name is begun anew; what another
/// one writes at this moment is not.
fn begin(unfinished: &Path, place: &Path) -> io::Result<File> {
    if place.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(unfinished)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::AlreadyExists.into()),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    file.set_len(0)?;
    Ok(file)
}

/// The objects below a folder of the root. Links are not followed.
fn list(root: &Path, below: &str, found: &mut Vec<Stored>) -> io::Result<()> {
    let entries = match fs::read_dir(root.join(below)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let name = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        let Some(known) = ObjectName::new(&name) else {
            continue;
        };
        let sort = entry.file_type()?;
        if sort.is_dir() {
            list(root, &name, found)?;
        } else if sort.is_file() {
            found.push(Stored {
                name: known,
                bytes: entry.metadata()?.len(),
            });
        }
    }
    Ok(())
}

/// A file on its way to its place.
struct Unfinished {
    file: tokio::fs::File,
    beside: PathBuf,
    path: PathBuf,
    finished: bool,
}

#[async_trait]
impl Writing for Unfinished {
    async fn push(&mut self, bytes: Bytes) -> Result<()> {
        self.file
            .write_all(&bytes)
            .await
            .map_err(|error| failed("writing", &self.beside, &error))
    }

    async fn finish(mut self: Box<Self>) -> Result<()> {
        let written = async {
            self.file.flush().await?;
            self.file.sync_all().await
        };
        written
            .await
            .map_err(|error| failed("writing", &self.beside, &error))?;
        let unfinished = self.beside.clone();
        on_disk("writing", &self.path, move |path| {
            fs::hard_link(&unfinished, path)?;
            fs::remove_file(&unfinished)?;
            let folder = path.parent().unwrap_or(Path::new("."));
            File::open(folder)?.sync_all()
        })
        .await?;
        self.finished = true;
        Ok(())
    }

    async fn abandon(self: Box<Self>) {}
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be deleted is begun anew, or deleted with its backup.
            drop(fs::remove_file(&self.beside));
        }
    }
}

/// A file being read.
struct Open {
    file: tokio::fs::File,
    path: PathBuf,
}

#[async_trait]
impl Reading for Open {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        let mut piece = vec![0; PIECE];
        let count = self
            .file
            .read(&mut piece)
            .await
            .map_err(|error| failed("reading", &self.path, &error))?;
        piece.truncate(count);
        Ok((count > 0).then(|| piece.into()))
    }
}
