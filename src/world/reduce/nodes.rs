//! Nodes: links, samples, conditions, engines.

use vocab::{Disk, Gpu, HostCondition, HostSample, NodeName, Origin, Stamped, Text, Time};

use crate::effect::Effect;
use crate::event::{Event, Fact};
use crate::node::{EngineState, Link, Node, Processes};
use crate::series::{Metric, Point, SeriesKey, Subject};
use crate::world::World;

use super::record;

pub(super) fn reduce(world: &mut World, event: &Event) -> Vec<Effect> {
    let at = event.at;
    let Some(node) = named(&event.fact).and_then(|name| world.nodes.get_mut(name)) else {
        return Vec::new();
    };
    let points = match &event.fact {
        Fact::NodeSampled {
            sample,
            every,
            origin,
            ..
        } => {
            if let (Link::Up { round_trip, .. }, Some(new)) = (&mut node.link, sample.round_trip) {
                *round_trip = Some(new);
            }
            let points = sample_points(node.name(), sample, at);
            node.sample = Some(Stamped {
                value: (**sample).clone(),
                at,
                every: *every,
                origin: *origin,
            });
            points
        }
        Fact::NodeConditionRead {
            condition,
            every,
            origin,
            ..
        } => {
            let points = disk_points(node.name(), condition, at);
            node.condition = Some(Stamped {
                value: (**condition).clone(),
                at,
                every: *every,
                origin: *origin,
            });
            points
        }
        fact => {
            observed(node, fact, at);
            link_moved(node, fact, at);
            Vec::new()
        }
    };
    record(world, points)
}

/// Takes in what replaces what was known before.
fn observed(node: &mut Node, fact: &Fact, at: Time) {
    match fact {
        Fact::NodeDescribed { facts, .. } => node.facts = Some((**facts).clone()),
        Fact::ProcessesListed {
            processes,
            total,
            every,
            origin,
            ..
        } => {
            let value = Processes {
                list: processes.clone(),
                total: *total,
            };
            node.processes = Some(Stamped {
                value,
                at,
                every: *every,
                origin: *origin,
            });
        }
        Fact::GpusSampled { gpus, every, .. } => {
            miss_gpus(node, gpus, at);
            node.gpus = Some(Stamped {
                value: gpus.clone(),
                at,
                every: *every,
                origin: Origin::NvidiaSmi,
            });
        }
        Fact::MeshRead { mesh, every, .. } => {
            node.mesh = Some(Stamped {
                value: (**mesh).clone(),
                at,
                every: *every,
                origin: Origin::Wireguard,
            });
        }
        _ => {}
    }
}

/// Takes in what became of the link to the node or to its engine. "Since" is when it began, not when it was last said.
fn link_moved(node: &mut Node, fact: &Fact, at: Time) {
    match fact {
        Fact::NodeConnecting { attempt, .. } => connecting(node, *attempt, at),
        Fact::NodeReached { round_trip, .. } => {
            let since = if let Link::Up { since, .. } = node.link {
                since
            } else {
                at
            };
            node.link = Link::Up {
                since,
                round_trip: *round_trip,
            };
        }
        Fact::NodeLost {
            trouble,
            text,
            retry_at,
            ..
        } => {
            let since = node.link.down_since().unwrap_or(at);
            node.link = Link::Down {
                since,
                trouble: *trouble,
                text: text.clone(),
                retry_at: *retry_at,
            };
        }
        Fact::EngineReached { facts, .. } => {
            let since = if let EngineState::Up { since, .. } = node.engine {
                since
            } else {
                at
            };
            node.engine = EngineState::Up {
                facts: facts.clone(),
                since,
            };
        }
        Fact::EngineLost { trouble, text, .. } => {
            let since = if let EngineState::Down { since, .. } = node.engine {
                since
            } else {
                at
            };
            node.engine = EngineState::Down {
                trouble: trouble.clone(),
                text: text.clone(),
                since,
            };
            node.listed = None;
        }
        _ => {}
    }
}

/// The node a fact is about.
const fn named(fact: &Fact) -> Option<&NodeName> {
    match fact {
        Fact::NodeConnecting { node, .. }
        | Fact::NodeReached { node, .. }
        | Fact::NodeLost { node, .. }
        | Fact::NodeDescribed { node, .. }
        | Fact::NodeSampled { node, .. }
        | Fact::NodeConditionRead { node, .. }
        | Fact::ProcessesListed { node, .. }
        | Fact::GpusSampled { node, .. }
        | Fact::MeshRead { node, .. }
        | Fact::EngineReached { node, .. }
        | Fact::EngineLost { node, .. } => Some(node),
        _ => None,
    }
}

/// A new attempt keeps in mind since when, and why, the node has been away.
fn connecting(node: &mut Node, attempt: u32, at: Time) {
    let (since, last) = match &node.link {
        Link::Down {
            since,
            trouble,
            text,
            ..
        } => (*since, Some((*trouble, text.clone()))),
        Link::Connecting { since, last, .. } => (*since, last.clone()),
        Link::Up { .. } | Link::Unknown => (at, None),
    };
    node.link = Link::Connecting {
        attempt,
        since,
        last,
    };
}

fn sample_points(name: &NodeName, sample: &HostSample, at: Time) -> Vec<(SeriesKey, Point)> {
    let memory = sample.memory.used().of(sample.memory.total).0;
    let received: u64 = sample
        .interfaces
        .iter()
        .map(|interface| interface.received.0)
        .sum();
    let sent: u64 = sample
        .interfaces
        .iter()
        .map(|interface| interface.sent.0)
        .sum();
    let mut values = vec![
        (Metric::Cpu, sample.cpu.total.0),
        (Metric::Memory, memory),
        (Metric::Load, sample.load[0]),
        (Metric::Received, received as f32),
        (Metric::Sent, sent as f32),
    ];
    if let Some(round_trip) = sample.round_trip {
        values.push((Metric::Latency, round_trip.0 as f32));
    }
    values
        .into_iter()
        .map(|(metric, value)| {
            (
                SeriesKey::new(Subject::Node(name.clone()), metric),
                Point { at, value },
            )
        })
        .collect()
}

fn disk_points(name: &NodeName, condition: &HostCondition, at: Time) -> Vec<(SeriesKey, Point)> {
    let point = |disk: &Disk| {
        let subject = Subject::Disk {
            node: name.clone(),
            mount: disk.mount.clone(),
        };
        (
            SeriesKey::new(subject, Metric::Used),
            Point {
                at,
                value: disk.share().0,
            },
        )
    };
    condition.disks.iter().map(point).collect()
}

/// A GPU can fall off the bus without a word: one that was there and is not any more is remembered as lost until it is back.
fn miss_gpus(node: &mut Node, now: &[Gpu], at: Time) {
    let there = |uuid: &Text| now.iter().any(|gpu| gpu.uuid == *uuid);
    node.lost_gpus.retain(|(uuid, _, _)| !there(uuid));
    for gpu in node.gpus.iter().flat_map(|stamped| &stamped.value) {
        if !there(&gpu.uuid) && !node.lost_gpus.iter().any(|(uuid, _, _)| *uuid == gpu.uuid) {
            node.lost_gpus
                .push((gpu.uuid.clone(), gpu.name.clone(), at));
        }
    }
}
