//! The fleet file: which nodes there are, how each is reached, what is watched, which logs are read, and the business.
//!
//! Flow: `fleet.toml` → `read` (nodes, then what refers to them) → [`Fleet`]. `write` makes the first file for
//! `wheelhouse init` from what was found on the machine.

mod alerts;
mod autopilot;
mod business;
mod maintenance;
mod node;
mod parse;
mod priorities;
mod read;
mod schedules;
mod service;
pub mod write;

pub use alerts::{AlertRate, AlertSpec, AlertWay, MailTls, TerminalSign};
pub use autopilot::{AutopilotMode, AutopilotSpec, DayHours, FixAllowance};
pub use business::{
    AffiliateSpec, BackupSpec, BackupTarget, Bucket, Certificates, Credential, Exchange, Fee,
    Hosting, Keep, Provider, Providers,
};
pub use maintenance::MaintenanceSpec;
pub use node::{DockerAddress, NodeSpec, Reach, Role, SshTarget};
pub use priorities::PrioritySpec;
pub(crate) use read::read;
pub use schedules::ScheduleSpec;

use vocab::{LogSource, NodeName, ServiceSpec, Text};

/// What the operator declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    /// The fleet's name, shown in the header; the machine's own name serves when there is none.
    pub name: Option<Text>,
    /// Whether the machine the console runs on is watched too when no node says `reach = "local"`.
    pub watch_local: bool,
    /// What that machine is called; its host name unless given.
    pub local_name: Option<NodeName>,
    /// The declared nodes in the order of the file; names are unique, at most one is [`Reach::Local`].
    pub nodes: Vec<NodeSpec>,
    /// The declared services; names are unique.
    pub services: Vec<ServiceSpec>,
    /// Whether services are also looked for: published ports of containers, listening ports of nodes.
    pub discover_services: bool,
    /// Logs that are offered beside those of containers.
    pub logs: Vec<LogSpec>,
    /// The providers that are used.
    pub providers: Providers,
    /// How sites are hosted; `None` when nothing is.
    pub hosting: Option<Hosting>,
    /// The declared affiliates; names are unique.
    pub affiliates: Vec<AffiliateSpec>,
    /// How backups are made; `None` when none are.
    pub backup: Option<BackupSpec>,
    /// When maintenance is; names are unique.
    pub maintenance: Vec<MaintenanceSpec>,
    /// The file of the fleet's own rules, when it has one.
    pub rules: Option<std::path::PathBuf>,
    /// The declared schedules; names are unique.
    pub schedules: Vec<ScheduleSpec>,
    /// What may run by itself; nothing when it is not said.
    pub autopilot: AutopilotSpec,
    /// What makes an item stand high, where that is said.
    pub priorities: PrioritySpec,
    /// Who is told when something is wrong; names are unique.
    pub alerts: Vec<AlertSpec>,
}

/// A log of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSpec {
    /// What it is called; the source's own words unless given.
    pub name: Option<Text>,
    /// Where its lines come from: a file or the journal.
    pub source: LogSource,
}

/// No file at all: this machine, and what is found on it.
impl Default for Fleet {
    fn default() -> Self {
        Self {
            name: None,
            watch_local: true,
            local_name: None,
            nodes: Vec::new(),
            services: Vec::new(),
            discover_services: true,
            logs: Vec::new(),
            providers: Providers::default(),
            hosting: None,
            affiliates: Vec::new(),
            backup: None,
            maintenance: Vec::new(),
            rules: None,
            schedules: Vec::new(),
            autopilot: AutopilotSpec::default(),
            priorities: PrioritySpec::default(),
            alerts: Vec::new(),
        }
    }
}

impl Fleet {
    /// All nodes to watch: the declared ones, and first of all this machine when it is to be watched and none of them is
    /// it. `host` is the machine's host name; when a remote node is called so already, this one becomes `local`.
    pub fn nodes_to_watch(&self, host: &NodeName) -> Vec<NodeSpec> {
        let mut nodes = self.nodes.clone();
        let declared = nodes.iter().any(|node| node.reach == Reach::Local);
        if self.watch_local && !declared {
            let taken = |name: &NodeName| nodes.iter().any(|node| node.name == *name);
            let wanted = self.local_name.clone().unwrap_or_else(|| host.clone());
            let name = std::iter::once(Ok(wanted))
                .chain(std::iter::once(NodeName::new("local")))
                .chain((2..).map(|number| NodeName::new(&format!("local-{number}"))))
                .flatten()
                .find(|name| !taken(name));
            if let Some(name) = name {
                nodes.insert(0, NodeSpec::new(name, Reach::Local));
            }
        }
        nodes
    }
}

#[cfg(test)]
mod tests;
