//! What stands on what: it is in the facts, so that nobody has to write it down.
//!
//! A node carries its containers, the services and the servers of sites on it; a region carries its servers, and a server
//! its sites; a container and a site carry the services that look at them; this machine's network carries whatever is looked
//! at from here.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use vocab::{ContainerKey, Domain, NodeName, ProbeKind, Region, ServiceName, Text};

use crate::about::About;
use crate::query::income;
use crate::site::Site;
use crate::tracked::TrackedService;
use crate::world::World;

/// What stands on what in one world. Each answer is worked out when it is first asked for, and then known: it holds for as
/// long as no object comes, goes or moves.
#[derive(Debug, Default)]
pub struct Topology {
    places: OnceCell<Places>,
    containers: OnceCell<HashMap<NodeName, HashMap<Text, ContainerKey>>>,
    children: OnceCell<BTreeMap<About, BTreeSet<About>>>,
    above: RefCell<HashMap<About, Arc<[About]>>>,
    dependents: RefCell<HashMap<About, Arc<Dependents>>>,
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

/// Nodes by what sites know of them, and servers by name.
#[derive(Debug)]
struct Places {
    by_name: HashMap<String, NodeName>,
    by_address: HashMap<String, NodeName>,
    /// The node of each server, where it is known, and its region.
    servers: HashMap<String, (Option<NodeName>, Region)>,
}

impl Places {
    fn of(world: &World) -> Self {
        let profiles = || world.nodes.values().map(|node| &node.profile);
        let mut places = Self {
            by_name: profiles()
                .map(|one| (one.name.to_string(), one.name.clone()))
                .collect(),
            by_address: profiles()
                .filter_map(|one| Some((one.address.as_ref()?.to_string(), one.name.clone())))
                .collect(),
            servers: HashMap::new(),
        };
        for site in world.sites.values() {
            let name = &site.objects.server_name;
            if !places.servers.contains_key(name.as_str()) {
                let node = places.node_of_site(site).cloned();
                places.servers.insert(name.clone(), (node, site.region));
            }
        }
        places
    }

    fn node_of_site(&self, site: &Site) -> Option<&NodeName> {
        let objects = &site.objects;
        self.by_name
            .get(objects.server_name.as_str())
            .or_else(|| self.by_address.get(objects.address.as_str()))
    }
}

impl Topology {
    fn places(&self, world: &World) -> &Places {
        self.places.get_or_init(|| Places::of(world))
    }

    /// The container of this name on a node; of several the first.
    fn container(&self, world: &World, node: &NodeName, name: &Text) -> Option<ContainerKey> {
        let known = self.containers.get_or_init(|| {
            let mut known: HashMap<NodeName, HashMap<Text, ContainerKey>> = HashMap::new();
            for tracked in world.containers.values() {
                let here = known.entry(tracked.key.node.clone()).or_default();
                here.entry(tracked.container.name.clone())
                    .or_insert_with(|| tracked.key.clone());
            }
            known
        });
        known.get(node)?.get(name).cloned()
    }

    /// The container behind a service: that of its name on its node.
    pub fn container_of(&self, world: &World, service: &ServiceName) -> Option<ContainerKey> {
        let spec = &world.services.get(service)?.spec;
        self.container(world, spec.node.as_ref()?, spec.container.as_ref()?)
    }

    fn children(&self, world: &World) -> &BTreeMap<About, BTreeSet<About>> {
        self.children.get_or_init(|| {
            let mut children: BTreeMap<About, BTreeSet<About>> = BTreeMap::new();
            let mut add = |parent: About, child: About| {
                children.entry(parent).or_default().insert(child);
            };
            for key in world.containers.keys() {
                add(About::Node(key.node.clone()), About::Container(key.clone()));
            }
            for service in world.services.values() {
                let about = About::Service(service.spec.name.clone());
                for parent in self.parents_of_service(world, service) {
                    add(parent, about.clone());
                }
            }
            for site in world.sites.values() {
                let Some(server) = server_of(site) else {
                    continue;
                };
                if let Some(node) = self.places(world).node_of_site(site) {
                    add(About::Node(node.clone()), server.clone());
                }
                add(About::Region(site.region), server.clone());
                add(server, About::Site(site.domain.clone()));
            }
            children
        })
    }

    /// How much stands on an object, however far up; of a site the site itself too.
    pub fn dependents(&self, world: &World, about: &About) -> Arc<Dependents> {
        if let Some(known) = self.dependents.borrow().get(about) {
            return Arc::clone(known);
        }
        let found = Arc::new(self.count(world, about));
        let mut known = self.dependents.borrow_mut();
        known.insert(about.clone(), Arc::clone(&found));
        found
    }

    fn count(&self, world: &World, about: &About) -> Dependents {
        let children = self.children(world);
        let mut all = Dependents::default();
        let mut found = BTreeSet::new();
        let mut left = vec![about];
        while let Some(next) = left.pop() {
            for child in children.get(next).into_iter().flatten() {
                if child != about && found.insert(child) {
                    left.push(child);
                }
            }
        }
        for one in found {
            match one {
                About::Container(key) => {
                    let up = world.containers.get(key);
                    all.containers +=
                        usize::from(up.is_some_and(|one| one.container.state.is_up()));
                }
                About::Service(_) => all.services += 1,
                About::Site(domain) => {
                    all.sites.insert(domain.clone());
                }
                _ => {}
            }
        }
        if let About::Site(domain) = about {
            all.sites.insert(domain.clone());
        }
        all
    }

    /// What an object stands on, the nearest first, this machine's network last.
    pub fn above(&self, world: &World, about: &About) -> Arc<[About]> {
        if let Some(known) = self.above.borrow().get(about) {
            return Arc::clone(known);
        }
        let mut found = Vec::new();
        self.climb(world, about, &mut found);
        let from_here = matches!(
            about,
            About::Node(_)
                | About::Container(_)
                | About::Service(_)
                | About::Site(_)
                | About::Server(_)
                | About::Region(_)
        );
        if from_here {
            found.push(About::network());
        }
        let found: Arc<[About]> = found.into();
        let mut known = self.above.borrow_mut();
        known.insert(about.clone(), Arc::clone(&found));
        found
    }

    fn climb(&self, world: &World, about: &About, found: &mut Vec<About>) {
        let next: Vec<About> = match about {
            About::Container(key) => vec![About::Node(key.node.clone())],
            About::Service(name) => world
                .services
                .get(name)
                .map_or_else(Vec::new, |service| self.parents_of_service(world, service)),
            About::Site(domain) => {
                let site = world.sites.get(domain);
                site.map_or_else(Vec::new, |site| {
                    let node = self.places(world).node_of_site(site).cloned();
                    server_of(site)
                        .into_iter()
                        .chain(node.map(About::Node))
                        .chain([About::Region(site.region)])
                        .collect()
                })
            }
            About::Server(name) => {
                let known = self.places(world).servers.get(&**name);
                known.map_or_else(Vec::new, |(node, region)| {
                    let node = node.clone().map(About::Node).into_iter();
                    node.chain([About::Region(*region)]).collect()
                })
            }
            _ => Vec::new(),
        };
        for parent in next {
            if !found.contains(&parent) {
                found.push(parent.clone());
                self.climb(world, &parent, found);
            }
        }
    }

    fn parents_of_service(&self, world: &World, service: &TrackedService) -> Vec<About> {
        let mut found = Vec::new();
        let spec = &service.spec;
        if let Some(node) = &spec.node {
            found.push(About::Node(node.clone()));
            if let Some(name) = &spec.container {
                let container = self.container(world, node, name);
                found.extend(container.map(About::Container));
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
}

fn server_of(site: &Site) -> Option<About> {
    let name = &site.objects.server_name;
    (!name.is_empty()).then(|| About::Server(Text::line(name)))
}

/// What an object stands on, the nearest first, this machine's network last; remembered until an object comes, goes or
/// moves.
pub fn ancestors(world: &World, about: &About) -> Arc<[About]> {
    world.remembered.above(world, about)
}

/// The container behind a service: that of its name on its node; remembered likewise.
pub fn container_of(world: &World, service: &ServiceName) -> Option<ContainerKey> {
    world.remembered.container_of(world, service)
}

#[cfg(test)]
mod tests {
    use vocab::{Access, ServiceSpec, Span};

    use super::*;
    use crate::testing::{NOW, declared, domain, node, site};
    use crate::{Event, Fact};

    fn apply(world: &mut World, fact: Fact) {
        world.apply(&Event { at: NOW, fact });
    }

    fn nodes(above: &[About]) -> Vec<&str> {
        let names = above.iter().filter_map(|about| match about {
            About::Node(node) => Some(node.as_str()),
            _ => None,
        });
        names.collect()
    }

    #[test]
    fn what_stands_on_what_is_remembered_until_something_moves() {
        let on = |server| Fact::SiteBooked(Box::new(site("a.example.com", server, "15 USD")));
        let mut world = World::default();
        apply(&mut world, declared(&["web-1", "web-2"]));
        apply(&mut world, on("web-1"));
        let about = About::Site(domain("a.example.com"));
        let first = ancestors(&world, &about);
        assert_eq!(nodes(&first), ["web-1"]);
        apply(&mut world, Fact::TimePassed);
        assert!(
            Arc::ptr_eq(&first, &ancestors(&world, &about)),
            "nothing moved, and it was worked out again"
        );
        apply(&mut world, on("web-2"));
        assert_eq!(nodes(&ancestors(&world, &about)), ["web-2"]);
        apply(&mut world, declared(&["web-1"]));
        assert!(nodes(&ancestors(&world, &about)).is_empty());
    }

    #[test]
    fn the_container_behind_a_service_is_another_when_it_is_made_anew() {
        let service = ServiceName::new("shop").unwrap();
        let mut world = World::default();
        let mut declared = declared(&["web-1"]);
        if let Fact::FleetDeclared { services, .. } = &mut declared {
            services.push(ServiceSpec {
                name: service.clone(),
                probe: ProbeKind::Tcp {
                    host: "shop.example.com".into(),
                    port: 80,
                },
                access: Access::default(),
                every: Span::seconds(30),
                timeout: Span::seconds(5),
                slow: Span::seconds(1),
                failures: 2,
                window: 3,
                node: Some(node("web-1")),
                container: Some("shop".into()),
                discovered: false,
            });
        }
        apply(&mut world, declared);
        assert_eq!(container_of(&world, &service), None);
        for id in ["aaaaaaaaaaaa", "bbbbbbbbbbbb"] {
            let listed = serde_json::json!({ "ContainersListed": { "node": "web-1", "containers": [{
                "id": id, "name": "shop", "image": "shop", "state": "Running", "health": "None",
                "out_of_memory": false, "restarts": 0, "ports": [],
            }] } });
            apply(&mut world, serde_json::from_value(listed).unwrap());
            let found = container_of(&world, &service).map(|key| key.id.to_string());
            assert_eq!(found.as_deref(), Some(id));
        }
    }
}
