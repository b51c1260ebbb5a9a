//! What is done by itself.

use vocab::{NodeName, ScheduleName};

use crate::rule::Rule;

/// What a schedule does at its turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// A backup of each site whose backup is due.
    Backups,
    /// A dump of each site's database.
    Databases,
    /// The backup that is unproven for longest, brought back into a scratch place and compared.
    Drill,
    /// A look for what is left at providers and belongs to nobody.
    Sweep,
    /// A look at each site's server: does it serve the release that the books say?
    Deployments,
    /// A visit to each site, by which it, its server and its region are judged. Every process that watches makes these
    /// visits for itself, whoever does the rest.
    Health,
    /// The backups deleted that no rule keeps.
    PruneBackups,
    /// Each certificate of a site renewed that ends within 30 days.
    Certificates,
    /// The images removed that no container uses.
    PruneImages {
        /// On which nodes; on all when none is named.
        nodes: Vec<NodeName>,
    },
    /// A command of the user's own.
    Command {
        /// On which nodes.
        nodes: Vec<NodeName>,
        /// The program and its arguments, passed whole.
        command: Vec<String>,
    },
}

impl Work {
    /// The word of the fleet file.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Backups => "backups",
            Self::Databases => "databases",
            Self::Drill => "drill",
            Self::Sweep => "sweep",
            Self::Deployments => "deployments",
            Self::Health => "health",
            Self::PruneBackups => "prune-backups",
            Self::Certificates => "certificates",
            Self::PruneImages { .. } => "prune-images",
            Self::Command { .. } => "command",
        }
    }

    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Backups => "back up the sites that are due".to_owned(),
            Self::Databases => "dump the databases of sites".to_owned(),
            Self::Drill => "try the backup unproven for longest".to_owned(),
            Self::Sweep => "look for orphans at the providers".to_owned(),
            Self::Deployments => "look whether servers serve what the books say".to_owned(),
            Self::Health => "visit sites, and judge servers and regions by that".to_owned(),
            Self::PruneBackups => "delete backups that no rule keeps".to_owned(),
            Self::Certificates => "renew certificates that end within 30 days".to_owned(),
            Self::PruneImages { nodes } => format!("remove unused images on {}", listed(nodes)),
            Self::Command { nodes, command } => {
                format!("run {} on {}", command.join(" "), listed(nodes))
            }
        }
    }

    /// Whether its declaration covers what cannot be taken back: deleting exactly this is what it was declared for.
    pub const fn covers_irreversible(&self) -> bool {
        matches!(self, Self::PruneBackups | Self::PruneImages { .. })
    }
}

fn listed(nodes: &[NodeName]) -> String {
    match nodes {
        [] => "every node".to_owned(),
        nodes => {
            let names: Vec<&str> = nodes.iter().map(NodeName::as_str).collect();
            names.join(", ")
        }
    }
}

/// Something that is done by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its name, unique in a fleet.
    pub name: ScheduleName,
    /// What it does.
    pub work: Work,
    /// When.
    pub rule: Rule,
    /// Whether the fleet file declares it, rather than that it is there without a word.
    pub declared: bool,
}
