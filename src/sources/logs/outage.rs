//! A break in a log: said once it lasts, and when it is over with how long it was.

use std::time::Duration;

use kit::Backoff;
use tokio::time::Instant;
use vocab::{Span, Text};

use super::outbox::Outbox;

/// A break shorter than this is only mentioned when it is over.
const PATIENCE: Duration = Duration::from_secs(2);

/// Knows whether the log is broken off at the moment.
pub(super) struct Outage {
    since: Option<Instant>,
    /// When it was reached again, though nothing has been read since.
    until: Option<Instant>,
    announced: Option<String>,
    backoff: Backoff,
    /// Whether anything has ever been read.
    pub(super) read: bool,
}

impl Outage {
    /// `seed` tells one log's waits from another's.
    pub(super) const fn new(seed: u64) -> Self {
        let backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(10), seed);
        Self {
            since: None,
            until: None,
            announced: None,
            backoff,
            read: false,
        }
    }

    /// It does not work, and why: says so if it has not for a while, or has never, and waits a little longer each time.
    pub(super) async fn wait(&mut self, outbox: &Outbox, why: &str) {
        let since = *self.since.get_or_insert_with(Instant::now);
        self.until = None;
        let patient = self.read && since.elapsed() < PATIENCE;
        if !patient && self.announced.as_deref() != Some(why) {
            outbox.gap(Text::line(format!("waiting: {why}")));
            self.announced = Some(why.to_owned());
        }
        tokio::time::sleep(self.backoff.next_wait()).await;
    }

    /// It seems to work again; whether it does is known when something is read.
    pub(super) fn reached(&mut self) {
        self.until = Some(Instant::now());
    }

    /// It works again: says how long it did not, when lines may have been missed.
    pub(super) fn over(&mut self, outbox: &Outbox, what: &str) {
        self.backoff.reset();
        self.announced = None;
        if let Some(since) = self.since.take()
            && self.read
        {
            let until = self.until.unwrap_or_else(Instant::now);
            outbox.gap(Text::line(format!(
                "gap of {}: {what}",
                length(until.duration_since(since))
            )));
        }
        self.read = true;
    }
}

/// `4 s`, `200 ms`.
fn length(duration: Duration) -> String {
    let shown = Span::from(duration).to_string();
    let digits = shown
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(shown.len());
    format!("{} {}", &shown[..digits], &shown[digits..])
}
