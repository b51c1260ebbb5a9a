//! The end of a log, read whole.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use vocab::{LogBatch, LogItem, LogLine};

use crate::Reading;

/// The lines of a log that ends, as many as come within this time.
pub fn tail(mut log: mpsc::Receiver<LogBatch>, within: Duration) -> Reading<Vec<LogLine>> {
    Box::pin(async move {
        let mut lines = Vec::new();
        let reading = async {
            while let Some(batch) = log.recv().await {
                lines.extend(batch.items.into_iter().filter_map(|item| match item {
                    LogItem::Line(line) => Some(line),
                    LogItem::Gap { .. } => None,
                }));
            }
        };
        // What came until then is shown; a log that answers late is asked again.
        let _ = timeout(within, reading).await;
        lines
    })
}
