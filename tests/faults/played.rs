//! The parts that are played: a server that does what it is told, and a visitor who sees the site, or does not.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use drivers::host::{CommandLine, CommandOutput, Forward, Running};
use drivers::probe::Served;
use drivers::{DriverError, Host, Trouble};
use hosting::{Machines, Visits};
use serde::{Deserialize, Serialize};
use vocab::{Domain, Span, Text, Time};

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

    async fn rest(&self, _: &str) {}
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
            // Another certificate is fetched.
            ("sh", [_, constant, ..])
                if constant.contains("aside") && constant.contains("find .") =>
            {
                let file = self.served.with_extension("certificate");
                let number = std::fs::read_to_string(&file).unwrap_or_default();
                match std::fs::write(&file, format!("{number}1")) {
                    Ok(()) => said(0, ""),
                    Err(error) => said(1, &error.to_string()),
                }
            }
            ("sh", [_, constant]) if constant.contains("ssh-keygen") => {
                said(0, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample")
            }
            _ => said(0, ""),
        })
    }

    async fn spawn(&self, command: &CommandLine) -> drivers::error::Result<Running> {
        // What lists a release's files says that there are some; what is packed there is nothing.
        let said: &'static [u8] = if command.program == "env" {
            b"00  ./index.html\n"
        } else {
            b""
        };
        Ok(Running {
            stdin: Box::new(tokio::io::sink()),
            stdout: Box::new(said),
            stderr: Box::new(tokio::io::empty()),
            guard: Box::new(()),
        })
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

/// What never comes about, so that a run turns back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Never {
    /// The site answers.
    Answers,
    /// Its name resolves.
    Resolves,
}

/// A visitor.
pub struct PlayedVisits {
    /// What never comes about.
    pub never: Option<Never>,
    /// The file with the number of the certificate that is served.
    pub certificate: PathBuf,
}

impl PlayedVisits {
    fn look(&self, said: &str) -> Result<Text, Text> {
        if self.never == Some(Never::Answers) {
            return Err(Text::line("502"));
        }
        Ok(Text::line(said))
    }
}

#[async_trait]
impl Visits for PlayedVisits {
    async fn resolves(&self, _: &Domain, _: &str, _: Option<SocketAddr>) -> Result<(), Text> {
        if self.never == Some(Never::Resolves) {
            return Err(Text::line("NXDOMAIN"));
        }
        Ok(())
    }

    async fn answers(&self, _: &Domain, _: &str, _: Option<&[u8]>) -> Result<Text, Text> {
        self.look("200")
    }

    async fn closed(&self, _: &Domain, _: &str, _: Option<&[u8]>) -> Result<Text, Text> {
        self.look("503")
    }

    async fn certificate(&self, _: &Domain, _: &str) -> Result<Served, Text> {
        let serial = std::fs::read_to_string(&self.certificate).unwrap_or_default();
        Ok(Served {
            serial: Text::line(serial),
            until: Time::from_seconds(0),
        })
    }
}
