//! Follows a file of this machine. A quiet one is looked at a few times a second, a busy one without pause.

use std::path::Path;
use std::time::Duration;

use tokio::task::spawn_blocking;
use vocab::{LogRequest, Text};

use super::Sink;
use super::tail::{Change, Look, Tail};
use crate::logs::splitter::Splitter;

/// Between looks at a file that was just written, and at one that has been quiet for a while.
const SOON: Duration = Duration::from_millis(50);
const LATER: Duration = Duration::from_millis(400);

/// A look that takes longer than this is at a file system that does not answer.
const DEADLINE: Duration = Duration::from_secs(10);

pub(super) async fn read(path: &Text, request: &LogRequest, mut sink: Sink<'_>) {
    if let Err(reason) = follow(path, request, &mut sink).await {
        sink.gap(&reason);
    }
}

/// Follows until the end, or until an error that waiting does not mend, which is returned in words.
async fn follow(path: &Text, request: &LogRequest, sink: &mut Sink<'_>) -> Result<(), String> {
    let (file, lines) = (path.to_string(), request.tail);
    let mut tail = blocking(path, move || Tail::open(Path::new(&file), lines)).await?;
    if !tail.is_open() {
        sink.gap(&format!(
            "{path} does not exist{}",
            if request.follow {
                "; waiting for it"
            } else {
                ""
            }
        ));
    }
    let mut splitter = Splitter::new();
    let mut wait = SOON;
    let mut fresh = false;
    loop {
        let look;
        (tail, look) = blocking(path, move || tail.look().map(|look| (tail, look))).await?;
        report(&look, &mut splitter, path, sink);
        splitter.push(&look.bytes, |line| sink.line(line, fresh));
        if !look.bytes.is_empty() || look.change.is_some() {
            wait = SOON;
            continue;
        }
        if !request.follow {
            splitter
                .rest()
                .into_iter()
                .for_each(|line| sink.line(line, fresh));
            return Ok(());
        }
        // What was there is read; what comes from now on is written now.
        fresh = true;
        tokio::time::sleep(wait).await;
        wait = (wait * 5 / 4).min(LATER);
    }
}

fn report(look: &Look, splitter: &mut Splitter, path: &Text, sink: &mut Sink<'_>) {
    let reason = match look.change {
        None => return,
        Some(Change::Rotated) => "rotated: a new file from here".to_owned(),
        Some(Change::Truncated) => "truncated: the file was emptied".to_owned(),
        Some(Change::Missing) => format!("{path} is gone; waiting for a new one"),
        Some(Change::Appeared) => format!("{path} is there now"),
    };
    // The last line of the file before may have had no newline.
    splitter
        .rest()
        .into_iter()
        .for_each(|line| sink.line(line, true));
    sink.gap(&reason);
}

/// Runs what may block where it harms nobody, within a deadline.
async fn blocking<T: Send + 'static>(
    path: &Text,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, String> {
    match tokio::time::timeout(DEADLINE, spawn_blocking(work)).await {
        Ok(Ok(Ok(done))) => Ok(done),
        Ok(Ok(Err(error))) => Err(format!("{path} cannot be read: {error}")),
        Ok(Err(error)) => Err(format!("reading {path} was broken off: {error}")),
        Err(_) => Err(format!(
            "{path} cannot be read: its file system does not answer"
        )),
    }
}
