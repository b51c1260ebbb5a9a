//! Follows a file of another machine with its own `tail` (tail(1); GNU's and those of `BusyBox` know these options).

use std::time::Duration;

use drivers::Host;
use drivers::host::CommandLine;
use tokio::time::timeout;
use vocab::{LogRequest, Text};

use super::Sink;
use crate::logs::outage::Outage;
use crate::logs::process::{Listener, Said};
use crate::logs::seam::RunSeam;
use crate::logs::splitter::Splitter;

/// Lines that are read again after a lost connection, to find the one where it was lost.
const AGAIN: u32 = 2_000;

/// After a lost connection, the lines that were there are those that come before it is quiet for this long.
const QUIET: Duration = Duration::from_millis(400);

/// So long the first of them is waited for: `tail` may be slow to start there.
const FIRST: Duration = Duration::from_secs(10);

pub(super) async fn read(host: &dyn Host, path: &Text, request: &LogRequest, mut sink: Sink<'_>) {
    let node = request.source.node();
    let mut seam = RunSeam::default();
    let mut outage = Outage::new(
        path.bytes()
            .fold(11, |seed, byte| kit::backoff::mix(seed ^ u64::from(byte))),
    );
    loop {
        let lines = if seam.is_empty() {
            request.tail
        } else {
            Some(AGAIN)
        };
        let ended = match host.spawn(&command(path, lines, request.follow)).await {
            Ok(running) => {
                outage.reached();
                let listener = Listener::new(running, Splitter::new());
                let mut stretch = Stretch::new(node.as_str(), &mut seam, &mut outage, &mut sink);
                stretch.read(listener).await
            }
            Err(error) => Err(error.text),
        };
        let why = match ended {
            Ok(()) if !request.follow => return,
            Ok(()) => Text::line(format!("tail on {node} ended")),
            Err(why) => why,
        };
        if !request.follow {
            sink.gap(&why);
            return;
        }
        outage.wait(sink.outbox, &why).await;
    }
}

/// `-F` follows the name through rotation and waits for a missing file. The path stands behind `--`.
fn command(path: &Text, lines: Option<u32>, follow: bool) -> CommandLine {
    let count = lines.map_or_else(|| "+1".to_owned(), |lines| lines.to_string());
    let mut arguments = vec!["-n".to_owned(), count];
    if follow {
        arguments.push("-F".to_owned());
    }
    arguments.extend(["--".to_owned(), path.to_string()]);
    CommandLine::new("tail", arguments)
}

/// What is read over one connection.
struct Stretch<'a, 'b> {
    node: &'a str,
    seam: &'a mut RunSeam,
    outage: &'a mut Outage,
    sink: &'a mut Sink<'b>,
    /// Whether the lines that come are those that were there when the connection was made.
    old: bool,
    /// These lines, kept until it is known which of them are new; `None` when nothing was seen before.
    kept: Option<Vec<Vec<u8>>>,
    begun: bool,
}

impl<'a, 'b> Stretch<'a, 'b> {
    fn new(
        node: &'a str,
        seam: &'a mut RunSeam,
        outage: &'a mut Outage,
        sink: &'a mut Sink<'b>,
    ) -> Self {
        let kept = (!seam.is_empty()).then(Vec::new);
        Self {
            node,
            seam,
            outage,
            sink,
            old: true,
            kept,
            begun: false,
        }
    }

    /// Reads until `tail` ends; in words why, unless it just did.
    async fn read(&mut self, mut listener: Listener) -> Result<(), Text> {
        let mut complaint = None;
        loop {
            let next = if self.old {
                let none_yet = self.kept.as_ref().is_some_and(Vec::is_empty);
                let patience = if none_yet { FIRST } else { QUIET };
                let Ok(next) = timeout(patience, listener.next()).await else {
                    self.end_old();
                    continue;
                };
                next
            } else {
                listener.next().await
            };
            let said = match next {
                Ok(Some(said)) => said,
                Ok(None) => {
                    self.end_old();
                    return complaint.map_or(Ok(()), Err);
                }
                Err(error) => {
                    self.end_old();
                    return Err(Text::line(format!(
                        "the connection to {} broke: {error}",
                        self.node
                    )));
                }
            };
            for said in said {
                match said {
                    Said::Line(line) => self.line(line),
                    Said::Aside(line) => match news(&String::from_utf8_lossy(&line)) {
                        Some(reason) => self.sink.gap(reason),
                        None => complaint = Some(Text::line(line)),
                    },
                }
            }
        }
    }

    fn line(&mut self, line: Vec<u8>) {
        if !std::mem::replace(&mut self.begun, true) {
            self.outage
                .over(self.sink.outbox, &format!("{} reconnecting", self.node));
        }
        if let Some(kept) = &mut self.kept {
            kept.push(line);
            if kept.len() >= AGAIN as usize {
                self.end_old();
            }
        } else {
            self.seam.saw(&line);
            self.sink.line(line, !self.old);
        }
    }

    /// The lines that were there are read: those of them that are new are handed on.
    fn end_old(&mut self) {
        self.old = false;
        let kept = self.kept.take().unwrap_or_default();
        let new = self.seam.new_ones(&kept);
        if new.is_none() && !kept.is_empty() {
            self.sink
                .gap("lines may be missing: the file has moved on since the connection was lost");
        }
        let new = new.unwrap_or(&kept);
        for line in new {
            self.seam.saw(line);
            self.sink.line(line.clone(), false);
        }
    }
}

/// What `tail -F` says of the file itself (GNU coreutils, `src/tail.c`).
fn news(text: &str) -> Option<&'static str> {
    const NEWS: [(&str, &str); 6] = [
        ("has been replaced", "rotated: a new file from here"),
        ("has appeared", "the file is there now"),
        ("file truncated", "truncated: the file was emptied"),
        (
            "has become inaccessible",
            "the file is gone; waiting for a new one",
        ),
        ("has become accessible", "the file is there now"),
        ("No such file", "the file does not exist; waiting for it"),
    ];
    NEWS.iter()
        .find(|(part, _)| text.contains(part))
        .map(|(_, reason)| *reason)
}
