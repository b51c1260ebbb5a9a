//! Helpers without a domain word, the ground floor of the house.
//!
//! May import: std and small libraries. May not: any other room.

pub mod backoff;
pub mod files;
pub mod nearest;
pub mod queue;
pub mod ring;

pub use backoff::Backoff;
pub use ring::Ring;
