//! What a sampler must know of a container.

use vocab::{Bytes, Container, ContainerDetails, ContainerId};

/// A container whose process runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its id.
    pub id: ContainerId,
    /// Its process on the node, once it was inspected.
    pub pid: Option<u32>,
    /// Its memory limit.
    pub memory_limit: Option<Bytes>,
}

impl Running {
    /// From an inspect; `None` when its process does not run.
    pub fn of(container: &Container, details: &ContainerDetails) -> Option<Self> {
        let up = container.state.is_up();
        up.then(|| Self {
            id: container.id.clone(),
            pid: details.pid,
            memory_limit: details.limits.memory,
        })
    }
}
