//! Other points of view: what does not answer here is handed to the source that has it looked at from elsewhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use sources::vantage::{Missing, Trial, View, Ways};
use sources::{Doors, SiteTarget};
use tokio::sync::watch;
use vocab::{NodeName, ProbeTrouble};
use world::signals::sight;
use world::{About, ServiceState};

use crate::business::HostingDoors;
use crate::core::Core;
use crate::supervise::supervise;

impl Core {
    /// Has what is missing looked at from elsewhere. A simulated fleet has no elsewhere.
    pub(crate) fn watch_from_elsewhere(&self, view: watch::Receiver<View>) {
        if self.fabric.simulation.is_some() {
            return;
        }
        let hosting = self.fabric.hosting.as_ref().ok();
        let ways = Ways {
            connections: self.connections.clone(),
            doors: hosting.map(|ends| Arc::new(HostingDoors(ends.clone())) as Arc<dyn Doors>),
            hetzner: hosting.map(|ends| ends.hetzner.clone()),
        };
        let (context, cancel) = (self.context(), self.cancel.clone());
        let name = "the source of other points of view".to_owned();
        supervise(&self.tasks, name, self.events.clone(), cancel, move || {
            sources::vantage::watch(context.clone(), ways.clone(), view.clone())
        });
    }

    /// Tells that source what is missing now, and who could look. With nothing missing there is nobody to name.
    pub(crate) fn look_around(&self) {
        let wanted = sight::wanted(&self.world, drivers::clock::now());
        let missing: Vec<Missing> = wanted
            .into_iter()
            .filter_map(|about| self.missing(about))
            .collect();
        let view = if missing.is_empty() {
            View::default()
        } else {
            View {
                missing,
                nodes: self.nodes_that_look(),
                servers: self.servers_that_look(),
            }
        };
        self.view.send_if_modified(|known| {
            let other = *known != view;
            if other {
                *known = view;
            }
            other
        });
    }

    fn nodes_that_look(&self) -> Vec<NodeName> {
        let nodes = self.world.nodes.values();
        nodes
            .filter(|node| !node.profile.local && node.link.is_up())
            .map(|node| node.name().clone())
            .collect()
    }

    /// A site that answers for each server of sites.
    fn servers_that_look(&self) -> Vec<SiteTarget> {
        let now = drivers::clock::now();
        let healthy = |target: &SiteTarget| {
            let pulse = self.world.pulses.get(&target.site);
            pulse.is_some_and(|pulse| pulse.state(now) == ServiceState::Healthy)
        };
        let mut seen = BTreeSet::new();
        let targets = self.sites_to_visit().into_iter();
        targets
            .filter(healthy)
            .filter(|target| seen.insert(target.server.clone()))
            .collect()
    }

    fn missing(&self, about: About) -> Option<Missing> {
        let mut not_from = BTreeSet::new();
        let trial = match &about {
            About::Node(name) => {
                let node = self.world.nodes.get(name)?;
                not_from.insert(name.clone());
                Trial::Login {
                    node: name.clone(),
                    address: node.profile.address.clone(),
                }
            }
            About::Site(domain) => {
                let site = self.world.sites.get(domain)?;
                let last = self.world.pulses.get(domain)?.last.as_ref()?;
                let target = SiteTarget {
                    site: domain.clone(),
                    server: site.objects.server_name.clone(),
                    address: site.objects.address.clone(),
                };
                let stands_there = self.world.nodes.values().filter(|node| {
                    node.name().as_str() == target.server
                        || node.profile.address.as_deref() == Some(target.address.as_str())
                });
                not_from.extend(stands_there.map(|node| node.name().clone()));
                Trial::Site {
                    target,
                    by_name: matches!(last.value.result, Err((ProbeTrouble::NameUnknown, _))),
                    made_for_it: !site.objects.server.is_empty(),
                }
            }
            About::Service(name) => {
                let spec = &self.world.services.get(name)?.spec;
                not_from.extend(spec.node.clone());
                Trial::Service(spec.probe.clone())
            }
            _ => return None,
        };
        Some(Missing {
            about,
            trial,
            not_from,
        })
    }
}
