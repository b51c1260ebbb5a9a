//! The parts that are played: a server that does what it is told, and a visitor who sees the site, or does not.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use drivers::host::{CommandLine, CommandOutput, Forward, Running};
use drivers::{DriverError, Host, Trouble};
use hosting::{Machines, Visits};
use vocab::{Domain, Span, Text};

/// Every server is the same one; the release it serves is kept in a file, for the processes that come after.
pub struct PlayedMachines {
    served: PathBuf,
}

impl PlayedMachines {
    /// Keeping what is served in this file.
    pub const fn new(served: PathBuf) -> Self {
        Self { served }
    }
}

#[async_trait]
impl Machines for PlayedMachines {
    async fn login(&self, _: &str, _: &str) -> Result<Arc<dyn Host>, Text> {
        Ok(Arc::new(PlayedHost {
            served: self.served.clone(),
        }))
    }

    async fn leave(&self, _: &str) {}
}

struct PlayedHost {
    served: PathBuf,
}

fn said(status: i32, stdout: &str) -> CommandOutput {
    CommandOutput {
        status: Some(status),
        stdout: stdout.as_bytes().to_vec(),
        stderr: Vec::new(),
    }
}

#[async_trait]
impl Host for PlayedHost {
    fn reached_by(&self) -> Text {
        Text::line("played")
    }

    async fn connect(&self) -> drivers::error::Result<()> {
        Ok(())
    }

    async fn run(
        &self,
        command: &CommandLine,
        _: &[u8],
        _: Span,
    ) -> drivers::error::Result<CommandOutput> {
        let arguments: Vec<&str> = command.arguments.iter().map(String::as_str).collect();
        Ok(match (command.program.as_str(), arguments.as_slice()) {
            ("readlink", _) => std::fs::read_to_string(&self.served)
                .map_or_else(|_| said(1, ""), |served| said(0, &served)),
            ("ln", ["-sfn", "--", target, _]) => match std::fs::write(&self.served, target) {
                Ok(()) => said(0, ""),
                Err(error) => said(1, &error.to_string()),
            },
            ("test", _) => said(1, ""),
            // What runs in a container answers.
            ("curl", _) => said(0, "200"),
            ("sh", [_, constant]) if constant.contains("ssh-keygen") => {
                said(0, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample")
            }
            _ => said(0, ""),
        })
    }

    async fn spawn(&self, _: &CommandLine) -> drivers::error::Result<Running> {
        Err(DriverError::new(
            Trouble::Refused,
            "a played server runs nothing that goes on",
        ))
    }

    async fn forward_socket(&self, _: &str) -> drivers::error::Result<Forward> {
        Err(DriverError::new(
            Trouble::Refused,
            "a played server has no sockets",
        ))
    }

    fn interactive(&self, _: Option<&CommandLine>) -> CommandLine {
        CommandLine::new("true", Vec::<String>::new())
    }

    async fn close(&self) {}
}

/// A visitor.
pub struct PlayedVisits {
    /// Whether no site ever answers.
    pub silent: bool,
}

#[async_trait]
impl Visits for PlayedVisits {
    async fn resolves(&self, _: &Domain, _: &str, _: Option<SocketAddr>) -> Result<(), Text> {
        Ok(())
    }

    async fn answers(&self, _: &Domain, _: &str, _: Option<&[u8]>) -> Result<Text, Text> {
        if self.silent {
            return Err(Text::line("502"));
        }
        Ok(Text::line("200"))
    }
}
