//! The rows of the nodes.

use std::cmp::Ordering;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ui::widgets::figures::{NONE, role_of, whole};
use ui::widgets::{Column, Row, Table, message};
use ui::{List, Look, Role, Seen, Sign};
use vocab::{Freshness, NodeName, Percent};
use world::{Metric, Node, SeriesKey, Subject};

use super::super::shared::{Most, age, course, named};

/// Columns the list can be sorted by: the fleet file's order of names, cpu, memory, disk.
pub const SORTS: usize = 4;

/// The column each order is shown at.
const SORTED: [usize; SORTS] = [0, 2, 4, 5];

const COLUMNS: [Column; 7] = [
    Column::left("name", 12, 2, 0),
    Column::left("role", 7, 0, 4),
    Column::right("cpu", 4, 0).close(),
    Column::left("", 8, 1, 5).close(),
    Column::right("mem", 4, 2).close(),
    Column::right("disk", 4, 3).close(),
    Column::right("ssh", 9, 1),
];

/// The nodes that are shown, in order.
pub fn keys(list: &List<NodeName>, seen: Seen<'_>) -> Vec<NodeName> {
    let mut test = list.filter.test();
    let mut nodes: Vec<&Node> = seen
        .world
        .nodes
        .values()
        .filter(|node| {
            let profile = &node.profile;
            test.passes(&format!(
                "{} {} {} {}",
                profile.name,
                profile.role,
                profile.region,
                Sign::of_node(node, seen.now).word
            ))
        })
        .collect();
    let by = |figure: fn(&Node, Seen<'_>) -> Option<Percent>| {
        move |a: &&Node, b: &&Node| {
            figure(b, seen)
                .partial_cmp(&figure(a, seen))
                .unwrap_or(Ordering::Equal)
        }
    };
    match list.sort {
        1 => nodes.sort_by(by(cpu)),
        2 => nodes.sort_by(by(memory)),
        3 => nodes.sort_by(by(disk)),
        _ => {}
    }
    if list.reverse {
        nodes.reverse();
    }
    nodes.into_iter().map(|node| node.name().clone()).collect()
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

/// Draws the list.
pub fn draw(
    list: &mut List<NodeName>,
    seen: Seen<'_>,
    look: &Look<'_>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let keys = keys(list, seen);
    if keys.is_empty() {
        message(
            buffer,
            area,
            look,
            &format!("No node matches /{}", list.filter.text()),
            "esc clears the filter",
        );
        return;
    }
    let sort = (list.sort > 0 || list.reverse).then(|| {
        (
            SORTED[list.sort.min(SORTS - 1)],
            (list.sort > 0) != list.reverse,
        )
    });
    let table = Table {
        columns: &COLUMNS,
        sort,
        header: true,
    };
    let (offset, selected) = list.view(&keys, table.rows(area));
    table.draw(
        buffer,
        area,
        look,
        (offset, selected, keys.len()),
        |index, widths| {
            let marked = list.is_marked(&keys[index]);
            let cells = seen.world.nodes.get(&keys[index]).map(|node| {
                cells(
                    node,
                    seen,
                    look,
                    widths,
                    look.focused && selected == Some(index),
                )
            });
            Row {
                cells: cells.unwrap_or_default(),
                marked,
            }
        },
    );
}

fn cells(
    node: &Node,
    seen: Seen<'_>,
    look: &Look<'_>,
    widths: &[u16],
    selected: bool,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let sign = Sign::of_node(node, seen.now);
    let share = |share: Option<Percent>| match share {
        Some(share) => Line::from(styles.ink(role_of(share), whole(share))),
        None => Line::from(styles.ink(Role::Stale, NONE)),
    };
    let key = SeriesKey::new(Subject::Node(node.name().clone()), Metric::Cpu);
    let used = cpu(node, seen);
    vec![
        named(styles, sign, node.name().to_string(), selected),
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
    ]
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
