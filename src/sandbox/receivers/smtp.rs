//! The conversation of the mail server (RFC 5321, with AUTH of RFC 4954 and STARTTLS of RFC 3207), on ports of loopback: one
//! without TLS, one that asks for it before anything is said, one that is TLS from the first byte.
//!
//! A message is handed to [`super::Mail`] when all of it has come; the fault it meets is answered as mail servers do: 451 for
//! what passes, 550 for what does not, silence or a closed connection for the rest.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::exchange::Request;
use crate::faults::ProviderName;
use crate::house::Shared;
use crate::serve::{Reply, carry_out};

/// The longest line, and the longest message, in bytes.
const LINE: u64 = 4_096;
const MESSAGE: usize = 1 << 20;

/// How long the other side may be silent.
const PATIENCE: Duration = Duration::from_mins(1);

/// How the conversations of a port are protected.
#[derive(Clone)]
pub enum Protection {
    /// They are not.
    Off,
    /// They begin in the clear, and nobody is let in before TLS.
    Start(TlsAcceptor),
    /// They are TLS from the first byte.
    Whole(TlsAcceptor),
}

/// What is spoken over.
trait Line: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// Serves conversations for as long as it is polled.
pub async fn serve(listener: TcpListener, protection: Protection, shared: Shared) {
    let mut talks = JoinSet::new();
    loop {
        while talks.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let begun = begin(stream, protection.clone(), shared.clone());
                talks.spawn(async move {
                    // A conversation that breaks off is over.
                    drop(begun.await);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// One conversation from the first byte.
async fn begin(stream: TcpStream, protection: Protection, shared: Shared) -> std::io::Result<()> {
    let (stream, starts): (Box<dyn Line>, _) = match protection {
        Protection::Off => (Box::new(stream), None),
        Protection::Start(acceptor) => (Box::new(stream), Some(acceptor)),
        Protection::Whole(acceptor) => (Box::new(shaken(&acceptor, stream).await?), None),
    };
    let mut talk = Talk::new(stream, starts, shared);
    talk.say("220 sandbox.example.com ESMTP").await?;
    while let Some(acceptor) = talk.hold().await? {
        // Whatever was said before counts no more.
        let plain = std::mem::replace(
            &mut talk.stream,
            BufReader::new(Box::new(tokio::io::empty()) as Box<dyn Line>),
        );
        let stream = Box::new(shaken(&acceptor, plain.into_inner()).await?);
        talk = Talk::new(stream, None, talk.shared);
    }
    Ok(())
}

/// The other side of a handshake.
async fn shaken<S: Line>(acceptor: &TlsAcceptor, stream: S) -> std::io::Result<TlsStream<S>> {
    let shaken = timeout(PATIENCE, acceptor.accept(stream)).await;
    shaken.map_err(|_| std::io::ErrorKind::TimedOut)?
}

/// What was said so far.
struct Talk {
    stream: BufReader<Box<dyn Line>>,
    /// What must be done before anybody is let in; `None` once it is, or where it need not be.
    starts: Option<TlsAcceptor>,
    shared: Shared,
    admitted: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl Talk {
    fn new(stream: Box<dyn Line>, starts: Option<TlsAcceptor>, shared: Shared) -> Self {
        Self {
            stream: BufReader::new(stream),
            starts,
            shared,
            admitted: false,
            from: None,
            to: Vec::new(),
        }
    }

    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        let line = format!("{line}\r\n");
        self.stream.get_mut().write_all(line.as_bytes()).await?;
        self.stream.get_mut().flush().await
    }

    /// The next line; `None` when there is none any more, or none in time.
    async fn hear(&mut self) -> std::io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.stream).take(LINE);
        let read = timeout(PATIENCE, bounded.read_until(b'\n', &mut line)).await;
        match read {
            Ok(Ok(0)) | Err(_) => Ok(None),
            Ok(Ok(_)) => {
                let line = String::from_utf8_lossy(&line).into_owned();
                Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
            }
            Ok(Err(error)) => Err(error),
        }
    }

    /// Talks until it is over, or until the other side asks for TLS.
    async fn hold(&mut self) -> std::io::Result<Option<TlsAcceptor>> {
        while let Some(line) = self.hear().await? {
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let verb = verb.to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    self.say("250-sandbox.example.com").await?;
                    self.say("250-8BITMIME").await?;
                    self.say(if self.starts.is_some() {
                        "250 STARTTLS"
                    } else {
                        "250 AUTH PLAIN LOGIN"
                    })
                    .await?;
                }
                "HELO" => self.say("250 sandbox.example.com").await?,
                "STARTTLS" => match self.starts.take() {
                    Some(acceptor) => {
                        self.say("220 go ahead").await?;
                        return Ok(Some(acceptor));
                    }
                    None => self.say("502 5.5.1 not here").await?,
                },
                "NOOP" => self.say("250 ok").await?,
                "RSET" => {
                    self.forget();
                    self.say("250 ok").await?;
                }
                "QUIT" => return self.say("221 bye").await.map(|()| None),
                _ if self.starts.is_some() => {
                    self.say("530 5.7.0 Must issue a STARTTLS command first")
                        .await?;
                }
                "AUTH" => self.admit(rest).await?,
                _ if !self.admitted => self.say("530 5.7.0 Authentication required").await?,
                "MAIL" => {
                    self.forget();
                    self.from = address(rest);
                    let known = self.from.is_some();
                    self.say(if known {
                        "250 ok"
                    } else {
                        "501 5.5.4 no address"
                    })
                    .await?;
                }
                "RCPT" => match address(rest).filter(|_| self.from.is_some()) {
                    Some(to) => {
                        self.to.push(to);
                        self.say("250 ok").await?;
                    }
                    None => self.say("503 5.5.1 say MAIL first").await?,
                },
                "DATA" if self.to.is_empty() => self.say("503 5.5.1 say RCPT first").await?,
                "DATA" => {
                    if !self.take().await? {
                        return Ok(None);
                    }
                }
                _ => self.say("502 5.5.2 not understood").await?,
            }
        }
        Ok(None)
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    async fn admit(&mut self, rest: &str) -> std::io::Result<()> {
        let (mechanism, first) = rest.split_once(' ').unwrap_or((rest, ""));
        let pair = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let mut first = first.to_owned();
                if first.is_empty() {
                    self.say("334 ").await?;
                    first = self.hear().await?.unwrap_or_default();
                }
                // An identity to act for, the user, the password (RFC 4616).
                decoded(&first).and_then(|text| {
                    let mut parts = text.split('\0').skip(1).map(str::to_owned);
                    Some((parts.next()?, parts.next()?))
                })
            }
            "LOGIN" => {
                self.say("334 VXNlcm5hbWU6").await?;
                let user = self.hear().await?.and_then(|line| decoded(&line));
                self.say("334 UGFzc3dvcmQ6").await?;
                let password = self.hear().await?.and_then(|line| decoded(&line));
                user.zip(password)
            }
            _ => return self.say("504 5.5.4 not supported").await,
        };
        self.admitted =
            pair.is_some_and(|(user, password)| self.shared.enter().admits(&user, &password));
        self.say(if self.admitted {
            "235 2.7.0 Authentication successful"
        } else {
            "535 5.7.8 Authentication credentials invalid"
        })
        .await
    }

    /// Takes a message; whether the conversation goes on.
    async fn take(&mut self) -> std::io::Result<bool> {
        self.say("354 go on").await?;
        let mut body = Vec::new();
        loop {
            let Some(line) = self.hear().await? else {
                return Ok(false);
            };
            if line == "." {
                break;
            }
            let line = line.strip_prefix('.').unwrap_or(&line);
            body.extend_from_slice(line.as_bytes());
            body.push(b'\n');
            if body.len() > MESSAGE {
                self.say("552 5.3.4 too large").await?;
                return Ok(false);
            }
        }
        let request = Request {
            method: "DATA".to_owned(),
            path: "/messages".to_owned(),
            query: Vec::new(),
            headers: [
                ("from".to_owned(), self.from.take().unwrap_or_default()),
                ("to".to_owned(), self.to.join(",")),
            ]
            .into(),
            body,
        };
        self.forget();
        let Reply::Whole(answer) = carry_out(&self.shared, ProviderName::Mail, &request).await
        else {
            return Ok(false);
        };
        self.say(match answer.status {
            200..300 => "250 2.0.0 queued",
            429 | 500.. => "451 4.3.0 try again later",
            _ => "550 5.1.1 no such mailbox here",
        })
        .await?;
        Ok(true)
    }
}

/// The address of `FROM:<…>` or `TO:<…>`.
fn address(rest: &str) -> Option<String> {
    let (_, rest) = rest.split_once('<')?;
    let (address, _) = rest.split_once('>')?;
    (!address.contains(',')).then(|| address.to_owned())
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()
}
