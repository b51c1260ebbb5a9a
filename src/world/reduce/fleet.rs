//! What is meant to exist, and notices.

use std::collections::btree_map::Entry;

use vocab::{NodeName, ServiceSpec, Time};

use crate::effect::Effect;
use crate::event::{Event, Fact, Notice};
use crate::node::Node;
use crate::tracked::TrackedService;
use crate::world::World;

pub(super) fn reduce(world: &mut World, event: &Event) -> Vec<Effect> {
    match &event.fact {
        Fact::FleetDeclared {
            name,
            demo,
            nodes,
            services,
        } => {
            world.name = name.clone();
            world.demo = *demo;
            world
                .nodes
                .retain(|known, _| nodes.iter().any(|node| node.name == *known));
            for profile in nodes {
                match world.nodes.entry(profile.name.clone()) {
                    Entry::Occupied(mut known) => known.get_mut().profile = profile.clone(),
                    Entry::Vacant(slot) => {
                        slot.insert(Node::new(profile.clone()));
                    }
                }
            }
            let nodes = &world.nodes;
            world
                .containers
                .retain(|key, _| nodes.contains_key(&key.node));
            world.services.retain(|known, tracked| {
                tracked.spec.discovered
                    && tracked
                        .spec
                        .node
                        .as_ref()
                        .is_some_and(|node| nodes.contains_key(node))
                    || services.iter().any(|spec| spec.name == *known)
            });
            for spec in services {
                set_service(world, spec, event.at);
            }
            vec![Effect::Probe]
        }
        Fact::ServicesDiscovered { node, services } => discovered(world, node, services, event.at),
        Fact::Noticed(notice) => {
            world
                .notices
                .insert(Notice::key(notice.kind, &notice.subject), notice.clone());
            Vec::new()
        }
        Fact::NoticeCleared { kind, subject } => {
            world.notices.remove(&Notice::key(*kind, subject));
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Replaces what was discovered on a node; declared services win over discovered ones of the same name.
fn discovered(
    world: &mut World,
    node: &NodeName,
    services: &[ServiceSpec],
    at: Time,
) -> Vec<Effect> {
    let before = world.services.len();
    world.services.retain(|name, tracked| {
        !tracked.spec.discovered
            || tracked.spec.node.as_ref() != Some(node)
            || services.iter().any(|spec| spec.name == *name)
    });
    let mut changed = world.services.len() != before;
    for spec in services {
        let declared = world
            .services
            .get(&spec.name)
            .is_some_and(|known| !known.spec.discovered);
        if !declared {
            changed |= set_service(world, spec, at);
        }
    }
    if changed {
        vec![Effect::Probe]
    } else {
        Vec::new()
    }
}

/// Sets a service's spec; its history stays unless what is probed changed. Says whether anything did.
fn set_service(world: &mut World, spec: &ServiceSpec, at: Time) -> bool {
    match world.services.entry(spec.name.clone()) {
        Entry::Occupied(known) if known.get().spec == *spec => false,
        Entry::Occupied(mut known) => {
            if known.get().spec.probe == spec.probe {
                known.get_mut().spec = spec.clone();
            } else {
                known.insert(TrackedService::new(spec.clone(), at));
            }
            true
        }
        Entry::Vacant(slot) => {
            slot.insert(TrackedService::new(spec.clone(), at));
            true
        }
    }
}
