//! Autopilot: which fixes run by themselves, and what became of them. All of it is a decision over what is known: the
//! policy ([`Policy`]), the record of fixes ([`Attempt`]), an item and the time ([`decide`]); after the run only what is
//! seen again says whether a fix has worked ([`judge`]).
//!
//! Flow: item → [`decide`] → plan → [`permits`] → journalled as an [`Attempt`] → run → looked at again → [`judge`].

mod blast;
mod decide;
mod policy;
mod record;
#[cfg(test)]
mod tests;
mod trust;
mod verdict;

pub use decide::{APART, Decision, TRIES, decide, escalated, permits};
pub use policy::{Allow, Hours, Mode, Policy};
pub use record::{
    Attempt, AttemptEnd, Autopilot, AutopilotRequest, Confidence, Outcome, Switch, confidence,
    fix_word,
};
pub use trust::Trust;
pub use verdict::judge;
