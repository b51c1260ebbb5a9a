//! Containers: lists, inspects, happenings, samples.

use std::collections::{BTreeSet, VecDeque};

use vocab::{
    Container, ContainerHappening, ContainerId, ContainerKey, ContainerSample, ContainerState,
    Health, NodeName, Stamped, Time,
};

use crate::effect::Effect;
use crate::event::{Event, Fact};
use crate::series::{Metric, Point, SeriesKey, Subject};
use crate::tracked::{LOOP_WINDOW, TrackedContainer};
use crate::world::World;

use super::record;

pub(super) fn reduce(world: &mut World, event: &Event) -> Vec<Effect> {
    let at = event.at;
    match &event.fact {
        Fact::ContainersListed { node, containers } => listed(world, node, containers, at),
        Fact::ContainerInspected {
            node,
            container,
            details,
        } => {
            if !world.nodes.contains_key(node) {
                return Vec::new();
            }
            let key = ContainerKey {
                node: node.clone(),
                id: container.id.clone(),
            };
            let new = !world.containers.contains_key(&key);
            observe(world, &key, container, at, true);
            if let Some(tracked) = world.containers.get_mut(&key) {
                tracked.details = Some(details.clone());
            }
            if new {
                vec![Effect::Discover(node.clone())]
            } else {
                Vec::new()
            }
        }
        Fact::ContainerHappened { key, happening } => happened(world, key, happening, at),
        Fact::ContainersSampled {
            node,
            samples,
            every,
            origin,
        } => {
            let mut points = Vec::with_capacity(samples.len() * 2);
            for (id, sample) in samples {
                let key = ContainerKey {
                    node: node.clone(),
                    id: id.clone(),
                };
                if let Some(tracked) = world.containers.get_mut(&key) {
                    tracked.sample = Some(Stamped {
                        value: *sample,
                        at,
                        every: *every,
                        origin: *origin,
                    });
                    sample_points(tracked, sample, at, &mut points);
                }
            }
            record(world, points)
        }
        _ => Vec::new(),
    }
}

/// A list is the whole truth about which containers exist on its node.
fn listed(world: &mut World, node: &NodeName, containers: &[Container], at: Time) -> Vec<Effect> {
    let Some(declared) = world.nodes.get_mut(node) else {
        return Vec::new();
    };
    declared.listed = Some(at);
    let before: BTreeSet<ContainerId> = world
        .containers_of(node)
        .map(|tracked| tracked.key.id.clone())
        .collect();
    let there: BTreeSet<&ContainerId> = containers.iter().map(|container| &container.id).collect();
    world
        .containers
        .retain(|key, _| key.node != *node || there.contains(&key.id));
    for container in containers {
        let key = ContainerKey {
            node: node.clone(),
            id: container.id.clone(),
        };
        observe(world, &key, container, at, false);
    }
    if there.len() == before.len() && there.iter().all(|id| before.contains(*id)) {
        return Vec::new();
    }
    vec![Effect::Discover(node.clone())]
}

/// Takes in a row. A list does not know what only an inspect tells, so that is kept from the last inspect, unless the
/// state has changed since.
fn observe(world: &mut World, key: &ContainerKey, row: &Container, at: Time, inspected: bool) {
    let Some(tracked) = world.containers.get_mut(key) else {
        let tracked = TrackedContainer {
            key: key.clone(),
            container: row.clone(),
            seen: at,
            details: None,
            sample: None,
            deaths: VecDeque::new(),
            out_of_memory_at: row.out_of_memory.then(|| row.finished.unwrap_or(at)),
            since: since(row, at),
        };
        world.containers.insert(key.clone(), tracked);
        return;
    };
    let mut next = row.clone();
    let known = &tracked.container;
    if !inspected {
        next.started = next.started.or(known.started);
        next.finished = next.finished.or(known.finished);
        next.restarts = next.restarts.max(known.restarts);
        next.out_of_memory |= known.out_of_memory && next.state == known.state;
        if next.health == Health::None && next.state == known.state {
            next.health = known.health;
        }
    }
    if (next.state, next.health) != (known.state, known.health) {
        tracked.since = if next.state == known.state {
            at
        } else {
            since(&next, at)
        };
    } else if inspected && next.health != Health::Unhealthy {
        // When an ailing container began to ail is not told by when it was started.
        tracked.since = tracked.since.min(since(&next, at));
    }
    if next.out_of_memory && tracked.out_of_memory_at.is_none() {
        tracked.out_of_memory_at = Some(next.finished.unwrap_or(at));
    }
    if !next.state.is_up() {
        tracked.sample = None;
    }
    tracked.container = next;
    tracked.seen = at;
}

/// Since when a row is in its state, as far as it says.
fn since(row: &Container, at: Time) -> Time {
    match row.state {
        ContainerState::Running | ContainerState::Paused => row.started.unwrap_or(at),
        ContainerState::Exited | ContainerState::Dead => row.finished.unwrap_or(at),
        ContainerState::Created => row.created.unwrap_or(at),
        _ => at,
    }
}

fn happened(
    world: &mut World,
    key: &ContainerKey,
    happening: &ContainerHappening,
    at: Time,
) -> Vec<Effect> {
    if *happening == ContainerHappening::Removed {
        let gone = world.containers.remove(key).is_some();
        return if gone {
            vec![Effect::Discover(key.node.clone())]
        } else {
            Vec::new()
        };
    }
    let Some(tracked) = world.containers.get_mut(key) else {
        return Vec::new();
    };
    match happening {
        ContainerHappening::Started => {
            set_state(tracked, ContainerState::Running, at);
            tracked.container.started = Some(at);
            tracked.container.exit_code = None;
        }
        ContainerHappening::Died { exit_code } => {
            tracked
                .deaths
                .retain(|death| at.since(*death) < LOOP_WINDOW);
            tracked.deaths.push_back(at);
            set_state(tracked, ContainerState::Exited, at);
            tracked.container.finished = Some(at);
            tracked.container.exit_code = *exit_code;
            tracked.sample = None;
        }
        ContainerHappening::OutOfMemory => tracked.out_of_memory_at = Some(at),
        ContainerHappening::Health(health) => {
            if tracked.container.health != *health {
                tracked.container.health = *health;
                tracked.since = at;
            }
        }
        ContainerHappening::Changed | ContainerHappening::Removed => {}
    }
    Vec::new()
}

fn set_state(tracked: &mut TrackedContainer, state: ContainerState, at: Time) {
    if tracked.container.state != state {
        tracked.container.state = state;
        tracked.since = at;
    }
}

fn sample_points(
    tracked: &TrackedContainer,
    sample: &ContainerSample,
    at: Time,
    points: &mut Vec<(SeriesKey, Point)>,
) {
    let subject = Subject::Container {
        node: tracked.key.node.clone(),
        name: tracked.container.name.clone(),
    };
    points.push((
        SeriesKey::new(subject.clone(), Metric::Cpu),
        Point {
            at,
            value: sample.cpu.0,
        },
    ));
    points.push((
        SeriesKey::new(subject, Metric::Memory),
        Point {
            at,
            value: sample.memory.0 as f32,
        },
    ));
}
