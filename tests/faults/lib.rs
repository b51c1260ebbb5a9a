//! A yard for runs on sites: the real planner, journal, saga and clients of the providers, against a sandbox of its own.
//!
//! Only the server that is logged in on and the visitor who looks at the site are [`played`]. The judge is the sandbox's
//! inventory. The kill campaign plays in it with processes that die, the fault matrix with providers that fail.

pub mod admin;
pub mod judge;
pub mod parts;
pub mod played;
pub mod providers;
pub mod yard;

/// By what the objects made here are told from others.
pub const INSTALLATION: &str = "campaign";
