//! The provider sandbox: Hetzner Cloud, Cloudflare and Stripe over HTTP on loopback, behaving as their documentation
//! says, with faults on demand; and what takes alerts to people: a webhook, topics, text messages, mail.
//!
//! May import: nothing of the house: it is the other side of the wire, and shares no type with the clients in `drivers`,
//! so that a test between the two proves something.
//!
//! Flow: [`start`] → one listener → a provider by its path, or the admin endpoint → a fault, if one is due → the
//! provider's state → the answer. Servers become real hosts in `hosts`, where Docker is there; `registry` has the images that sites on
//! them run.

mod admin;
mod calls;
mod clock;
mod cloudflare;
mod command;
mod courier;
mod debian;
mod dns;
mod exchange;
mod faults;
mod hetzner;
mod hosts;
mod house;
mod limit;
mod names;
mod owner;
mod random;
mod receivers;
mod registry;
mod sandbox;
mod serve;
mod stripe;
#[cfg(test)]
mod tests;
mod timeline;

pub use hosts::Health;
pub use registry::STAND_INS;
pub use sandbox::{Access, Account, Addresses, Error, Mailbox, Options, Running, Webhook, start};
