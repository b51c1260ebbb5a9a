//! Intents: wishes of a person or a program. An intent changes nothing; it becomes a plan first.

use serde::{Deserialize, Serialize};
use vocab::{ContainerKey, NodeName, ObjectKind, RunId, UnitName};

use crate::site::SiteOrder;
use crate::site_request::SiteRequest;

/// What may be done to a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ContainerVerb {
    /// Start it.
    Start,
    /// Ask it to end, then end it.
    Stop,
    /// Stop and start it.
    Restart,
    /// Freeze it.
    Pause,
    /// Thaw it.
    Unpause,
    /// End it at once.
    Kill,
    /// Remove it.
    Remove,
}

impl ContainerVerb {
    /// The verb as shown and typed.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Pause => "pause",
            Self::Unpause => "unpause",
            Self::Kill => "kill",
            Self::Remove => "remove",
        }
    }
}

/// Where another run is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RunWay {
    /// On, from where it stopped.
    GoOn,
    /// Back, as far as its level says.
    TakeBack,
}

impl RunWay {
    /// As shown in titles.
    pub const fn words(self) -> &'static str {
        match self {
            Self::GoOn => "go on with",
            Self::TakeBack => "take back",
        }
    }
}

/// A wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    /// Do something to containers.
    Containers {
        /// What.
        verb: ContainerVerb,
        /// To which.
        targets: Vec<ContainerKey>,
    },
    /// Remove what nothing uses.
    Prune {
        /// On which nodes.
        nodes: Vec<NodeName>,
        /// Which kinds.
        kinds: Vec<ObjectKind>,
    },
    /// Cut logs that have grown over their bound: the systemd journal, JSON logs of containers.
    PruneLogs {
        /// On which nodes.
        nodes: Vec<NodeName>,
    },
    /// Restart systemd units.
    RestartUnits {
        /// Which, where.
        targets: Vec<(NodeName, UnitName)>,
    },
    /// Drop the connections to nodes and make them anew, without the wait between attempts.
    Reconnect {
        /// To which.
        nodes: Vec<NodeName>,
    },
    /// Reboot nodes.
    Reboot {
        /// Which.
        nodes: Vec<NodeName>,
    },
    /// Run a command on nodes, without a terminal.
    Command {
        /// On which nodes.
        nodes: Vec<NodeName>,
        /// The program and its arguments, passed whole.
        command: Vec<String>,
        /// Whether the other nodes wait for one to succeed, and stop at the first failure.
        one_by_one: bool,
    },
    /// Run a command in a container, without a terminal.
    ContainerCommand {
        /// In which.
        target: ContainerKey,
        /// The program and its arguments, passed whole.
        command: Vec<String>,
    },
    /// Make, change or remove a site, as it is wished. Its plan holds [`Intent::Site`] instead.
    SiteRequest(Box<SiteRequest>),
    /// The same, frozen by its plan. Such a run is finished or taken back, whatever happens in the middle.
    Site(Box<SiteOrder>),
    /// Go on with a run on a site that was left or waits for an operator, or take one back that is under way.
    Run {
        /// Which run.
        run: RunId,
        /// Where it is sent.
        way: RunWay,
    },
    /// Open a shell on a node: the terminal is handed over.
    NodeShell {
        /// On which.
        node: NodeName,
    },
    /// Open a shell in a container: the terminal is handed over.
    ContainerShell {
        /// In which.
        target: ContainerKey,
    },
}

impl From<SiteRequest> for Intent {
    fn from(request: SiteRequest) -> Self {
        Self::SiteRequest(Box::new(request))
    }
}

impl Intent {
    /// Whether it hands the terminal over instead of running steps.
    pub const fn is_shell(&self) -> bool {
        matches!(self, Self::NodeShell { .. } | Self::ContainerShell { .. })
    }
}
