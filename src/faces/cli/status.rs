//! `wheelhouse status`: whether all is well, and what is not.

use std::sync::Arc;

use serde::Serialize;
use vocab::{Money, Severity, Text, Time};
use world::priorities::{Visibility, score};
use world::query::{Totals, items, totals};
use world::{About, Item, ServiceState, World};

use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::print::words::{count, rfc3339};
use crate::print::{Stream, Tone, piece};
use crate::{settle, top};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How all of it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// Nothing needs attention, and everything was seen.
    Ok,
    /// Something will hurt if nobody acts.
    Warning,
    /// Something hurts now.
    Critical,
    /// Not everything could be seen: never green.
    Unknown,
}

/// The answer.
#[derive(Debug, Serialize)]
struct Status {
    verdict: Verdict,
    fleet: Text,
    demo: bool,
    at: String,
    nodes: Nodes,
    containers: Containers,
    services: Services,
    runs_under_way: usize,
    /// What is to be seen to now, the first first.
    items: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Nodes {
    total: usize,
    up: usize,
    down: usize,
    unknown: usize,
}

#[derive(Debug, Serialize)]
struct Containers {
    total: usize,
    running: usize,
    failing: usize,
    /// Nodes whose containers are not known.
    unseen_nodes: usize,
}

#[derive(Debug, Serialize)]
struct Services {
    total: usize,
    healthy: usize,
    degraded: usize,
    down: usize,
    unknown: usize,
}

#[derive(Debug, Serialize)]
struct Line {
    id: Text,
    quadrant: &'static str,
    severity: &'static str,
    about_kind: &'static str,
    about: String,
    title: Text,
    detail: Text,
    since: String,
    age_ms: i64,
    at_risk_per_hour: Option<Money>,
}

/// Waits at most five seconds for the whole picture, and prints what there is of it.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let seen = settle::until(&mut *context.watch, settle::GLANCE, complete);
    context.interrupts.guard(seen).await?;
    let now = context.watch.now();
    let status = of(context.watch.world(), now);
    if options.json {
        context.console.out.json(&status)?;
    } else {
        print(
            &status,
            context.watch.world(),
            now,
            &mut context.console.out,
        )?;
    }
    Ok(match status.verdict {
        Verdict::Ok | Verdict::Warning => Exit::Fine,
        Verdict::Critical => Exit::Wrong,
        Verdict::Unknown => Exit::Unknown,
    })
}

/// Whether everything was seen once.
pub(crate) fn complete(world: &World, now: Time) -> bool {
    let node = |node: &world::Node| {
        settle::containers_known(node, now)
            && (node.link.down_since().is_some() || node.sample.is_some())
    };
    !world.nodes.is_empty()
        && world.nodes.values().all(node)
        && world
            .services
            .values()
            .all(|service| service.last.is_some())
        && world.sites.values().all(|site| visited(world, site))
}

/// Whether a site was visited from here, and one that failed often enough to say that it is down.
fn visited(world: &World, site: &world::Site) -> bool {
    let cannot = site.state == world::SiteState::Suspended || site.objects.address.is_empty();
    let pulse = world.pulses.get(&site.domain);
    let judged = pulse.is_some_and(|pulse| match &pulse.last {
        Some(last) => last.value.result.is_ok() || pulse.judged == Some(ServiceState::Down),
        None => false,
    });
    cannot || world.demo || judged
}

fn of(world: &World, now: Time) -> Status {
    let figures = totals(world, now);
    let all = items(world, now);
    let down = is_down(world, &all, now);
    let degraded = any_service(world, &all, ServiceState::Degraded, now);
    let found: Vec<Arc<Item>> = all
        .iter()
        .filter(|item| item.visibility == Visibility::Shown)
        .cloned()
        .collect();
    let unseen = world
        .nodes
        .values()
        .filter(|node| !settle::containers_known(node, now))
        .count();
    Status {
        verdict: verdict(&figures, &found, (down, degraded), unseen),
        fleet: world.name.clone(),
        demo: world.demo,
        at: rfc3339(now),
        nodes: Nodes {
            total: figures.nodes,
            up: figures.nodes_up,
            down: figures.nodes_down,
            unknown: figures.nodes - figures.nodes_up - figures.nodes_down,
        },
        containers: Containers {
            total: figures.containers,
            running: figures.running,
            failing: figures.containers_bad,
            unseen_nodes: world
                .nodes
                .values()
                .filter(|node| node.listed.is_none())
                .count(),
        },
        services: Services {
            total: figures.services,
            healthy: figures.services_healthy,
            degraded: figures.services
                - figures.services_healthy
                - figures.services_down
                - figures.services_unknown,
            down: figures.services_down,
            unknown: figures.services_unknown,
        },
        runs_under_way: figures.runs,
        items: found.iter().map(|item| line(world, item, now)).collect(),
    }
}

/// Whether a node or a service is down, told of or not yet: who asks once does not wait for a rule to be sure. Announced
/// maintenance is no trouble.
fn is_down(world: &World, items: &[Arc<Item>], now: Time) -> bool {
    let mut nodes = world
        .nodes
        .values()
        .filter(|node| node.link.down_since().is_some())
        .map(|node| About::Node(node.name().clone()));
    nodes.any(|about| !excused(items, &about)) || any_service(world, items, ServiceState::Down, now)
}

/// Whether a service is in this state, told of or not yet.
fn any_service(world: &World, items: &[Arc<Item>], state: ServiceState, now: Time) -> bool {
    let mut services = world
        .services
        .values()
        .filter(|service| service.state(now) == state)
        .map(|service| About::Service(service.spec.name.clone()));
    services.any(|about| !excused(items, &about))
}

fn excused(items: &[Arc<Item>], about: &About) -> bool {
    let mut of = items.iter().filter(|item| item.about == *about);
    of.any(|item| item.visibility == Visibility::Maintenance)
}

fn verdict(
    figures: &Totals,
    found: &[Arc<Item>],
    (down, degraded): (bool, bool),
    unseen: usize,
) -> Verdict {
    let worst = found.iter().map(|item| item.severity).max();
    let nodes_unknown = figures.nodes > figures.nodes_up + figures.nodes_down;
    match worst {
        Some(Severity::Critical) => Verdict::Critical,
        _ if down => Verdict::Critical,
        _ if nodes_unknown || unseen > 0 || figures.services_unknown > 0 => Verdict::Unknown,
        Some(Severity::Warning) => Verdict::Warning,
        _ if degraded => Verdict::Warning,
        Some(Severity::Notice) | None => Verdict::Ok,
    }
}

fn line(world: &World, item: &Item, now: Time) -> Line {
    let (about_kind, about) = match &item.about {
        About::Node(name) => ("node", name.to_string()),
        About::Container(key) => {
            let name = world
                .containers
                .get(key)
                .map(|tracked| tracked.container.name.to_string());
            (
                "container",
                format!(
                    "{}/{}",
                    key.node,
                    name.unwrap_or_else(|| key.id.short().to_owned())
                ),
            )
        }
        About::Service(name) => ("service", name.to_string()),
        About::Run(id) => ("run", id.to_string()),
        About::Site(domain) => ("site", domain.to_string()),
        About::Provider(provider) => ("provider", provider.to_string()),
        About::Schedule(name) => ("schedule", name.to_string()),
        About::Console(subject) => ("console", subject.to_string()),
        About::Server(name) => ("server", name.to_string()),
        About::Region(region) => ("region", region.to_string()),
        About::Elsewhere(subject) => ("note", subject.to_string()),
    };
    Line {
        id: item.id.0.clone(),
        quadrant: item.quadrant.word(),
        severity: item.severity.word(),
        about_kind,
        about,
        title: item.title.clone(),
        detail: item.detail.clone(),
        since: rfc3339(item.since),
        age_ms: now.since(item.since).0,
        at_risk_per_hour: item.at_risk,
    }
}

fn print(status: &Status, world: &World, now: Time, out: &mut Stream) -> Result<()> {
    let (verdict, tone) = match status.verdict {
        Verdict::Ok => ("OK", Tone::Good),
        Verdict::Warning => ("WARNING", Tone::Warn),
        Verdict::Critical => ("CRITICAL", Tone::Bad),
        Verdict::Unknown => ("UNKNOWN", Tone::Warn),
    };
    let demo = if status.demo { " (simulated)" } else { "" };
    out.line(&[
        piece(tone, verdict),
        piece(Tone::Strong, format!("  {}{demo}", status.fleet)),
    ])?;
    out.say(
        Tone::Plain,
        summary(
            "nodes",
            status.nodes.total,
            &[
                (status.nodes.up, "up"),
                (status.nodes.down, "down"),
                (status.nodes.unknown, "not known yet"),
            ],
        ),
    )?;
    let unseen = status.containers.unseen_nodes;
    let unseen = if unseen > 0 {
        format!("; not seen on {}", count(unseen, "node"))
    } else {
        String::new()
    };
    let containers = [
        (status.containers.running, "running"),
        (status.containers.failing, "failing"),
    ];
    out.say(
        Tone::Plain,
        summary("containers", status.containers.total, &containers) + &unseen,
    )?;
    out.say(
        Tone::Plain,
        summary(
            "services",
            status.services.total,
            &[
                (status.services.healthy, "healthy"),
                (status.services.degraded, "degraded"),
                (status.services.down, "down"),
                (status.services.unknown, "unknown"),
            ],
        ),
    )?;
    if status.runs_under_way > 0 {
        out.say(
            Tone::Plain,
            format!("{} under way", count(status.runs_under_way, "run")),
        )?;
    }
    print_items(world, now, out)
}

/// What is to be seen to now, the first first.
fn print_items(world: &World, now: Time, out: &mut Stream) -> Result<()> {
    for item in items(world, now).iter() {
        if item.visibility != Visibility::Shown {
            continue;
        }
        let risk = item.at_risk.map(score::per_hour);
        let said = [risk, Some(item.detail.to_string())];
        let said: Vec<String> = said.into_iter().flatten().collect();
        let said = said.join("  ");
        out.line(&[
            piece(
                top::tone(item.severity),
                format!("{:8}", item.severity.word()),
            ),
            piece(Tone::Dim, format!(" {:>4}  ", now.since(item.since).age())),
            (Tone::Plain, item.title.clone()),
            piece(
                Tone::Dim,
                if said.is_empty() {
                    String::new()
                } else {
                    format!("  {said}")
                },
            ),
        ])?;
    }
    Ok(())
}

/// `nodes  3: 2 up, 1 down`; counts of nothing are left out.
fn summary(what: &str, total: usize, parts: &[(usize, &str)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let parts = if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    };
    format!("{what:10}  {total}{parts}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Scene, said, scene, troubled};

    #[tokio::test(start_paused = true)]
    async fn for_people_and_as_json() {
        let human = said(&["status"], scene()).await;
        assert_eq!(human.exit, Exit::Wrong, "a node is down");
        insta::assert_snapshot!("status", human.all());
        let json = said(&["status", "--json"], scene()).await;
        insta::assert_snapshot!("status_json", json.all());
        let items = said(&["status"], troubled()).await;
        insta::assert_snapshot!("status_items", items.all());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_seen_is_never_green() {
        let told = said(&["status"], Scene::fresh()).await;
        assert_eq!(told.exit, Exit::Unknown);
        assert!(
            told.out
                .starts_with("UNKNOWN  aurora\nnodes       1: 1 not known yet\n"),
            "{}",
            told.out
        );
        assert!(told.out.contains("not seen on 1 node"), "{}", told.out);
    }

    #[tokio::test(start_paused = true)]
    async fn a_healthy_fleet_ends_with_zero() {
        let mut all_well = scene();
        all_well.mend();
        let told = said(&["status", "--json"], all_well).await;
        assert_eq!(
            (told.exit, told.json()["verdict"].as_str()),
            (Exit::Fine, Some("ok"))
        );
    }
}
