//! Logs: containers, the journal and files of any node, followed live and kept up through restarts, rotation and
//! lost connections. A seam is visible: what may be missing is a gap with its reason, and nothing is shown twice.
//!
//! May import: as its room. May not: know who reads.
//!
//! Flow: driver's bytes → `outbox` (batches; drops and counts the oldest when the reader is slow) →
//! [`line`] (sanitised, masked, level recognised) → [`LogBatch`]es in a channel.

mod container;
mod file;
mod journal;
mod line;
mod outage;
mod outbox;
mod process;
mod seam;
mod splitter;
mod stamp;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use drivers::Connections;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use vocab::{LogBatch, LogRequest, LogSource, Text};

use self::outbox::Outbox;

/// Batches that wait in the channel itself; the queue before it is the one that grows and drops.
const CHANNEL: usize = 4;

/// Reads a log as requested, in one task, until it is at its end, `cancel` says so or the receiver is gone. Trouble
/// on the way is in the log as a gap with its reason; while following, it is waited out and read on.
pub fn follow(
    connections: Arc<Connections>,
    request: LogRequest,
    cancel: CancellationToken,
) -> mpsc::Receiver<LogBatch> {
    let (sender, receiver) = mpsc::channel(CHANNEL);
    tokio::spawn(async move {
        let outbox = Outbox::new(request.source.clone());
        let read = async {
            read(&connections, &request, &outbox).await;
            outbox.close();
        };
        let work = async { tokio::join!(read, outbox.deliver(&sender)) };
        tokio::select! {
            () = cancel.cancelled() => {}
            () = sender.closed() => {}
            _ = work => {}
        }
    });
    receiver
}

async fn read(connections: &Connections, request: &LogRequest, outbox: &Outbox) {
    let node = request.source.node();
    let Some(connection) = connections.get(node) else {
        outbox.gap(Text::line(format!(
            "no node is called {node}; the fleet file names the nodes there are"
        )));
        return;
    };
    match &request.source {
        LogSource::Container(key) => container::read(connection, key, request, outbox).await,
        LogSource::Journal { unit, .. } => {
            journal::read(&*connection.host, unit.as_ref(), request, outbox).await;
        }
        LogSource::File { path, .. } => file::read(&*connection.host, path, request, outbox).await,
    }
}
