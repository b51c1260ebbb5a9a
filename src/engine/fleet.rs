//! The fabric of a fleet: what nodes there are, how each is reached, and the tasks that watch it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use drivers::Connection;
use drivers::alert::AlertSender;
use kit::queue;
use sources::{Context, NodeTarget};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vocab::{NodeName, ServiceSpec, Span, Text};
use world::alerts::Channel;
use world::autopilot::Policy;
use world::money::Terms;
use world::signals::Maintenance;
use world::{About, BackupRules, Event, Fact, Interest, NodeProfile, Rule, TokenEnd, Weights};

use crate::supervise::supervise;

/// A node: what is declared of it, how it is reached, and a word for its way of being reached, by which a reload sees
/// whether it must be connected anew.
#[derive(Clone)]
pub struct NodePlan {
    /// What the world knows of it.
    pub profile: NodeProfile,
    /// Its open ends.
    pub connection: Arc<Connection>,
    /// Everything that decides how it is reached, as text; two plans with the same identity share a connection.
    pub identity: String,
}

/// A channel of alerts, and what sends by it.
#[derive(Clone)]
pub struct AlertPlan {
    /// What the world knows of it.
    pub channel: Channel,
    /// What sends; `None` for what the faces show themselves, and for one that cannot be used.
    pub sender: Option<Arc<dyn AlertSender>>,
}

/// A fleet, ready to be watched.
#[derive(Clone)]
pub struct Fabric {
    /// Its name.
    pub name: Text,
    /// Its nodes.
    pub nodes: Vec<NodePlan>,
    /// Its declared services.
    pub services: Vec<ServiceSpec>,
    /// Whether services are looked for among the containers.
    pub discover: bool,
    /// The way to the providers by which sites are made, when they are configured; else why not, and how to mend it.
    pub hosting: Result<Arc<hosting::Ends>, Text>,
    /// What hosting is sold for, when that is configured.
    pub terms: Option<Terms>,
    /// How backups are made, when the fleet file says.
    pub backup_rules: Option<BackupRules>,
    /// When tokens and keys end, as the fleet file says.
    pub token_ends: Vec<TokenEnd>,
    /// The rules that judge.
    pub rules: Vec<Rule>,
    /// When maintenance is.
    pub maintenance: Vec<Maintenance>,
    /// What is done by itself.
    pub schedules: Vec<schedule::Schedule>,
    /// What may run by itself.
    pub autopilot: Policy,
    /// What the terms of an item's score count for, as the fleet file says.
    pub weights: Weights,
    /// Who is told of what is wrong.
    pub alerts: Vec<AlertPlan>,
    /// The simulation that stands in for the sources, in a demo.
    pub simulation: Option<Arc<sources::demo::Simulation>>,
}

impl Fabric {
    /// The event that declares it.
    pub(crate) fn declared(&self) -> Fact {
        Fact::FleetDeclared {
            name: self.name.clone(),
            demo: self.simulation.is_some(),
            nodes: self.nodes.iter().map(|node| node.profile.clone()).collect(),
            services: self.services.clone(),
        }
    }
}

/// A node under watch.
struct Watched {
    plan: NodePlan,
    cancel: CancellationToken,
}

/// The tasks that watch the nodes.
pub(crate) struct NodeTasks {
    watched: BTreeMap<NodeName, Watched>,
    tasks: TaskTracker,
    cancel: CancellationToken,
    events: queue::Sender<Event>,
    interest: watch::Receiver<Interest>,
    looks: sources::Looks,
    refresh: Span,
}

impl NodeTasks {
    pub(crate) fn new(
        tasks: TaskTracker,
        cancel: CancellationToken,
        events: queue::Sender<Event>,
        interest: watch::Receiver<Interest>,
        refresh: Span,
    ) -> Self {
        Self {
            watched: BTreeMap::new(),
            tasks,
            cancel,
            events,
            interest,
            looks: sources::Looks::default(),
            refresh,
        }
    }

    /// A context for a source that is not of one node.
    pub(crate) fn context(&self) -> Context {
        self.context_for(self.cancel.child_token())
    }

    fn context_for(&self, cancel: CancellationToken) -> Context {
        Context {
            events: self.events.clone(),
            interest: self.interest.clone(),
            looks: self.looks.clone(),
            cancel,
            refresh: self.refresh,
        }
    }

    /// Ends the watch of nodes that are gone or reached otherwise, begins that of new ones, and hands back the
    /// connections as they are now. What did not change keeps its connection.
    pub(crate) fn follow(&mut self, fabric: &Fabric) -> drivers::Connections {
        self.watched.retain(|name, watched| {
            let same = fabric
                .nodes
                .iter()
                .any(|node| node.profile.name == *name && node.identity == watched.plan.identity);
            if !same {
                watched.cancel.cancel();
                let host = watched.plan.connection.host.clone();
                self.tasks.spawn(async move { host.close().await });
            }
            same
        });
        for plan in &fabric.nodes {
            if !self.watched.contains_key(&plan.profile.name) {
                let cancel = self.cancel.child_token();
                self.watch(plan, &cancel, fabric.simulation.is_some());
                self.watched.insert(
                    plan.profile.name.clone(),
                    Watched {
                        plan: plan.clone(),
                        cancel,
                    },
                );
            }
        }
        self.watched
            .iter()
            .map(|(name, watched)| (name.clone(), watched.plan.connection.clone()))
            .collect()
    }

    /// Starts a node's sources, each a task of its own. A simulated machine is played by the simulation; its engine is
    /// watched like any other.
    fn watch(&self, plan: &NodePlan, cancel: &CancellationToken, simulated: bool) {
        let target = NodeTarget {
            node: plan.profile.name.clone(),
            local: plan.profile.local,
            connection: plan.connection.clone(),
        };
        let context = self.context_for(cancel.clone());
        let start = |what: &str| format!("the {what} source of {}", target.node);
        if !simulated {
            let (host_context, host_target) = (context.clone(), target.clone());
            supervise(
                &self.tasks,
                start("machine"),
                self.events.clone(),
                cancel.clone(),
                move || sources::host::run(host_context.clone(), host_target.clone()),
            );
        }
        let docker_target = target.clone();
        supervise(
            &self.tasks,
            start("container"),
            self.events.clone(),
            cancel.clone(),
            move || sources::docker::watch(context.clone(), docker_target.clone()),
        );
    }

    /// Asks the sources for a look at all of these, at once.
    pub(crate) fn look(&self, at: BTreeSet<About>) {
        self.looks.ask(at);
    }

    /// The connection of a node, to be closed at the end.
    pub(crate) fn hosts(&self) -> Vec<Arc<dyn drivers::Host>> {
        self.watched
            .values()
            .map(|watched| watched.plan.connection.host.clone())
            .collect()
    }
}
