//! What servers cost, as their provider's list of prices says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocab::{Money, NodeName, Text, Time};

/// A server and its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerPrice {
    /// The provider's id.
    pub id: Text,
    /// Its name.
    pub name: NodeName,
    /// Its type: `cx23`.
    pub kind: Text,
    /// Where it stands: `nbg1`.
    pub location: Text,
    /// The most it costs a month, its address included, without tax.
    pub monthly: Money,
    /// Since when it costs.
    pub created: Option<Time>,
}

/// The servers of this installation, all of them, as they were at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServerPrices {
    /// By name.
    pub servers: BTreeMap<NodeName, ServerPrice>,
    /// When the provider was asked.
    pub read: Time,
}
