//! Fixes bound to their object: what a rule says would mend a signal becomes a wish about the very thing that ails.

use std::cmp::Reverse;
use std::path::Path;

use vocab::{ContainerKey, Domain, EngineTrouble, NodeName, ObjectKind, RunId, UnitName};

use super::stake::watched;
use crate::about::About;
use crate::intent::{ContainerVerb, Intent, RunWay};
use crate::looks::standing_on;
use crate::node::EngineState;
use crate::plan::Plan;
use crate::signals::{Fix, SignalId, Topology};
use crate::site::{Site, SiteState};
use crate::site_request::SiteRequest;
use crate::world::World;

/// The wish that would mend this signal; `None` when its object is not there or the fix does not fit it.
pub fn bind(world: &World, topology: &Topology, fix: &Fix, id: &SignalId) -> Option<Intent> {
    let site = || site(world, topology, &id.about);
    let node = || node(world, topology, &id.about);
    let container = || container(world, topology, &id.about);
    Some(match fix {
        Fix::StartContainer => containers(ContainerVerb::Start, container()?),
        Fix::RestartContainer => match (container(), site()) {
            (Some(key), _) => containers(ContainerVerb::Restart, key),
            (None, Some(domain)) => SiteRequest::Restart { domain }.into(),
            (None, None) => return None,
        },
        Fix::RestartUnit => Intent::RestartUnits {
            targets: vec![(node()?, UnitName::new(&id.part).ok()?)],
        },
        Fix::PruneImages if holds_logs(world, topology, id) => logs(world, topology, id)?,
        Fix::PruneLogs => logs(world, topology, id)?,
        Fix::PruneImages => Intent::Prune {
            nodes: vec![node()?],
            kinds: vec![ObjectKind::DanglingImage, ObjectKind::UnusedImage],
        },
        // Of a site or service that does not answer, no connection of ours is to blame.
        Fix::Reconnect => match &id.about {
            About::Node(name) if !world.nodes.get(name)?.profile.local => Intent::Reconnect {
                nodes: vec![name.clone()],
            },
            _ => return None,
        },
        Fix::Reboot => Intent::Reboot {
            nodes: vec![node()?],
        },
        Fix::RestartSite => SiteRequest::Restart { domain: site()? }.into(),
        Fix::RenewCertificate => SiteRequest::Renew { domain: site()? }.into(),
        Fix::BackUp => SiteRequest::Backup { domain: site()? }.into(),
        Fix::DumpDatabase => SiteRequest::Dump { domain: site()? }.into(),
        Fix::Drill => SiteRequest::Drill {
            domain: site()?,
            backup: None,
        }
        .into(),
        Fix::ReResolve => SiteRequest::Repoint { domain: site()? }.into(),
        Fix::Grow => SiteRequest::Grow {
            domain: site().or_else(|| earns_most(world, &id.about, can_grow))?,
            to: None,
        }
        .into(),
        Fix::FailOver => SiteRequest::Failover {
            domain: site().or_else(|| earns_most(world, &id.about, can_go))?,
            rehearse: false,
        }
        .into(),
        Fix::Suspend => SiteRequest::Suspend { domain: site()? }.into(),
        Fix::RetryInvoice => SiteRequest::Collect { domain: site()? }.into(),
        Fix::Command { command, .. } => Intent::Command {
            nodes: vec![node()?],
            command: command.clone(),
            one_by_one: false,
        },
        Fix::ResumeRun => Intent::Run {
            run: run(world, &id.about)?,
            way: RunWay::GoOn,
        },
        Fix::RollBackRun => Intent::Run {
            run: run(world, &id.about)?,
            way: RunWay::TakeBack,
        },
    })
}

/// Whether a plan carries a fix out: the plan of a site's wish holds the frozen order instead.
pub fn carries_out(plan: &Plan, fix: &Intent) -> bool {
    match (fix, &plan.intent) {
        (Intent::SiteRequest(request), Intent::Site(order)) => {
            request.verb() == order.verb && order.domains().contains(request.domain())
        }
        (fix, intent) => fix == intent,
    }
}

/// A fix in a few words: `restart container`, `remove unused images`.
pub fn words(fix: &Intent) -> String {
    match fix {
        Intent::Containers { verb, .. } => format!("{} container", verb.word()),
        Intent::Prune { .. } => "remove unused images".to_owned(),
        Intent::PruneLogs { .. } => "cut the logs".to_owned(),
        Intent::RestartUnits { targets } => match targets.as_slice() {
            [(_, unit)] => format!("restart {unit}"),
            _ => "restart units".to_owned(),
        },
        Intent::Reconnect { .. } => "reconnect".to_owned(),
        Intent::Reboot { .. } => "reboot".to_owned(),
        Intent::Command { command, .. } | Intent::ContainerCommand { command, .. } => {
            format!("run {}", command.first().map_or("", String::as_str))
        }
        Intent::SiteRequest(request) => match **request {
            SiteRequest::Backup { .. } => "back up".to_owned(),
            SiteRequest::Restart { .. } => "restart site".to_owned(),
            SiteRequest::Failover { ref domain, .. } => format!("fail over {domain}"),
            SiteRequest::Grow { ref domain, .. } => format!("grow the server of {domain}"),
            ref other => other.verb().word().to_owned(),
        },
        Intent::Site(order) => order.verb.word().to_owned(),
        Intent::Run { way, .. } => format!("{} the run", way.words()),
        Intent::NodeShell { .. } | Intent::ContainerShell { .. } => "open a shell".to_owned(),
    }
}

fn logs(world: &World, topology: &Topology, id: &SignalId) -> Option<Intent> {
    let nodes = vec![node(world, topology, &id.about)?];
    Some(Intent::PruneLogs { nodes })
}

/// Whether logs alone can be taken from this disk: it is one for logs, or nothing keeps images on the machine.
fn holds_logs(world: &World, topology: &Topology, id: &SignalId) -> bool {
    let node = node(world, topology, &id.about).and_then(|name| world.nodes.get(&name));
    let no_engine = node.is_some_and(|node| {
        let absent = EngineTrouble::Absent;
        matches!(&node.engine, EngineState::Down { trouble, .. } if *trouble == absent)
    });
    no_engine || Path::new(id.part.as_str()).starts_with("/var/log")
}

fn containers(verb: ContainerVerb, key: ContainerKey) -> Intent {
    Intent::Containers {
        verb,
        targets: vec![key],
    }
}

/// The container that this is, or that is behind it.
fn container(world: &World, topology: &Topology, about: &About) -> Option<ContainerKey> {
    match about {
        About::Container(key) => world.containers.contains_key(key).then(|| key.clone()),
        About::Service(name) => topology.container_of(world, name),
        _ => None,
    }
}

/// The node that this is, or that it is on.
fn node(world: &World, topology: &Topology, about: &About) -> Option<NodeName> {
    let of = |about: &About| match about {
        About::Node(name) if world.nodes.contains_key(name) => Some(name.clone()),
        _ => None,
    };
    of(about).or_else(|| topology.above(world, about).iter().find_map(of))
}

/// Whether a site has a region to go to: one that was failed over before has left something behind and goes no farther by
/// itself.
fn can_go(site: &Site) -> bool {
    site.state == SiteState::Active && site.objects.left_behind.is_none()
}

/// Whether a site is served from a server that is ours to make larger.
fn can_grow(site: &Site) -> bool {
    site.state == SiteState::Active && !site.objects.server.is_empty()
}

/// Of the sites of this sort that stand on a node or server, the one that earns most.
fn earns_most(world: &World, about: &About, is_meant: fn(&Site) -> bool) -> Option<Domain> {
    let there: Vec<&Site> = match about {
        About::Node(node) => standing_on(world, node).collect(),
        About::Server(name) => {
            let sites = world.sites.values();
            let there = sites.filter(|site| site.objects.server_name == **name);
            there.collect()
        }
        _ => return None,
    };
    let first = there
        .into_iter()
        .filter(|site| is_meant(site))
        .min_by_key(|site| (Reverse(site.price.amount), site.domain.clone()));
    first.map(|site| site.domain.clone())
}

/// The run that this is, when it is on a site: only such a run can be gone on with or taken back.
fn run(world: &World, about: &About) -> Option<RunId> {
    match about {
        About::Run(id) => world.runs.get(id)?.plan.order().map(|_| *id),
        _ => None,
    }
}

/// The site that this is, or whose address it watches.
fn site(world: &World, topology: &Topology, about: &About) -> Option<Domain> {
    let domain = match about {
        About::Site(domain) => Some(domain.clone()),
        About::Service(_) => watched(world, topology, about),
        _ => None,
    };
    domain.filter(|domain| world.sites.contains_key(domain))
}
