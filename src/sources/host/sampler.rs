//! The far end of a node over SSH: one shell script that goes on, asked line by line, and what its answers say.

use std::time::Duration;

use drivers::host::{CommandLine, Running};
use drivers::{DriverError, Host, Trouble};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};
use vocab::{LinkTrouble, Span};

/// The script. Constant: nothing is ever put into its text.
const SCRIPT: &str = include_str!("sampler.sh");

/// How long an answer may take; a node that is silent for longer is lost.
const ANSWER_LIMIT: Duration = Duration::from_secs(8);

/// The longest answer: a node with 30,000 processes stays below it.
const ANSWER_BYTES: usize = 16 << 20;

/// The running script.
pub struct Sampler {
    running: Running,
    name: String,
    received: Vec<u8>,
    mark: u64,
}

/// An answer and how long it took to begin, which is the link's round trip.
pub struct Answer {
    /// What the script wrote.
    pub text: Vec<u8>,
    /// From the request to the first word of the answer.
    pub round_trip: Span,
}

impl Sampler {
    /// Starts the script on a node.
    pub async fn start(host: &dyn Host) -> Result<Self, DriverError> {
        let running = host.spawn(&CommandLine::new("sh", ["-c", SCRIPT])).await?;
        // Marks that cannot be guessed: a file's content can then not end an answer early.
        let seed = drivers::clock::now().0.unsigned_abs() ^ (u64::from(std::process::id()) << 40);
        Ok(Self {
            running,
            name: host.reached_by().as_str().to_owned(),
            received: Vec::new(),
            mark: kit::backoff::mix(seed),
        })
    }

    /// Asks for something and waits for the whole answer, at most 10 s.
    pub async fn ask(&mut self, word: &str) -> Result<Answer, DriverError> {
        self.mark = kit::backoff::mix(self.mark);
        match timeout(ANSWER_LIMIT, self.exchange(word)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.lost(&format!("does not answer for {} s", ANSWER_LIMIT.as_secs()))),
        }
    }

    async fn exchange(&mut self, word: &str) -> Result<Answer, DriverError> {
        let begin = format!("== begin {:x}\n", self.mark);
        let end = format!("\n== end {:x}\n", self.mark);
        let asked = Instant::now();
        let request = format!("{word} {:x}\n", self.mark);
        if self
            .running
            .stdin
            .write_all(request.as_bytes())
            .await
            .is_err()
            || self.running.stdin.flush().await.is_err()
        {
            return Err(self.lost("hung up"));
        }
        self.received.clear();
        let start = self.receive_until(begin.as_bytes(), 0).await?;
        let round_trip = Span::from(asked.elapsed());
        // The line break before the end's mark may be the one that ends the beginning's.
        let stop = self.receive_until(end.as_bytes(), start - 1).await?;
        let text = self
            .received
            .get(start..stop - end.len())
            .unwrap_or_default()
            .to_vec();
        Ok(Answer { text, round_trip })
    }

    /// Receives until a mark stands in what was received, looking from `from`; returns the place behind the mark.
    async fn receive_until(&mut self, mark: &[u8], from: usize) -> Result<usize, DriverError> {
        let mut looked = from;
        loop {
            let unseen = self.received.get(looked..).unwrap_or_default();
            if let Some(found) = unseen.windows(mark.len()).position(|window| window == mark) {
                return Ok(looked + found + mark.len());
            }
            looked = from.max(self.received.len().saturating_sub(mark.len()));
            if self.received.len() > ANSWER_BYTES {
                let text = format!(
                    "{} answers with more than {} MB",
                    self.name,
                    ANSWER_BYTES >> 20
                );
                return Err(DriverError::new(Trouble::Garbled, text));
            }
            match self.running.stdout.read_buf(&mut self.received).await {
                Ok(0) | Err(_) => return Err(self.lost("hung up")),
                Ok(_) => {}
            }
        }
    }

    fn lost(&self, what: &str) -> DriverError {
        DriverError::new(
            Trouble::Link(LinkTrouble::Lost),
            format!("{} {what}", self.name),
        )
    }
}
