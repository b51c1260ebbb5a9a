//! The end of a log, read whole.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use vocab::{LogBatch, LogItem, LogTail, Text};

use crate::Reading;

/// The lines of a log that ends, as many as come within this time, and what was in the way of more.
pub fn tail(mut log: mpsc::Receiver<LogBatch>, within: Duration) -> Reading<LogTail> {
    Box::pin(async move {
        let mut tail = LogTail::default();
        let reading = async {
            while let Some(batch) = log.recv().await {
                for item in batch.items {
                    match item {
                        LogItem::Line(line) => {
                            // What was in the way before it is not any more.
                            tail.trouble = None;
                            tail.lines.push(line);
                        }
                        LogItem::Gap { reason, .. } => tail.trouble = Some(reason),
                    }
                }
            }
        };
        // What came until then is shown; a log that answers late is asked again.
        if timeout(within, reading).await.is_err() {
            let late = Text::line(format!("no more came within {} s", within.as_secs()));
            tail.trouble = tail.trouble.or(Some(late));
        }
        tail
    })
}
