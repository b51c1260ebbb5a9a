//! A node: what is declared of it and what was observed.

use serde::{Deserialize, Serialize};
use vocab::{
    EngineFacts, EngineTrouble, Gpu, HostCondition, HostFacts, HostSample, LinkTrouble, Mesh,
    NodeName, Process, Span, Stamped, Text, Time,
};

/// What the fleet file says of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeProfile {
    /// Its name.
    pub name: NodeName,
    /// `lead`, `backup`, `compute` or `edge`; empty when it is not said.
    pub role: Text,
    /// Where it stands; empty when it is not said.
    pub region: Text,
    /// Whether it is the machine the console runs on.
    pub local: bool,
    /// How it is reached, in words: `this machine`, or the SSH destination.
    pub reached_by: Text,
    /// Its public address, when it is said.
    pub address: Option<Text>,
    /// Its address in the VPN, when it is said.
    pub vpn_address: Option<Text>,
    /// The operator's own labels.
    pub labels: std::collections::BTreeMap<Text, Text>,
}

impl NodeProfile {
    /// A node of which nothing but the name is said.
    pub fn new(name: NodeName) -> Self {
        Self {
            name,
            role: Text::default(),
            region: Text::default(),
            local: false,
            reached_by: Text::default(),
            address: None,
            vpn_address: None,
            labels: std::collections::BTreeMap::new(),
        }
    }
}

/// The connection to a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    /// Nothing was tried yet.
    Unknown,
    /// Being made.
    Connecting {
        /// Attempts since the last success.
        attempt: u32,
        /// Since then it is not up.
        since: Time,
        /// Why the last attempt failed, if one has.
        last: Option<(LinkTrouble, Text)>,
    },
    /// Up.
    Up {
        /// Since then.
        since: Time,
        /// The last round trip; `None` for this machine.
        round_trip: Option<Span>,
    },
    /// Down.
    Down {
        /// Since then.
        since: Time,
        /// Why, for the cure.
        trouble: LinkTrouble,
        /// Why, in words.
        text: Text,
        /// When it is tried again.
        retry_at: Option<Time>,
    },
}

impl Link {
    /// Whether the node answers.
    pub const fn is_up(&self) -> bool {
        matches!(self, Self::Up { .. })
    }

    /// Since when the node does not answer, if it does not.
    pub const fn down_since(&self) -> Option<Time> {
        match self {
            Self::Down { since, .. }
            | Self::Connecting {
                since,
                last: Some(_),
                ..
            } => Some(*since),
            _ => None,
        }
    }
}

/// The engine of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EngineState {
    /// Not asked yet.
    Unknown,
    /// Answers.
    Up {
        /// What it says of itself.
        facts: Box<EngineFacts>,
        /// Since then.
        since: Time,
    },
    /// Cannot be used.
    Down {
        /// Why, for the cure.
        trouble: EngineTrouble,
        /// Why, in words, with how to mend it.
        text: Text,
        /// Since then.
        since: Time,
    },
}

/// The processes of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Processes {
    /// The first of them by CPU, then memory.
    pub list: Vec<Process>,
    /// How many there are in all.
    pub total: u32,
}

/// A node of the fleet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// What is declared.
    pub profile: NodeProfile,
    /// The connection to it.
    pub link: Link,
    /// What hardly ever changes.
    pub facts: Option<HostFacts>,
    /// The last look at it.
    pub sample: Option<Stamped<HostSample>>,
    /// Disks, temperatures, units.
    pub condition: Option<Stamped<HostCondition>>,
    /// Processes, while somebody looks at them.
    pub processes: Option<Stamped<Processes>>,
    /// GPUs, when it has some.
    pub gpus: Option<Stamped<Vec<Gpu>>>,
    /// GPUs that were there and are gone, by UUID and name, with when they were missed.
    pub lost_gpus: Vec<(Text, Text, Time)>,
    /// WireGuard, when it has interfaces.
    pub mesh: Option<Stamped<Mesh>>,
    /// Its Docker engine.
    pub engine: EngineState,
    /// When its containers were last listed as a whole, while its engine answers: until then none is known, which is not
    /// the same as having none.
    pub listed: Option<Time>,
}

impl Node {
    /// A node of which nothing is known yet.
    pub const fn new(profile: NodeProfile) -> Self {
        Self {
            profile,
            link: Link::Unknown,
            facts: None,
            sample: None,
            condition: None,
            processes: None,
            gpus: None,
            lost_gpus: Vec::new(),
            mesh: None,
            engine: EngineState::Unknown,
            listed: None,
        }
    }

    /// Its name.
    pub const fn name(&self) -> &NodeName {
        &self.profile.name
    }
}
