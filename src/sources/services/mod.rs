//! Services: probed one by one at their intervals, and found on nodes by their containers.
//!
//! Flow: specs (declared in the fleet file, or [`discover`]ed) → [`watch()`] keeps one task for each → `drivers::probe` →
//! [`world::Fact::ServiceProbed`]. The world folds outcomes into a state.

mod discover;
mod image;
mod watch;

pub use discover::{Place, discover};
pub use watch::{MOST_AT_ONCE, watch};
