//! Commands on a server that give or take a stream, and how they ended: a stream's end alone says nothing of that.

use std::time::Duration;

use drivers::Host;
use drivers::host::{CommandLine, Running};
use tokio::io::{AsyncRead, AsyncReadExt};
use vocab::Text;

use super::Result;
use crate::webserver::Trouble;

/// `TAKE program argument…`: the program, and then its exit status on standard error.
const TAKE: &str = "\"$@\"; s=$?; echo >&2; echo \"wheelhouse-status $s\" >&2";

/// `GIVE bytes program argument…`: the same, with the next `bytes` of standard input as its whole input. The program sees the
/// end of it only when [`WHOLE`] comes behind; a stream that is cut kills it, so that it never takes a part for the whole.
const GIVE: &str = concat!(
    "n=$1; shift; ",
    "{ if head -c \"$n\"; then w=$(head -c 1); [ -n \"$w\" ] || kill -KILL 0; fi; } | \"$@\"; ",
    "s=$?; echo >&2; echo \"wheelhouse-status $s\" >&2",
);

/// Comes behind the bytes that are given, when they were found good.
pub(super) const WHOLE: &[u8] = b".";

const STATUS: &str = "wheelhouse-status ";

/// How long a stream may be silent.
pub(super) const SILENCE: Duration = Duration::from_mins(5);

/// How long a command may go on once all of its stream went through: a dump is loaded in that time.
pub(super) const AFTER: Duration = Duration::from_mins(30);

/// The most that is kept of what a command says on standard error, in bytes.
const SAID: usize = 16 * 1024;

/// Starts a command that gives a stream.
pub(super) async fn start_taking(host: &dyn Host, command: &CommandLine) -> Result<Running> {
    start(host, vec!["-c", TAKE, "sh"], command).await
}

/// Starts a command that takes a stream of so many bytes.
pub(super) async fn start_giving(
    host: &dyn Host,
    command: &CommandLine,
    bytes: u64,
) -> Result<Running> {
    let bytes = bytes.to_string();
    start(host, vec!["-c", GIVE, "sh", &bytes], command).await
}

async fn start(host: &dyn Host, words: Vec<&str>, command: &CommandLine) -> Result<Running> {
    let program = std::iter::once(command.program.as_str());
    let arguments = command.arguments.iter().map(String::as_str);
    let words = words.into_iter().chain(program).chain(arguments);
    let wrapped = CommandLine::new("sh", words);
    host.spawn(&wrapped)
        .await
        .map_err(|error| Trouble::Not(error.text))
}

/// Reads standard error to its end and says how the command ended: well, or with its last words. Waits as long as the command
/// goes on: whoever moves its stream has the clock.
pub(super) async fn ended(program: &str, mut stderr: impl AsyncRead + Unpin) -> Result<()> {
    let mut said = Vec::new();
    let mut piece = vec![0; 4096];
    while let Ok(count) = stderr.read(&mut piece).await {
        if count == 0 {
            break;
        }
        said.extend_from_slice(&piece[..count]);
        let over = said.len().saturating_sub(SAID);
        said.drain(..over);
        if status(&said).is_some() {
            break;
        }
    }
    let text = String::from_utf8_lossy(&said);
    let words = text
        .lines()
        .rfind(|line| !line.trim().is_empty() && !line.starts_with(STATUS));
    let words = vocab::mask::mask(words.unwrap_or("it said nothing"));
    match status(&said) {
        Some(0) => Ok(()),
        Some(_) => Err(Trouble::Not(Text::line(format!(
            "{program} on the server failed: {words}"
        )))),
        None => Err(Trouble::Unknown(Text::line(format!(
            "{program} on the server did not say how it ended"
        )))),
    }
}

/// The status, once the whole of its line is there.
fn status(said: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(said.strip_suffix(b"\n")?).ok()?;
    text.lines().next_back()?.strip_prefix(STATUS)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use drivers::host::LocalHost;
    use tokio::io::AsyncWriteExt;

    use super::*;

    async fn taken(script: &str) -> (Vec<u8>, Result<()>) {
        let command = CommandLine::new("sh", ["-c", script]);
        let mut running = start_taking(&LocalHost, &command).await.unwrap();
        let mut out = Vec::new();
        running.stdout.read_to_end(&mut out).await.unwrap();
        (out, ended("sh", running.stderr).await)
    }

    #[tokio::test]
    async fn a_stream_that_ends_is_not_a_command_that_went_well() {
        assert_eq!(taken("printf abc").await, (b"abc".to_vec(), Ok(())));
        let (out, ended) = taken("printf ab; echo disk full >&2; exit 3").await;
        assert_eq!(out, b"ab");
        assert!(
            matches!(&ended, Err(Trouble::Not(why)) if why.contains("disk full")),
            "{ended:?}"
        );
        let (_, ended) = taken("kill -9 $PPID").await;
        assert!(matches!(ended, Err(Trouble::Unknown(_))), "{ended:?}");
    }

    #[tokio::test]
    async fn a_command_gets_its_bytes_and_no_more() {
        let command = CommandLine::new("sh", ["-c", "cat; exit 0"]);
        let mut running = start_giving(&LocalHost, &command, 3).await.unwrap();
        running.stdin.write_all(b"abcdef").await.unwrap();
        running.stdin.flush().await.unwrap();
        assert_eq!(ended("sh", running.stderr).await, Ok(()));
        let mut out = Vec::new();
        running.stdout.read_to_end(&mut out).await.unwrap();
        assert_eq!(out, b"abc");
    }
}
