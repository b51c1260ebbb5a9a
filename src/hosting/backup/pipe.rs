//! Between tasks, which wait, and threads that seal and unpack, which block: pieces over a bounded channel. A stream that
//! broke off never looks like one that ended.

use std::io::{self, Read, Write};

use bytes::{Buf, Bytes};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The most pieces under way.
const PIECES: usize = 8;

/// A piece; `None` is the end.
pub(super) type Piece = Option<Bytes>;

/// A pipe for pieces.
pub(super) fn pipe() -> (Sender<Piece>, Receiver<Piece>) {
    channel(PIECES)
}

/// The end of a pipe that a thread reads.
pub(super) struct PipeReader {
    from: Receiver<Piece>,
    now: Bytes,
    ended: bool,
}

impl PipeReader {
    pub(super) const fn new(from: Receiver<Piece>) -> Self {
        Self {
            from,
            now: Bytes::new(),
            ended: false,
        }
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.now.is_empty() {
            if self.ended {
                return Ok(0);
            }
            match self.from.blocking_recv() {
                Some(Some(piece)) => self.now = piece,
                Some(None) => self.ended = true,
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let count = buffer.len().min(self.now.len());
        self.now.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

/// The end of a pipe that a thread writes.
pub(super) struct PipeWriter(Sender<Piece>);

impl PipeWriter {
    pub(super) const fn new(to: Sender<Piece>) -> Self {
        Self(to)
    }

    /// Says that this was all.
    pub(super) fn end(self) -> io::Result<()> {
        self.0.blocking_send(None).map_err(gone)
    }
}

impl Write for PipeWriter {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if !buffer.is_empty() {
            let piece = Some(Bytes::copy_from_slice(buffer));
            self.0.blocking_send(piece).map_err(gone)?;
        }
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn gone<T>(_: T) -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}

/// Counts and hashes what goes through, whichever way.
pub(super) struct Hashing<T> {
    pub(super) inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Hashing<T> {
    pub(super) fn new(inner: T) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    /// How many bytes went through, and their hash in hexadecimal digits.
    pub(super) fn end(self) -> (T, u64, String) {
        (self.inner, self.bytes, hex(&self.hash.finalize()))
    }

    fn took(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.took(&buffer[..count]);
        Ok(count)
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.took(&buffer[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_broke_off_is_no_end() {
        for whole in [true, false] {
            let (to, from) = pipe();
            let reading = tokio::task::spawn_blocking(move || {
                let mut all = Vec::new();
                PipeReader::new(from).read_to_end(&mut all).map(|_| all)
            });
            to.send(Some(Bytes::from_static(b"half"))).await.unwrap();
            if whole {
                to.send(None).await.unwrap();
            }
            drop(to);
            let read = reading.await.unwrap();
            assert_eq!(read.is_ok(), whole);
        }
    }

    #[test]
    fn what_goes_through_is_counted_and_hashed() {
        let mut hashing = Hashing::new(Vec::new());
        hashing.write_all(b"abc").unwrap();
        let (inner, bytes, hash) = hashing.end();
        assert_eq!((inner, bytes), (b"abc".to_vec(), 3));
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            hash,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
