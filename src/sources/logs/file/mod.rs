//! A file of a node: of this machine by its own follower, of another by the `tail` that is there.

mod local;
mod remote;
mod tail;
#[cfg(test)]
mod tests;

use drivers::{Host, clock};
use vocab::{LogRequest, Output, Text};

use super::line::RawLine;
use super::outbox::Outbox;
use super::stamp::Stamper;

/// What this machine's host says it is reached by.
const HERE: &str = "local";

/// Reads the file; while following, through rotation, truncation and absence.
pub(super) async fn read(host: &dyn Host, path: &Text, request: &LogRequest, outbox: &Outbox) {
    let sink = Sink {
        request,
        outbox,
        stamper: Stamper::default(),
    };
    if host.reached_by() == HERE {
        local::read(path, request, sink).await;
    } else {
        remote::read(host, path, request, sink).await;
    }
}

/// Where the lines go: each gets its time, and those outside the wanted stretch of time are left out.
struct Sink<'a> {
    request: &'a LogRequest,
    outbox: &'a Outbox,
    stamper: Stamper,
}

impl Sink<'_> {
    /// A line; `fresh` is whether it was written just now.
    fn line(&mut self, bytes: Vec<u8>, fresh: bool) {
        let at = self.stamper.time_of(&bytes, clock::now(), fresh);
        if self.request.since.is_none_or(|since| at >= since)
            && self.request.until.is_none_or(|until| at <= until)
        {
            self.outbox.line(RawLine {
                at,
                output: Output::Out,
                level: None,
                bytes,
            });
        }
    }

    fn gap(&self, reason: &str) {
        self.outbox.gap(Text::line(reason));
    }
}
