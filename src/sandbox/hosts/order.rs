//! What the provider orders from the real hosts.

use std::net::Ipv4Addr;

/// Something to be done to one host. The provider gives no second order for a host before the first was reported done,
/// but for the start that follows a creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The server's id.
    pub server: u64,
    /// The action that waits for it.
    pub action: u64,
    /// What is to be done.
    pub work: Work,
}

/// The kinds of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Make it, without starting it.
    Create(Box<Seed>),
    /// Start it, unless it runs.
    Start,
    /// Stop it, unless it is stopped.
    Stop,
    /// Stop and start it.
    Restart,
    /// Remove it with everything in it.
    Remove,
}

/// What a new host is told about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// The server's id, which is cloud-init's instance id.
    pub instance: u64,
    /// Its host name.
    pub name: String,
    /// The loopback address where its ports are published; without one it cannot be reached.
    pub address: Option<Ipv4Addr>,
    /// What cloud-init carries out.
    pub user_data: String,
    /// The public keys that open it for root.
    pub keys: Vec<String>,
    /// Root's password, when there is no key.
    pub password: Option<String>,
}
