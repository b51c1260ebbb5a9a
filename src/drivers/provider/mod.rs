//! Clients of the providers: Hetzner Cloud, Cloudflare and Stripe, thin and typed by hand, over one shared way out.
//!
//! May import: `vocab`, `kit`. What a change came to is never guessed: an [`Answer`] says done, not done or unknown, and
//! an unknown change is never sent again from here. The caller looks the object up by the name, label or key that it
//! recorded before it asked. Names and keys always come from the caller.
//!
//! A call must run to its end: a future that is dropped while its request is out leaves an unknown change behind, so a
//! change belongs in a task of its own and never in a branch of a `select!`.
//!
//! Flow: client method → [`Transport`] (limiter, breaker, deadline, attempts) → dialect (codes, quota) → [`Answer`].

mod access;
mod answer;
mod body;
mod breaker;
mod budget;
mod call;
mod client;
pub mod cloudflare;
#[cfg(test)]
mod corpus;
mod dialect;
mod error;
mod failure;
mod gate;
pub mod hetzner;
mod identity;
mod limiter;
mod moment;
mod pace;
pub mod stripe;
#[cfg(test)]
mod testing;
mod transport;
pub(crate) mod wire;
mod words;

pub use access::Access;
pub use answer::Answer;
pub use cloudflare::Cloudflare;
pub use error::{Fault, Provider, ProviderError};
pub use hetzner::Hetzner;
pub use identity::{IdempotencyKey, ObjectId};
pub use pace::{Allowance, BreakerPace, Pace, Purpose, Quota, Standing};
pub use stripe::Stripe;
pub use transport::Transport;

/// What a call that changes nothing ends with.
pub type Read<T> = Result<T, ProviderError>;
