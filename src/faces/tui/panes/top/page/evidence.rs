//! What shows an item: the course of its figures with their numbers, the end of its log, and what changed before it began.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::text::wrap;
use ui::widgets::{fit, spark, spark::scale};
use ui::{Look, Role, Seen};
use vocab::{Bytes, Level, LogTail, NodeName, Span, Text};
use world::logs::access;
use world::priorities::Origin;
use world::query::evidence::{answers, changes, log};
use world::query::{Answers, Latest};
use world::signals::Figure;
use world::signals::topology::container_of;
use world::{About, Item, Metric, SeriesKey, Subject};

use super::super::super::shared::{Most, course, millis, reachable};
use super::{LABEL, Read, title};

/// The cells of a course.
const CELLS: usize = 40;

/// A figure that is older is drawn as old.
const FRESH: Span = Span::minutes(2);

/// The most cells of the answers of an hour: one a minute.
const HOUR: usize = 60;

/// Cells kept for the number beside them.
const NUMBER: usize = 18;

/// Answers are drawn against this at least, in milliseconds.
const LEAST: f32 = 100.0;

/// All of it; nothing of what there is none of.
pub fn lines(
    item: &Item,
    read: &Read,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let answers = answers(seen.world, item, seen.now);
    let several = answers.len() > 1;
    let of_hour = answers.iter();
    let mut lines: Vec<Line<'static>> = of_hour
        .flat_map(|answers| hour(answers, several, seen, look, width))
        .collect();
    let figures = series(item, seen).into_iter();
    lines.extend(figures.map(|key| graph(&key, seen, look)));
    if !lines.is_empty() {
        lines.insert(0, Line::default());
    }
    lines.push(Line::default());
    lines.extend(tail(item, read, seen, look, width));
    lines.extend(before(item, seen, look));
    lines
}

/// The figures that tell of an item beside its answers, the one it is about first.
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
            let behind = container_of(seen.world, name);
            let behind = behind.and_then(|key| seen.world.containers.get(&key));
            let cpu = behind.map(|known| {
                let subject = Subject::Container {
                    node: known.key.node.clone(),
                    name: known.container.name.clone(),
                };
                key(&subject, Metric::Cpu)
            });
            cpu.into_iter().collect()
        }
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

/// `answer    ▂▃▅▇···  none for 3m`, and below it between what it was and what a cell is.
fn hour(
    answers: &Answers,
    several: bool,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut lines = Vec::new();
    if several && let Subject::Site(domain) = &answers.key.subject {
        lines.push(Line::from(styles.ink(Role::Text, domain.to_string())));
    }
    let label = styles.ink(Role::Dim, format!("{:LABEL$}  ", "answer"));
    let room = width.saturating_sub(LABEL + 2 + NUMBER);
    // A cell is of so many whole minutes that an hour has a whole number of them.
    let fitting = (1..=HOUR)
        .rev()
        .find(|cells| *cells <= room && HOUR.is_multiple_of(*cells));
    let (column, columns) = answers.columns(seen.now, fitting.unwrap_or(1));
    let role = match answers.latest {
        Latest::Good(_) => Role::Text,
        Latest::Failed(..) => Role::Bad,
        Latest::Never | Latest::Old(_) => Role::Stale,
    };
    let number = styles.ink(role, answers.now_words(seen.now));
    let Some(range) = answers.range_words(seen.now) else {
        lines.push(Line::from(vec![label, number]));
        return lines;
    };
    lines.push(Line::from(vec![
        label,
        styles.ink(Role::Graph, spark(&columns, scale(&columns, LEAST))),
        Ink::raw("  "),
        number,
    ]));
    let gaps = if columns.iter().any(Option::is_none) {
        format!(", · is {column} without a good one")
    } else {
        String::new()
    };
    let words = format!("{:LABEL$}  {range}{gaps}", "");
    lines.push(Line::from(styles.ink(Role::Dim, fit(&words, width))));
    lines
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
        _ => Most::AtLeast(LEAST),
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
    let source = match log(seen.world, item) {
        None => return Vec::new(),
        Some(Ok(source)) => source,
        Some(Err(why)) => {
            let why = format!("  {}", fit(&why, width.saturating_sub(2)));
            let why = Line::from(styles.ink(Role::Dim, why));
            return vec![title(look, "last lines of its log"), why, Line::default()];
        }
    };
    let name = super::super::super::logs::label(&source, seen);
    let mut lines = vec![title(look, &format!("last lines of {name}"))];
    let dim = |words: &str| {
        let wrapped = wrap(words, width.saturating_sub(2)).into_iter();
        wrapped.map(|line| Line::from(styles.ink(Role::Dim, format!("  {line}"))))
    };
    let found = read.tail(&source);
    match found {
        None => lines.extend(dim("being read …")),
        Some(LogTail {
            lines: found,
            trouble: None,
        }) if found.is_empty() => lines.extend(dim("there are none")),
        Some(LogTail { lines: found, .. }) => lines.extend(found.iter().map(|line| {
            let role = match line.level {
                Level::Error | Level::Fatal => Role::LogError,
                Level::Warn => Role::LogWarn,
                _ => Role::Text,
            };
            let said = access::words(line.text.as_str());
            Line::from(vec![
                styles.ink(Role::LogTime, format!("  {}  ", look.clock(line.at))),
                styles.ink(role, fit(&said, width.saturating_sub(12))),
            ])
        })),
    }
    if let Some(why) = found.and_then(|found| found.trouble.as_ref()) {
        lines.extend(dim(why));
    }
    lines.push(Line::default());
    lines
}

/// What changed within an hour before it began, the newest first.
fn before(item: &Item, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let found = changes(seen.world, item);
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
