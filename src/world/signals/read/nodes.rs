//! Figures of nodes: reached or not, starved, ailing.

use vocab::rule::Figure;
use vocab::{
    EngineTrouble, Freshness, HostCondition, LinkTrouble, Peer, Span, Stamped, Text, Time,
};

use super::{Readings, both};
use crate::about::About;
use crate::node::{EngineState, Link, Node};
use crate::query::forecast;
use crate::series::{Metric, SeriesKey, Subject};
use crate::signals::sight::{self, Verdict};
use crate::world::World;

/// What only a node that answers tells.
const OF_SAMPLE: [Figure; 3] = [Figure::NodeMemory, Figure::NodeLoad, Figure::NodeClockSkew];

const OF_CONDITION: [Figure; 5] = [
    Figure::NodeDisk,
    Figure::NodeDiskFullIn,
    Figure::NodeUnitFailed,
    Figure::NodeRebootPending,
    Figure::NodeTemperature,
];

const OF_GPUS: [Figure; 2] = [Figure::GpuLost, Figure::GpuTemperature];

pub(super) fn read(world: &World, node: &Node, now: Time, readings: &mut Readings) {
    let up = match &node.link {
        Link::Up { .. } => true,
        // A machine that was never tried, or is tried for the first time.
        Link::Unknown | Link::Connecting { last: None, .. } => {
            readings.unknown(&[
                Figure::NodeUnreachable,
                Figure::NodeKeyChanged,
                Figure::RouteCut,
            ]);
            // Simulated and local machines tell of themselves before their link is spoken of.
            node.sample.is_some()
        }
        link => {
            lost(world, node, link, now, readings);
            false
        }
    };
    if !up {
        readings.unknown(&OF_SAMPLE);
        readings.unknown(&OF_CONDITION);
        readings.unknown(&OF_GPUS);
        readings.unknown(&[Figure::NodeSilent, Figure::EngineDown, Figure::PeerSilent]);
        return;
    }
    of_sample(node, now, readings);
    match node
        .condition
        .as_ref()
        .and_then(|known| known.fresh(now).map(|_| known))
    {
        Some(condition) => of_condition(world, node, condition, now, readings),
        None => readings.unknown(&OF_CONDITION),
    }
    of_gpus(node, now, readings);
    of_mesh(node, now, readings);
    match &node.engine {
        EngineState::Up { .. } => {}
        // A node without an engine is well without one; an engine that was there and is gone is not.
        EngineState::Down {
            trouble: EngineTrouble::Absent,
            ..
        } if world.containers_of(node.name()).next().is_none() => {}
        EngineState::Unknown
        | EngineState::Down {
            trouble: EngineTrouble::NodeUnreachable,
            ..
        } => readings.unknown(&[Figure::EngineDown]),
        EngineState::Down { text, since, .. } => {
            readings
                .flag(Figure::EngineDown)
                .since(*since)
                .words(text.clone());
        }
    }
}

fn lost(world: &World, node: &Node, link: &Link, now: Time, readings: &mut Readings) {
    let (trouble, words) = match link {
        Link::Down { trouble, text, .. }
        | Link::Connecting {
            last: Some((trouble, text)),
            ..
        } => (*trouble, text.clone()),
        _ => (LinkTrouble::Other, Text::default()),
    };
    let since = link.down_since().unwrap_or(now);
    if trouble == LinkTrouble::HostKeyChanged {
        readings
            .flag(Figure::NodeKeyChanged)
            .since(since)
            .words(words);
        return;
    }
    match sight::verdict(world, &About::Node(node.name().clone()), now) {
        Verdict::Down {
            only_here,
            elsewhere,
        } => {
            readings
                .add(Figure::NodeUnreachable, now.since(since).as_seconds_f64())
                .since(since)
                .words(both(&words, &elsewhere))
                .only_here(only_here);
        }
        Verdict::Route(place) => {
            readings
                .flag(Figure::RouteCut)
                .since(since)
                .words(format!("{place} reaches it"));
        }
        Verdict::Unknown => readings.unknown(&[
            Figure::NodeUnreachable,
            Figure::NodeKeyChanged,
            Figure::RouteCut,
        ]),
    }
}

fn of_sample(node: &Node, now: Time, readings: &mut Readings) {
    let Some(sample) = &node.sample else {
        readings.unknown(&OF_SAMPLE);
        readings.unknown(&[Figure::NodeSilent]);
        return;
    };
    if let Freshness::Stale(age) = sample.freshness(now) {
        readings
            .add(Figure::NodeSilent, age.as_seconds_f64())
            .since(sample.at);
        readings.unknown(&OF_SAMPLE);
        return;
    }
    let memory = sample.value.memory;
    if memory.total.0 > 0 {
        let used = memory.used().of(memory.total);
        readings
            .add(Figure::NodeMemory, f64::from(used.0))
            .words(format!("{} left of {}", memory.available, memory.total));
    }
    let cores = sample.value.cpu.cores.len().max(1) as f32;
    let load = sample.value.load[1];
    readings.add(Figure::NodeLoad, f64::from(load / cores));
    if let Some(skew) = sample.value.clock_skew {
        readings.add(
            Figure::NodeClockSkew,
            Span(skew.saturating_abs()).as_seconds_f64(),
        );
    }
}

fn of_condition(
    world: &World,
    node: &Node,
    condition: &Stamped<HostCondition>,
    now: Time,
    readings: &mut Readings,
) {
    for disk in &condition.value.disks {
        readings
            .add(Figure::NodeDisk, f64::from(disk.share().0))
            .part(&disk.mount)
            .words(format!("{} left of {}", disk.available, disk.total));
        let subject = Subject::Disk {
            node: node.name().clone(),
            mount: disk.mount.clone(),
        };
        let used = world.series(&SeriesKey::new(subject, Metric::Used));
        match used.filter(|used| forecast::is_known(used, now)) {
            Some(used) => {
                if let Some(days) = forecast::days_until_full(used, now) {
                    readings
                        .add(Figure::NodeDiskFullIn, f64::from(days))
                        .part(&disk.mount)
                        .words(format!("{} left of {}", disk.available, disk.total));
                }
            }
            None => readings
                .unknown
                .push((Figure::NodeDiskFullIn, Some(disk.mount.clone()))),
        }
    }
    match &condition.value.failed_units {
        Some(units) => {
            for unit in units {
                readings
                    .flag(Figure::NodeUnitFailed)
                    .part(&unit.name)
                    .words(unit.description.clone());
            }
        }
        None => readings.unknown(&[Figure::NodeUnitFailed]),
    }
    if let Some(reason) = &condition.value.pending_reboot {
        readings
            .flag(Figure::NodeRebootPending)
            .words(reason.clone());
    }
    for sensor in &condition.value.temperatures {
        if let Some(limit) = sensor.limit.filter(|limit| *limit > 0.0) {
            readings
                .add(
                    Figure::NodeTemperature,
                    f64::from(sensor.celsius / limit) * 100.0,
                )
                .part(&sensor.sensor)
                .words(format!("{:.0} °C", sensor.celsius));
        }
    }
}

fn of_gpus(node: &Node, now: Time, readings: &mut Readings) {
    for (uuid, name, since) in &node.lost_gpus {
        readings
            .flag(Figure::GpuLost)
            .part(uuid)
            .since(*since)
            .words(name.clone());
    }
    let Some(gpus) = node.gpus.as_ref().and_then(|gpus| gpus.fresh(now)) else {
        readings.unknown(&OF_GPUS);
        return;
    };
    for gpu in gpus {
        if let Some(celsius) = gpu.celsius {
            readings
                .add(Figure::GpuTemperature, f64::from(celsius))
                .part(&gpu.uuid)
                .words(gpu.name.clone());
        }
    }
}

/// A peer without keepalive looks silent whenever nobody talks to it, and is not judged.
fn of_mesh(node: &Node, now: Time, readings: &mut Readings) {
    let Some(mesh) = node.mesh.as_ref().and_then(|mesh| mesh.fresh(now)) else {
        readings.unknown(&[Figure::PeerSilent]);
        return;
    };
    for peer in mesh.peers.iter().filter(|peer| peer.keepalive.is_some()) {
        let (silence, words) = match peer.handshake {
            Some(at) => {
                let age = now.since(at);
                (age.as_seconds_f64(), format!("no handshake for {age}"))
            }
            None => (NEVER, "it never shook hands".to_owned()),
        };
        readings
            .add(Figure::PeerSilent, silence)
            .part(&name_of(peer))
            .words(words);
    }
}

/// Longer than any bound, in seconds.
const NEVER: f64 = 1e9;

/// A peer by its first address, else by the beginning of its key.
fn name_of(peer: &Peer) -> Text {
    let first = peer.allowed.split([',', ' ']).next().unwrap_or_default();
    if first.is_empty() || first.starts_with('(') {
        Text::line(peer.public_key.chars().take(8).collect::<String>())
    } else {
        Text::line(first)
    }
}
