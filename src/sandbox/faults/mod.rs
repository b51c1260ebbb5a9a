//! Faults on demand: rules that say which calls go wrong, and how.
//!
//! A fault is visible only as the provider would show it: the same headers and the same body as when it really happens.

mod read;
mod rule;
mod set;

pub use read::{FileError, from_file, from_json};
pub use rule::{Effect, Kind, ProviderName, Rule};
pub use set::{Faults, TooMany};
