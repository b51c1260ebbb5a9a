//! The engine: one loop that applies events to the world, runs the effects and tells the watchers; and the one way by
//! which anything outside is changed.
//!
//! May import: `sources`, `actions`, `hosting`, `saga`, `store`, `drivers`, `world`, `config`, `vocab`, `kit`. May not: a face,
//! `link`, ratatui.
//!
//! Flow: sources → bounded intake → `Core::apply` (the only writer of the world) → effects → store, sources; the same
//! event goes to every [`Subscription`]. Requests ([`Handle`]) enter the same loop, so that everything has one order.

mod alerts;
mod autopilot;
mod backups;
mod business;
mod core;
mod effects;
mod executor;
mod fleet;
mod handle;
mod items;
mod journal;
mod left;
mod mend;
mod releases;
mod resolve;
mod runs;
mod schedules;
mod sites;
mod supervise;
mod sweep;
mod teller;
#[cfg(test)]
mod tests;
mod turn;
mod vantage;

pub use core::start;
pub use executor::Role;
pub use fleet::{AlertPlan, Fabric, NodePlan};
pub use handle::{Handle, Subscription};

use vocab::Span;
use world::Notice;

/// What an engine is started with.
pub struct Setup {
    /// The nodes and services to watch.
    pub fabric: Fabric,
    /// History, journal and audit; without one nothing can be changed, and history is kept in memory only.
    pub store: Option<store::Store>,
    /// What is to be known from the start: problems of the configuration, what became of the store.
    pub notices: Vec<Notice>,
    /// How often figures that change from second to second are read.
    pub refresh: Span,
    /// How long a reversible plan can be taken back before it runs.
    pub grace: Span,
    /// What the process is there for.
    pub role: Role,
}
