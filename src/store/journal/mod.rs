//! The journal of runs: the plan as it was agreed to, and every step's intent on disk before its effect.
//!
//! Flow: [`write::take_on`] (run, leases, audit line in one transaction) → a run on a site waits for its turn ([`queue`]) →
//! [`write::step`] before and after each effect → [`write::run_state`], which gives the leases and the turn back when the run
//! is over. [`recovery`] finds what a dead process left.

pub(crate) mod leases;
pub(crate) mod queue;
pub(crate) mod read;
pub(crate) mod recovery;
mod saga;
pub(crate) mod write;

pub use queue::Turn;
pub use read::{Foreign, Runs};
pub use recovery::Left;
