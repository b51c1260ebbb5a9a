//! What shows an item: the course of its figures with their numbers, the end of its log, and what changed before it began.

use ratatui::text::Line;
use ui::widgets::fit;
use ui::{Look, Role, Seen};
use vocab::{Bytes, Level, NodeName, Span, Text, Time};
use world::priorities::Origin;
use world::signals::Figure;
use world::signals::topology::{ancestors, container_of};
use world::{About, Item, Metric, Run, SeriesKey, Subject};

use super::super::super::shared::{Most, course, millis, reachable};
use super::super::facts;
use super::{LABEL, Read, title};
use crate::words;

/// The cells of a course.
const CELLS: usize = 40;

/// A figure that is older is drawn as old.
const FRESH: Span = Span::minutes(2);

/// So long before it began a change may have to do with it.
const BEFORE: Span = Span::hours(1);

/// So many changes are told.
const CHANGES: usize = 6;

/// All of it; nothing of what there is none of.
pub fn lines(
    item: &Item,
    read: &Read,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = series(item, seen)
        .into_iter()
        .map(|key| graph(&key, seen, look))
        .collect();
    if !lines.is_empty() {
        lines.insert(0, Line::default());
    }
    lines.push(Line::default());
    lines.extend(tail(item, read, seen, look, width));
    lines.extend(before(item, seen, look));
    lines
}

/// The figures that tell of an item, the one it is about first.
fn series(item: &Item, seen: Seen<'_>) -> Vec<SeriesKey> {
    let signal = match &item.origin {
        Origin::Signal { id, .. } => seen.world.signals.get(id),
        Origin::Note(_) => None,
    };
    let figure = signal.map(|signal| signal.figure);
    let key = |subject: &Subject, metric| SeriesKey::new(subject.clone(), metric);
    let mut found = match &item.about {
        About::Node(name) => of_node(name, figure, signal.map(|signal| &signal.id.part)),
        About::Container(container) => {
            let known = seen.world.containers.get(container);
            known.map_or_else(Vec::new, |known| {
                let subject = Subject::Container {
                    node: container.node.clone(),
                    name: known.container.name.clone(),
                };
                vec![key(&subject, Metric::Cpu), key(&subject, Metric::Memory)]
            })
        }
        About::Service(name) => {
            let mut found = vec![key(&Subject::Service(name.clone()), Metric::Latency)];
            let behind = container_of(seen.world, name);
            let behind = behind.and_then(|key| seen.world.containers.get(&key));
            found.extend(behind.map(|known| {
                let subject = Subject::Container {
                    node: known.key.node.clone(),
                    name: known.container.name.clone(),
                };
                key(&subject, Metric::Cpu)
            }));
            found
        }
        About::Site(domain) => vec![key(&Subject::Site(domain.clone()), Metric::Latency)],
        _ => Vec::new(),
    };
    found.retain(|key| {
        let series = seen.world.series(key);
        series.is_some_and(|series| series.last().is_some())
    });
    found
}

fn of_node(name: &NodeName, figure: Option<Figure>, part: Option<&Text>) -> Vec<SeriesKey> {
    let own = |metric| SeriesKey::new(Subject::Node(name.clone()), metric);
    match (figure, part) {
        (Some(Figure::NodeDisk | Figure::NodeDiskFullIn), Some(mount)) => {
            let subject = Subject::Disk {
                node: name.clone(),
                mount: mount.clone(),
            };
            vec![SeriesKey::new(subject, Metric::Used)]
        }
        (Some(Figure::NodeMemory), _) => vec![own(Metric::Memory), own(Metric::Cpu)],
        (Some(Figure::NodeLoad), _) => vec![own(Metric::Load), own(Metric::Cpu)],
        _ => vec![own(Metric::Cpu), own(Metric::Memory), own(Metric::Latency)],
    }
}

/// `cpu       ▂▃▅▇  12%`: never without its number, which is dashes when it is old.
fn graph(key: &SeriesKey, seen: Seen<'_>, look: &Look<'_>) -> Line<'static> {
    let styles = look.styles;
    let last = seen.world.series(key).and_then(world::Series::last);
    let age = last.map(|point| seen.now.since(point.at));
    // What a machine said before it went silent is not how it does.
    let silent = match &key.subject {
        Subject::Node(node) | Subject::Container { node, .. } | Subject::Disk { node, .. } => {
            !reachable(seen.world, node)
        }
        Subject::Service(_) | Subject::Site(_) => false,
    };
    let fresh = age.is_some_and(|age| age < FRESH) && !silent;
    let in_bytes = matches!(
        (&key.subject, key.metric),
        (Subject::Container { .. }, Metric::Memory)
    );
    let most = match key.metric {
        Metric::Cpu | Metric::Used => Most::Share,
        Metric::Memory if !in_bytes => Most::Share,
        Metric::Memory => Most::AtLeast((64 << 20) as f32),
        Metric::Load => Most::AtLeast(1.0),
        _ => Most::AtLeast(100.0),
    };
    let value = last.map_or(0.0, |point| point.value);
    let shown = match key.metric {
        Metric::Memory if in_bytes => Bytes(value as u64).to_string(),
        Metric::Cpu | Metric::Used | Metric::Memory => format!("{value:.0}%"),
        Metric::Load => format!("{value:.1}"),
        _ => millis(value),
    };
    let number = if fresh {
        styles.ink(Role::Text, format!("  {shown}"))
    } else {
        let age = age.map_or_else(String::new, |age| format!(" {age} ago"));
        styles.ink(Role::Stale, format!("  -- was {shown}{age}"))
    };
    let label = match key.metric {
        Metric::Latency => "answer",
        metric => metric.word(),
    };
    Line::from(vec![
        styles.ink(Role::Dim, format!("{label:LABEL$}  ")),
        course(look, seen, key, most, CELLS, fresh),
        number,
    ])
}

/// The end of the log that tells of it.
fn tail(
    item: &Item,
    read: &Read,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let Some(source) = facts::logs(item, seen) else {
        return Vec::new();
    };
    let name = super::super::super::logs::label(&source, seen);
    let mut lines = vec![title(look, &format!("last lines of {name}"))];
    match read.tail(&source) {
        None => lines.push(Line::from(styles.ink(Role::Dim, "  being read …"))),
        Some([]) => lines.push(Line::from(styles.ink(Role::Dim, "  there are none"))),
        Some(found) => lines.extend(found.iter().map(|line| {
            let role = match line.level {
                Level::Error | Level::Fatal => Role::LogError,
                Level::Warn => Role::LogWarn,
                _ => Role::Text,
            };
            Line::from(vec![
                styles.ink(Role::LogTime, format!("  {}  ", look.clock(line.at))),
                styles.ink(role, fit(line.text.as_str(), width.saturating_sub(12))),
            ])
        })),
    }
    lines.push(Line::default());
    lines
}

/// What changed within an hour before it began, the newest first.
fn before(item: &Item, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut found = changes(item, seen);
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    found.truncate(CHANGES);
    let mut lines = vec![title(look, "before it began")];
    if found.is_empty() {
        let words = "  nothing is known to have changed within an hour";
        lines.push(Line::from(styles.ink(Role::Dim, words)));
    }
    lines.extend(found.into_iter().map(|(at, words)| {
        let before = item.since.since(at);
        let before = if before < Span::seconds(1) {
            "at that very moment".to_owned()
        } else {
            format!("{before} before")
        };
        Line::from(vec![
            styles.ink(Role::LogTime, format!("  {}  ", look.clock(at))),
            styles.ink(Role::Warn, words),
            styles.ink(Role::Dim, format!("  {before}")),
        ])
    }));
    lines.push(Line::default());
    lines
}

/// Runs on it or on what it stands on, releases, containers that were made or started, other items of the same objects.
fn changes(item: &Item, seen: Seen<'_>) -> Vec<(Time, String)> {
    let world = seen.world;
    let within = |at: Time| at <= item.since && item.since.since(at) < BEFORE;
    let mut family = vec![item.about.clone()];
    family.extend(ancestors(world, &item.about));
    let mut found: Vec<(Time, String)> = world
        .runs
        .values()
        .filter(|run| within(run.taken) && touches(run, &family, seen))
        .map(|run| {
            let words = format!(
                "{} by {}: {}",
                run.plan.title,
                run.plan.by.user,
                run.state.word()
            );
            (run.taken, words)
        })
        .collect();
    for about in &family {
        match about {
            About::Site(domain) => {
                let releases = world.sites.get(domain).map(|site| &site.releases);
                found.extend(releases.into_iter().flatten().map(|release| {
                    let words =
                        format!("release {} of {domain} from {}", release.id, release.source);
                    (release.at, words)
                }));
            }
            About::Container(key) => {
                let known = world.containers.get(key).map(|known| &known.container);
                let made = known.and_then(|known| Some((known.created?, "made")));
                let started = known.and_then(|known| Some((known.started?, "started")));
                found.extend(
                    [made, started].into_iter().flatten().map(|(at, what)| {
                        (at, format!("{} was {what}", words::object(world, about)))
                    }),
                );
            }
            _ => {}
        }
    }
    let names: Vec<String> = family.iter().map(ToString::to_string).collect();
    let others = world.happenings.iter().filter(|happening| {
        let id = happening.item.0.as_str();
        happening.item != item.id
            && names
                .iter()
                .any(|name| id.split(' ').any(|word| word == name))
    });
    found.extend(others.map(|happening| {
        (
            happening.at,
            format!("{}: {}", happening.title, happening.what.words()),
        )
    }));
    found.retain(|(at, _)| within(*at));
    found
}

/// Whether a run has to do with any of these.
fn touches(run: &Run, family: &[About], seen: Seen<'_>) -> bool {
    family.iter().any(|about| match about {
        About::Site(domain) => {
            let order = run.plan.order();
            order.is_some_and(|order| order.domains().contains(domain))
        }
        About::Node(name) => run
            .plan
            .objects
            .iter()
            .any(|object| object.name == *name.as_str()),
        about => {
            let name = words::object(seen.world, about);
            run.plan.objects.iter().any(|object| object.name == *name)
        }
    })
}
