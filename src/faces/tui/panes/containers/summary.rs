//! The first page of a container: what it is, how it does, graphs of what it uses.

use ratatui::text::Line;
use ui::widgets::Pairs;
use ui::widgets::figures::{bar, role_of, whole};
use ui::widgets::graph;
use ui::widgets::spark::scale;
use ui::widgets::text::beside;
use ui::{Look, Role, Seen, Sign};
use vocab::{Freshness, Rate, Text};
use world::{Metric, SeriesKey, Subject, TrackedContainer};

use super::super::shared::{COLUMN, age, reachable};
use super::list::ports;

const GRAPH: usize = 4;

/// The page.
pub fn lines(
    tracked: &TrackedContainer,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let mut lines = state(tracked, seen, look);
    lines.push(Line::default());
    lines.extend(usage(tracked, seen, look, width));
    lines.push(Line::default());
    lines.extend(identity(tracked, look));
    lines
}

fn state(tracked: &TrackedContainer, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let container = &tracked.container;
    let sign = Sign::of_container(tracked, reachable(seen.world, &tracked.key.node), seen.now);
    let mut pairs = Pairs::new(styles, 10);
    let code = container
        .exit_code
        .filter(|_| !container.state.is_up())
        .map_or_else(String::new, |code| format!(" with {code}"));
    pairs.line(
        "state",
        vec![
            styles.ink(sign.role, format!("{} {}{code}", sign.glyph, sign.word)),
            styles.ink(Role::Dim, format!("  for {}", age(seen.now, tracked.since))),
        ],
    );
    if let Some(deaths) = tracked.restart_loop(seen.now) {
        let text = format!("↻ died {deaths} times within 10 m; l shows its last lines");
        pairs.line("loop", vec![styles.ink(Role::Bad, text)]);
    }
    if container.out_of_memory || tracked.out_of_memory_at.is_some() {
        let when = tracked
            .out_of_memory_at
            .map_or_else(String::new, |at| format!(" {} ago", age(seen.now, at)));
        pairs.line(
            "memory",
            vec![styles.ink(
                Role::Bad,
                format!("the kernel ended it for want of memory{when}"),
            )],
        );
    }
    pairs.noted("restarts", container.restarts, "by its restart policy");
    pairs.lines()
}

fn usage(
    tracked: &TrackedContainer,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let Some(sample) = &tracked.sample else {
        return vec![Line::from(styles.ink(
            Role::Unknown,
            "no figures: it does not run, or was not sampled yet",
        ))];
    };
    let value = &sample.value;
    if let Freshness::Stale(old) = sample.freshness(seen.now) {
        return vec![Line::from(styles.ink(
            Role::Stale,
            format!("cpu --  memory --  last sampled {old} ago"),
        ))];
    }
    let half = if width >= 70 { width / 2 } else { width };
    let mut left = vec![Line::from(vec![
        styles.ink(Role::Dim, "cpu  "),
        styles.bold(Role::Text, value.cpu.to_string()),
        styles.ink(Role::Dim, "  100% is one core"),
    ])];
    left.extend(course(
        tracked,
        Metric::Cpu,
        seen,
        look,
        half.saturating_sub(2),
    ));
    let share = value.memory_limit.map(|limit| value.memory.of(limit));
    let role = share.map_or(Role::Text, role_of);
    let mut memory = vec![
        styles.ink(Role::Dim, "memory  "),
        styles.bold(role, value.memory.to_string()),
    ];
    match (value.memory_limit, share) {
        (Some(limit), Some(share)) => {
            memory.push(styles.ink(Role::Dim, format!(" of {limit}  ")));
            memory.extend(bar(styles, share, 10));
            memory.push(styles.ink(role, format!(" {}", whole(share))));
        }
        _ => memory.push(styles.ink(Role::Dim, "  no limit")),
    }
    let mut right = vec![Line::from(memory)];
    right.extend(course(
        tracked,
        Metric::Memory,
        seen,
        look,
        half.saturating_sub(2),
    ));
    let mut lines = if half < width {
        beside(left, right, half)
    } else {
        left.into_iter().chain(right).collect()
    };
    let rate = |rate: Option<Rate>| rate.map_or_else(|| "--".to_owned(), |rate| rate.to_string());
    let mut pairs = Pairs::new(styles, 10);
    pairs.text(
        "network",
        format!("in {}   out {}", rate(value.received), rate(value.sent)),
    );
    pairs.text(
        "disks",
        format!("read {}   write {}", rate(value.read), rate(value.written)),
    );
    pairs.text(
        "processes",
        value
            .pids
            .map_or_else(|| "--".to_owned(), |pids| pids.to_string()),
    );
    lines.extend(pairs.lines());
    lines
}

fn course(
    tracked: &TrackedContainer,
    metric: Metric,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let subject = Subject::Container {
        node: tracked.key.node.clone(),
        name: tracked.container.name.clone(),
    };
    let series = seen.world.series(&SeriesKey::new(subject, metric));
    let columns = series
        .map(|series| series.columns(seen.now, COLUMN, graph::columns(width)))
        .unwrap_or_default();
    let least = if metric == Metric::Cpu { 10.0 } else { 1.0 };
    let styles = (look.styles.of(Role::Graph), look.styles.of(Role::GraphDim));
    graph(&columns, scale(&columns, least), (width, GRAPH), styles)
}

fn identity(tracked: &TrackedContainer, look: &Look<'_>) -> Vec<Line<'static>> {
    let container = &tracked.container;
    let mut pairs = Pairs::new(look.styles, 10);
    pairs
        .text("name", &container.name)
        .text("image", &container.image)
        .text("id", container.id.short());
    if let Some(project) = &container.project {
        let service = container.service.as_ref().map_or("", Text::as_str);
        pairs.noted("compose", project, service);
    }
    if let Some(created) = container.created {
        pairs.text("made", look.date(created));
    }
    if let Some(started) = container.started {
        pairs.text("started", look.date(started));
    }
    let published = ports(tracked);
    pairs.text(
        "ports",
        if published.is_empty() {
            "none published".to_owned()
        } else {
            published
        },
    );
    if let Some(details) = &tracked.details {
        pairs.text("command", &details.command);
        pairs.text("restart", &details.restart_policy);
        let user = if details.user.is_empty() {
            "the image's own"
        } else {
            details.user.as_str()
        };
        pairs.text("user", user);
        let limits = &details.limits;
        let cpus = limits
            .cpus
            .map_or_else(|| "no cpu limit".to_owned(), |cpus| format!("{cpus} cores"));
        let memory = limits
            .memory
            .map_or_else(|| "no memory limit".to_owned(), |memory| memory.to_string());
        pairs.text("limits", format!("{memory} · {cpus}"));
        if details.privileged {
            pairs.line(
                "rights",
                vec![
                    look.styles
                        .ink(Role::Warn, "privileged: as root on the node"),
                ],
            );
        }
    }
    pairs.lines()
}
