//! This machine: commands as child processes, each in a process group of its own that is ended as a whole.

use std::convert::Infallible;
use std::path::Path;
use std::process::Stdio;

use async_trait::async_trait;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use vocab::{Span, Text};

use super::capture::collect;
use super::{CommandLine, CommandOutput, Forward, Host, Running};
use crate::error::{DriverError, Result, Trouble};

/// This machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalHost;

/// A child process with its group: dropping it kills the whole group, unless the child was seen to end.
struct Group {
    child: Child,
    id: Option<Pid>,
}

impl Group {
    fn start(command: &CommandLine) -> Result<Self> {
        let child = Command::new(&command.program)
            .args(&command.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| not_started(&command.program, &error))?;
        let id = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self { child, id })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Once the child has been reaped its number may belong to somebody else: only a child still ours is killed.
        if let (Some(id), Ok(None)) = (self.id, self.child.try_wait()) {
            let _ = kill_process_group(id, Signal::KILL);
        }
    }
}

fn not_started(program: &str, error: &std::io::Error) -> DriverError {
    match error.kind() {
        std::io::ErrorKind::NotFound => DriverError::new(
            Trouble::NotFound,
            format!("{program} is not installed on this machine, or not in PATH"),
        ),
        std::io::ErrorKind::PermissionDenied => DriverError::new(
            Trouble::Refused,
            format!("{program} may not be run by this user: {error}"),
        ),
        _ => DriverError::new(
            Trouble::Refused,
            format!("{program} could not be started: {error}"),
        ),
    }
}

fn pipe_missing(program: &str) -> DriverError {
    DriverError::new(
        Trouble::Garbled,
        format!("{program} was started without its pipes"),
    )
}

#[async_trait]
impl Host for LocalHost {
    fn reached_by(&self) -> Text {
        Text::line("local")
    }

    async fn connect(&self) -> Result<()> {
        Ok(())
    }

    async fn run(
        &self,
        command: &CommandLine,
        input: &[u8],
        deadline: Span,
    ) -> Result<CommandOutput> {
        let mut group = Group::start(command)?;
        let missing = || pipe_missing(&command.program);
        let mut stdin = group.child.stdin.take().ok_or_else(missing)?;
        let stdout = group.child.stdout.take().ok_or_else(missing)?;
        let stderr = group.child.stderr.take().ok_or_else(missing)?;
        let work = async {
            let feed = async move {
                // A command that ends without reading its input is no failure of ours.
                drop(stdin.write_all(input).await);
                drop(stdin);
                std::future::pending::<Infallible>().await
            };
            tokio::select! {
                done = collect(stdout, stderr, group.child.wait()) => done,
                never = feed => match never {},
            }
        };
        match timeout(deadline.duration(), work).await {
            Ok((Ok(status), stdout, stderr)) => Ok(CommandOutput {
                status: status.code(),
                stdout,
                stderr,
            }),
            Ok((Err(error), ..)) => Err(DriverError::new(
                Trouble::Broken,
                format!("the end of {} was not seen: {error}", command.program),
            )),
            Err(_) => Err(DriverError::new(
                Trouble::Timeout,
                format!(
                    "{} did not end within {deadline} and was killed",
                    command.program
                ),
            )),
        }
    }

    async fn spawn(&self, command: &CommandLine) -> Result<Running> {
        let mut group = Group::start(command)?;
        let missing = || pipe_missing(&command.program);
        let stdin = group.child.stdin.take().ok_or_else(missing)?;
        let stdout = group.child.stdout.take().ok_or_else(missing)?;
        let stderr = group.child.stderr.take().ok_or_else(missing)?;
        Ok(Running {
            stdin: Box::new(stdin),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            guard: Box::new(group),
        })
    }

    async fn forward_socket(&self, remote: &str) -> Result<Forward> {
        let path = Path::new(remote);
        if !path.exists() {
            return Err(DriverError::new(
                Trouble::Absent,
                format!("there is no socket {remote} on this machine"),
            ));
        }
        Ok(Forward {
            path: path.to_owned(),
            guard: Box::new(()),
        })
    }

    fn interactive(&self, command: Option<&CommandLine>) -> CommandLine {
        command.cloned().unwrap_or_else(|| {
            let shell = std::env::var("SHELL")
                .ok()
                .filter(|shell| shell.starts_with('/'));
            CommandLine {
                program: shell.unwrap_or_else(|| "/bin/sh".to_owned()),
                arguments: Vec::new(),
            }
        })
    }

    async fn close(&self) {}
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

    use super::*;

    fn command(words: &[&str]) -> CommandLine {
        CommandLine::new(words[0], words[1..].iter().copied())
    }

    async fn run(words: &[&str], input: &[u8], ms: i64) -> Result<CommandOutput> {
        LocalHost
            .run(&command(words), input, Span::millis(ms))
            .await
    }

    /// Whether a process with this number runs (a zombie does not).
    fn runs(pid: &str) -> bool {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| !stat.contains(") Z "))
    }

    async fn gone(pid: &str) -> bool {
        for _ in 0..100 {
            if !runs(pid) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    #[tokio::test]
    async fn output_input_and_status_pass() {
        let output = run(&["cat"], b"through", 5_000).await.unwrap();
        assert_eq!(
            (output.status, &output.stdout[..]),
            (Some(0), &b"through"[..])
        );
        let output = run(&["sh", "-c", "echo wrong >&2; exit 3"], b"", 5_000)
            .await
            .unwrap();
        assert_eq!(
            (output.status, &output.stderr[..]),
            (Some(3), &b"wrong\n"[..])
        );
        let output = run(&["sh", "-c", "kill -9 $$"], b"", 5_000).await.unwrap();
        assert_eq!(output.status, None);
        let output = run(&["true"], &vec![7; 300_000], 5_000).await.unwrap();
        assert_eq!(output.status, Some(0), "input nobody reads is no failure");
        let output = run(&["echo", "$HOME; `id` $(id)"], b"", 5_000)
            .await
            .unwrap();
        assert_eq!(
            output.stdout, b"$HOME; `id` $(id)\n",
            "no shell reads the arguments"
        );
    }

    #[tokio::test]
    async fn what_cannot_start_says_so() {
        let error = run(&["no-such-program-here"], b"", 1_000)
            .await
            .unwrap_err();
        assert_eq!(error.trouble, Trouble::NotFound);
        assert!(error.text.as_str().contains("not installed"), "{error}");
    }

    #[tokio::test]
    async fn the_deadline_ends_the_whole_group() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("pid");
        let script = format!("sleep 300 & echo $! > {}; wait", note.display());
        let begin = Instant::now();
        let error = run(&["sh", "-c", &script], b"", 300).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Timeout);
        assert!(begin.elapsed() < Duration::from_secs(3));
        let pid = std::fs::read_to_string(note).unwrap();
        assert!(gone(pid.trim()).await, "the grandchild lives on");
    }

    #[tokio::test]
    async fn dropping_a_running_command_ends_its_group() {
        let mut running = LocalHost
            .spawn(&command(&["sh", "-c", "sleep 300 & echo $!; read x; wait"]))
            .await
            .unwrap();
        let mut line = String::new();
        BufReader::new(&mut running.stdout)
            .read_line(&mut line)
            .await
            .unwrap();
        assert!(runs(line.trim()));
        drop(running);
        assert!(gone(line.trim()).await);
    }

    #[tokio::test]
    async fn a_running_command_talks() {
        let mut running = LocalHost.spawn(&command(&["cat"])).await.unwrap();
        running.stdin.write_all(b"ping").await.unwrap();
        let mut answer = [0; 4];
        running.stdout.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"ping");
    }
}
