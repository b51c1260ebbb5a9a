//! The first page of a node: graphs, cores, disks, network, temperatures, units, engine.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::figures::{bar, role_of, whole};
use ui::widgets::graph;
use ui::widgets::text::{beside, fit};
use ui::widgets::{Pairs, spark};
use ui::{Look, Role, Seen};
use vocab::{Freshness, HostCondition, HostSample, Percent, Stamped};
use world::query::days_until_full;
use world::{EngineState, Link, Metric, Node, SeriesKey, Subject};

use super::super::shared::{COLUMN, age};

/// Rows of a graph.
const GRAPH: usize = 4;

/// The page.
pub fn lines(node: &Node, seen: Seen<'_>, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let mut lines = about(node, seen, look, width);
    match &node.sample {
        Some(sample) => lines.extend(figures(node, sample, seen, look, width)),
        None => lines.push(Line::from(look.styles.ink(
            Role::Unknown,
            "no figures yet: the first sample has not arrived",
        ))),
    }
    if let Some(condition) = &node.condition {
        lines.extend(disks(node, condition, seen, look, width));
    }
    if let Some(sample) = &node.sample {
        lines.extend(network(&sample.value, look));
    }
    if let Some(condition) = &node.condition {
        lines.extend(health(&condition.value, look));
    }
    lines.push(Line::default());
    lines.extend(engine(node, seen, look));
    lines
}

fn about(node: &Node, seen: Seen<'_>, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut pairs = Pairs::new(styles, 9);
    match &node.link {
        Link::Down {
            since,
            text,
            retry_at,
            ..
        } => {
            let retry = retry_at.map_or_else(String::new, |at| {
                format!(", tried again in {}", at.since(seen.now))
            });
            pairs.line(
                "down",
                vec![styles.ink(
                    Role::Bad,
                    format!("for {}: {text}{retry}", age(seen.now, *since)),
                )],
            );
        }
        Link::Connecting {
            attempt,
            last: Some((_, text)),
            ..
        } => {
            pairs.line(
                "down",
                vec![styles.ink(Role::Bad, format!("{text}; attempt {attempt} under way"))],
            );
        }
        _ => {}
    }
    if let Some(facts) = &node.facts {
        pairs.text(
            "system",
            fit(
                &format!(
                    "{} · {} · {}",
                    facts.system, facts.kernel, facts.architecture
                ),
                width.saturating_sub(11),
            ),
        );
        pairs.text(
            "machine",
            fit(
                &format!("{} cores · {}", facts.cores, facts.processor),
                width.saturating_sub(11),
            ),
        );
    }
    let uptime = node
        .sample
        .as_ref()
        .map(|sample| format!(" · up {}", sample.value.uptime))
        .unwrap_or_default();
    pairs.text("reached", format!("{}{uptime}", node.profile.reached_by));
    let places = [(&node.profile.role, ""), (&node.profile.region, "in ")];
    let places: Vec<String> = places
        .iter()
        .filter(|(word, _)| !word.is_empty())
        .map(|(word, before)| format!("{before}{word}"))
        .collect();
    if !places.is_empty() {
        pairs.text("role", places.join(" "));
    }
    pairs.gap();
    pairs.lines()
}

fn figures(
    node: &Node,
    sample: &Stamped<HostSample>,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let value = &sample.value;
    let stale = if let Freshness::Stale(old) = sample.freshness(seen.now) {
        Some(old.to_string())
    } else {
        None
    };
    let memory = value.memory;
    let used = memory.used().of(memory.total);
    let cpu = &value.cpu;
    let half = if width >= 70 { width / 2 } else { width };
    let heading = |name: &str, share: Percent, note: String| match &stale {
        Some(old) => Line::from(vec![
            styles.ink(Role::Dim, format!("{name}  ")),
            styles.ink(Role::Stale, format!("-- {old} old")),
        ]),
        None => Line::from(vec![
            styles.ink(Role::Dim, format!("{name}  ")),
            styles.bold(role_of(share), whole(share)),
            styles.ink(Role::Dim, format!("  {note}")),
        ]),
    };
    let stolen = match cpu.stolen.0 {
        ..0.5 => String::new(),
        share => format!(" · stolen {share:.0}"),
    };
    let cpu_note = format!(
        "user {:.0} · system {:.0} · wait {:.0}{stolen}",
        cpu.user.0, cpu.system.0, cpu.waiting.0
    );
    let memory_note = format!(
        "{} of {} · swap {} of {}",
        memory.used(),
        memory.total,
        memory.swap_used,
        memory.swap_total
    );
    let mut left = vec![heading("cpu", cpu.total, cpu_note)];
    left.extend(course(
        node,
        Metric::Cpu,
        seen,
        look,
        half.saturating_sub(2),
    ));
    let mut right = vec![heading("memory", used, memory_note)];
    right.extend(course(
        node,
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
    lines.extend(load_and_cores(value, stale.is_some(), look));
    lines.push(Line::default());
    lines
}

/// Load averages, and each core in a cell.
fn load_and_cores(value: &HostSample, stale: bool, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut lines = Vec::new();
    let cpu = &value.cpu;
    let [one, five, fifteen] = value.load;
    lines.push(Line::from(vec![
        styles.ink(Role::Dim, "load   "),
        styles.ink(Role::Text, format!("{one:.2}  {five:.2}  {fifteen:.2}")),
        styles.ink(Role::Dim, "   over 1, 5 and 15 minutes"),
    ]));
    if !cpu.cores.is_empty() {
        let cores: Vec<Option<f32>> = cpu.cores.iter().map(|core| Some(core.0)).collect();
        let busiest =
            cpu.cores.iter().fold(
                Percent(0.0),
                |most, core| if core.0 > most.0 { *core } else { most },
            );
        let shown = if stale {
            "·".repeat(cores.len())
        } else {
            spark(&cores, 100.0)
        };
        lines.push(Line::from(vec![
            styles.ink(Role::Dim, "cores  "),
            styles.ink(Role::Graph, shown),
            styles.ink(Role::Dim, format!("  busiest {}", whole(busiest))),
        ]));
    }
    lines
}

fn course(
    node: &Node,
    metric: Metric,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let key = SeriesKey::new(Subject::Node(node.name().clone()), metric);
    let columns = seen
        .world
        .series(&key)
        .map(|series| series.columns(seen.now, COLUMN, graph::columns(width)))
        .unwrap_or_default();
    graph(
        &columns,
        100.0,
        (width, GRAPH),
        (look.styles.of(Role::Graph), look.styles.of(Role::GraphDim)),
    )
}

fn disks(
    node: &Node,
    condition: &Stamped<HostCondition>,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut lines = vec![Line::from(styles.bold(Role::Strong, "disks"))];
    if condition.fresh(seen.now).is_none() {
        lines[0].spans.push(styles.ink(
            Role::Stale,
            format!("  {} old", seen.now.since(condition.at)),
        ));
    }
    let name = condition
        .value
        .disks
        .iter()
        .map(|disk| disk.mount.width())
        .max()
        .unwrap_or(4)
        .clamp(4, 24);
    let cells = (width.saturating_sub(name + 50)).clamp(6, 30);
    for disk in &condition.value.disks {
        let share = disk.share();
        let mut line = vec![styles.ink(Role::Text, format!("{:<name$}  ", fit(&disk.mount, name)))];
        line.extend(bar(styles, share, cells));
        line.push(styles.ink(role_of(share), format!(" {:>4}", whole(share))));
        line.push(styles.ink(
            Role::Dim,
            format!(
                "  {:>5} left of {:<5}",
                disk.available.to_string(),
                disk.total.to_string()
            ),
        ));
        let key = SeriesKey::new(
            Subject::Disk {
                node: node.name().clone(),
                mount: disk.mount.clone(),
            },
            Metric::Used,
        );
        if let Some(days) = seen
            .world
            .series(&key)
            .and_then(|used| days_until_full(used, seen.now))
        {
            let role = if days < 14.0 { Role::Warn } else { Role::Dim };
            line.push(styles.ink(role, format!("  full in about {days:.0} d")));
        }
        lines.push(Line::from(line));
    }
    lines.push(Line::default());
    lines
}

fn network(sample: &HostSample, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut lines = vec![Line::from(vec![
        styles.bold(Role::Strong, "traffic"),
        styles.ink(
            Role::Dim,
            format!(
                "  disks read {}  write {}",
                sample.disk_read, sample.disk_written
            ),
        ),
    ])];
    let name = sample
        .interfaces
        .iter()
        .map(|interface| interface.name.width())
        .max()
        .unwrap_or(4)
        .clamp(4, 16);
    for interface in &sample.interfaces {
        let mut line = vec![
            styles.ink(
                Role::Text,
                format!("{:<name$}  ", fit(&interface.name, name)),
            ),
            styles.ink(Role::Dim, "in "),
            styles.ink(Role::Text, format!("{:>8}", interface.received.to_string())),
            styles.ink(Role::Dim, "  out "),
            styles.ink(Role::Text, format!("{:>8}", interface.sent.to_string())),
        ];
        if interface.errors > 0 {
            line.push(styles.ink(
                Role::Warn,
                format!("  {} errors since boot", interface.errors),
            ));
        }
        lines.push(Line::from(line));
    }
    lines.push(Line::default());
    lines
}

fn health(condition: &HostCondition, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut pairs = Pairs::new(styles, 12);
    if !condition.temperatures.is_empty() {
        let mut line: Vec<Ink<'static>> = Vec::new();
        for sensor in &condition.temperatures {
            let hot = sensor.limit.is_some_and(|limit| sensor.celsius >= limit);
            line.push(styles.ink(Role::Dim, format!("{} ", sensor.sensor)));
            line.push(styles.ink(
                if hot { Role::Bad } else { Role::Text },
                format!("{:.0} °C   ", sensor.celsius),
            ));
        }
        pairs.line("temperature", line);
    }
    match &condition.failed_units {
        None => pairs.line(
            "units",
            vec![styles.ink(Role::Unknown, "no systemd to ask")],
        ),
        Some(units) if units.is_empty() => pairs.line(
            "units",
            vec![
                styles.ink(Role::Ok, "● "),
                styles.ink(Role::Text, "none failed"),
            ],
        ),
        Some(units) => {
            for unit in units {
                let name = styles.ink(Role::Bad, format!("○ {} failed", unit.name));
                pairs.line(
                    "units",
                    vec![
                        name,
                        styles.ink(Role::Dim, format!("  {}", unit.description)),
                    ],
                );
            }
            &mut pairs
        }
    };
    if let Some(reason) = &condition.pending_reboot {
        pairs.line(
            "reboot",
            vec![styles.ink(Role::Warn, format!("pending: {reason}"))],
        );
    }
    pairs.lines()
}

fn engine(node: &Node, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut pairs = Pairs::new(styles, 12);
    match &node.engine {
        EngineState::Unknown => {
            pairs.line("docker", vec![styles.ink(Role::Unknown, "not asked yet")])
        }
        EngineState::Up { facts, .. } => {
            let containers = seen.world.containers_of(node.name()).count();
            let words = format!(
                "{containers} containers · API {} · cgroup v{} · {}",
                facts.api, facts.cgroup_version, facts.reached_by
            );
            pairs.noted("docker", &facts.version, words)
        }
        EngineState::Down { text, since, .. } => pairs.line(
            "docker",
            vec![styles.ink(
                Role::Warn,
                format!("{text} (for {})", age(seen.now, *since)),
            )],
        ),
    };
    pairs.lines()
}
