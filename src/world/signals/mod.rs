//! Signals: what the rules make of the figures.
//!
//! Flow: an event changes the facts → `touched` says which objects → [`read`] reads their figures → a rule judges each →
//! `step` moves the signal: pending, open, clearing, gone → `track` notes what happened. [`folding`] lays consequences
//! under their cause, by the [`topology`]; [`sight`] tells DOWN, ROUTE and BLIND apart; [`maintenance`] keeps quiet what was announced.
//!
//! A figure whose source is old is unknown: it neither raises nor closes anything. All of it depends on the facts and the
//! events' own times alone, so that the order in which sources are heard changes nothing.

pub mod folding;
pub mod maintenance;
pub mod read;
pub mod sight;
pub mod signal;
mod step;
pub mod topology;
mod touched;
pub(crate) mod track;
mod tracking;

pub use folding::{Folded, fold};
pub use maintenance::Maintenance;
pub use read::{Reading, Readings};
pub use sight::{Seen, Sighting};
pub use signal::{Certainty, Phase, Signal, SignalId};
pub use topology::{Dependents, Topology};
pub use tracking::Tracking;
pub use vocab::rule::{Band, Figure, Fix, Kind, Level, Rule, Test};

#[cfg(test)]
mod tests;
