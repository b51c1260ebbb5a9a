//! A plain GET whose body is read as it comes, in bounded memory: for logs, which the client library would gather a
//! whole line of (a terminal's progress bar is one line for ever), and for answers it has no type for.
//!
//! HTTP/1.1 with `Connection: close` (RFC 9112); a body is chunked, counted, or runs to the end.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use super::connect::Address;
use super::failure::{DEADLINE, from_io, from_status, garbled, timed_out};
use crate::error::{DriverError, Result, Trouble};

/// The longest head of an answer that is read.
const HEAD_LIMIT: usize = 16 * 1024;
/// Bytes read at once.
const BUFFER: usize = 64 * 1024;

/// An answer whose head has been read and was a success.
pub struct Body {
    reader: Box<dyn AsyncRead + Send + Unpin>,
    address: Address,
    what: String,
    buffer: Box<[u8]>,
    /// Read and not yet handed out: `buffer[start..end]`.
    start: usize,
    end: usize,
    frame: Frame,
}

/// How the body's end is known, and how far it has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// Everything until the other side closes.
    ToEnd,
    /// So many bytes more.
    Counted(u64),
    /// In a chunk's size line.
    Size {
        value: u64,
        digits: u8,
        in_extension: bool,
    },
    /// So many bytes more of this chunk.
    Chunk(u64),
    /// In the line end after a chunk.
    AfterChunk,
    /// All read.
    Done,
}

/// Asks for `path`, which must be safe to stand in a request line. Deadline for the head: 10 s.
pub async fn get(address: &Address, path: &str, what: &str) -> Result<Body> {
    match tokio::time::timeout(DEADLINE, open(address, path, what)).await {
        Ok(answer) => answer,
        Err(_) => Err(timed_out(DEADLINE, address, what)),
    }
}

/// A whole small answer as JSON, within `deadline`; more than 64 MB is refused.
pub async fn get_json(
    address: &Address,
    path: &str,
    what: &str,
    deadline: Duration,
) -> Result<serde_json::Value> {
    let whole = async {
        let mut body = get(address, path, what).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await? {
            bytes.extend_from_slice(piece);
            if bytes.len() > 64 << 20 {
                return Err(garbled(address, what, "it is larger than 64 MB"));
            }
        }
        serde_json::from_slice(&bytes).map_err(|error| garbled(address, what, &error.to_string()))
    };
    match tokio::time::timeout(deadline, whole).await {
        Ok(answer) => answer,
        Err(_) => Err(timed_out(deadline, address, what)),
    }
}

async fn open(address: &Address, path: &str, what: &str) -> Result<Body> {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: docker\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    let not_reached = |error: std::io::Error| from_io(Some(&error), address, what);
    let reader: Box<dyn AsyncRead + Send + Unpin> = match address {
        Address::Socket(socket) => {
            let mut stream = UnixStream::connect(socket).await.map_err(not_reached)?;
            stream
                .write_all(request.as_bytes())
                .await
                .map_err(|error| broken(address, what, &error))?;
            Box::new(stream)
        }
        Address::Http(host) => {
            let mut stream = TcpStream::connect(host).await.map_err(not_reached)?;
            stream
                .write_all(request.as_bytes())
                .await
                .map_err(|error| broken(address, what, &error))?;
            Box::new(stream)
        }
        Address::Ssh(_) => {
            return Err(DriverError::new(
                Trouble::Absent,
                format!("cannot {what}: {address} needs a forwarded socket"),
            ));
        }
    };
    let mut body = Body {
        reader,
        address: address.clone(),
        what: what.to_owned(),
        buffer: vec![0; BUFFER].into(),
        start: 0,
        end: 0,
        frame: Frame::ToEnd,
    };
    let (status, frame) = body.read_head().await?;
    body.frame = frame;
    if (200..300).contains(&status) {
        return Ok(body);
    }
    let mut said = Vec::new();
    while let Some(piece) = body.next().await? {
        said.extend_from_slice(piece);
        if said.len() > HEAD_LIMIT {
            break;
        }
    }
    let message = serde_json::from_slice::<serde_json::Value>(&said).ok();
    let message = message
        .as_ref()
        .and_then(|value| value.get("message")?.as_str())
        .unwrap_or_default();
    Err(from_status(status, message, what))
}

fn broken(address: &Address, what: &str, error: &std::io::Error) -> DriverError {
    DriverError::new(
        Trouble::Broken,
        format!("cannot {what}: the connection to the docker engine at {address} broke: {error}"),
    )
}

impl Body {
    /// The next piece of the body, at least one byte; `None` at its proper end. An end in the middle is an error. May be
    /// dropped while waiting without losing anything.
    pub async fn next(&mut self) -> Result<Option<&[u8]>> {
        loop {
            match self.advance()? {
                Some(range) => return Ok(Some(&self.buffer[range])),
                None if self.frame == Frame::Done => return Ok(None),
                None => self.fill().await?,
            }
        }
    }

    /// Reads more when everything read was handed out.
    async fn fill(&mut self) -> Result<()> {
        let read = self
            .reader
            .read(&mut self.buffer)
            .await
            .map_err(|error| broken(&self.address, &self.what, &error))?;
        (self.start, self.end) = (0, read);
        match (read, self.frame) {
            (0, Frame::ToEnd) => self.frame = Frame::Done,
            (0, _) => {
                let ended = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
                return Err(broken(&self.address, &self.what, &ended));
            }
            _ => {}
        }
        Ok(())
    }

    /// Walks through what has been read up to the next bytes of the body.
    fn advance(&mut self) -> Result<Option<std::ops::Range<usize>>> {
        while self.start < self.end {
            let left = (self.end - self.start) as u64;
            let taken = match &mut self.frame {
                Frame::Done => return Ok(None),
                Frame::ToEnd => left,
                Frame::Counted(rest) | Frame::Chunk(rest) => {
                    let taken = left.min(*rest);
                    *rest -= taken;
                    taken
                }
                Frame::Size { .. } | Frame::AfterChunk => {
                    let byte = self.buffer[self.start];
                    self.start += 1;
                    self.frame = step(self.frame, byte)
                        .ok_or_else(|| garbled(&self.address, &self.what, "a chunk's size"))?;
                    continue;
                }
            };
            match self.frame {
                Frame::Counted(0) => self.frame = Frame::Done,
                Frame::Chunk(0) => self.frame = Frame::AfterChunk,
                _ => {}
            }
            let from = self.start;
            self.start += taken as usize;
            if taken > 0 {
                return Ok(Some(from..self.start));
            }
        }
        Ok(None)
    }

    /// Reads up to the empty line; the status and how the body is framed.
    async fn read_head(&mut self) -> Result<(u16, Frame)> {
        let mut filled = 0;
        let end = loop {
            let read = self.reader.read(&mut self.buffer[filled..HEAD_LIMIT]).await;
            let read = read.map_err(|error| broken(&self.address, &self.what, &error))?;
            filled += read;
            if let Some(at) = self.buffer[..filled]
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                break at + 4;
            }
            if read == 0 {
                return Err(garbled(
                    &self.address,
                    &self.what,
                    "it ends within its head",
                ));
            }
        };
        (self.start, self.end) = (end, filled);
        head(&self.buffer[..end]).ok_or_else(|| garbled(&self.address, &self.what, "it is no HTTP"))
    }
}

/// One byte of a chunked body's own lines; `None` when it cannot stand there.
fn step(frame: Frame, byte: u8) -> Option<Frame> {
    match (frame, byte) {
        // The last chunk is empty; trailers after it are of no interest.
        (
            Frame::Size {
                value: 0, digits, ..
            },
            b'\n',
        ) if digits > 0 => Some(Frame::Done),
        (Frame::Size { value, digits, .. }, b'\n') if digits > 0 => Some(Frame::Chunk(value)),
        (
            Frame::Size {
                value,
                digits,
                in_extension,
            },
            byte,
        ) => {
            let nibble = char::from(byte).to_digit(16).filter(|_| !in_extension);
            match nibble {
                Some(nibble) if digits < 15 => Some(Frame::Size {
                    value: value << 4 | u64::from(nibble),
                    digits: digits + 1,
                    in_extension,
                }),
                None if in_extension || matches!(byte, b';' | b' ' | b'\r') => Some(Frame::Size {
                    value,
                    digits,
                    in_extension: true,
                }),
                _ => None,
            }
        }
        (Frame::AfterChunk, b'\r') => Some(Frame::AfterChunk),
        (Frame::AfterChunk, b'\n') => Some(Frame::Size {
            value: 0,
            digits: 0,
            in_extension: false,
        }),
        _ => None,
    }
}

/// The status of an answer's head, and how its body is framed.
fn head(bytes: &[u8]) -> Option<(u16, Frame)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut lines = text.split("\r\n");
    let status = lines
        .next()?
        .strip_prefix("HTTP/1.")?
        .split(' ')
        .nth(1)?
        .parse()
        .ok()?;
    let mut frame = Frame::ToEnd;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if name.eq_ignore_ascii_case("transfer-encoding")
            && value.trim().eq_ignore_ascii_case("chunked")
        {
            return Some((
                status,
                Frame::Size {
                    value: 0,
                    digits: 0,
                    in_extension: false,
                },
            ));
        }
        if name.eq_ignore_ascii_case("content-length") {
            frame = match value.trim().parse().ok()? {
                0 => Frame::Done,
                length => Frame::Counted(length),
            };
        }
    }
    Some((status, frame))
}

#[cfg(test)]
mod tests {
    use tokio::net::UnixListener;

    use super::*;

    /// Serves one answer in pieces of `size` bytes and reads it back.
    async fn served(answer: &'static [u8], size: usize) -> Result<Vec<u8>> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("engine.sock");
        let listener = UnixListener::bind(&path).expect("a socket");
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a caller");
            let mut request = [0; 1024];
            let read = stream.read(&mut request).await.expect("a request");
            assert!(request[..read].starts_with(b"GET /x HTTP/1.1\r\n"));
            for piece in answer.chunks(size) {
                if stream.write_all(piece).await.is_err() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        });
        let mut all = Vec::new();
        let result = async {
            let mut body = get(&Address::Socket(path), "/x", "look").await?;
            while let Some(piece) = body.next().await? {
                assert!(!piece.is_empty());
                all.extend_from_slice(piece);
            }
            Ok(())
        }
        .await;
        server.await.expect("served");
        result.map(|()| all)
    }

    #[tokio::test]
    async fn bodies_in_any_pieces() {
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n \r\n00c\r\nwide\r\n world\r\n0\r\n\r\n";
        let counted = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more";
        let to_end = b"HTTP/1.0 200 OK\r\n\r\nall of it";
        for size in [1, 2, 3, 7, 1000] {
            assert_eq!(
                served(chunked, size).await,
                Ok(b"hello wide\r\n world".to_vec()),
                "{size}"
            );
            assert_eq!(served(counted, size).await, Ok(b"four".to_vec()));
            assert_eq!(served(to_end, size).await, Ok(b"all of it".to_vec()));
        }
    }

    #[tokio::test]
    async fn what_goes_wrong_is_told_apart() {
        let trouble =
            |answer| async move { served(answer, 1000).await.map_err(|error| error.trouble) };
        let cut = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel";
        assert_eq!(trouble(cut).await, Err(Trouble::Broken));
        let wrong = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhel";
        assert_eq!(trouble(wrong).await, Err(Trouble::Garbled));
        let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 35\r\n\r\n{\"message\":\"No such container: web\"}";
        assert_eq!(trouble(missing).await, Err(Trouble::NotFound));
        assert_eq!(
            trouble(b"SSH-2.0-OpenSSH_9.2\r\n").await,
            Err(Trouble::Garbled)
        );
        let nobody = get(
            &Address::Socket("/nowhere/engine.sock".into()),
            "/x",
            "look",
        )
        .await
        .map(|_| ());
        assert_eq!(nobody.map_err(|error| error.trouble), Err(Trouble::Absent));
    }
}
