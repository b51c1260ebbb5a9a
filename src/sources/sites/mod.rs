//! Hosted sites, watched as their visitors see them: visits over HTTPS by name, and what their web servers counted.
//!
//! Flow: the list of sites → `visits` (round after round, evenly spread) and `traffic` (each server's log from where it was
//! last read, over SSH) → [`caddy`] (lines to counts, pure) → kept → events.

pub mod caddy;
mod traffic;
mod visits;

use std::sync::Arc;

use drivers::probe::Prober;
use tokio::sync::watch;

use crate::Context;
use crate::keeper::{Doors, Keeper, SiteCounts, SiteTarget};

pub use visits::EVERY;

/// What both watchers work with.
#[derive(Clone)]
struct Shared {
    context: Context,
    doors: Arc<dyn Doors>,
    keeper: Arc<dyn Keeper>,
}

impl Shared {
    /// Tells counts; whether anybody still listens.
    async fn tell(&self, counts: SiteCounts, read: Option<vocab::Time>) -> bool {
        let SiteCounts { site, hours, days } = counts;
        let fact = world::Fact::SiteCounted {
            site,
            hours,
            days,
            read,
        };
        self.context.send(fact).await
    }
}

/// Which sites a process visits, and how often. Fifty that wait for their turn would else all visit every site, for which
/// they log in to every server, and read its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visiting {
    /// It stays: all of them in rounds, and their traffic is counted.
    Always,
    /// It is over in a moment: those alone that it met first, and no traffic is counted.
    Passing,
    /// It does something: those alone that are asked for.
    Asked,
}

/// Watches the sites of the list until the source is cancelled.
pub async fn watch(
    visiting: Visiting,
    context: Context,
    prober: Arc<Prober>,
    doors: Arc<dyn Doors>,
    keeper: Arc<dyn Keeper>,
    sites: watch::Receiver<Vec<SiteTarget>>,
) {
    let cancel = context.cancel.clone();
    let shared = Shared {
        context,
        doors,
        keeper,
    };
    tokio::select! {
        () = cancel.cancelled() => {}
        () = visits::watch(&shared, &prober, visiting, sites.clone()) => {}
        () = traffic::watch(&shared, sites), if visiting == Visiting::Always => {}
    }
}
