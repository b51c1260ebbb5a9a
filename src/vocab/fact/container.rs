//! Containers and engines, as Docker's API tells of them (<https://docs.docker.com/reference/api/engine/>).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Bytes, ContainerId, Percent, Rate, Text, Time};

/// Where a container is in its life, in Docker's words.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum ContainerState {
    /// Made, never started.
    Created,
    /// Its process runs.
    Running,
    /// Its process is frozen.
    Paused,
    /// Died and waits for Docker to start it again.
    Restarting,
    /// Being removed.
    Removing,
    /// Its process ended.
    Exited,
    /// Could not be removed whole.
    Dead,
    /// A word this version does not know.
    #[default]
    Unknown,
}

impl ContainerState {
    /// Docker's word, lower case.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Unknown => "unknown",
        }
    }

    /// From Docker's word.
    pub fn from_word(word: &str) -> Self {
        match word {
            "created" => Self::Created,
            "running" => Self::Running,
            "paused" => Self::Paused,
            "restarting" => Self::Restarting,
            "removing" => Self::Removing,
            "exited" | "stopped" => Self::Exited,
            "dead" => Self::Dead,
            _ => Self::Unknown,
        }
    }

    /// Whether a process of it exists (running, paused or about to).
    pub const fn is_up(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// What the container's own health check says.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Health {
    /// It has no health check.
    #[default]
    None,
    /// Inside its start period.
    Starting,
    /// The check passes.
    Healthy,
    /// The check fails.
    Unhealthy,
}

/// A transport protocol of a published port.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Protocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

/// A port of a container and where it is published, if it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Port {
    /// Inside the container.
    pub private: u16,
    /// On the host; `None` when it is not published.
    pub public: Option<u16>,
    /// The host's address it is bound to, such as `0.0.0.0`.
    pub address: Option<Text>,
    /// TCP, UDP or SCTP.
    pub protocol: Protocol,
}

/// A container as the list shows it, and what an inspect adds that a list row needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Container {
    /// Its id.
    pub id: ContainerId,
    /// Its name without Docker's leading slash.
    pub name: Text,
    /// The image as it was named at creation.
    pub image: Text,
    /// Where it is in its life.
    pub state: ContainerState,
    /// What its health check says.
    pub health: Health,
    /// When it was made.
    pub created: Option<Time>,
    /// When its process last started (inspect only).
    pub started: Option<Time>,
    /// When its process last ended (inspect only).
    pub finished: Option<Time>,
    /// How its process last ended (inspect, or the list's words for an exited one).
    pub exit_code: Option<i32>,
    /// Whether the kernel ended it for want of memory (inspect only).
    pub out_of_memory: bool,
    /// How often Docker has restarted it by its restart policy (inspect only).
    pub restarts: u32,
    /// Published and exposed ports.
    pub ports: Vec<Port>,
    /// The Compose project, from the label `com.docker.compose.project`.
    pub project: Option<Text>,
    /// The Compose service, from the label `com.docker.compose.service`.
    pub service: Option<Text>,
}

/// A mount inside a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// `bind`, `volume`, `tmpfs` …
    pub kind: Text,
    /// Path on the host, or the volume's name.
    pub source: Text,
    /// Path in the container.
    pub target: Text,
    /// Whether the container cannot write to it.
    pub read_only: bool,
}

/// What a container may use; `None` is no limit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Limits {
    /// Memory.
    pub memory: Option<Bytes>,
    /// CPU, in cores.
    pub cpus: Option<f32>,
    /// Processes and threads.
    pub pids: Option<u64>,
}

/// An environment variable whose value is already masked when its name or shape says it is a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name.
    pub name: Text,
    /// Its value, masked when it is a secret.
    pub value: Text,
}

/// A network a container is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The network's name.
    pub network: Text,
    /// The container's address there.
    pub address: Text,
}

/// One answer of a container's health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// When it ended.
    pub at: Option<Time>,
    /// 0 is healthy.
    pub exit_code: i32,
    /// The end of what it printed.
    pub output: Text,
}

/// What an inspect tells beyond the list row. Secrets are masked where it enters.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ContainerDetails {
    /// Entrypoint and arguments as one line.
    pub command: Text,
    /// Working folder.
    pub folder: Text,
    /// User it runs as; empty is the image's own.
    pub user: Text,
    /// Restart policy, such as `unless-stopped` or `on-failure:5`.
    pub restart_policy: Text,
    /// Environment, masked.
    pub environment: Vec<Variable>,
    /// Mounts.
    pub mounts: Vec<Mount>,
    /// Limits.
    pub limits: Limits,
    /// Networks.
    pub networks: Vec<Attachment>,
    /// Labels.
    pub labels: BTreeMap<Text, Text>,
    /// The last answers of the health check, newest last.
    pub health_log: Vec<HealthCheck>,
    /// Process id on the node.
    pub pid: Option<u32>,
    /// Log driver, such as `json-file`.
    pub log_driver: Text,
    /// Whether it runs privileged.
    pub privileged: bool,
    /// The whole answer as indented JSON, masked.
    pub inspect: Text,
}

/// What a container used over its last interval.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct ContainerSample {
    /// CPU; 100 is one core.
    pub cpu: Percent,
    /// Memory without the page cache that can be given back, as `docker stats` counts.
    pub memory: Bytes,
    /// The memory limit; `None` is the host's whole memory.
    pub memory_limit: Option<Bytes>,
    /// Received; `None` when it could not be read.
    pub received: Option<Rate>,
    /// Sent.
    pub sent: Option<Rate>,
    /// Read from block devices.
    pub read: Option<Rate>,
    /// Written to block devices.
    pub written: Option<Rate>,
    /// Processes and threads.
    pub pids: Option<u64>,
}

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EngineFacts {
    /// Version of the engine, such as `20.10.24`.
    pub version: Text,
    /// Its API's version, such as `1.41`.
    pub api: Text,
    /// 1 or 2.
    pub cgroup_version: u8,
    /// `cgroupfs` or `systemd`.
    pub cgroup_driver: Text,
    /// How it is reached: a socket's path, a URL, a context.
    pub reached_by: Text,
}

/// Why an engine cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EngineTrouble {
    /// Nothing there: the socket does not exist or nothing listens.
    Absent,
    /// No permission on the socket; carries the group that has it.
    Forbidden {
        /// The group that owns the socket, such as `docker`.
        group: Text,
    },
    /// Its API is older than this program can use.
    TooOld {
        /// What it speaks.
        api: Text,
    },
    /// Its node cannot be reached.
    NodeUnreachable,
    /// It does not answer, or answers wrongly.
    Failing,
}

/// Something Docker reported in its event stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContainerHappening {
    /// Its process started.
    Started,
    /// Its process ended.
    Died {
        /// With this exit code.
        exit_code: Option<i32>,
    },
    /// The kernel ended a process of it for want of memory.
    OutOfMemory,
    /// Its health changed.
    Health(Health),
    /// Anything else that changes its row: made, paused, renamed …
    Changed,
    /// It is gone.
    Removed,
}

/// A kind of object that a prune may remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ObjectKind {
    /// A container that is not running.
    Container,
    /// An image without a tag that no container uses.
    DanglingImage,
    /// Any image that no container uses.
    UnusedImage,
    /// A volume that no container uses. Its data goes with it.
    Volume,
    /// A network that no container is on.
    Network,
}

impl ObjectKind {
    /// In words, singular.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Container => "stopped container",
            Self::DanglingImage => "untagged image",
            Self::UnusedImage => "unused image",
            Self::Volume => "unused volume",
            Self::Network => "unused network",
        }
    }
}

/// One object that a prune would remove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prunable {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its id (an image's digest, a volume's or network's name or id): what a removal names.
    pub id: Text,
    /// Its name as an operator knows it.
    pub name: Text,
    /// Disk space it holds, where the engine says.
    pub size: Option<Bytes>,
    /// When it was made, where the engine says.
    pub created: Option<Time>,
}
