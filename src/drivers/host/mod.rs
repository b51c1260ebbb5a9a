//! A machine on which commands run: this one, or one over SSH by the operator's own OpenSSH client.
//!
//! [`LocalHost`] runs them here, [`SshHost`] over one multiplexed connection a node, [`SimulatedHost`] answers for the
//! demo's fleet and for tests. None of them gives data to a shell unquoted, asks for anything, or waits without end.

mod capture;
pub mod fake;
pub mod local;
pub mod ssh;
#[cfg(test)]
mod tests;

pub use fake::SimulatedHost;
pub use local::LocalHost;
pub use ssh::{SshHost, SshTarget};

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};
use vocab::{Span, Text};

use crate::error::Result;

/// A command: a program and its arguments, each passed whole; no shell reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The program, looked up in the machine's PATH.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
}

impl CommandLine {
    /// A program with arguments.
    pub fn new<S: Into<String>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Self {
        Self {
            program: program.to_owned(),
            arguments: arguments.into_iter().map(Into::into).collect(),
        }
    }
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandOutput {
    /// Exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    /// Standard output, at most 1 MB.
    pub stdout: Vec<u8>,
    /// Standard error, at most 1 MB.
    pub stderr: Vec<u8>,
}

/// A command that goes on: dropping it closes its standard input and ends it, on the other side too.
pub struct Running {
    /// To its standard input.
    pub stdin: Box<dyn AsyncWrite + Send + Unpin>,
    /// From its standard output.
    pub stdout: Box<dyn AsyncRead + Send + Unpin>,
    /// From its standard error.
    pub stderr: Box<dyn AsyncRead + Send + Unpin>,
    /// Kept so that the command lives as long as this.
    pub guard: Box<dyn Send>,
}

/// A way to a port or socket of the machine: a socket on this one, alive as long as this.
pub struct Forward {
    /// Local socket path that leads there.
    pub path: std::path::PathBuf,
    /// Kept so that the way stays open.
    pub guard: Box<dyn Send>,
}

/// A machine. One connection serves all calls at once; a call on a lost connection fails with
/// [`crate::Trouble::Link`] and the next one connects again.
#[async_trait]
pub trait Host: Send + Sync + 'static {
    /// How it is reached, for error texts: `local`, or the SSH destination.
    fn reached_by(&self) -> Text;

    /// Connects, if it is not connected; for this machine nothing. Host keys are checked, nothing is ever asked.
    async fn connect(&self) -> Result<()>;

    /// Runs a command to its end with `input` on its standard input, at most `deadline`; then it is ended.
    async fn run(
        &self,
        command: &CommandLine,
        input: &[u8],
        deadline: Span,
    ) -> Result<CommandOutput>;

    /// Starts a command that goes on.
    async fn spawn(&self, command: &CommandLine) -> Result<Running>;

    /// Opens a way to a Unix socket of the machine.
    async fn forward_socket(&self, remote: &str) -> Result<Forward>;

    /// The command line, for this machine, that opens an interactive shell or `command` there, with the terminal.
    fn interactive(&self, command: Option<&CommandLine>) -> CommandLine;

    /// Where on the network its login is asked for, name or address and port, so that another machine can try the same.
    /// `None` where that is nowhere: this machine, one behind a jump host, a simulated one.
    async fn endpoint(&self) -> Option<(Text, u16)> {
        None
    }

    /// Closes the connection.
    async fn close(&self);
}
