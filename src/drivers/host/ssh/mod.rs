//! A machine over SSH, by the operator's own OpenSSH client: its configuration, agent, jump hosts and `known_hosts` apply.
//!
//! One master connection a node (`ssh -M`), started here so that every option is ours; the `openssh` crate speaks the
//! multiplexing protocol to it, so that a command costs no process on this side.
//! Flow: call → session permit → master (made when missing) → remote command wrapped so that it ends with us → output.

mod endpoint;
mod errors;
mod master;
mod quote;
mod remote;
mod target;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use vocab::{LinkTrouble, Span, Text};

use self::master::{Child, Master};
pub use self::target::SshTarget;
use super::capture::collect;
use super::{CommandLine, CommandOutput, Forward, Host, Running};
use crate::error::{DriverError, Result, Trouble};

/// Sessions for commands that go on and for commands that end. Kept apart so that many followers never starve a
/// single command; together they stay below the server's default `MaxSessions` of 10 (`sshd_config(5)`).
const LONG_SESSIONS: usize = 6;
const SHORT_SESSIONS: usize = 3;

/// How long a session may take to open on a connection that is there.
const OPEN_LIMIT: Duration = Duration::from_secs(10);

/// How often a refused session is asked for again, and how long after each refusal.
const REFUSALS: u32 = 20;
const REFUSED_WAIT: Duration = Duration::from_millis(200);

/// A machine over SSH.
pub struct SshHost {
    target: SshTarget,
    state: Mutex<State>,
    long: Arc<Semaphore>,
    short: Arc<Semaphore>,
}

/// The connection, when there is one, and how the last attempt failed.
#[derive(Default)]
struct State {
    master: Option<Arc<Master>>,
    failed: Option<(Instant, DriverError)>,
}

impl SshHost {
    /// A machine that is connected to when it is first needed. Fails when the target's words could be taken for
    /// options or hold what no destination has.
    pub fn new(target: SshTarget) -> Result<Self> {
        target.check()?;
        Ok(Self {
            target,
            state: Mutex::new(State::default()),
            long: Arc::new(Semaphore::new(LONG_SESSIONS)),
            short: Arc::new(Semaphore::new(SHORT_SESSIONS)),
        })
    }

    /// The connection, made when there is none. Callers that waited for another's attempt share its failure, so that
    /// a dead host does not cost each of them the whole time limit in turn.
    async fn master(&self) -> Result<Arc<Master>> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(master) = &state.master {
            return Ok(Arc::clone(master));
        }
        if let Some((_, error)) = state.failed.as_ref().filter(|(when, _)| *when >= asked) {
            return Err(error.clone());
        }
        match Master::connect(&self.target).await {
            Ok(master) => {
                let master = Arc::new(master);
                state.master = Some(Arc::clone(&master));
                state.failed = None;
                Ok(master)
            }
            Err(error) => {
                state.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Lets go of a connection that is no more, unless another caller has already made a new one.
    async fn forget(&self, gone: &Arc<Master>) {
        let mut state = self.state.lock().await;
        if state
            .master
            .as_ref()
            .is_some_and(|master| Arc::ptr_eq(master, gone))
        {
            state.master = None;
        }
    }

    /// Starts a remote command. What fails at this point has done nothing yet: a connection found dead is made anew
    /// once, and a session refused is asked for again, as those of ended commands take a moment to be cleared away there.
    async fn open(&self, words: &[&str]) -> Result<(Arc<Master>, Child)> {
        let mut renewed = false;
        let mut refused = 0;
        loop {
            let master = self.master().await?;
            match master.start(words).await {
                Ok(child) => return Ok((master, child)),
                Err(openssh::Error::Disconnected) if !renewed => {
                    renewed = true;
                    self.forget(&master).await;
                }
                Err(error @ openssh::Error::SshMux(_)) if refused < REFUSALS => {
                    tracing::debug!(%error, "session refused");
                    refused += 1;
                    sleep(REFUSED_WAIT).await;
                }
                Err(error) => {
                    if matches!(error, openssh::Error::Disconnected) {
                        self.forget(&master).await;
                    }
                    return Err(self.not_opened(&error));
                }
            }
        }
    }

    fn not_opened(&self, error: &openssh::Error) -> DriverError {
        let to = &self.target.destination;
        match error {
            openssh::Error::Disconnected => self.lost("before the command was started"),
            openssh::Error::InvalidCommand => DriverError::new(
                Trouble::Refused,
                "the command holds a zero byte, which no command line can",
            ),
            other => DriverError::new(
                Trouble::Refused,
                format!(
                    "{to} opens no further session: {}; MaxSessions in its sshd_config may be too low",
                    chain(other)
                ),
            ),
        }
    }

    fn lost(&self, when: &str) -> DriverError {
        let text = format!(
            "the connection to {} was lost {when}",
            self.target.destination
        );
        DriverError::new(Trouble::Link(LinkTrouble::Lost), text)
    }

    async fn run_unlimited(
        &self,
        command: &CommandLine,
        input: &[u8],
        deadline: Span,
    ) -> Result<CommandOutput> {
        let (bytes, seconds) = (
            input.len().to_string(),
            (deadline.as_seconds() + 5).to_string(),
        );
        let mut words = vec!["sh", "-c", remote::RUN, "wheelhouse", &bytes, &seconds];
        words.push(&command.program);
        words.extend(command.arguments.iter().map(String::as_str));
        let (master, mut child) = self.open(&words).await?;
        let pipes = (
            child.stdin().take(),
            child.stdout().take(),
            child.stderr().take(),
        );
        let (Some(mut stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(DriverError::new(
                Trouble::Garbled,
                "the session was opened without its pipes",
            ));
        };
        let feed = async {
            // A command that ends without reading its input is no failure of ours.
            drop(stdin.write_all(input).await);
            std::future::pending::<std::convert::Infallible>().await
        };
        let (ended, stdout, stderr) = tokio::select! {
            done = collect(stdout, stderr, child.wait()) => done,
            never = feed => match never {},
        };
        // Only now: an end of the input tells the other side that nobody waits for the command any more.
        drop(stdin);
        let status = match ended {
            Ok(status) => status.code(),
            Err(openssh::Error::Remote(_)) => return Err(self.not_found(&command.program)),
            Err(error) => {
                if master.alive().await {
                    return Ok(CommandOutput {
                        status: None,
                        stdout,
                        stderr,
                    });
                }
                self.forget(&master).await;
                tracing::debug!(%error, "ssh session ended with its connection");
                return Err(self.lost(&format!(
                    "while {} ran; its effect is not known",
                    command.program
                )));
            }
        };
        Ok(CommandOutput {
            status,
            stdout,
            stderr,
        })
    }

    fn not_found(&self, program: &str) -> DriverError {
        let to = &self.target.destination;
        DriverError::new(
            Trouble::NotFound,
            format!("{program} is not installed on {to}, or not in PATH there"),
        )
    }
}

/// An error with its causes, which openssh's own words leave out.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        next = cause.source();
    }
    words
}

/// What keeps a remote command alive; the pipes beside it end it when they close.
struct Kept {
    _child: Child,
    _permit: OwnedSemaphorePermit,
}

#[async_trait]
impl Host for SshHost {
    fn reached_by(&self) -> Text {
        Text::line(&self.target.destination)
    }

    async fn connect(&self) -> Result<()> {
        let master = self.master().await?;
        if master.alive().await {
            return Ok(());
        }
        self.forget(&master).await;
        self.master().await.map(drop)
    }

    async fn run(
        &self,
        command: &CommandLine,
        input: &[u8],
        deadline: Span,
    ) -> Result<CommandOutput> {
        let to = &self.target.destination;
        let end = Instant::now() + deadline.duration();
        // Apart, because until here nothing was done, and the caller must know that.
        let ready = timeout_at(end, async {
            let permit = Arc::clone(&self.short).acquire_owned().await;
            self.master().await.map(|_| permit)
        });
        let Ok(permit) = ready.await else {
            let text = format!("no connection to {to} within {deadline}: nothing was done");
            return Err(DriverError::new(Trouble::Link(LinkTrouble::Timeout), text));
        };
        let _permit = permit?;
        timeout_at(end, self.run_unlimited(command, input, deadline))
            .await
            .unwrap_or_else(|_| {
                let text = format!(
                    "{} on {to} did not end within {deadline} and was told to end",
                    command.program
                );
                Err(DriverError::new(Trouble::Timeout, text))
            })
    }

    async fn spawn(&self, command: &CommandLine) -> Result<Running> {
        let to = &self.target.destination;
        let permit = timeout(
            Duration::from_secs(5),
            Arc::clone(&self.long).acquire_owned(),
        );
        let Ok(Ok(permit)) = permit.await else {
            let text =
                format!("{LONG_SESSIONS} commands already go on at {to}: close one, such as a log");
            return Err(DriverError::new(Trouble::Refused, text));
        };
        let mut words = vec!["sh", "-c", remote::SPAWN, "wheelhouse", &command.program];
        words.extend(command.arguments.iter().map(String::as_str));
        self.master().await?;
        let Ok(opened) = timeout(OPEN_LIMIT, self.open(&words)).await else {
            return Err(DriverError::new(
                Trouble::Link(LinkTrouble::Lost),
                format!("{to} opens no session in time"),
            ));
        };
        let (_, mut child) = opened?;
        let pipes = (
            child.stdin().take(),
            child.stdout().take(),
            child.stderr().take(),
        );
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(DriverError::new(
                Trouble::Garbled,
                "the session was opened without its pipes",
            ));
        };
        let guard = Box::new(Kept {
            _child: child,
            _permit: permit,
        });
        Ok(Running {
            stdin: Box::new(stdin),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            guard,
        })
    }

    async fn forward_socket(&self, remote: &str) -> Result<Forward> {
        let to = &self.target.destination;
        if !remote.starts_with('/') || remote.contains('\0') {
            let text = format!("{remote} is no absolute path of a socket on {to}");
            return Err(DriverError::new(Trouble::Refused, text));
        }
        self.connect().await?;
        let master = self.master().await?;
        match timeout(OPEN_LIMIT, Arc::clone(&master).forward(remote)).await {
            Ok(Ok(forward)) => Ok(forward),
            Ok(Err(openssh::Error::Disconnected)) => {
                self.forget(&master).await;
                Err(self.lost("while a way to a socket was opened"))
            }
            Ok(Err(error)) => Err(DriverError::new(
                Trouble::Refused,
                format!(
                    "{to} opens no way to {remote}: {}; AllowStreamLocalForwarding must be on",
                    chain(&error)
                ),
            )),
            Err(_) => Err(self.lost("while a way to a socket was opened")),
        }
    }

    fn interactive(&self, command: Option<&CommandLine>) -> CommandLine {
        self.target.interactive(command)
    }

    async fn endpoint(&self) -> Option<(Text, u16)> {
        endpoint::resolve(&self.target).await
    }

    async fn close(&self) {
        let master = self.state.lock().await.master.take();
        if let Some(master) = master {
            master.end().await;
        }
    }
}
