//! A program on a node whose output is a log: its lines, and what it says beside them.

use std::io;
use std::time::Duration;

use drivers::host::Running;
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, timeout_at};

use super::splitter::Splitter;

/// What a program has to say on its standard error at its end is waited for this long.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Something a program wrote.
pub(super) enum Said {
    /// A line on its standard output.
    Line(Vec<u8>),
    /// A line on its standard error.
    Aside(Vec<u8>),
}

/// Reads what a program writes.
pub(super) struct Listener {
    running: Running,
    lines: Splitter,
    asides: Splitter,
    out: Vec<u8>,
    aside: Vec<u8>,
    aside_open: bool,
    ended: bool,
}

impl Listener {
    /// Listens to a program whose lines are cut by `lines`.
    pub(super) fn new(running: Running, lines: Splitter) -> Self {
        let (out, aside) = (vec![0; 64 * 1024], vec![0; 4 * 1024]);
        Self {
            running,
            lines,
            asides: Splitter::new(),
            out,
            aside,
            aside_open: true,
            ended: false,
        }
    }

    /// What was written since the last call, in order for each output; `None` when the program has ended. Nothing is
    /// lost when this is given up while it waits.
    pub(super) async fn next(&mut self) -> io::Result<Option<Vec<Said>>> {
        let mut said = Vec::new();
        while said.is_empty() {
            if self.ended {
                return Ok(None);
            }
            tokio::select! {
                read = self.running.stdout.read(&mut self.out) => {
                    let count = read?;
                    self.lines.push(&self.out[..count], |line| said.push(Said::Line(line)));
                    self.ended = count == 0;
                }
                read = self.running.stderr.read(&mut self.aside), if self.aside_open => {
                    let count = read.unwrap_or_default();
                    self.aside_open = count > 0;
                    self.asides.push(&self.aside[..count], |line| said.push(Said::Aside(line)));
                }
            }
            if self.ended {
                self.finish(&mut said).await;
            }
        }
        Ok(Some(said))
    }

    /// The last lines, and what is still said on the standard error.
    async fn finish(&mut self, said: &mut Vec<Said>) {
        said.extend(self.lines.rest().map(Said::Line));
        let until = Instant::now() + LAST_WORDS;
        while self.aside_open {
            // A program that ends without closing its standard error has said what it will.
            let Ok(read) = timeout_at(until, self.running.stderr.read(&mut self.aside)).await
            else {
                break;
            };
            let count = read.unwrap_or_default();
            self.aside_open = count > 0;
            self.asides
                .push(&self.aside[..count], |line| said.push(Said::Aside(line)));
        }
        said.extend(self.asides.rest().map(Said::Aside));
    }
}
