//! The rows of the containers.

use std::cmp::{Ordering, Reverse};

use ratatui::text::Line;
use ui::widgets::Column;
use ui::widgets::figures::{NONE, role_of};
use ui::{Look, Role, Seen, Sign};
use vocab::{ContainerSample, ContainerState};
use world::{EngineState, Metric, SeriesKey, Subject, TrackedContainer};

use super::super::listing::{Drawn, Order};
use super::super::shared::{Most, age, course, named, reachable};

/// The orders.
pub const ORDERS: [Order; 6] = [
    Order::up("name", 0),
    Order::up("node", 1),
    Order::down("cpu", 2),
    Order::down("memory", 4),
    Order::down("state", 5),
    Order::up("age", 6),
];

/// The columns.
pub const COLUMNS: [Column; 9] = [
    Column::left("name", 16, 2, 0),
    Column::left("node", 10, 0, 3),
    Column::right("cpu", 8, 0),
    Column::left("", 8, 0, 6).close(),
    Column::right("mem", 5, 1),
    Column::left("state", 10, 0, 4),
    Column::right("for", 4, 5),
    Column::left("ports", 18, 0, 7),
    Column::left("image", 26, 1, 8),
];

fn sign(tracked: &TrackedContainer, seen: Seen<'_>) -> Sign {
    Sign::of_container(tracked, reachable(seen.world, &tracked.key.node), seen.now)
}

/// All of them, by name.
pub fn items(seen: Seen<'_>) -> Vec<&TrackedContainer> {
    let mut rows: Vec<&TrackedContainer> = seen.world.containers.values().collect();
    rows.sort_by_cached_key(|tracked| (tracked.label(), tracked.key.clone()));
    rows
}

/// What the filter looks in.
pub fn words(tracked: &TrackedContainer, seen: Seen<'_>) -> String {
    let container = &tracked.container;
    format!(
        "{} {} {} {} {}",
        tracked.label(),
        container.name,
        tracked.key.node,
        container.image,
        sign(tracked, seen).word
    )
}

/// Brings containers that are in the order of their names into another one.
pub fn sort(rows: &mut [&TrackedContainer], order: usize, seen: Seen<'_>) {
    let sample = |tracked: &TrackedContainer| fresh(tracked, seen);
    match order {
        1 => rows.sort_by(|a, b| a.key.node.cmp(&b.key.node)),
        2 => rows.sort_by(|a, b| {
            let cpu = |tracked| sample(tracked).map_or(-1.0, |sample| sample.cpu.0);
            cpu(b).partial_cmp(&cpu(a)).unwrap_or(Ordering::Equal)
        }),
        3 => rows.sort_by_key(|tracked| Reverse(sample(tracked).map(|sample| sample.memory))),
        4 => rows.sort_by_key(|tracked| {
            let sign = sign(tracked, seen);
            (Reverse(badness(sign.role)), sign.word)
        }),
        5 => rows.sort_by_key(|tracked| Reverse(tracked.since)),
        _ => {}
    }
}

const fn badness(role: Role) -> u8 {
    match role {
        Role::Bad => 3,
        Role::Warn => 2,
        Role::Unknown => 1,
        _ => 0,
    }
}

fn fresh(tracked: &TrackedContainer, seen: Seen<'_>) -> Option<ContainerSample> {
    let up = reachable(seen.world, &tracked.key.node) && tracked.container.state.is_up();
    tracked
        .sample
        .as_ref()
        .filter(|_| up)
        .and_then(|sample| sample.fresh(seen.now))
        .copied()
}

/// The cells of a row.
pub fn cells(tracked: &TrackedContainer, drawn: &Drawn<'_, ()>) -> Vec<Line<'static>> {
    let (seen, look, widths) = (drawn.seen, drawn.look, drawn.widths);
    let styles = look.styles;
    let container = &tracked.container;
    let up = reachable(seen.world, &tracked.key.node);
    let sign = Sign::of_container(tracked, up, seen.now);
    let sample = fresh(tracked, seen);
    let series = SeriesKey::new(
        Subject::Container {
            node: tracked.key.node.clone(),
            name: container.name.clone(),
        },
        Metric::Cpu,
    );
    let memory = match sample {
        Some(sample) => {
            let role = sample
                .memory_limit
                .map_or(Role::Text, |limit| role_of(sample.memory.of(limit)));
            styles.ink(role, sample.memory.to_string())
        }
        None if !up || container.state.is_up() => styles.ink(Role::Stale, NONE),
        None => styles.ink(Role::Dim, "–"),
    };
    vec![
        named(styles, sign, tracked.label().to_string(), drawn.selected),
        Line::from(styles.ink(Role::Dim, tracked.key.node.to_string())),
        cpu(tracked, sample, sign, seen, look),
        Line::from(course(
            look,
            seen,
            &series,
            Most::AtLeast(50.0),
            usize::from(widths[3]),
            sample.is_some(),
        )),
        Line::from(memory),
        Line::from(styles.ink(
            if sign.role == Role::Ok {
                Role::Dim
            } else {
                sign.role
            },
            sign.word,
        )),
        Line::from(styles.ink(Role::Dim, age(seen.now, tracked.since))),
        Line::from(styles.ink(Role::Dim, ports(tracked))),
        Line::from(styles.ink(Role::Dim, container.image.to_string())),
    ]
}

/// Its use while it runs; what happened to it when it does not: the most telling word in the place one looks at.
fn cpu(
    tracked: &TrackedContainer,
    sample: Option<ContainerSample>,
    sign: Sign,
    seen: Seen<'_>,
    look: &Look<'_>,
) -> Line<'static> {
    let styles = look.styles;
    let container = &tracked.container;
    let recent = |at| seen.now.since(at) < vocab::Span::hours(1);
    let words = if sign.role == Role::Unknown {
        NONE.to_owned()
    } else if let Some(deaths) = tracked.restart_loop(seen.now) {
        format!("loop {deaths}x")
    } else if tracked.out_of_memory_at.is_some_and(recent) && !container.state.is_up() {
        "oom".to_owned()
    } else if let Some(sample) = sample {
        return Line::from(styles.ink(Role::Text, sample.cpu.to_string()));
    } else {
        match (container.state, container.exit_code) {
            (ContainerState::Running, _) => return Line::from(styles.ink(Role::Stale, NONE)),
            (ContainerState::Exited, Some(code)) => format!("exit {code}"),
            _ => sign.word.to_owned(),
        }
    };
    Line::from(styles.ink(sign.role, words))
}

/// `8080→80, 443`; exposed but unpublished ports are left to the detail.
pub fn ports(tracked: &TrackedContainer) -> String {
    let mut shown: Vec<String> = Vec::new();
    for port in &tracked.container.ports {
        let Some(public) = port.public else { continue };
        let text = if public == port.private {
            public.to_string()
        } else {
            format!("{public}→{}", port.private)
        };
        // The same port on IPv4 and IPv6 is one to an operator.
        if !shown.contains(&text) {
            shown.push(text);
        }
    }
    shown.join(", ")
}

/// Why there is no row, and what to do about it.
pub fn nothing(seen: Seen<'_>) -> (String, String) {
    let troubles: Vec<String> = seen
        .world
        .nodes
        .values()
        .filter_map(|node| match &node.engine {
            EngineState::Down { text, .. } => Some(format!("{}: {text}", node.name())),
            _ => None,
        })
        .collect();
    if !troubles.is_empty() {
        return (
            "No Docker engine can be used.".to_owned(),
            troubles.join("\n"),
        );
    }
    let asked = seen
        .world
        .nodes
        .values()
        .any(|node| matches!(node.engine, EngineState::Up { .. }));
    if asked {
        (
            "No container.".to_owned(),
            "The engine answers and has none; one that is made appears here by itself.".to_owned(),
        )
    } else {
        (
            "Nothing is known of containers yet.".to_owned(),
            "The engines of the nodes are being asked.".to_owned(),
        )
    }
}
