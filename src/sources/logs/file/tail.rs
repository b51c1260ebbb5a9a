//! A file of this machine, read at its end: where its last lines begin, what was added, and whether it is another one.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The most bytes that are read at once.
const CHUNK: usize = 256 * 1024;

/// Looks at a missing path before it is said to be missing: a rotation leaves none for a moment.
const PATIENCE: u32 = 4;

/// What a look at the file found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// Bytes that were added.
    pub(super) bytes: Vec<u8>,
    /// What happened to the file, before the bytes.
    pub(super) change: Option<Change>,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Another file has its path now.
    Rotated,
    /// It was emptied.
    Truncated,
    /// There is none.
    Missing,
    /// There is one now.
    Appeared,
}

/// The follower. Everything in here may block, and is called where that harms nobody.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    open: Option<File>,
    position: u64,
    missed: u32,
}

impl Tail {
    /// Opens the file before its last `lines` lines (`None` is its beginning); a missing one is opened when it appears.
    /// Fails when it may not be read or is no file.
    pub(super) fn open(path: &Path, lines: Option<u32>) -> io::Result<Self> {
        let mut tail = Self {
            path: path.to_owned(),
            open: None,
            position: 0,
            missed: PATIENCE,
        };
        match open(path) {
            Ok(file) => {
                if let Some(lines) = lines {
                    tail.position = start_of_last(&file, lines)?;
                }
                tail.open = Some(file);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(tail)
    }

    /// Whether there is a file.
    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// What was added since the last look, at most 256 KB of it, or what happened to the file. The old file is read to
    /// its end before the new one is begun.
    pub(super) fn look(&mut self) -> io::Result<Look> {
        let Some(file) = &self.open else {
            return self.look_for();
        };
        let mut bytes = vec![0; CHUNK];
        let count = file.read_at(&mut bytes, self.position)?;
        if count > 0 {
            bytes.truncate(count);
            self.position += count as u64;
            self.missed = 0;
            return Ok(Look {
                bytes,
                change: None,
            });
        }
        let ours = file.metadata()?;
        let change = match std::fs::metadata(&self.path) {
            Ok(there) if (there.dev(), there.ino()) != (ours.dev(), ours.ino()) => {
                self.open = Some(open(&self.path)?);
                self.position = 0;
                Some(Change::Rotated)
            }
            Ok(_) if ours.len() < self.position => {
                self.position = 0;
                Some(Change::Truncated)
            }
            Ok(_) => {
                self.missed = 0;
                None
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.missed += 1;
                (self.missed >= PATIENCE).then(|| {
                    self.open = None;
                    Change::Missing
                })
            }
            Err(error) => return Err(error),
        };
        Ok(Look {
            bytes: Vec::new(),
            change,
        })
    }

    fn look_for(&mut self) -> io::Result<Look> {
        match open(&self.path) {
            Ok(file) => {
                self.open = Some(file);
                (self.position, self.missed) = (0, 0);
                Ok(Look {
                    bytes: Vec::new(),
                    change: Some(Change::Appeared),
                })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Look::default()),
            Err(error) => Err(error),
        }
    }
}

/// Opens a regular file. A pipe or device would be changed by being read, and could wait for ever.
fn open(path: &Path) -> io::Result<File> {
    let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(nonblocking)
        .open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file",
        ))
    }
}

/// Where the last `lines` lines begin, found from the end; a last line without a newline counts as one.
fn start_of_last(file: &File, lines: u32) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    if lines == 0 {
        return Ok(end);
    }
    let mut wanted = u64::from(lines);
    let mut last = [b'\n'];
    if end > 0 {
        file.read_at(&mut last, end - 1)?;
    }
    // The newline at the very end does not begin a line.
    wanted += u64::from(last == *b"\n");
    let mut buffer = vec![0; CHUNK];
    while end > 0 {
        let start = end.saturating_sub(CHUNK as u64);
        let part = &mut buffer[..(end - start) as usize];
        file.read_exact_at(part, start)?;
        for (index, byte) in part.iter().enumerate().rev() {
            if *byte == b'\n' {
                wanted -= 1;
                if wanted == 0 {
                    return Ok(start + index as u64 + 1);
                }
            }
        }
        end = start;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    fn bytes(tail: &mut Tail) -> String {
        String::from_utf8(tail.look().unwrap().bytes).unwrap()
    }

    #[test]
    fn the_last_lines_are_found_from_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let last = |lines| bytes(&mut Tail::open(&path, lines).unwrap());
        fs::write(&path, "one\ntwo\nthree\n").unwrap();
        assert_eq!(
            (last(Some(2)), last(Some(0)), last(Some(9))),
            (
                "two\nthree\n".into(),
                String::new(),
                "one\ntwo\nthree\n".into()
            )
        );
        assert_eq!(last(None), "one\ntwo\nthree\n");
        fs::write(&path, "one\ntwo").unwrap();
        assert_eq!(last(Some(1)), "two");
        fs::write(&path, "").unwrap();
        assert_eq!(last(Some(1)), "");
        fs::write(
            &path,
            "x".repeat(CHUNK * 2) + "\n" + &"y".repeat(CHUNK - 1) + "\nz\n",
        )
        .unwrap();
        assert_eq!(last(Some(2)).len(), CHUNK);
        assert_eq!(
            Tail::open(folder.path(), None)
                .map_err(|error| error.kind())
                .err(),
            Some(io::ErrorKind::InvalidInput)
        );
    }

    #[test]
    fn rotation_truncation_and_absence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut tail = Tail::open(&path, Some(10)).unwrap();
        assert!(!tail.is_open());
        assert_eq!(tail.look().unwrap(), Look::default());
        fs::write(&path, "a\n").unwrap();
        assert_eq!(tail.look().unwrap().change, Some(Change::Appeared));
        assert_eq!(bytes(&mut tail), "a\n");

        let mut old = OpenOptions::new().append(true).open(&path).unwrap();
        fs::rename(&path, folder.path().join("log.1")).unwrap();
        old.write_all(b"still to the old one\n").unwrap();
        fs::write(&path, "b\n").unwrap();
        assert_eq!(bytes(&mut tail), "still to the old one\n");
        assert_eq!(tail.look().unwrap().change, Some(Change::Rotated));
        assert_eq!(bytes(&mut tail), "b\n");

        OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(&path)
            .unwrap();
        assert_eq!(tail.look().unwrap().change, Some(Change::Truncated));
        fs::remove_file(&path).unwrap();
        let changes: Vec<_> = (0..PATIENCE).map(|_| tail.look().unwrap().change).collect();
        assert_eq!(changes.last(), Some(&Some(Change::Missing)));
        assert_eq!(tail.look().unwrap(), Look::default());
    }
}
