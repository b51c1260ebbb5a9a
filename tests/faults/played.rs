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
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vocab::{Domain, Span, Text, Time};

/// Every server is the same one; the release it serves is kept in a file, for the processes that come after.
pub struct PlayedMachines {
    served: PathBuf,
    never: Option<Never>,
}

impl PlayedMachines {
    /// Keeping what is served in this file.
    pub const fn new(served: PathBuf, never: Option<Never>) -> Self {
        Self { served, never }
    }
}

#[async_trait]
impl Machines for PlayedMachines {
    async fn login(&self, _: &str, _: &str) -> Result<Arc<dyn Host>, Text> {
        Ok(Arc::new(PlayedHost {
            served: self.served.clone(),
            never: self.never,
        }))
    }

    async fn leave(&self, _: &str) {}

    async fn rest(&self, _: &str) {}
}

struct PlayedHost {
    served: PathBuf,
    never: Option<Never>,
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
        if let Some(streamed) = streamed(command, self.never == Some(Never::Given)) {
            return Ok(streamed);
        }
        // What lists a release's files says that there are some; what is packed there is nothing.
        let lists = command
            .arguments
            .iter()
            .any(|word| word.contains("sha256sum"));
        let said: &'static [u8] = if lists { b"00  ./index.html\n" } else { b"" };
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

/// A command that gives or takes a stream, and says how it ended; `None` for any other.
fn streamed(command: &CommandLine, never_given: bool) -> Option<Running> {
    let has = |word: &str| {
        let mut words = command.arguments.iter();
        words.any(|argument| argument.contains(word))
    };
    if !has("wheelhouse-status") {
        return None;
    }
    let (stdin, mut given) = tokio::io::duplex(64 * 1024);
    let (stderr, mut says) = tokio::io::duplex(256);
    // Of a given length, or to its end; what gives a stream takes none.
    let takes = has("tar -x") || has("CREATE DATABASE `$");
    let length = match command.arguments.as_slice() {
        [_, script, _, length, ..] if script.starts_with("n=$1") => length.parse().ok(),
        _ => None,
    };
    // The last part of every backup.
    let fails = never_given && has("/etc/caddy/sites");
    let stdout: Vec<u8> = match () {
        () if takes || length.is_some() => Vec::new(),
        () if has("exec tar -c") => page(),
        () => b"what there is".to_vec(),
    };
    tokio::spawn(async move {
        if let Some(length) = length {
            let mut limited = given.take(length);
            drop(tokio::io::copy(&mut limited, &mut tokio::io::sink()).await);
        } else if takes {
            drop(tokio::io::copy(&mut given, &mut tokio::io::sink()).await);
        }
        let status = i32::from(fails);
        let words = format!("\nwheelhouse-status {status}\n");
        drop(says.write_all(words.as_bytes()).await);
    });
    Some(Running {
        stdin: Box::new(stdin),
        stdout: Box::new(std::io::Cursor::new(stdout)),
        stderr: Box::new(stderr),
        guard: Box::new(()),
    })
}

/// The files of any release, as a tar archive: one page.
fn page() -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    let text = b"<p>kept";
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    // Writing to memory does not fail; half an archive is found out by whoever reads it.
    drop(archive.append_data(&mut header, "./index.html", &text[..]));
    archive.into_inner().unwrap_or_default()
}

/// What never comes about, so that a run turns back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Never {
    /// The site answers.
    Answers,
    /// Its name resolves.
    Resolves,
    /// Its server gives what a backup needs last.
    Given,
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
