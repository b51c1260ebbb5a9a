//! Logs: containers, the journal and files of any node, followed live and kept up through restarts, rotation and
//! lost connections. A seam is visible: what may be missing is a gap with its reason, and nothing is shown twice.
//!
//! May import: as its room. May not: know who reads.
//!
//! Flow: driver's bytes → `outbox` (batches; drops and counts the oldest when the reader is slow) →
//! [`line`] (sanitised, masked, level recognised) → [`LogBatch`]es in a channel.

mod container;
mod file;
mod hosted;
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
use vocab::{LogBatch, LogRequest, LogSource, Text, UnitName};

use self::journal::Which;
use self::outbox::Outbox;
use crate::Doors;

/// Batches that wait in the channel itself; the queue before it is the one that grows and drops.
const CHANNEL: usize = 4;

/// The ways to logs.
#[derive(Clone)]
pub struct Ways {
    /// To nodes.
    pub connections: Arc<Connections>,
    /// To servers of sites, or why there is none and how to mend it.
    pub doors: Result<Arc<dyn Doors>, Text>,
}

impl Ways {
    /// Ways to nodes alone, and why there is none to servers of sites.
    pub const fn to_nodes(connections: Arc<Connections>, why: Text) -> Self {
        Self {
            connections,
            doors: Err(why),
        }
    }
}

/// Reads a log as requested, in one task, until it is at its end, `cancel` says so or the receiver is gone. Trouble
/// on the way is in the log as a gap with its reason; while following, it is waited out and read on.
pub fn follow(
    ways: Ways,
    request: LogRequest,
    cancel: CancellationToken,
) -> mpsc::Receiver<LogBatch> {
    let (sender, receiver) = mpsc::channel(CHANNEL);
    tokio::spawn(async move {
        let outbox = Outbox::new(request.source.clone());
        let read = async {
            read(&ways, &request, &outbox).await;
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

async fn read(ways: &Ways, request: &LogRequest, outbox: &Outbox) {
    let node = request.source.node();
    if let LogSource::Hosted { address, log, .. } = &request.source {
        return match &ways.doors {
            Ok(doors) => hosted::read(&**doors, address, log, request, outbox).await,
            Err(why) => outbox.gap(why.clone()),
        };
    }
    let Some(connection) = ways.connections.get(node) else {
        outbox.gap(Text::line(format!(
            "no node is called {node}; the fleet file names the nodes there are"
        )));
        return;
    };
    match &request.source {
        LogSource::Container(key) => container::read(connection, key, request, outbox).await,
        LogSource::Journal { unit, .. } => {
            let which = Which {
                unit: unit.as_ref().map(UnitName::as_str),
                ..Which::default()
            };
            journal::read(&*connection.host, which, request, outbox).await;
        }
        LogSource::File { path, .. } => file::read(&*connection.host, path, request, outbox).await,
        LogSource::Hosted { .. } => {}
    }
}
