//! `wheelhouse nodes`: the machines, or one of them.

use serde::Serialize;
use vocab::{Percent, Span, Text, Time};
use world::{EngineState, Link, Node, World};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::{count, rfc3339};
use crate::print::{Cell, Pairs, Stream, Table, Tone};
use crate::{select, settle};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Show this one in full
    name: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A node as JSON.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    role: Text,
    region: Text,
    reached_by: Text,
    state: &'static str,
    /// Why it is not up.
    trouble: Option<Text>,
    since: Option<String>,
    round_trip_ms: Option<i64>,
    sampled_age_ms: Option<i64>,
    cpu_percent: Option<f32>,
    cores: Option<u32>,
    load_1m: Option<f32>,
    memory_used_bytes: Option<u64>,
    memory_total_bytes: Option<u64>,
    uptime_ms: Option<i64>,
    disks: Vec<DiskRow>,
    failed_units: Option<Vec<Text>>,
    pending_reboot: Option<Text>,
    system: Option<Text>,
    kernel: Option<Text>,
    engine: &'static str,
    engine_version: Option<Text>,
    engine_trouble: Option<Text>,
    /// Not known while its engine has not listed them.
    containers: Option<usize>,
}

#[derive(Debug, Serialize)]
struct DiskRow {
    mount: Text,
    device: Text,
    used_bytes: u64,
    total_bytes: u64,
    used_percent: f32,
}

/// Waits for links and first samples, and prints.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let wanted = options.name.as_deref();
    let ready = |world: &World, now: Time| {
        let mut meant = world
            .nodes
            .values()
            .filter(|node| wanted.is_none_or(|name| node.name().as_str() == name));
        meant.all(|node| node.link.down_since().is_some() || shown_whole(node, now))
    };
    context
        .interrupts
        .guard(settle::until(&mut *context.watch, settle::GLANCE, ready))
        .await?;
    let (world, now) = (context.watch.world(), context.watch.now());
    let out = &mut context.console.out;
    match wanted {
        Some(name) => {
            let node = select::node(world, name)?;
            if options.json {
                out.json(&row(world, node, now))?;
            } else {
                print_one(world, node, now, out)?;
            }
        }
        None if options.json => out.json(
            &world
                .nodes
                .values()
                .map(|node| row(world, node, now))
                .collect::<Vec<_>>(),
        )?,
        None => print_all(world, now, out)?,
    }
    Ok(Exit::Fine)
}

fn shown_whole(node: &Node, now: Time) -> bool {
    node.sample.is_some() && node.condition.is_some() && settle::containers_known(node, now)
}

fn row(world: &World, node: &Node, now: Time) -> Row {
    let (state, trouble, since) = link(node);
    let (engine, engine_version, engine_trouble) = engine(node);
    let sample = node.sample.as_ref();
    let value = sample.map(|sample| &sample.value);
    let condition = node.condition.as_ref().map(|condition| &condition.value);
    let disks = condition
        .map(|condition| condition.disks.as_slice())
        .unwrap_or_default();
    Row {
        name: node.name().to_string(),
        role: node.profile.role.clone(),
        region: node.profile.region.clone(),
        reached_by: node.profile.reached_by.clone(),
        state,
        trouble,
        since: since.map(rfc3339),
        round_trip_ms: round_trip(node).map(|span| span.0),
        sampled_age_ms: sample.map(|sample| now.since(sample.at).0),
        cpu_percent: value.map(|sample| sample.cpu.total.0),
        cores: node.facts.as_ref().map(|facts| facts.cores),
        load_1m: value.map(|sample| sample.load[0]),
        memory_used_bytes: value.map(|sample| sample.memory.used().0),
        memory_total_bytes: value.map(|sample| sample.memory.total.0),
        uptime_ms: value.map(|sample| sample.uptime.0),
        disks: disks
            .iter()
            .map(|disk| DiskRow {
                mount: disk.mount.clone(),
                device: disk.device.clone(),
                used_bytes: disk.used.0,
                total_bytes: disk.total.0,
                used_percent: disk.share().0,
            })
            .collect(),
        failed_units: condition
            .and_then(|condition| condition.failed_units.as_ref())
            .map(|units| units.iter().map(|unit| unit.name.clone()).collect()),
        pending_reboot: condition.and_then(|condition| condition.pending_reboot.clone()),
        system: node.facts.as_ref().map(|facts| facts.system.clone()),
        kernel: node.facts.as_ref().map(|facts| facts.kernel.clone()),
        engine,
        engine_version,
        engine_trouble,
        containers: node
            .listed
            .map(|_| world.containers_of(node.name()).count()),
    }
}

/// The word for its link, why it is not up, and since when it is as it is.
fn link(node: &Node) -> (&'static str, Option<Text>, Option<Time>) {
    match &node.link {
        Link::Unknown => ("unknown", None, None),
        Link::Connecting {
            since, last: None, ..
        } => ("connecting", None, Some(*since)),
        Link::Connecting {
            since,
            last: Some((_, text)),
            ..
        }
        | Link::Down { since, text, .. } => ("down", Some(text.clone()), Some(*since)),
        Link::Up { since, .. } => ("up", None, Some(*since)),
    }
}

fn engine(node: &Node) -> (&'static str, Option<Text>, Option<Text>) {
    match &node.engine {
        EngineState::Unknown => ("unknown", None, None),
        EngineState::Up { facts, .. } => ("up", Some(facts.version.clone()), None),
        EngineState::Down { text, .. } => ("down", None, Some(text.clone())),
    }
}

fn round_trip(node: &Node) -> Option<Span> {
    match node.link {
        Link::Up { round_trip, .. } => round_trip,
        _ => None,
    }
}

fn tone(state: &str) -> Tone {
    match state {
        "up" => Tone::Good,
        "down" => Tone::Bad,
        _ => Tone::Warn,
    }
}

fn print_all(world: &World, now: Time, out: &mut Stream) -> Result<()> {
    if world.nodes.is_empty() {
        return out.say(
            Tone::Plain,
            "no node is watched: add one to the fleet file, or run `wheelhouse init`",
        );
    }
    let mut table = Table::new(&[
        "NAME",
        "ROLE",
        "STATE",
        "CPU",
        "MEMORY",
        "DISK",
        "LOAD",
        "RTT",
        "UP",
        "CONTAINERS",
        "",
    ]);
    for node in world.nodes.values() {
        let (state, trouble, since) = link(node);
        // An old figure is no figure: what is stale is not shown as if it were now.
        let sample = node.sample.as_ref().and_then(|sample| sample.fresh(now));
        let disks = node
            .condition
            .as_ref()
            .map(|condition| condition.value.disks.as_slice())
            .unwrap_or_default();
        let fullest = disks
            .iter()
            .map(vocab::Disk::share)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let words = match (state, trouble, since) {
            ("down", Some(text), Some(since)) => format!("for {}: {text}", now.since(since)),
            _ => String::new(),
        };
        table.row(vec![
            Cell::of(node.name()).tone(Tone::Strong),
            Cell::from(&node.profile.role),
            Cell::of(state).tone(tone(state)),
            Cell::figure(sample.map(|sample| sample.cpu.total)),
            Cell::figure(sample.map(|sample| sample.memory.used().of(sample.memory.total))),
            Cell::figure(fullest),
            Cell::figure(sample.map(|sample| format!("{:.2}", sample.load[0]))),
            Cell::figure(round_trip(node)),
            Cell::figure(sample.map(|sample| sample.uptime)),
            Cell::figure(
                node.listed
                    .map(|_| world.containers_of(node.name()).count()),
            ),
            Cell::of(words).tone(Tone::Dim),
        ]);
    }
    table.print(out, 0)
}

fn print_one(world: &World, node: &Node, now: Time, out: &mut Stream) -> Result<()> {
    let (state, trouble, since) = link(node);
    let mut pairs = Pairs::default();
    pairs.toned("node", Tone::Strong, node.name());
    let age = since.map_or_else(String::new, |since| format!(" for {}", now.since(since)));
    let why = trouble.map_or_else(String::new, |text| format!(": {text}"));
    pairs.toned("state", tone(state), format!("{state}{age}{why}"));
    pairs.add("reached by", &node.profile.reached_by);
    for (name, value) in [
        ("role", &node.profile.role),
        ("region", &node.profile.region),
    ] {
        if !value.is_empty() {
            pairs.add(name, value);
        }
    }
    pairs.known("address", node.profile.address.as_ref());
    pairs.known("vpn address", node.profile.vpn_address.as_ref());
    pairs.known("round trip", round_trip(node));
    if let Some(facts) = &node.facts {
        pairs.add(
            "system",
            format!("{}, {} {}", facts.system, facts.kernel, facts.architecture),
        );
        pairs.add(
            "processor",
            format!("{} x {}", facts.cores, facts.processor),
        );
    }
    observed(node, now, &mut pairs);
    let (engine, version, trouble) = engine(node);
    let version = version.map_or_else(String::new, |version| format!(", version {version}"));
    let trouble = trouble.map_or_else(String::new, |text| format!(": {text}"));
    pairs.toned(
        "docker",
        if engine == "up" {
            Tone::Plain
        } else {
            Tone::Warn
        },
        format!("{engine}{version}{trouble}"),
    );
    if node.listed.is_some() {
        let running = world
            .containers_of(node.name())
            .filter(|tracked| tracked.container.state.is_up())
            .count();
        let all = world.containers_of(node.name()).count();
        pairs.add("containers", format!("{all}, {running} running"));
    }
    pairs.print(out)
}

/// What was observed of the machine itself, with its age where it is not fresh.
fn observed(node: &Node, now: Time, pairs: &mut Pairs) {
    if let Some(sample) = &node.sample {
        let value = &sample.value;
        if sample.fresh(now).is_none() {
            pairs.toned(
                "figures",
                Tone::Warn,
                format!("{} old", now.since(sample.at)),
            );
        }
        pairs.add(
            "cpu",
            format!(
                "{}, waiting {}, stolen {}",
                value.cpu.total, value.cpu.waiting, value.cpu.stolen
            ),
        );
        pairs.add(
            "load",
            value.load.map(|load| format!("{load:.2}")).join(" "),
        );
        let memory = value.memory;
        let share: Percent = memory.used().of(memory.total);
        pairs.add(
            "memory",
            format!("{} of {} ({share})", memory.used(), memory.total),
        );
        if memory.swap_total.0 > 0 {
            pairs.add(
                "swap",
                format!("{} of {}", memory.swap_used, memory.swap_total),
            );
        }
        pairs.each(
            "network",
            value.interfaces.iter().map(|interface| {
                format!(
                    "{} in {}, out {}",
                    interface.name, interface.received, interface.sent
                )
            }),
        );
        pairs.add("up", value.uptime.to_string());
    }
    conditions(node, pairs);
    let gpus = node
        .gpus
        .as_ref()
        .map(|gpus| gpus.value.as_slice())
        .unwrap_or_default();
    pairs.each(
        "gpus",
        gpus.iter().map(|gpu| {
            let load = gpu
                .load
                .map_or_else(|| "-".to_owned(), |load| load.to_string());
            let fault = gpu
                .fault
                .as_ref()
                .map_or_else(String::new, |fault| format!(", {fault}"));
            format!(
                "{} {} {load}, memory {} of {}{fault}",
                gpu.index, gpu.name, gpu.memory_used, gpu.memory_total
            )
        }),
    );
    if let Some(mesh) = &node.mesh {
        let peers = mesh.value.peers.len();
        pairs.add(
            "wireguard",
            format!(
                "{}, {}",
                count(mesh.value.interfaces.len(), "interface"),
                count(peers, "peer")
            ),
        );
    }
}

/// Disks, temperatures, units.
fn conditions(node: &Node, pairs: &mut Pairs) {
    if let Some(condition) = &node.condition {
        let condition = &condition.value;
        pairs.each(
            "disks",
            condition.disks.iter().map(|disk| {
                format!(
                    "{} {} of {} ({})",
                    disk.mount,
                    disk.used,
                    disk.total,
                    disk.share()
                )
            }),
        );
        pairs.each(
            "temperatures",
            condition
                .temperatures
                .iter()
                .map(|sensor| format!("{} {:.0} °C", sensor.sensor, sensor.celsius)),
        );
        for unit in condition.failed_units.iter().flatten() {
            pairs.toned(
                "failed unit",
                Tone::Bad,
                format!("{} ({})", unit.name, unit.description),
            );
        }
        if let Some(why) = &condition.pending_reboot {
            pairs.toned("reboot", Tone::Warn, format!("pending: {why}"));
        }
    }
}

/// Nodes by the names of an option; an empty list is all of them.
pub(crate) fn named(world: &World, given: &[String]) -> Result<Vec<vocab::NodeName>> {
    if world.nodes.is_empty() {
        return Err(Error::NotFound(Text::line(
            "no node is watched: add one to the fleet file, or run `wheelhouse init`",
        )));
    }
    if given.is_empty() {
        return Ok(world.nodes.keys().cloned().collect());
    }
    given
        .iter()
        .map(|name| select::node(world, name).map(|node| node.name().clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{said, scene};

    #[tokio::test(start_paused = true)]
    async fn lists_and_shows_one() {
        insta::assert_snapshot!("nodes", said(&["nodes"], scene()).await.all());
        insta::assert_snapshot!("nodes_one", said(&["nodes", "web-1"], scene()).await.all());
        insta::assert_snapshot!(
            "nodes_json",
            said(&["nodes", "web-1", "--json"], scene()).await.all()
        );
        let missing = said(&["nodes", "web-2"], scene()).await;
        assert_eq!((missing.exit, missing.out.as_str()), (Exit::NotFound, ""));
        let all = said(&["nodes", "--json"], scene()).await.json();
        assert_eq!(all.as_array().map(Vec::len), Some(3));
        assert_eq!(all[1]["trouble"], "no answer within 5 s", "edge-1 is down");
    }
}
