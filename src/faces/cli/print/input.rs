//! Answers from standard input, a line at a time.

use std::io::{self, BufRead, IsTerminal, Read};

use tokio::sync::oneshot;

/// The longest answer that is read.
const LONGEST: u64 = 4096;

/// Where the next line comes from; a closed channel is the end of the input.
type Ask = Box<dyn FnMut() -> oneshot::Receiver<String> + Send>;

/// Where answers come from.
pub(crate) struct Input {
    terminal: bool,
    ask: Ask,
}

impl Input {
    /// Standard input. Each line is read by a thread of its own, because a thread that waits for a terminal cannot be
    /// called back, and the program must be able to end meanwhile.
    pub fn standard() -> Self {
        let ask = || {
            let (answer, asked) = oneshot::channel();
            std::thread::spawn(move || {
                let mut line = String::new();
                let read = io::stdin().lock().take(LONGEST).read_line(&mut line);
                if read.is_ok_and(|bytes| bytes > 0) {
                    // Whoever asked may have been interrupted.
                    drop(answer.send(line));
                }
            });
            asked
        };
        Self {
            terminal: io::stdin().is_terminal(),
            ask: Box::new(ask),
        }
    }

    /// Answers given beforehand, for tests.
    #[cfg(test)]
    pub fn given(terminal: bool, lines: &[&str]) -> Self {
        let mut lines: std::collections::VecDeque<String> =
            lines.iter().map(|line| format!("{line}\n")).collect();
        let ask = move || {
            let (answer, asked) = oneshot::channel();
            if let Some(line) = lines.pop_front() {
                drop(answer.send(line));
            }
            asked
        };
        Self {
            terminal,
            ask: Box::new(ask),
        }
    }

    /// Whether a person can answer.
    pub const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The next line without its newline; `None` at the end of the input. Cancel-safe as far as a line can be.
    pub async fn line(&mut self) -> Option<String> {
        let line = (self.ask)().await.ok()?;
        Some(line.trim_end_matches(['\n', '\r']).to_owned())
    }
}
