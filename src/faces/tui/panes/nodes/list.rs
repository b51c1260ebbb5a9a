//! The rows of the nodes.

use std::cmp::Ordering;

use ratatui::text::Line;
use ui::widgets::Column;
use ui::widgets::figures::{NONE, role_of, whole};
use ui::{Look, Role, Seen, Sign};
use vocab::{Freshness, HostSample, Percent, Rate};
use world::{Metric, Node, SeriesKey, Subject};

use super::super::listing::{Drawn, Order};
use super::super::shared::{Most, age, course, named};

/// The orders.
pub const ORDERS: [Order; 4] = [
    Order::up("name", 0),
    Order::down("cpu", 2),
    Order::down("memory", 4),
    Order::down("disk", 5),
];

/// The columns.
pub const COLUMNS: [Column; 13] = [
    Column::left("name", 12, 2, 0),
    Column::left("role", 7, 0, 4),
    Column::right("cpu", 4, 0).close(),
    Column::left("", 8, 1, 5).close(),
    Column::right("mem", 4, 2).close(),
    Column::right("disk", 4, 3).close(),
    Column::right("ssh", 9, 1),
    Column::right("load", 5, 6),
    Column::right("received", 8, 9),
    Column::right("sent", 8, 10),
    Column::right("containers", 10, 7),
    Column::right("up", 6, 8),
    Column::left("region", 12, 0, 11),
];

/// What the filter looks in.
pub fn words(node: &Node, seen: Seen<'_>) -> String {
    let profile = &node.profile;
    format!(
        "{} {} {} {}",
        profile.name,
        profile.role,
        profile.region,
        Sign::of_node(node, seen.now).word
    )
}

/// Brings nodes that are in the order of their names into another one.
pub fn sort(rows: &mut [&Node], order: usize, seen: Seen<'_>) {
    let by = |figure: fn(&Node, Seen<'_>) -> Option<Percent>| {
        move |a: &&Node, b: &&Node| {
            figure(b, seen)
                .partial_cmp(&figure(a, seen))
                .unwrap_or(Ordering::Equal)
        }
    };
    match order {
        1 => rows.sort_by(by(cpu)),
        2 => rows.sort_by(by(memory)),
        3 => rows.sort_by(by(disk)),
        _ => {}
    }
}

fn up(node: &Node) -> Option<&Node> {
    node.link.is_up().then_some(node)
}

fn cpu(node: &Node, seen: Seen<'_>) -> Option<Percent> {
    up(node)?
        .sample
        .as_ref()?
        .fresh(seen.now)
        .map(|sample| sample.cpu.total)
}

fn memory(node: &Node, seen: Seen<'_>) -> Option<Percent> {
    up(node)?
        .sample
        .as_ref()?
        .fresh(seen.now)
        .map(|sample| sample.memory.used().of(sample.memory.total))
}

/// The fullest disk.
fn disk(node: &Node, seen: Seen<'_>) -> Option<Percent> {
    let condition = up(node)?.condition.as_ref()?.fresh(seen.now)?;
    condition
        .disks
        .iter()
        .map(vocab::Disk::share)
        .max_by(|a, b| a.0.total_cmp(&b.0))
}

/// The cells of a row.
pub fn cells(node: &Node, drawn: &Drawn<'_, ()>) -> Vec<Line<'static>> {
    let (seen, look, widths) = (drawn.seen, drawn.look, drawn.widths);
    let styles = look.styles;
    let sign = Sign::of_node(node, seen.now);
    let share = |share: Option<Percent>| match share {
        Some(share) => Line::from(styles.ink(role_of(share), whole(share))),
        None => Line::from(styles.ink(Role::Stale, NONE)),
    };
    let key = SeriesKey::new(Subject::Node(node.name().clone()), Metric::Cpu);
    let used = cpu(node, seen);
    vec![
        named(styles, sign, node.name().to_string(), drawn.selected),
        Line::from(styles.ink(Role::Dim, node.profile.role.to_string())),
        share(used),
        Line::from(course(
            look,
            seen,
            &key,
            Most::Share,
            usize::from(widths[3]),
            used.is_some(),
        )),
        share(memory(node, seen)),
        share(disk(node, seen)),
        link(node, seen, look, sign),
        sampled(node, drawn, |sample| format!("{:.2}", sample.load[0])),
        sampled(node, drawn, |sample| {
            sum(sample.interfaces.iter().map(|one| one.received))
        }),
        sampled(node, drawn, |sample| {
            sum(sample.interfaces.iter().map(|one| one.sent))
        }),
        containers(node, drawn),
        sampled(node, drawn, |sample| sample.uptime.to_string()),
        Line::from(styles.ink(Role::Dim, node.profile.region.to_string())),
    ]
}

/// A figure of the last look, while that still holds.
fn sampled(
    node: &Node,
    drawn: &Drawn<'_, ()>,
    figure: impl Fn(&HostSample) -> String,
) -> Line<'static> {
    let styles = drawn.look.styles;
    let sample = up(node).and_then(|node| node.sample.as_ref()?.fresh(drawn.seen.now));
    Line::from(match sample {
        Some(sample) => styles.ink(Role::Text, figure(sample)),
        None => styles.ink(Role::Stale, NONE),
    })
}

fn sum(rates: impl Iterator<Item = Rate>) -> String {
    Rate(rates.map(|rate| rate.0).sum()).to_string()
}

/// How many containers run; of a node that cannot be reached nobody knows.
fn containers(node: &Node, drawn: &Drawn<'_, ()>) -> Line<'static> {
    let styles = drawn.look.styles;
    if up(node).is_none() || node.listed.is_none() {
        return Line::from(styles.ink(Role::Stale, NONE));
    }
    let there = drawn.seen.world.containers_of(node.name());
    let running = there.filter(|tracked| tracked.container.state.is_up());
    Line::from(styles.ink(Role::Text, running.count().to_string()))
}

/// The round trip while all is well, else what is wrong and for how long.
fn link(node: &Node, seen: Seen<'_>, look: &Look<'_>, sign: Sign) -> Line<'static> {
    let styles = look.styles;
    if let Some(since) = node.link.down_since() {
        return Line::from(styles.ink(sign.role, format!("down {}", age(seen.now, since))));
    }
    if let Some(Freshness::Stale(old)) = node
        .sample
        .as_ref()
        .map(|sample| sample.freshness(seen.now))
    {
        return Line::from(styles.ink(sign.role, format!("stale {old}")));
    }
    if !node.link.is_up() || node.sample.is_none() {
        return Line::from(styles.ink(Role::Unknown, sign.word));
    }
    let trip = node
        .sample
        .as_ref()
        .and_then(|sample| sample.value.round_trip);
    let text = if node.profile.local {
        "local".to_owned()
    } else {
        trip.map_or_else(|| NONE.to_owned(), |trip| trip.to_string())
    };
    Line::from(styles.ink(Role::Dim, text))
}
