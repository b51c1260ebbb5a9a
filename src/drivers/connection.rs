//! What is held open to a node: its host and, while it answers, its engine. Sources keep it, actions use it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use vocab::{NodeName, Text};

use crate::docker::Docker;
use crate::host::Host;

/// Where a node's engine is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum EngineAddress {
    /// On this machine: `DOCKER_HOST`, the current Docker context, the usual sockets; on an SSH node: its usual socket.
    #[default]
    Usual,
    /// A Unix socket on the node.
    Socket(Text),
    /// `tcp://host:port`, reached from this machine.
    Tcp(Text),
    /// The node has none, or is not to be asked.
    None,
    /// It was handed over ready made (the simulated fleet).
    Given,
}

/// A node's open ends. Shared; its engine comes and goes.
pub struct Connection {
    /// The machine.
    pub host: Arc<dyn Host>,
    /// Where its engine is looked for.
    pub engine: EngineAddress,
    docker: Mutex<Option<Arc<dyn Docker>>>,
}

impl Connection {
    /// A connection whose engine is not known yet.
    pub fn new(host: Arc<dyn Host>, engine: EngineAddress) -> Self {
        Self {
            host,
            engine,
            docker: Mutex::new(None),
        }
    }

    /// A connection with an engine that was handed over ready made.
    pub fn given(host: Arc<dyn Host>, docker: Arc<dyn Docker>) -> Self {
        Self {
            host,
            engine: EngineAddress::Given,
            docker: Mutex::new(Some(docker)),
        }
    }

    /// The engine, while it answers.
    pub fn docker(&self) -> Option<Arc<dyn Docker>> {
        self.docker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Told by the source that found or lost the engine.
    pub fn set_docker(&self, docker: Option<Arc<dyn Docker>>) {
        *self.docker.lock().unwrap_or_else(PoisonError::into_inner) = docker;
    }
}

/// The connections of a fleet, by node.
pub type Connections = BTreeMap<NodeName, Arc<Connection>>;
