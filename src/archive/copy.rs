//! Copies, counts and hashes at once, through one bounded buffer.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use crate::Fault;

/// What is held of a file at any time, in bytes.
pub(crate) const BUFFER: usize = 64 * 1024;

/// What went through.
pub(crate) struct Content {
    /// Its length.
    pub(crate) bytes: u64,
    /// Its hash.
    pub(crate) sha256: [u8; 32],
}

/// Which side stopped the copy.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// It could not be read.
    Read(io::Error),
    /// It could not be written.
    Write(io::Error),
    /// It may not go on.
    Fault(Fault),
}

/// Copies to the end. `may` is asked before each piece is written, with its length and that of all so far.
pub(crate) fn copy(
    reader: &mut dyn Read,
    writer: &mut dyn Write,
    buffer: &mut [u8],
    may: &mut dyn FnMut(u64, u64) -> Result<(), Fault>,
) -> Result<Content, Stopped> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    loop {
        let count = match reader.read(buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Stopped::Read(error)),
        };
        bytes += count as u64;
        may(count as u64, bytes).map_err(Stopped::Fault)?;
        let piece = buffer.get(..count).unwrap_or_default();
        hash.update(piece);
        writer.write_all(piece).map_err(Stopped::Write)?;
    }
    writer.flush().map_err(Stopped::Write)?;
    let sha256 = hash.finalize().into();
    Ok(Content { bytes, sha256 })
}
