//! Concerns of nodes: unreachable, starved, ailing.

use vocab::{Disk, Freshness, HostCondition, LinkTrouble, Span, Stamped, Text, Time};

use super::{About, Concern, Severity};
use crate::intent::Intent;
use crate::node::{EngineState, Link, Node};
use crate::query::forecast::days_until_full;
use crate::series::{Metric, SeriesKey, Subject};
use crate::world::World;

pub(super) fn node_concerns(world: &World, node: &Node, now: Time, found: &mut Vec<Concern>) {
    let name = node.name();
    let about = || About::Node(name.clone());
    if let Some(since) = node.link.down_since() {
        found.push(node_down(world, node, since));
        return;
    }
    if let EngineState::Down {
        text,
        since,
        trouble,
    } = &node.engine
        && !matches!(
            trouble,
            vocab::EngineTrouble::Absent | vocab::EngineTrouble::NodeUnreachable
        )
    {
        found.push(Concern {
            severity: Severity::Warning,
            about: about(),
            title: Text::line(format!("{name}: Docker cannot be used")),
            detail: text.clone(),
            since: *since,
            fix: None,
        });
    }
    for (_, gpu, since) in &node.lost_gpus {
        found.push(Concern {
            severity: Severity::Critical,
            about: about(),
            title: Text::line(format!("{name}: GPU lost")),
            detail: gpu.clone(),
            since: *since,
            fix: None,
        });
    }
    sample_concerns(node, now, found);
    condition_concerns(world, node, now, found);
}

fn node_down(world: &World, node: &Node, since: Time) -> Concern {
    let name = node.name();
    let (words, changed_key) = match &node.link {
        Link::Down { trouble, text, .. }
        | Link::Connecting {
            last: Some((trouble, text)),
            ..
        } => (text.clone(), *trouble == LinkTrouble::HostKeyChanged),
        _ => (Text::default(), false),
    };
    let containers = world
        .containers_of(name)
        .filter(|tracked| tracked.container.state.is_up())
        .count();
    let services = world
        .services
        .values()
        .filter(|service| service.spec.node.as_ref() == Some(name))
        .count();
    let mut detail = Vec::new();
    if containers > 0 {
        detail.push(format!("+{containers} container{}", plural(containers)));
    }
    if services > 0 {
        detail.push(format!("{services} service{}", plural(services)));
    }
    detail.push(words.to_string());
    let what = if changed_key {
        "host key has changed: refused"
    } else {
        "cannot be reached"
    };
    Concern {
        severity: Severity::Critical,
        about: About::Node(name.clone()),
        title: Text::line(format!("{name} {what}")),
        detail: Text::line(detail.join(", ")),
        since,
        fix: None,
    }
}

fn sample_concerns(node: &Node, now: Time, found: &mut Vec<Concern>) {
    let name = node.name();
    let Some(sample) = &node.sample else { return };
    let mut add = |severity, title: String, detail: String| {
        found.push(Concern {
            severity,
            about: About::Node(name.clone()),
            title: Text::line(title),
            detail: Text::line(detail),
            since: sample.at,
            fix: None,
        });
    };
    if let Freshness::Stale(age) = sample.freshness(now) {
        add(
            Severity::Warning,
            format!("{name}: no figures for {age}"),
            "the link is up, the samples stopped".into(),
        );
        return;
    }
    let memory = sample.value.memory;
    let used = memory.used().of(memory.total);
    if memory.total.0 > 0 && used.0 >= 95.0 {
        add(
            Severity::Critical,
            format!("{name}: memory {used} used"),
            format!("{} left of {}", memory.available, memory.total),
        );
    }
    let cores = sample.value.cpu.cores.len().max(1) as f32;
    if sample.value.load[1] > cores * 4.0 {
        add(
            Severity::Warning,
            format!("{name}: load {:.1} on {cores} cores", sample.value.load[1]),
            "over 5 minutes".into(),
        );
    }
    if let Some(skew) = sample.value.clock_skew.filter(|skew| skew.abs() > 2_000) {
        add(
            Severity::Warning,
            format!("{name}: clock is {} off", Span(skew.abs())),
            "check its time service".into(),
        );
    }
}

fn condition_concerns(world: &World, node: &Node, now: Time, found: &mut Vec<Concern>) {
    let name = node.name();
    let Some(condition) = &node.condition else {
        return;
    };
    for disk in &condition.value.disks {
        found.extend(disk_concern(world, node, condition, disk, now));
    }
    let mut add = |severity, title: String, detail: String, fix| {
        found.push(Concern {
            severity,
            about: About::Node(name.clone()),
            title: Text::line(title),
            detail: Text::line(detail),
            since: condition.at,
            fix,
        });
    };
    for unit in condition.value.failed_units.iter().flatten() {
        let fix = vocab::UnitName::new(&unit.name)
            .ok()
            .map(|unit| Intent::RestartUnits {
                targets: vec![(name.clone(), unit)],
            });
        add(
            Severity::Warning,
            format!("{name}: unit {} failed", unit.name),
            unit.description.to_string(),
            fix,
        );
    }
    if let Some(reason) = &condition.value.pending_reboot {
        add(
            Severity::Notice,
            format!("{name}: reboot pending"),
            reason.to_string(),
            None,
        );
    }
    for sensor in &condition.value.temperatures {
        if sensor.limit.is_some_and(|limit| sensor.celsius >= limit) {
            add(
                Severity::Warning,
                format!("{name}: {} at {:.0} °C", sensor.sensor, sensor.celsius),
                "at its limit".into(),
                None,
            );
        }
    }
}

fn disk_concern(
    world: &World,
    node: &Node,
    condition: &Stamped<HostCondition>,
    disk: &Disk,
    now: Time,
) -> Option<Concern> {
    let name = node.name();
    let share = disk.share();
    let subject = Subject::Disk {
        node: name.clone(),
        mount: disk.mount.clone(),
    };
    let used = world.series(&SeriesKey::new(subject, Metric::Used));
    let days = used
        .and_then(|used| days_until_full(used, now))
        .filter(|days| *days < 14.0);
    let (severity, title) = match days {
        _ if share.0 >= 95.0 => (
            Severity::Critical,
            format!("{name}: disk {} is full", disk.mount),
        ),
        Some(days) => (
            Severity::Warning,
            format!("{name}: disk {} full in about {days:.0} days", disk.mount),
        ),
        None if share.0 >= 85.0 => (
            Severity::Warning,
            format!("{name}: disk {} at {share}", disk.mount),
        ),
        None => return None,
    };
    Some(Concern {
        severity,
        about: About::Node(name.clone()),
        title: Text::line(title),
        detail: Text::line(format!(
            "{share} used, {} left of {}",
            disk.available, disk.total
        )),
        since: condition.at,
        fix: None,
    })
}

/// An `s` for any number but one.
const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
