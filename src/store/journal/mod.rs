//! The journal of runs: the plan as it was agreed to, and every step's intent on disk before its effect.
//!
//! Flow: [`write::take_on`] (run, leases, audit line in one transaction) → [`write::step`] before and after each effect →
//! [`write::run_state`], which gives the leases back when the run is over. [`recovery`] finds what a dead process left.

pub(crate) mod leases;
pub(crate) mod read;
pub(crate) mod recovery;
mod saga;
pub(crate) mod write;

pub use read::{Foreign, Runs};
pub use recovery::Left;
