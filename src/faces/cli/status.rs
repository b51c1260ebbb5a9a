//! `wheelhouse status`: whether all is well, and what is not.

use serde::Serialize;
use vocab::{Text, Time};
use world::World;
use world::query::attention::About;
use world::query::{Concern, Severity, Totals, concerns, totals};

use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::print::words::{count, rfc3339};
use crate::print::{Stream, Tone, piece};
use crate::settle;

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
    concerns: Vec<Line>,
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
    severity: &'static str,
    about_kind: &'static str,
    about: String,
    title: Text,
    detail: Text,
    since: String,
    age_ms: i64,
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
fn complete(world: &World, now: Time) -> bool {
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
}

fn of(world: &World, now: Time) -> Status {
    let figures = totals(world, now);
    let found = concerns(world, now);
    let unseen = world
        .nodes
        .values()
        .filter(|node| !settle::containers_known(node, now))
        .count();
    Status {
        verdict: verdict(&figures, &found, unseen),
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
        concerns: found
            .iter()
            .map(|concern| line(world, concern, now))
            .collect(),
    }
}

fn verdict(figures: &Totals, found: &[Concern], unseen: usize) -> Verdict {
    let worst = found.iter().map(|concern| concern.severity).max();
    let nodes_unknown = figures.nodes > figures.nodes_up + figures.nodes_down;
    match worst {
        Some(Severity::Critical) => Verdict::Critical,
        _ if nodes_unknown || unseen > 0 || figures.services_unknown > 0 => Verdict::Unknown,
        Some(Severity::Warning) => Verdict::Warning,
        Some(Severity::Notice) | None => Verdict::Ok,
    }
}

fn line(world: &World, concern: &Concern, now: Time) -> Line {
    let (about_kind, about) = match &concern.about {
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
        About::Console(subject) => ("console", subject.to_string()),
    };
    Line {
        severity: word(concern.severity),
        about_kind,
        about,
        title: concern.title.clone(),
        detail: concern.detail.clone(),
        since: rfc3339(concern.since),
        age_ms: now.since(concern.since).0,
    }
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Notice => "notice",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
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
    for concern in concerns(world, now) {
        let tone = match concern.severity {
            Severity::Critical => Tone::Bad,
            Severity::Warning => Tone::Warn,
            Severity::Notice => Tone::Plain,
        };
        out.line(&[
            piece(tone, format!("{:8}", word(concern.severity))),
            piece(
                Tone::Dim,
                format!(" {:>4}  ", now.since(concern.since).to_string()),
            ),
            (Tone::Plain, concern.title.clone()),
            piece(
                Tone::Dim,
                if concern.detail.is_empty() {
                    String::new()
                } else {
                    format!("  {}", concern.detail)
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
    use crate::testing::{Scene, said, scene};

    #[tokio::test(start_paused = true)]
    async fn for_people_and_as_json() {
        let human = said(&["status"], scene()).await;
        assert_eq!(human.exit, Exit::Wrong, "a node is down");
        insta::assert_snapshot!("status", human.all());
        let json = said(&["status", "--json"], scene()).await;
        insta::assert_snapshot!("status_json", json.all());
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
