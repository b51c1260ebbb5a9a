//! What is to be looked at again after a run: what it touched, and what stands on that.

use std::collections::BTreeSet;

use vocab::{ContainerKey, NodeName, Text};

use crate::about::About;
use crate::plan::{Plan, StepCall};
use crate::site::Site;
use crate::world::World;

/// All that a run of this plan may have changed for better or worse.
pub fn after(world: &World, plan: &Plan) -> BTreeSet<About> {
    let mut found = BTreeSet::new();
    if let Some(order) = plan.order() {
        found.extend(order.domains().into_iter().cloned().map(About::Site));
        if order.growth.is_some() {
            found.extend(server(world, &order.site));
        }
    }
    for step in &plan.steps {
        match &step.call {
            StepCall::Container { key, .. } | StepCall::ContainerCommand { key, .. } => {
                container(world, key, &mut found);
            }
            StepCall::RemoveObject { node, .. } | StepCall::CutLog { node, .. } => {
                found.insert(About::Node(node.clone()));
            }
            StepCall::RestartUnit { node, .. }
            | StepCall::Reboot { node }
            | StepCall::Reconnect { node }
            | StepCall::Command { node, .. }
            | StepCall::Handover { node, .. } => whole_node(world, node, &mut found),
            StepCall::Site(_) | StepCall::Run { .. } | StepCall::Verify(_) => {}
        }
    }
    found
}

/// A container, the services that it answers, and the sites of its node: which of them it serves is not always known.
fn container(world: &World, key: &ContainerKey, found: &mut BTreeSet<About>) {
    found.insert(About::Container(key.clone()));
    let name = world
        .containers
        .get(key)
        .map(|tracked| &tracked.container.name);
    let services = world.services.values().filter(|service| {
        service.spec.node.as_ref() == Some(&key.node) && service.spec.container.as_ref() == name
    });
    found.extend(services.map(|service| About::Service(service.spec.name.clone())));
    sites(world, &key.node, found);
}

/// A node, its services and its sites.
fn whole_node(world: &World, node: &NodeName, found: &mut BTreeSet<About>) {
    found.insert(About::Node(node.clone()));
    let services = world
        .services
        .values()
        .filter(|service| service.spec.node.as_ref() == Some(node));
    found.extend(services.map(|service| About::Service(service.spec.name.clone())));
    sites(world, node, found);
}

fn sites(world: &World, node: &NodeName, found: &mut BTreeSet<About>) {
    found.extend(standing_on(world, node).map(|site| About::Site(site.domain.clone())));
}

/// The server that a site stands on, by its name at the provider and as a node of the fleet.
fn server<'a>(world: &'a World, site: &'a Site) -> impl Iterator<Item = About> + 'a {
    let nodes = world.nodes.keys().filter(|node| {
        let mut there = standing_on(world, node);
        there.any(|other| other.domain == site.domain)
    });
    let named = About::Server(Text::line(&site.objects.server_name));
    nodes
        .cloned()
        .map(About::Node)
        .chain(std::iter::once(named))
}

/// The sites that stand on a node, by its name or its addresses.
pub(crate) fn standing_on<'a>(
    world: &'a World,
    node: &'a NodeName,
) -> impl Iterator<Item = &'a Site> {
    let profile = world.nodes.get(node).map(|node| &node.profile);
    world.sites.values().filter(move |site| {
        let address = &site.objects.address;
        site.objects.server_name == node.as_str()
            || profile.is_some_and(|profile| {
                [&profile.address, &profile.vpn_address]
                    .into_iter()
                    .flatten()
                    .any(|known| !address.is_empty() && known.as_str() == address.as_str())
            })
    })
}
