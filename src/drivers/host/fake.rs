//! A machine that is not there: answers from a function, with a link that can be cut. For the demo's fleet and tests.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::timeout;
use vocab::{LinkTrouble, Span, Text};

use super::{CommandLine, CommandOutput, Forward, Host, Running};
use crate::error::{DriverError, Result, Trouble};

/// What the simulated machine says to a command with this input. For a command that goes on ([`Host::spawn`]) it is
/// asked first with empty input, and then once for every line that is written to the command.
pub type Answer = dyn Fn(&CommandLine, &[u8]) -> CommandOutput + Send + Sync;

/// A simulated machine. Clones are the same machine.
#[derive(Clone)]
pub struct SimulatedHost {
    name: Text,
    answer: Arc<Answer>,
    trouble: watch::Sender<Option<LinkTrouble>>,
}

impl SimulatedHost {
    /// A machine that can be reached.
    pub fn new(
        name: &str,
        answer: impl Fn(&CommandLine, &[u8]) -> CommandOutput + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: Text::line(name),
            answer: Arc::new(answer),
            trouble: watch::Sender::new(None),
        }
    }

    /// Cuts the link with a trouble, or mends it with `None`; commands under way end when it is cut.
    pub fn set_trouble(&self, trouble: Option<LinkTrouble>) {
        self.trouble.send_replace(trouble);
    }

    fn reachable(&self) -> Result<()> {
        match *self.trouble.borrow() {
            None => Ok(()),
            Some(trouble) => Err(self.cut(trouble)),
        }
    }

    fn cut(&self, trouble: LinkTrouble) -> DriverError {
        DriverError::new(
            Trouble::Link(trouble),
            format!("the simulated link to {} is cut", self.name),
        )
    }
}

/// Answers line by line until the command's owner hangs up or the link is cut.
async fn answer_lines(
    host: SimulatedHost,
    command: CommandLine,
    input: ReadHalf<DuplexStream>,
    mut output: WriteHalf<DuplexStream>,
) -> std::io::Result<()> {
    let mut link = host.trouble.subscribe();
    let talk = async {
        output
            .write_all(&(host.answer)(&command, b"").stdout)
            .await?;
        let mut lines = BufReader::new(input).lines();
        while let Some(line) = lines.next_line().await? {
            output
                .write_all(&(host.answer)(&command, line.as_bytes()).stdout)
                .await?;
        }
        // A follower's owner writes nothing and never closes; the output stays open until the link goes.
        Ok(())
    };
    tokio::select! {
        ended = talk => ended,
        _ = link.wait_for(Option::is_some) => Ok(()),
    }
}

#[async_trait]
impl Host for SimulatedHost {
    fn reached_by(&self) -> Text {
        self.name.clone()
    }

    async fn connect(&self) -> Result<()> {
        self.reachable()
    }

    async fn run(
        &self,
        command: &CommandLine,
        input: &[u8],
        deadline: Span,
    ) -> Result<CommandOutput> {
        self.reachable()?;
        let mut link = self.trouble.subscribe();
        let answer = async { (self.answer)(command, input) };
        tokio::select! {
            answered = timeout(deadline.duration(), answer) => {
                answered.map_err(|_| DriverError::new(Trouble::Timeout, format!("no answer within {deadline}")))
            }
            _ = link.wait_for(Option::is_some) => Err(self.cut(LinkTrouble::Lost)),
        }
    }

    async fn spawn(&self, command: &CommandLine) -> Result<Running> {
        self.reachable()?;
        let (ours, theirs) = tokio::io::duplex(256 * 1024);
        let (input, output) = tokio::io::split(theirs);
        let task = tokio::spawn(answer_lines(self.clone(), command.clone(), input, output));
        let (stdout, stdin) = tokio::io::split(ours);
        let guard = AbortOnDrop(task.abort_handle());
        Ok(Running {
            stdin: Box::new(stdin),
            stdout: Box::new(stdout),
            stderr: Box::new(tokio::io::empty()),
            guard: Box::new(guard),
        })
    }

    async fn forward_socket(&self, remote: &str) -> Result<Forward> {
        // Never the path itself: on this machine it may well be a real engine's socket.
        Err(DriverError::new(
            Trouble::Absent,
            format!("{} is simulated: it has no socket {remote}", self.name),
        ))
    }

    fn interactive(&self, command: Option<&CommandLine>) -> CommandLine {
        let wanted = command.map_or("a shell", |command| command.program.as_str());
        CommandLine::new(
            "echo",
            [format!(
                "{} is simulated: {wanted} cannot be opened there",
                self.name
            )],
        )
    }

    async fn close(&self) {}
}

/// Ends the answering task with the command's owner.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    fn parrot() -> SimulatedHost {
        SimulatedHost::new("aurora", |command, input| CommandOutput {
            status: Some(0),
            stdout: [command.program.as_bytes(), b":", input, b"\n"].concat(),
            stderr: Vec::new(),
        })
    }

    #[tokio::test]
    async fn answers_by_its_function_until_the_link_is_cut() {
        let host = parrot();
        let uptime = CommandLine::new::<String>("uptime", []);
        assert_eq!(
            host.run(&uptime, b"", Span::seconds(1))
                .await
                .unwrap()
                .stdout,
            b"uptime:\n"
        );
        let mut running = host.spawn(&uptime).await.unwrap();
        running.stdin.write_all(b"sample\n").await.unwrap();
        let mut both = vec![0; b"uptime:\nuptime:sample\n".len()];
        running.stdout.read_exact(&mut both).await.unwrap();
        assert_eq!(both, b"uptime:\nuptime:sample\n");
        host.set_trouble(Some(LinkTrouble::Timeout));
        assert_eq!(
            running.stdout.read(&mut both).await.unwrap(),
            0,
            "a cut link ends what goes on"
        );
        let error = host.run(&uptime, b"", Span::seconds(1)).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Link(LinkTrouble::Timeout));
        host.set_trouble(None);
        assert!(host.connect().await.is_ok());
    }
}
