//! A release as one plain stream, for the way to a server.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

use crate::beneath::Folder;
use crate::path::EntryPath;
use crate::{ArchiveError, Fault, Limits, Release, ReleaseFile};

/// Writes a release as a tar stream, in the ustar form with a pax header before a path that does not fit
/// (<https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html>). The same release always makes the same
/// bytes: files in the order of their paths, readable by all and runnable by nobody (0644), owned by root, of the year
/// 1970. Whoever unpacks it sets the time (`tar --touch`), or caches on the way would not see a change. Each file is
/// hashed on its way; fails when one is no longer what it was, and the stream is then cut off before its end.
pub fn pack(release: &Release, out: impl Write) -> Result<(), ArchiveError> {
    let folder =
        Folder::open(&release.root).map_err(ArchiveError::disk("cannot open the release"))?;
    let mut archive = Builder::new(Gate { out, shut: false });
    for file in &release.files {
        let added = add(&folder, &mut archive, file);
        if added.is_err() {
            archive.get_mut().shut = true;
            return added;
        }
    }
    archive
        .into_inner()
        .and_then(|mut gate| gate.flush())
        .map_err(ArchiveError::disk("cannot send the release"))
}

fn add(
    folder: &Folder,
    archive: &mut Builder<impl Write>,
    file: &ReleaseFile,
) -> Result<(), ArchiveError> {
    let changed = || ArchiveError::entry(&file.path, Fault::Changed);
    // A release may have been let in under other limits; what its paths may be made of stays the same.
    let limits = Limits {
        depth: usize::MAX,
        path: usize::MAX,
        ..Limits::default()
    };
    let path = EntryPath::new(file.path.as_bytes(), &limits).map_err(|_| changed())?;
    let mut content = Hashing {
        file: folder.read(&path).map_err(|_| changed())?,
        left: file.bytes,
        hash: Sha256::new(),
        failed: false,
    };
    if let Err(source) = write(archive, file, &mut content) {
        if content.failed {
            return Err(changed());
        }
        return Err(ArchiveError::disk("cannot send the release")(source));
    }
    let longer = content
        .file
        .read(&mut [0; 1])
        .map_or(true, |count| count > 0);
    if longer || <[u8; 32]>::from(content.hash.finalize()) != file.sha256 {
        return Err(changed());
    }
    Ok(())
}

fn write(
    archive: &mut Builder<impl Write>,
    file: &ReleaseFile,
    content: &mut impl Read,
) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(file.bytes);
    if header.set_path(&file.path).is_err() {
        archive.append_pax_extensions([("path", file.path.as_bytes())])?;
        // The pax header has the path; this name is for readers that do not know pax.
        header.set_path("long-path")?;
    }
    header.set_cksum();
    archive.append(&header, content)
}

/// A file on its way: hashed, and exactly as long as it is to be.
struct Hashing {
    file: std::fs::File,
    left: u64,
    hash: Sha256,
    /// Whether the file, not the stream, was the trouble.
    failed: bool,
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        let read = (&self.file).take(self.left).read(buffer);
        if matches!(read, Ok(0) | Err(_)) {
            self.failed = true;
            return read.and(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        let count = read?;
        self.left -= count as u64;
        self.hash.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Lets nothing through once it is shut: the builder ends the stream whenever it is dropped, and a stream that failed must
/// not look whole.
struct Gate<W> {
    out: W,
    shut: bool,
}

impl<W: Write> Write for Gate<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if self.shut {
            return Ok(buffer.len());
        }
        self.out.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
