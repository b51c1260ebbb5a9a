//! Where files belong (XDG base directories) and how they are written so that nobody sees half of one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A base directory of the XDG specification (<https://specifications.freedesktop.org/basedir-spec/>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// `$XDG_CONFIG_HOME`, else `~/.config`.
    Config,
    /// `$XDG_STATE_HOME`, else `~/.local/state`.
    State,
    /// `$XDG_RUNTIME_DIR`, else the state directory: for sockets.
    Runtime,
}

/// The application's folder below a base directory; `None` when neither the variable nor `$HOME` is set to an
/// absolute path.
pub fn folder(base: Base, application: &str) -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let home = |tail: &str| absolute("HOME").map(|home| home.join(tail));
    let root = match base {
        Base::Config => absolute("XDG_CONFIG_HOME").or_else(|| home(".config")),
        Base::State => absolute("XDG_STATE_HOME").or_else(|| home(".local/state")),
        Base::Runtime => absolute("XDG_RUNTIME_DIR")
            .or_else(|| absolute("XDG_STATE_HOME"))
            .or_else(|| home(".local/state")),
    }?;
    Some(root.join(application))
}

/// Makes a folder and its parents for the owner alone (mode 0700); an existing one stays as it is.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// Writes a new file for the owner alone (mode 0600); fails when one is there already.
pub fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Replaces a file's content at once: a reader sees the old or the new, never a part.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no file name"))?;
    let mut temporary = name.to_os_string();
    temporary.push(format!(".{}.new", std::process::id()));
    let temporary = folder.join(temporary);
    let written = write_over(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report; a leftover is harmless.
        drop(fs::remove_file(&temporary));
    }
    written
}

fn write_over(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file: File = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn files_are_private_whole_and_never_overwritten_by_accident() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a/b");
        make_private_folder(&path)?;
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o700);
        let file = path.join("x.toml");
        write_new(&file, b"one")?;
        assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
        assert_eq!(
            write_new(&file, b"two").map_err(|e| e.kind()),
            Err(io::ErrorKind::AlreadyExists)
        );
        replace(&file, b"three")?;
        assert_eq!(fs::read(&file)?, b"three");
        assert_eq!(fs::read_dir(&path)?.count(), 1);
        Ok(())
    }
}
