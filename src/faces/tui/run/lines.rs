//! The logs that are read: taken in with the pulse while somebody watches them, else once a second with the clock.
//!
//! Lines that come one after another would each wake the loop; while they do, it looks for them at each pulse instead.

use std::task::{Context, Poll};

use tokio::sync::mpsc;
use vocab::LogBatch;

/// A batch of so many items is one of a log that comes too fast to be left waiting.
const MANY: usize = 256;

/// What is read now.
#[derive(Default)]
pub struct Lines {
    logs: Vec<mpsc::Receiver<LogBatch>>,
    /// Whether somebody watches the newest line.
    live: bool,
    /// Whether lines came with the last look, so that more are looked for at the next pulse.
    flowing: bool,
    /// Whether the last batches were so full that there is more behind them.
    behind: bool,
}

impl Lines {
    /// Reads these logs in place of what was read before.
    pub fn read(&mut self, logs: Vec<mpsc::Receiver<LogBatch>>) {
        self.logs = logs;
        // Their tails are wanted at once, whoever looks.
        self.behind = true;
    }

    /// Says whether somebody watches the newest line.
    pub const fn watch(&mut self, live: bool) {
        self.live = live;
    }

    /// Whether lines are to be looked for at the next pulse.
    pub const fn at_pulse(&self) -> bool {
        self.live && self.flowing
    }

    /// The next batch, and with it all that wait. Comes only for what breaks a silence that is watched, and for what
    /// does not let itself wait; all else is for [`Self::waiting`]. Nothing is lost when it is given up.
    pub async fn next(&mut self) -> Vec<LogBatch> {
        if !self.behind && (self.flowing || !self.live) {
            return std::future::pending().await;
        }
        std::future::poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Vec<LogBatch>> {
        let mut batches = Vec::new();
        self.logs.retain_mut(|log| {
            loop {
                match log.poll_recv(context) {
                    Poll::Ready(Some(batch)) => batches.push(batch),
                    Poll::Ready(None) => return false,
                    Poll::Pending => return true,
                }
            }
        });
        if batches.is_empty() {
            return Poll::Pending;
        }
        self.weigh(&batches);
        Poll::Ready(batches)
    }

    /// What waits now.
    pub fn waiting(&mut self) -> Vec<LogBatch> {
        let mut batches = Vec::new();
        for log in &mut self.logs {
            batches.extend(std::iter::from_fn(|| log.try_recv().ok()));
        }
        self.weigh(&batches);
        batches
    }

    fn weigh(&mut self, batches: &[LogBatch]) {
        self.flowing = !batches.is_empty();
        self.behind = batches.iter().any(|batch| batch.items.len() >= MANY);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use vocab::{LogItem, LogSource, NodeName, Text, Time};

    use super::*;

    fn batch(count: usize) -> LogBatch {
        let item = |_| LogItem::Gap {
            at: Time(0),
            reason: Text::from("a gap"),
        };
        LogBatch {
            source: LogSource::Journal {
                node: NodeName::new("aurora").unwrap(),
                unit: None,
            },
            items: (0..count).map(item).collect(),
            skipped: 0,
        }
    }

    #[test]
    fn unwatched_logs_wait_unless_they_cannot() {
        let mut lines = Lines::default();
        let (quiet, one) = mpsc::channel(1);
        let (busy, two) = mpsc::channel(1);
        lines.read(vec![one, two]);
        quiet.try_send(batch(1)).unwrap();
        let first = lines.next().now_or_never().unwrap();
        assert_eq!(first.len(), 1, "a tail comes at once");

        quiet.try_send(batch(1)).unwrap();
        assert!(lines.next().now_or_never().is_none());
        lines.watch(true);
        assert!(lines.next().now_or_never().is_none(), "lines flow");
        assert!(lines.at_pulse());
        assert_eq!(lines.waiting().len(), 1);
        assert!(lines.waiting().is_empty());
        assert!(!lines.at_pulse());
        quiet.try_send(batch(1)).unwrap();
        assert_eq!(
            lines.next().now_or_never().unwrap().len(),
            1,
            "a silence is broken at once"
        );

        lines.watch(false);
        busy.try_send(batch(MANY)).unwrap();
        assert_eq!(lines.waiting().len(), 1, "the clock takes what waits");
        busy.try_send(batch(MANY)).unwrap();
        assert!(
            lines.next().now_or_never().is_some(),
            "what comes in heaps is taken at once"
        );
    }

    #[test]
    fn a_log_at_its_end_is_forgotten() {
        let mut lines = Lines::default();
        let (sender, log) = mpsc::channel(1);
        lines.read(vec![log]);
        lines.watch(true);
        drop(sender);
        assert!(lines.next().now_or_never().is_none());
        assert!(lines.logs.is_empty());
    }
}
