//! The sockets.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Answer, message};

/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_secs(10);

/// Connections open at a time; more wait.
const CONNECTIONS: usize = 64;

/// Answers questions over UDP for as long as it is polled. `answer` gets the name as it was asked, with its final dot,
/// and the number of the type. The error is one of the socket itself.
pub async fn serve(socket: UdpSocket, answer: impl Fn(&str, u16) -> Answer) -> io::Result<()> {
    let mut buffer = [0; 4_096];
    loop {
        let (length, from) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            // Linux reports here that an earlier asker has gone.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
            Err(error) => return Err(error),
        };
        if let Some(reply) = message::answer(&buffer[..length], message::LARGE, &answer) {
            // Whoever misses the answer asks again.
            let _ = socket.send_to(&reply, from).await;
        }
    }
}

/// Answers questions over TCP, as [`serve`] does: for answers that are too long for UDP.
pub async fn serve_streams(
    listener: TcpListener,
    answer: impl Fn(&str, u16) -> Answer + Send + Sync + 'static,
) -> io::Result<()> {
    let answer = Arc::new(answer);
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&free).acquire_owned().await else {
            return Ok(());
        };
        let (stream, _) = listener.accept().await?;
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            // A connection that breaks concerns only who made it.
            let _ = converse(stream, answer.as_ref()).await;
            drop(place);
        });
    }
}

/// Answers the questions of a connection until it is closed or silent. Each message stands after its length.
async fn converse(
    mut stream: TcpStream,
    answer: &(impl Fn(&str, u16) -> Answer + Sync),
) -> io::Result<()> {
    loop {
        let length = timeout(SILENCE, stream.read_u16()).await??;
        let mut bytes = vec![0; usize::from(length)];
        timeout(SILENCE, stream.read_exact(&mut bytes)).await??;
        let Some(reply) = message::answer(&bytes, u16::MAX, answer) else {
            return Ok(());
        };
        let Ok(length) = u16::try_from(reply.len()) else {
            return Ok(());
        };
        let mut framed = length.to_be_bytes().to_vec();
        framed.extend(reply);
        timeout(SILENCE, stream.write_all(&framed)).await??;
    }
}
