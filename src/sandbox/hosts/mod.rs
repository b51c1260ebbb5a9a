//! Real hosts: for each server a container of Debian with sshd, Caddy, cloud-init and Docker, whose ports 22, 80 and 443
//! are published on a loopback address of its own.
//!
//! Flow: the provider sends an [`Order`] → [`keeper`] → [`container`], from the image that [`image`] makes → the action
//! that waits for it is told.
//!
//! Nothing is left: hosts are labelled, removed when the sandbox ends, and by the next one when it was killed.

mod address;
mod container;
mod health;
mod image;
mod keeper;
mod order;
mod seed;

use std::sync::Arc;

pub use address::free_address;
pub use container::Containers;
pub use health::{Health, examine};
pub use keeper::Keeper;
pub use order::{Order, Seed, Work};

/// Told when an order is done: the action that waits for it, and how it went.
pub type Report = Arc<dyn Fn(u64, Result<(), String>) + Send + Sync>;
