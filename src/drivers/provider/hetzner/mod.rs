//! Hetzner Cloud (<https://docs.hetzner.cloud/reference/cloud>): servers, actions, keys, firewalls, prices.
//!
//! There is no idempotency key. What makes a create safe to resolve is the name, unique in a project: after an unknown
//! answer ask by name, and compare labels before adopting.
//!
//! Flow: method → [`Transport`](super::Transport) → `model` types. A list walks its pages, at most 10,000 objects.

mod actions;
mod catalogue;
mod failure;
mod firewalls;
mod keys;
mod model;
mod page;
mod servers;
#[cfg(test)]
mod tests;

pub use catalogue::{Amount, IpPrice, Location, NamedPrices, Offer, Price, Pricing, ServerType};
pub use firewalls::{Direction, Firewall, NewFirewall, Rule};
pub use keys::SshKey;
pub use model::{
    Action, ActionError, ActionStatus, Labels, Protection, PublicIpv4, PublicIpv6, PublicNet,
    Resource, Server, ServerStatus, TypeName,
};
pub use servers::{CreatedServer, NewServer, Power};

use super::client::{Api, Client};
use super::dialect::Dialect;

/// The address of the real API.
pub const URL: &str = "https://api.hetzner.cloud/v1";

/// A project of Hetzner Cloud. Cheap to clone.
pub type Hetzner = Client<HetznerApi>;

/// How Hetzner is spoken to.
pub enum HetznerApi {}

impl Api for HetznerApi {
    const DIALECT: &'static Dialect = &failure::DIALECT;
}
