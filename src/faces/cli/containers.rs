//! `wheelhouse containers`: what runs where, or one container in full.

use std::collections::BTreeSet;

use serde::Serialize;
use vocab::{ContainerKey, ContainerState, Health, NodeName, Port, Protocol, Text, Time};
use world::{Interest, TrackedContainer, World};

use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::print::words::rfc3339;
use crate::print::{Cell, Pairs, Stream, Table, Tone};
use crate::{select, settle};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Show this one in full: its name, project/service, or node/name
    name: Option<String>,
    /// Only those on this node
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    /// Also those that do not run
    #[arg(short, long)]
    all: bool,
    /// Only those of this Compose project
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A container as JSON.
#[derive(Debug, Serialize)]
struct Row {
    node: String,
    id: String,
    name: Text,
    label: Text,
    image: Text,
    state: &'static str,
    health: &'static str,
    since: String,
    age_ms: i64,
    exit_code: Option<i32>,
    restarts: u32,
    restart_loop: bool,
    out_of_memory: bool,
    ports: Vec<String>,
    project: Option<Text>,
    service: Option<Text>,
    sampled_age_ms: Option<i64>,
    cpu_percent: Option<f32>,
    memory_bytes: Option<u64>,
    memory_limit_bytes: Option<u64>,
    pids: Option<u64>,
    #[serde(flatten)]
    details: Option<Details>,
}

/// What an inspect adds.
#[derive(Debug, Serialize)]
struct Details {
    command: Text,
    user: Text,
    restart_policy: Text,
    log_driver: Text,
    privileged: bool,
    environment: Vec<(Text, Text)>,
    mounts: Vec<MountRow>,
    networks: Vec<(Text, Text)>,
    labels: std::collections::BTreeMap<Text, Text>,
}

#[derive(Debug, Serialize)]
struct MountRow {
    kind: Text,
    source: Text,
    target: Text,
    read_only: bool,
}

/// Waits for the lists and for first figures, and prints.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    match &options.name {
        Some(name) => one(name, options, context).await,
        None => list(options, context).await,
    }
}

async fn list(options: &Options, context: &mut Context) -> Result<Exit> {
    let node = select::node_option(context.watch.world(), options.node.as_deref())?;
    context
        .interrupts
        .guard(settle::containers(&mut *context.watch, node.as_ref()))
        .await?;
    if let Some(error) = node
        .as_ref()
        .and_then(|name| context.watch.world().nodes.get(name))
        .and_then(select::unreachable)
    {
        return Err(error);
    }
    let running: BTreeSet<ContainerKey> = chosen(options, context.watch.world(), node.as_ref())
        .filter(|tracked| tracked.container.state == ContainerState::Running)
        .map(|tracked| tracked.key.clone())
        .collect();
    context.watch.set_interest(Interest {
        containers: running.clone(),
        ..Interest::default()
    });
    let sampled = |world: &World, _: Time| {
        running.iter().all(|key| {
            world
                .containers
                .get(key)
                .is_none_or(|tracked| tracked.sample.is_some())
        })
    };
    context
        .interrupts
        .guard(settle::until(&mut *context.watch, settle::FIGURES, sampled))
        .await?;
    let (world, now) = (context.watch.world(), context.watch.now());
    let rows: Vec<&TrackedContainer> = chosen(options, world, node.as_ref()).collect();
    if options.json {
        context.console.out.json(
            &rows
                .iter()
                .map(|tracked| row(tracked, now, false))
                .collect::<Vec<_>>(),
        )?;
    } else {
        print_all(&rows, now, &mut context.console.out)?;
        unseen(world, node.as_ref(), &mut context.console.err)?;
    }
    Ok(Exit::Fine)
}

fn chosen<'a>(
    options: &'a Options,
    world: &'a World,
    node: Option<&'a NodeName>,
) -> impl Iterator<Item = &'a TrackedContainer> {
    world.containers.values().filter(move |tracked| {
        node.is_none_or(|node| tracked.key.node == *node)
            && (options.all
                || tracked.container.state.is_up()
                || tracked.container.state == ContainerState::Restarting)
            && options
                .project
                .as_deref()
                .is_none_or(|project| tracked.container.project.as_deref() == Some(project))
    })
}

async fn one(name: &str, options: &Options, context: &mut Context) -> Result<Exit> {
    let world = context.watch.world();
    let node = select::node_option(world, options.node.as_deref())?;
    let only = node.clone().or_else(|| select::node_of_name(world, name));
    context
        .interrupts
        .guard(settle::containers(&mut *context.watch, only.as_ref()))
        .await?;
    let key = select::container(context.watch.world(), name, node.as_ref())?
        .key
        .clone();
    let keys = BTreeSet::from([key.clone()]);
    context.watch.set_interest(Interest {
        details: keys.clone(),
        containers: keys,
        ..Interest::default()
    });
    let whole = |world: &World, _: Time| {
        let known = |tracked: &TrackedContainer| {
            let idle = tracked.container.state != ContainerState::Running;
            tracked.details.is_some() && (idle || tracked.sample.is_some())
        };
        world.containers.get(&key).is_none_or(known)
    };
    context
        .interrupts
        .guard(settle::until(&mut *context.watch, settle::GLANCE, whole))
        .await?;
    let now = context.watch.now();
    // It may be gone by now.
    let tracked = select::container(context.watch.world(), name, node.as_ref())?;
    if options.json {
        context.console.out.json(&row(tracked, now, true))?;
    } else {
        print_one(tracked, now, &mut context.console.out)?;
    }
    Ok(Exit::Fine)
}

/// Says of which nodes the containers are not known.
fn unseen(world: &World, node: Option<&NodeName>, err: &mut Stream) -> Result<()> {
    settle::meant(world, node)
        .filter(|node| node.link.down_since().is_some())
        .try_for_each(|node| {
            let why = select::unreachable(node)
                .map(|error| error.to_string())
                .unwrap_or_default();
            err.say(
                Tone::Warn,
                format!("not seen: the containers of {}: {why}", node.name()),
            )
        })
}

fn row(tracked: &TrackedContainer, now: Time, whole: bool) -> Row {
    let container = &tracked.container;
    let sample = tracked
        .sample
        .as_ref()
        .filter(|sample| sample.fresh(now).is_some());
    Row {
        node: tracked.key.node.to_string(),
        id: container.id.to_string(),
        name: container.name.clone(),
        label: tracked.label(),
        image: container.image.clone(),
        state: container.state.word(),
        health: health(container.health),
        since: rfc3339(tracked.since),
        age_ms: now.since(tracked.since).0,
        exit_code: container.exit_code,
        restarts: container.restarts,
        restart_loop: tracked.restart_loop(now).is_some(),
        out_of_memory: container.out_of_memory,
        ports: container.ports.iter().map(port).collect(),
        project: container.project.clone(),
        service: container.service.clone(),
        sampled_age_ms: sample.map(|sample| now.since(sample.at).0),
        cpu_percent: sample.map(|sample| sample.value.cpu.0),
        memory_bytes: sample.map(|sample| sample.value.memory.0),
        memory_limit_bytes: sample
            .and_then(|sample| sample.value.memory_limit)
            .map(|limit| limit.0),
        pids: sample.and_then(|sample| sample.value.pids),
        details: tracked
            .details
            .as_ref()
            .filter(|_| whole)
            .map(|details| Details {
                command: details.command.clone(),
                user: details.user.clone(),
                restart_policy: details.restart_policy.clone(),
                log_driver: details.log_driver.clone(),
                privileged: details.privileged,
                environment: details
                    .environment
                    .iter()
                    .map(|it| (it.name.clone(), it.value.clone()))
                    .collect(),
                mounts: details
                    .mounts
                    .iter()
                    .map(|mount| MountRow {
                        kind: mount.kind.clone(),
                        source: mount.source.clone(),
                        target: mount.target.clone(),
                        read_only: mount.read_only,
                    })
                    .collect(),
                networks: details
                    .networks
                    .iter()
                    .map(|it| (it.network.clone(), it.address.clone()))
                    .collect(),
                labels: details.labels.clone(),
            }),
    }
}

const fn health(health: Health) -> &'static str {
    match health {
        Health::None => "none",
        Health::Starting => "starting",
        Health::Healthy => "healthy",
        Health::Unhealthy => "unhealthy",
    }
}

/// `0.0.0.0:443->8443/tcp`, as Docker's own tools write it; `8443/tcp` when it is not published.
fn port(port: &Port) -> String {
    let protocol = match port.protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
        Protocol::Sctp => "sctp",
    };
    let inside = format!("{}/{protocol}", port.private);
    match (&port.address, port.public) {
        (Some(address), Some(public)) if address.contains(':') => {
            format!("[{address}]:{public}->{inside}")
        }
        (Some(address), Some(public)) => format!("{address}:{public}->{inside}"),
        (None, Some(public)) => format!("{public}->{inside}"),
        (_, None) => inside,
    }
}

/// State, health and what is wrong, in a word or three.
fn state(tracked: &TrackedContainer, now: Time) -> (String, Tone) {
    let container = &tracked.container;
    let word = container.state.word();
    if let Some(deaths) = tracked.restart_loop(now) {
        return (
            format!("{word}, died {deaths} times in 10 minutes"),
            Tone::Bad,
        );
    }
    match (container.state, container.health, container.exit_code) {
        (_, Health::Unhealthy, _) => (format!("{word}, unhealthy"), Tone::Bad),
        (_, Health::Starting, _) => (format!("{word}, starting"), Tone::Warn),
        (ContainerState::Exited, _, Some(code)) if container.out_of_memory => {
            (format!("{word} ({code}), out of memory"), Tone::Bad)
        }
        (ContainerState::Exited, _, Some(0)) => (format!("{word} (0)"), Tone::Dim),
        (ContainerState::Exited, _, Some(code)) => (format!("{word} ({code})"), Tone::Warn),
        (ContainerState::Running, Health::Healthy, _) => (format!("{word}, healthy"), Tone::Good),
        (ContainerState::Running, Health::None, _) => (word.to_owned(), Tone::Good),
        (ContainerState::Dead | ContainerState::Restarting, ..) => (word.to_owned(), Tone::Bad),
        _ => (word.to_owned(), Tone::Warn),
    }
}

fn print_all(rows: &[&TrackedContainer], now: Time, out: &mut Stream) -> Result<()> {
    if rows.is_empty() {
        return out.say(
            Tone::Plain,
            "no container matches; --all also shows those that do not run",
        );
    }
    let mut table = Table::new(&[
        "NODE", "NAME", "STATE", "FOR", "CPU", "MEMORY", "IMAGE", "PORTS",
    ]);
    for tracked in rows {
        let sample = tracked.sample.as_ref().and_then(|sample| sample.fresh(now));
        let (words, tone) = state(tracked, now);
        let published = tracked
            .container
            .ports
            .iter()
            .filter(|port| port.public.is_some());
        table.row(vec![
            Cell::of(&tracked.key.node),
            Cell::from(&tracked.container.name).tone(Tone::Strong),
            Cell::of(words).tone(tone),
            Cell::figure(Some(now.since(tracked.since))),
            Cell::figure(sample.map(|sample| sample.cpu)),
            Cell::figure(sample.map(|sample| sample.memory)),
            Cell::from(&tracked.container.image),
            Cell::of(published.map(port).collect::<Vec<_>>().join(", ")).tone(Tone::Dim),
        ]);
    }
    table.print(out, 0)
}

fn print_one(tracked: &TrackedContainer, now: Time, out: &mut Stream) -> Result<()> {
    let container = &tracked.container;
    let mut pairs = Pairs::default();
    pairs.toned("container", Tone::Strong, &container.name);
    pairs.add("node", &tracked.key.node);
    pairs.add("id", &container.id);
    pairs.add("image", &container.image);
    let (words, tone) = state(tracked, now);
    pairs.toned(
        "state",
        tone,
        format!("{words} for {}", now.since(tracked.since)),
    );
    if container.restarts > 0 {
        pairs.toned("restarts", Tone::Warn, container.restarts.to_string());
    }
    if let (Some(project), Some(service)) = (&container.project, &container.service) {
        pairs.add("compose", format!("project {project}, service {service}"));
    }
    pairs.each("ports", container.ports.iter().map(port));
    if let Some(sample) = tracked.sample.as_ref().and_then(|sample| sample.fresh(now)) {
        let limit = sample
            .memory_limit
            .map_or_else(String::new, |limit| format!(" of {limit}"));
        pairs.add(
            "uses",
            format!("cpu {}, memory {}{limit}", sample.cpu, sample.memory),
        );
    }
    match &tracked.details {
        None => pairs.toned(
            "details",
            Tone::Warn,
            "not known: the engine did not answer in time",
        ),
        Some(details) => {
            pairs.add("command", &details.command);
            pairs.add("restart policy", &details.restart_policy);
            if details.privileged {
                pairs.toned("privileged", Tone::Warn, "yes");
            }
            pairs.known("memory limit", details.limits.memory);
            pairs.known("cpu limit", details.limits.cpus);
            pairs.each(
                "networks",
                details
                    .networks
                    .iter()
                    .map(|it| format!("{} {}", it.network, it.address)),
            );
            pairs.each(
                "mounts",
                details.mounts.iter().map(|mount| {
                    let how = if mount.read_only { " (read only)" } else { "" };
                    format!("{} {} -> {}{how}", mount.kind, mount.source, mount.target)
                }),
            );
            pairs.each(
                "environment",
                details
                    .environment
                    .iter()
                    .map(|it| format!("{}={}", it.name, it.value)),
            );
            pairs.each(
                "health checks",
                details.health_log.iter().map(|check| {
                    let age = check
                        .at
                        .map_or_else(|| "-".to_owned(), |at| format!("{} ago", now.since(at)));
                    format!("{age}: exit status {}: {}", check.exit_code, check.output)
                }),
            );
        }
    }
    pairs.print(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{said, scene};

    #[tokio::test(start_paused = true)]
    async fn lists_and_shows_one() {
        insta::assert_snapshot!("containers", said(&["containers"], scene()).await.all());
        insta::assert_snapshot!(
            "containers_one",
            said(&["ps", "acme/app"], scene()).await.all()
        );
        insta::assert_snapshot!(
            "containers_json",
            said(&["containers", "acme-app-1", "--json"], scene())
                .await
                .all()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn filters() {
        let names = async |words: &[&str]| {
            let told = said(&[&["containers", "--json"], words].concat(), scene()).await;
            let rows = told.json();
            let rows = rows.as_array().cloned().unwrap_or_default();
            rows.iter()
                .map(|row| format!("{}/{}", row["node"], row["name"]).replace('"', ""))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&["--node", "db-1"]).await, ["db-1/caddy"]);
        assert_eq!(
            names(&["--node", "db-1", "--all"]).await,
            ["db-1/caddy", "db-1/backup"]
        );
        assert_eq!(names(&["--project", "acme"]).await, ["web-1/acme-app-1"]);
        assert_eq!(
            said(&["containers", "--node", "edge-1"], scene())
                .await
                .exit,
            Exit::Unreachable
        );
        assert_eq!(
            said(&["containers", "caddy"], scene()).await.exit,
            Exit::Usage
        );
    }
}
