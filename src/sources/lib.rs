//! Sources: everything that observes. Each is a task of its own that asks a driver, parses purely, and sends events;
//! a source that hangs or fails costs its own task and nothing else.
//!
//! May import: `drivers`, `world` (events and interest, never `World` itself to change it), `config`, `vocab`, `kit`.
//! May not: `store`, `actions`, `engine`, another source.
//!
//! Flow: due → driver (with its deadline) → `parse` (pure) → [`Context::send`] → the engine's one loop.

pub mod billing;
pub mod demo;
pub mod docker;
pub mod host;
pub mod keeper;
pub mod logs;
pub mod looks;
pub mod quota;
pub mod services;
pub mod sites;
pub mod tokens;
pub mod vantage;

pub use keeper::{Doors, Keeper, LogCounts, SiteCounts, SiteTarget};
pub use looks::{Eyes, Looks};

use std::sync::Arc;

use drivers::Connection;
use kit::queue;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use vocab::{NodeName, Span};
use world::{Event, Fact, Interest};

/// What every source gets.
#[derive(Clone)]
pub struct Context {
    /// Where its events go; newer samples replace older ones that still wait.
    pub events: queue::Sender<Event>,
    /// What the faces look at.
    pub interest: watch::Receiver<Interest>,
    /// What is to be looked at at once.
    pub looks: Looks,
    /// Ends the source.
    pub cancel: CancellationToken,
    /// How often figures that change from second to second are read.
    pub refresh: Span,
}

impl Context {
    /// Sends a fact observed now; waits when the engine is behind. `false` when the engine is gone and the source should end.
    pub async fn send(&self, fact: Fact) -> bool {
        self.events
            .send(Event {
                at: drivers::clock::now(),
                fact,
            })
            .await
            .is_ok()
    }
}

/// A node and the open ends to it, as the sources of that node get it.
#[derive(Clone)]
pub struct NodeTarget {
    /// Its name.
    pub node: NodeName,
    /// Whether it is the machine this program runs on.
    pub local: bool,
    /// Its open ends.
    pub connection: Arc<Connection>,
}
