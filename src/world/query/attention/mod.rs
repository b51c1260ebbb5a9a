//! What needs attention now: concerns derived from the world, consequences folded under their cause, worst first.

mod backups;
mod business;
mod containers;
mod nodes;
mod services;

use std::cmp::Reverse;

use vocab::{NodeName, Text, Time};

use crate::intent::Intent;
use crate::run::RunState;
use crate::tracked::TrackedService;
use crate::world::World;

/// The most lines on the surface.
pub const SURFACE: usize = 10;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Will hurt if nobody acts.
    Warning,
    /// Hurts now.
    Critical,
}

/// One thing that needs attention.
#[derive(Debug, Clone, PartialEq)]
pub struct Concern {
    /// How bad.
    pub severity: Severity,
    /// What it is about; also where "open" leads.
    pub about: About,
    /// In a few words: `compute-2 is down`.
    pub title: Text,
    /// Figures and consequences, dim: `+14 containers, 4 services`.
    pub detail: Text,
    /// Since when.
    pub since: Time,
    /// What would mend it, where an action of this console can.
    pub fix: Option<Intent>,
}

/// What a concern is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A node.
    Node(NodeName),
    /// A container.
    Container(vocab::ContainerKey),
    /// A service.
    Service(vocab::ServiceName),
    /// A run.
    Run(vocab::RunId),
    /// A hosted site.
    Site(vocab::Domain),
    /// The console itself.
    Console(Text),
}

/// Everything that needs attention at `now`, worst first, then oldest first; the same world always gives the same list.
/// Faces show the first [`SURFACE`].
pub fn concerns(world: &World, now: Time) -> Vec<Concern> {
    let mut found = Vec::new();
    for node in world.nodes.values() {
        nodes::node_concerns(world, node, now, &mut found);
    }
    for tracked in world
        .containers
        .values()
        .filter(|tracked| reachable(world, &tracked.key.node))
    {
        found.extend(containers::container_concern(tracked, now));
    }
    for service in world
        .services
        .values()
        .filter(|service| !hidden_by_cause(world, service))
    {
        found.extend(services::service_concern(service, now));
        found.extend(services::certificate_concern(service, now));
        found.extend(services::replication_concern(service, now));
    }
    for site in world.sites.values() {
        found.extend(backups::backup_concern(world, site, now));
    }
    for run in world
        .runs
        .values()
        .filter(|run| run.state == RunState::Unknown)
    {
        found.push(Concern {
            severity: Severity::Critical,
            about: About::Run(run.id()),
            title: Text::line(format!("{}: how it ended is not known", run.plan.title)),
            detail: Text::line("the console or the link ended in mid-step; look at the object"),
            since: run.taken,
            fix: None,
        });
    }
    for notice in world.notices.values().filter(|notice| notice.grave) {
        found.push(Concern {
            severity: Severity::Warning,
            about: About::Console(notice.subject.clone()),
            title: notice.text.clone(),
            detail: notice.subject.clone(),
            since: now,
            fix: None,
        });
    }
    business::business_concerns(world, now, &mut found);
    found.sort_by(|a, b| {
        (Reverse(a.severity), a.since, &a.about, &a.title).cmp(&(
            Reverse(b.severity),
            b.since,
            &b.about,
            &b.title,
        ))
    });
    found
}

fn reachable(world: &World, node: &NodeName) -> bool {
    world
        .nodes
        .get(node)
        .is_some_and(|node| node.link.down_since().is_none())
}

/// A service whose node is down, or whose container is dead, is a consequence of that and no line of its own.
fn hidden_by_cause(world: &World, service: &TrackedService) -> bool {
    let Some(node) = &service.spec.node else {
        return false;
    };
    if !reachable(world, node) {
        return true;
    }
    service.spec.container.as_ref().is_some_and(|name| {
        world
            .containers_of(node)
            .any(|tracked| tracked.container.name == *name && !tracked.container.state.is_up())
    })
}
