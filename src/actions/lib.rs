//! Actions: everything that changes something outside, one file each, by the one path there is.
//!
//! May import: `drivers`, `world`, `vocab`, `kit`. May not: `store`, `engine`, `sources`, a face.
//!
//! Flow: intent → [`plan`] (looks, changes nothing) → consent, checked by the engine → [`execute`]: each step is
//! journalled, carried out in its own task, journalled again; an answer that did not come is resolved by looking; the
//! last step of every object looks whether what was meant to be is so.
//!
//! Every change outside goes through a changing call of [`drivers::Docker`] or through [`drivers::Host::run`], from
//! [`execute`] and from nowhere else: an engine and a host that record those calls record every effect there is.

mod containers;
mod draft;
mod execute;
mod nodes;
mod plan;
mod prune;
mod refuse;
#[cfg(test)]
mod tests;
mod words;

pub use execute::{Context, Journal, JournalError, execute};
pub use plan::plan;
