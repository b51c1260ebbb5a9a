//! Consequences under their cause: what stands on what is in the facts, so that nobody has to write it down.
//!
//! A node carries its containers, the services and the servers of sites on it; a server carries its sites; a container and
//! a site carry the services that look at them; this machine's network carries whatever is looked at from here. Trouble of
//! availability explains the trouble of availability, capacity and protection of whatever stands on it that did not begin
//! before it, and that of work as long as nobody can look. Money is never explained away.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use vocab::rule::Kind;
use vocab::{Domain, ProbeKind, ServiceName, Span, Text};

use super::signal::{Signal, SignalId};
use crate::about::About;
use crate::node::NodeProfile;
use crate::query::income;
use crate::site::Site;
use crate::tracked::TrackedService;
use crate::world::World;

/// A consequence may be noticed so much earlier than its cause.
const EARLIER: Span = Span::minutes(2);

/// What stands on what.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    children: BTreeMap<About, BTreeSet<About>>,
}

/// How much stands on an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dependents {
    /// Containers that were up when they were last seen.
    pub containers: usize,
    /// Services.
    pub services: usize,
    /// Sites.
    pub sites: BTreeSet<Domain>,
}

impl Dependents {
    /// How many objects in all.
    pub fn count(&self) -> usize {
        self.containers + self.services + self.sites.len()
    }
}

/// The open signals, each under the one that explains it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folded {
    /// Those that nothing explains, with those that they explain.
    pub causes: BTreeMap<SignalId, BTreeSet<SignalId>>,
    /// The cause of each that is explained.
    pub under: BTreeMap<SignalId, SignalId>,
}

impl Graph {
    /// What stands on what now.
    pub fn of(world: &World) -> Self {
        let mut graph = Self::default();
        let parents = Parents::of(world);
        for key in world.containers.keys() {
            graph.add(About::Node(key.node.clone()), About::Container(key.clone()));
        }
        for service in world.services.values() {
            let about = About::Service(service.spec.name.clone());
            for parent in parents_of_service(world, service) {
                graph.add(parent, about.clone());
            }
        }
        for site in world.sites.values() {
            let about = About::Site(site.domain.clone());
            if let Some(server) = server_of(site) {
                if let Some(node) = parents.node_of_site(site) {
                    graph.add(node, server.clone());
                }
                graph.add(server, about);
            }
        }
        graph
    }

    fn add(&mut self, parent: About, child: About) {
        self.children.entry(parent).or_default().insert(child);
    }

    /// Everything that stands on an object, however far up.
    pub fn descendants(&self, about: &About) -> BTreeSet<About> {
        let mut found = BTreeSet::new();
        let mut left = vec![about];
        while let Some(next) = left.pop() {
            for child in self.children.get(next).into_iter().flatten() {
                if child != about && found.insert(child.clone()) {
                    left.push(child);
                }
            }
        }
        found
    }

    /// How much stands on an object.
    pub fn dependents(&self, world: &World, about: &About) -> Dependents {
        let mut all = Dependents::default();
        for one in self.descendants(about) {
            match one {
                About::Container(key) => {
                    let up = world.containers.get(&key);
                    all.containers +=
                        usize::from(up.is_some_and(|one| one.container.state.is_up()));
                }
                About::Service(_) => all.services += 1,
                About::Site(domain) => {
                    all.sites.insert(domain);
                }
                _ => {}
            }
        }
        if let About::Site(domain) = about {
            all.sites.insert(domain.clone());
        }
        all
    }
}

/// Nodes by what sites and services know of them.
struct Parents<'w> {
    by_name: BTreeMap<&'w str, &'w NodeProfile>,
    by_address: BTreeMap<&'w str, &'w NodeProfile>,
}

impl<'w> Parents<'w> {
    fn of(world: &'w World) -> Self {
        let profiles = || world.nodes.values().map(|node| &node.profile);
        Self {
            by_name: profiles().map(|one| (one.name.as_str(), one)).collect(),
            by_address: profiles()
                .filter_map(|one| Some((one.address.as_deref()?, one)))
                .collect(),
        }
    }

    fn node_of_site(&self, site: &Site) -> Option<About> {
        let objects = &site.objects;
        let node = self
            .by_name
            .get(objects.server_name.as_str())
            .or_else(|| self.by_address.get(objects.address.as_str()))?;
        Some(About::Node(node.name.clone()))
    }
}

fn parents_of_service(world: &World, service: &TrackedService) -> Vec<About> {
    let mut found = Vec::new();
    let spec = &service.spec;
    if let Some(node) = &spec.node {
        found.push(About::Node(node.clone()));
        if let Some(name) = &spec.container {
            let container = world
                .containers_of(node)
                .find(|tracked| tracked.container.name == *name);
            found.extend(container.map(|one| About::Container(one.key.clone())));
        }
    }
    let host = match &spec.probe {
        ProbeKind::Http { url, .. } => income::host(url),
        ProbeKind::Tls { host, .. } => host.as_str(),
        _ => return found,
    };
    if let Ok(domain) = Domain::new(host)
        && world.sites.contains_key(&domain)
    {
        found.push(About::Site(domain));
    }
    found
}

fn server_of(site: &Site) -> Option<About> {
    let name = &site.objects.server_name;
    (!name.is_empty()).then(|| About::Server(Text::line(name)))
}

/// What an object stands on, the nearest first, this machine's network last.
pub fn ancestors(world: &World, about: &About) -> Vec<About> {
    let parents = Parents::of(world);
    let mut found = Vec::new();
    climb(world, &parents, about, &mut found);
    let from_here = matches!(
        about,
        About::Node(_)
            | About::Container(_)
            | About::Service(_)
            | About::Site(_)
            | About::Server(_)
    );
    if from_here {
        found.push(About::network());
    }
    found
}

fn climb(world: &World, parents: &Parents<'_>, about: &About, found: &mut Vec<About>) {
    let next: Vec<About> = match about {
        About::Container(key) => vec![About::Node(key.node.clone())],
        About::Service(name) => world
            .services
            .get(name)
            .map_or_else(Vec::new, |service| parents_of_service(world, service)),
        About::Site(domain) => {
            let site = world.sites.get(domain);
            site.map_or_else(Vec::new, |site| {
                server_of(site)
                    .into_iter()
                    .chain(parents.node_of_site(site))
                    .collect()
            })
        }
        About::Server(name) => {
            let mut sites = world.sites.values();
            let site = sites.find(|site| site.objects.server_name == **name);
            site.and_then(|site| parents.node_of_site(site))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    };
    for parent in next {
        if !found.contains(&parent) {
            found.push(parent.clone());
            climb(world, parents, &parent, found);
        }
    }
}

/// The services of a container's name on its node, for what is to be restarted when a service is down.
pub fn container_of(world: &World, service: &ServiceName) -> Option<vocab::ContainerKey> {
    let spec = &world.services.get(service)?.spec;
    let (node, name) = (spec.node.as_ref()?, spec.container.as_ref()?);
    world
        .containers_of(node)
        .find(|tracked| tracked.container.name == *name)
        .map(|tracked| tracked.key.clone())
}

/// Lays every open signal under the one that explains it: the gravest of the same object, else that of the farthest object
/// it stands on. A cause is never explained itself.
pub fn fold(world: &World) -> Folded {
    let open: Vec<&Signal> = world.signals.values().filter(|one| one.is_open()).collect();
    let mut causes: BTreeMap<&About, &Signal> = BTreeMap::new();
    for signal in open.iter().filter(|one| is_cause(one)) {
        let rank = |one: &Signal| (Reverse(one.severity), one.since, one.id.clone());
        let best = causes.entry(&signal.id.about).or_insert(signal);
        if rank(signal) < rank(best) {
            *best = signal;
        }
    }
    let mut above: BTreeMap<&About, Vec<About>> = BTreeMap::new();
    let mut folded = Folded::default();
    for signal in &open {
        let about = &signal.id.about;
        let lines = above
            .entry(about)
            .or_insert_with(|| ancestors(world, about));
        let cause = lines
            .iter()
            .rev()
            .filter_map(|one| causes.get(one))
            .find(|cause| explains(cause, signal))
            .or_else(|| {
                let own = causes.get(about)?;
                let same = own.id != signal.id && of_the_same(signal);
                same.then_some(own)
            });
        if let Some(cause) = cause {
            folded.under.insert(signal.id.clone(), cause.id.clone());
        }
    }
    // A cause that is explained itself hands on what it explains.
    for signal in &open {
        let mut top = &signal.id;
        for _ in 0..8 {
            match folded.under.get(top) {
                Some(next) => top = next,
                None => break,
            }
        }
        if *top == signal.id {
            folded.causes.entry(top.clone()).or_default();
        } else {
            let under = folded.causes.entry(top.clone()).or_default();
            under.insert(signal.id.clone());
        }
    }
    for (cause, all) in &folded.causes {
        for one in all {
            folded.under.insert(one.clone(), cause.clone());
        }
    }
    folded
}

/// Whether trouble of something explains that of what stands on it: it did not begin later, or nobody could look since.
fn explains(cause: &Signal, signal: &Signal) -> bool {
    let began_after = signal.since + EARLIER >= cause.since;
    match signal.kind {
        Kind::Availability => began_after || signal.blind,
        Kind::Capacity | Kind::Protection | Kind::Work => signal.blind,
        Kind::Money => false,
    }
}

/// Whether a signal can explain others: it is of the whole object.
fn is_cause(signal: &Signal) -> bool {
    signal.kind == Kind::Availability && signal.id.part.is_empty()
}

/// Whether a signal is one trouble with the gravest one of its object.
fn of_the_same(signal: &Signal) -> bool {
    match signal.kind {
        Kind::Availability => signal.id.part.is_empty() || signal.blind,
        Kind::Capacity | Kind::Protection | Kind::Work => signal.blind,
        Kind::Money => false,
    }
}
