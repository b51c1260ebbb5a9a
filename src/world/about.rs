//! What something is about: the objects of the world that can need attention, and where "open" leads.

use std::fmt;

use serde::{Deserialize, Serialize};
use vocab::{
    ChannelName, ContainerKey, Domain, NodeName, Provider, Region, RunId, ScheduleName,
    ServiceName, Text,
};

use crate::world::World;

/// What a signal, an item or a line is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum About {
    /// A node.
    Node(NodeName),
    /// A container.
    Container(ContainerKey),
    /// A service.
    Service(ServiceName),
    /// A run.
    Run(RunId),
    /// A hosted site.
    Site(Domain),
    /// A server that sites are hosted on, by its name at the provider.
    Server(Text),
    /// A region that sites stand in.
    Region(Region),
    /// A provider of servers, names or payments.
    Provider(Provider),
    /// Something that is done by itself.
    Schedule(ScheduleName),
    /// A part of the console itself, by its name.
    Console(Text),
    /// Nothing that the world knows: a note of the operator, or what another system reported.
    Elsewhere(Text),
}

/// How a channel of alerts begins among the parts of the console.
const ALERT_CHANNEL: &str = "alert channel ";

impl About {
    /// This machine's network.
    pub fn network() -> Self {
        Self::Console(Text::line("network"))
    }

    /// The record of the runs.
    pub fn runs() -> Self {
        Self::Console(Text::line("runs"))
    }

    /// The maintenance windows.
    pub fn maintenance() -> Self {
        Self::Console(Text::line("maintenance"))
    }

    /// A channel that alerts are sent by.
    pub fn alert_channel(name: &ChannelName) -> Self {
        Self::Console(Text::line(format!("{ALERT_CHANNEL}{name}")))
    }

    /// The channel that alerts are sent by, when it is about one.
    pub fn as_alert_channel(&self) -> Option<ChannelName> {
        match self {
            Self::Console(name) => ChannelName::new(name.strip_prefix(ALERT_CHANNEL)?).ok(),
            _ => None,
        }
    }

    /// What it is called where the world knows more than its key: a container by its label, a run by its title.
    pub fn label(&self, world: &World) -> Text {
        match self {
            Self::Container(key) => world.containers.get(key).map_or_else(
                || Text::line(key.to_string()),
                crate::tracked::TrackedContainer::label,
            ),
            Self::Run(id) => world
                .runs
                .get(id)
                .map_or_else(|| Text::line(id.short()), |run| run.plan.title.clone()),
            Self::Provider(provider) => Text::line(provider.to_string()),
            _ => self.name(),
        }
    }

    /// Its name alone, by which rules and maintenance windows choose.
    pub fn name(&self) -> Text {
        match self {
            Self::Node(name) => Text::line(name.as_str()),
            Self::Container(key) => Text::line(key.to_string()),
            Self::Service(name) => Text::line(name.as_str()),
            Self::Run(id) => Text::line(id.to_string()),
            Self::Site(domain) => Text::line(domain.as_str()),
            Self::Region(region) => Text::line(region.word()),
            Self::Provider(provider) => Text::line(provider.word()),
            Self::Schedule(name) => Text::line(name.as_str()),
            Self::Server(name) | Self::Console(name) | Self::Elsewhere(name) => name.clone(),
        }
    }
}

/// The kind and the name: `node/compute-2`.
impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Node(_) => "node",
            Self::Container(_) => "container",
            Self::Service(_) => "service",
            Self::Run(_) => "run",
            Self::Site(_) => "site",
            Self::Server(_) => "server",
            Self::Region(_) => "region",
            Self::Provider(_) => "provider",
            Self::Schedule(_) => "schedule",
            Self::Console(_) => "console",
            Self::Elsewhere(_) => "elsewhere",
        };
        write!(f, "{kind}/{}", self.name())
    }
}
