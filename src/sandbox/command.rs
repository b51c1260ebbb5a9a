//! The commands that make hosts: `docker`, and for the image `debootstrap` and `tar`. Data goes in as arguments, never
//! through a shell.

use std::process::{Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

/// How long a command of Docker may take.
const USUAL: Duration = Duration::from_mins(1);

/// A running command; dropped, it is ended with everything it has started.
struct Group {
    child: Child,
    id: Option<Pid>,
}

impl Drop for Group {
    fn drop(&mut self) {
        // Once the child has been reaped its number may belong to somebody else.
        if let (Some(id), Ok(None)) = (self.id, self.child.try_wait()) {
            let _ = kill_process_group(id, Signal::KILL);
        }
    }
}

/// Runs a command to its end and gives what it printed. Says what went wrong: that it cannot be started, takes longer than
/// `deadline`, or the last line of its complaint.
pub async fn run(program: &str, arguments: &[&str], deadline: Duration) -> Result<String, String> {
    let mut group = {
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("{program} cannot be started: {error}"))?;
        let id = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Group { child, id }
    };
    let collected = tokio::time::timeout(deadline, collect(&mut group.child)).await;
    let output = collected
        .map_err(|_| format!("{program} took longer than {} s", deadline.as_secs()))?
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let last = complaint.lines().rfind(|line| !line.trim().is_empty());
    Err(format!("{program}: {}", last.unwrap_or("failed")))
}

/// Reads both outputs while the child runs, so that neither fills up.
async fn collect(child: &mut Child) -> std::io::Result<Output> {
    use tokio::io::AsyncReadExt as _;
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let read_out = async {
        match &mut out {
            Some(out) => out.read_to_end(&mut stdout).await,
            None => Ok(0),
        }
    };
    let read_err = async {
        match &mut err {
            Some(err) => err.read_to_end(&mut stderr).await,
            None => Ok(0),
        }
    };
    let (status, out, err) = tokio::join!(child.wait(), read_out, read_err);
    out?;
    err?;
    Ok(Output {
        status: status?,
        stdout,
        stderr,
    })
}

/// Runs a command of Docker.
pub async fn docker(arguments: &[&str]) -> Result<String, String> {
    run("docker", arguments, USUAL).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_tells_what_it_printed_or_why_it_failed() {
        let short = Duration::from_secs(10);
        assert_eq!(run("echo", &["a b"], short).await.unwrap(), "a b");
        let error = run("cat", &["/no/such/file"], short).await.unwrap_err();
        assert!(error.contains("No such file"), "{error}");
        let error = run("no-such-program", &[], short).await.unwrap_err();
        assert!(error.contains("cannot be started"), "{error}");
    }

    #[tokio::test]
    async fn a_command_that_takes_too_long_is_ended() {
        let error = run("sleep", &["60"], Duration::from_millis(50))
            .await
            .unwrap_err();
        assert!(error.contains("took longer"), "{error}");
    }
}
