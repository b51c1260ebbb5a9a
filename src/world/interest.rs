//! What is being looked at: lets costly observations be made only while somebody wants them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use vocab::{ContainerKey, NodeName};

/// What the faces show at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Interest {
    /// Nodes whose processes are shown.
    pub processes: BTreeSet<NodeName>,
    /// Containers whose details are shown.
    pub details: BTreeSet<ContainerKey>,
    /// Containers whose figures are shown.
    pub containers: BTreeSet<ContainerKey>,
}

impl Interest {
    /// What either of two faces looks at.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.processes.extend(other.processes.iter().cloned());
        self.details.extend(other.details.iter().cloned());
        self.containers.extend(other.containers.iter().cloned());
        self
    }
}
