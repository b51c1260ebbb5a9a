//! Servers and actions as the API tells of them. What is not used is not read; what may be missing has a default.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::Deserialize;
use vocab::{Text, Time};

use crate::provider::moment;
use crate::provider::words::words;

/// Labels of an object: a key of at most 63 characters (with an optional prefix and `/`), a value of at most 63 or none.
pub type Labels = BTreeMap<Text, Text>;

words! {
    /// What a server is doing.
    ServerStatus {
        /// It is being made.
        Initializing = "initializing",
        /// It starts.
        Starting = "starting",
        /// It runs.
        Running = "running",
        /// It shuts down.
        Stopping = "stopping",
        /// It is off, and costs as much as before.
        Off = "off",
        /// It is being deleted.
        Deleting = "deleting",
        /// It moves to another host.
        Migrating = "migrating",
        /// Its disk is written anew.
        Rebuilding = "rebuilding",
        /// Hetzner does not know.
        Unknown = "unknown",
    }
}

words! {
    /// How far an action is.
    ActionStatus {
        /// Under way.
        Running = "running",
        /// Done.
        Success = "success",
        /// Failed; [`Action::error`] says why.
        Error = "error",
    }
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Server {
    /// Its id.
    pub id: u64,
    /// Its name, unique in the project.
    pub name: Text,
    /// What it is doing.
    #[serde(default)]
    pub status: ServerStatus,
    /// When it was made.
    #[serde(default, deserialize_with = "moment::written")]
    pub created: Option<Time>,
    /// Its public addresses.
    #[serde(default)]
    pub public_net: PublicNet,
    /// Its type, such as `cx23`.
    #[serde(default)]
    pub server_type: TypeName,
    /// Where it stands, such as `fsn1`.
    #[serde(default)]
    pub location: TypeName,
    /// The size of its disk in GB: that of its type, or of a smaller one that it had before.
    #[serde(default)]
    pub primary_disk_size: u64,
    /// Its labels.
    #[serde(default)]
    pub labels: Labels,
    /// Whether another action is at work on it.
    #[serde(default)]
    pub locked: bool,
    /// Against what it is protected.
    #[serde(default)]
    pub protection: Protection,
}

impl Server {
    /// Its public IPv4 address.
    pub fn ipv4(&self) -> Option<Ipv4Addr> {
        self.public_net.ipv4.as_ref().map(|net| net.ip)
    }

    /// Whether a label has this value.
    pub fn has_label(&self, key: &str, value: &str) -> bool {
        self.labels.get(key).is_some_and(|found| found == value)
    }
}

/// A named thing a server is made of or stands in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct TypeName {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: Text,
}

/// Public addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct PublicNet {
    /// The IPv4 address, a primary IP that is priced on its own.
    pub ipv4: Option<PublicIpv4>,
    /// The IPv6 network.
    pub ipv6: Option<PublicIpv6>,
}

/// A public IPv4 address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PublicIpv4 {
    /// The id of the primary IP.
    #[serde(default)]
    pub id: Option<u64>,
    /// The address.
    pub ip: Ipv4Addr,
}

/// A public IPv6 network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PublicIpv6 {
    /// The id of the primary IP.
    #[serde(default)]
    pub id: Option<u64>,
    /// The network, such as `2001:db8::/64`.
    pub ip: Text,
}

/// What is refused until it is lifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Protection {
    /// Deletion.
    pub delete: bool,
    /// Rebuilding.
    pub rebuild: bool,
}

/// Something under way at Hetzner.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Action {
    /// Its id.
    pub id: u64,
    /// What is done, such as `create_server`.
    #[serde(default)]
    pub command: Text,
    /// How far it is.
    pub status: ActionStatus,
    /// How far it is, in percent.
    #[serde(default)]
    pub progress: u8,
    /// To what.
    #[serde(default)]
    pub resources: Vec<Resource>,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<ActionError>,
}

impl Action {
    /// Whether it has ended, well or not.
    pub const fn is_over(&self) -> bool {
        matches!(self.status, ActionStatus::Success | ActionStatus::Error)
    }
}

/// What an action works on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Resource {
    /// Its id.
    pub id: u64,
    /// Its kind, such as `server`.
    #[serde(rename = "type", default)]
    pub kind: Text,
}

/// Why an action failed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ActionError {
    /// The code, such as `action_failed`.
    #[serde(default)]
    pub code: Text,
    /// In words.
    #[serde(default)]
    pub message: Text,
}
