//! A provider's counterpart for tests: a server on loopback that answers by script, down to the byte, and keeps what it
//! was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use vocab::Secret;

use super::{Access, BreakerPace, Pace};

/// The token in tests; it must never be seen in an error.
pub(super) const TOKEN: &str = "canary-0123456789";

/// One answer.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// Nothing, for ever.
    Hang,
}

/// An answer with a JSON body.
pub(super) fn json(status: u16, body: &str) -> Step {
    with(status, &[("content-type", "application/json")], body)
}

/// An answer with headers.
pub(super) fn with(status: u16, headers: &[(&str, &str)], body: &str) -> Step {
    let headers = headers.iter().fold(String::new(), |text, (name, value)| {
        format!("{text}{name}: {value}\r\n")
    });
    let length = body.len();
    raw(format!(
        "HTTP/1.1 {status} Words\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    ))
}

/// An answer byte for byte.
pub(super) fn raw(bytes: impl Into<Vec<u8>>) -> Step {
    Step::Bytes(bytes.into())
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) at: Instant,
    /// `GET /servers/1?x=y`.
    pub(super) line: String,
    /// The header lines, in lower case.
    pub(super) head: String,
    pub(super) body: String,
}

/// The server; gone when dropped.
pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: AbortHandle,
}

impl Server {
    /// Answers the nth request with the nth step, the last one again and again.
    pub(super) async fn start(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            let mut steps = steps.into_iter();
            let mut step = Step::Hang;
            while let Ok((stream, _)) = listener.accept().await {
                step = steps.next().unwrap_or(step);
                tokio::spawn(exchange(stream, step.clone(), Arc::clone(&kept)));
            }
        });
        Self {
            port,
            seen,
            task: task.abort_handle(),
        }
    }

    /// What it was asked so far.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How to reach it, quickly.
    pub(super) fn access(&self) -> Access {
        access(self.port, quick())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How to reach a port of this machine.
pub(super) fn access(port: u16, pace: Pace) -> Access {
    Access {
        url: format!("http://127.0.0.1:{port}/v1/"),
        token: Secret::new(TOKEN.to_owned()),
        pace,
    }
}

/// A pace without long waits.
pub(super) fn quick() -> Pace {
    let short = Duration::from_millis(4);
    Pace {
        answer: Duration::from_millis(600),
        deadline: Duration::from_secs(3),
        first_wait: short,
        breaker: BreakerPace {
            probe: Duration::from_millis(150),
            ..Pace::default().breaker
        },
        first_look: short,
        longest_look: short,
        ..Pace::default()
    }
}

async fn exchange(mut stream: TcpStream, step: Step, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let (head, body) = loop {
        match stream.read(&mut piece).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&piece[..read]),
            _ => return,
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_owned();
        let length: usize = head
            .lines()
            .find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse().ok())?
            })
            .unwrap_or(0);
        if body.len() >= length {
            break (head, body.to_owned());
        }
    };
    let (line, rest) = head.split_once("\r\n").unwrap();
    seen.lock().unwrap().push(Seen {
        at: Instant::now(),
        line: line.trim_end_matches(" HTTP/1.1").to_owned(),
        head: rest.to_lowercase(),
        body,
    });
    match step {
        Step::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
            // What the client still sends is read, so that closing does not reset the answer away.
            while matches!(stream.read(&mut piece).await, Ok(read) if read > 0) {}
        }
        Step::Hang => std::future::pending().await,
    }
}
