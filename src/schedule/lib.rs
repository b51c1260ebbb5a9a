//! Schedules: what is done by itself, and when. Pure: no clock, no I/O, no randomness; the same question has one answer.
//!
//! May import: `vocab`, croner (cron, only here), jiff (time zones). May not: anything else.
//!
//! Flow: [`Work`] (what) and [`Rule`] (when) make a [`Schedule`] → [`Rule::next`] says when its next turn is, from when it
//! was last begun.

mod cron;
mod rule;
#[cfg(test)]
mod tests;
mod work;

pub use cron::{Cron, CronError};
pub use rule::{Missed, Rule, When};
pub use work::{Schedule, Work};
