//! Pages of a node that are tables: processes, containers, GPUs.

use ratatui::text::Line;
use ui::widgets::figures::{bar, whole};
use ui::widgets::fit;
use ui::{Look, Role, Seen, Sign};
use vocab::Freshness;
use world::{EngineState, Node};

use super::super::shared::{age, reachable};

fn heading(look: &Look<'_>, text: &str) -> Line<'static> {
    Line::from(look.styles.ink(Role::Header, text.to_owned()))
}

fn remark(look: &Look<'_>, text: impl Into<String>) -> Vec<Line<'static>> {
    vec![Line::from(look.styles.ink(Role::Dim, text.into()))]
}

/// Its processes by CPU, then memory.
pub fn processes(node: &Node, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let Some(listed) = &node.processes else {
        return remark(
            look,
            "the processes are being listed; they are read only while this page is open",
        );
    };
    let age = match listed.freshness(seen.now) {
        Freshness::Fresh => String::new(),
        Freshness::Stale(old) => format!(", {old} old"),
    };
    let shown = listed.value.list.len();
    let mut lines = vec![heading(
        look,
        &format!(
            "{:>7}  {:<10} {:>6} {:>6}  s  command   ({shown} of {}{age})",
            "pid", "user", "cpu", "mem", listed.value.total
        ),
    )];
    for process in &listed.value.list {
        let role = if process.state == 'Z' || process.state == 'D' {
            Role::Warn
        } else {
            Role::Dim
        };
        lines.push(Line::from(vec![
            styles.ink(
                Role::Dim,
                format!("{:>7}  {:<10} ", process.pid, fit(&process.user, 10)),
            ),
            styles.ink(
                Role::Text,
                format!(
                    "{:>6} {:>6}  ",
                    process.cpu.to_string(),
                    process.memory.to_string()
                ),
            ),
            styles.ink(role, format!("{}  ", process.state)),
            styles.ink(Role::Text, process.name.to_string()),
            styles.ink(Role::Dim, format!("  {}", process.command)),
        ]));
    }
    lines
}

/// Its containers.
pub fn containers(node: &Node, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    if let EngineState::Down { text, .. } = &node.engine {
        return remark(look, text.to_string());
    }
    let up = reachable(seen.world, node.name());
    let mut lines = vec![heading(
        look,
        &format!(
            "  {:<28} {:<11} {:>6} {:>6}  {:>4}  image",
            "name", "state", "cpu", "mem", "for"
        ),
    )];
    for tracked in seen.world.containers_of(node.name()) {
        let sign = Sign::of_container(tracked, up, seen.now);
        let sample = tracked
            .sample
            .as_ref()
            .and_then(|sample| sample.fresh(seen.now));
        let figures = sample.map_or_else(
            || format!("{:>6} {:>6}", "--", "--"),
            |sample| {
                format!(
                    "{:>6} {:>6}",
                    sample.cpu.to_string(),
                    sample.memory.to_string()
                )
            },
        );
        lines.push(Line::from(vec![
            styles.ink(sign.role, format!("{} ", sign.glyph)),
            styles.ink(Role::Text, format!("{:<28} ", fit(&tracked.label(), 28))),
            styles.ink(sign.role, format!("{:<11} ", sign.word)),
            styles.ink(Role::Text, figures),
            styles.ink(
                Role::Dim,
                format!(
                    "  {:>4}  {}",
                    age(seen.now, tracked.since),
                    tracked.container.image
                ),
            ),
        ]));
    }
    if lines.len() == 1 {
        return remark(look, format!("no container on {}", node.name()));
    }
    lines
}

/// Its GPUs.
pub fn gpus(node: &Node, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut lines = Vec::new();
    for (uuid, name, at) in &node.lost_gpus {
        let text = format!(
            "○ {name} fell off the bus {} ago ({uuid})",
            age(seen.now, *at)
        );
        lines.push(Line::from(styles.ink(Role::Bad, text)));
    }
    let Some(stamped) = &node.gpus else {
        lines.extend(remark(
            look,
            "no GPU was found: nvidia-smi is not there or lists none",
        ));
        return lines;
    };
    let fresh = stamped.fresh(seen.now).is_some();
    for gpu in &stamped.value {
        let share = gpu.memory_used.of(gpu.memory_total);
        let sign = if gpu.fault.is_some() {
            (Role::Bad, "○")
        } else if fresh {
            (Role::Ok, "●")
        } else {
            (Role::Unknown, "◌")
        };
        lines.push(Line::from(vec![
            styles.ink(sign.0, format!("{} ", sign.1)),
            styles.bold(Role::Strong, format!("{} {}", gpu.index, gpu.name)),
            styles.ink(
                Role::Bad,
                gpu.fault
                    .as_ref()
                    .map_or_else(String::new, |fault| format!("  {fault}")),
            ),
        ]));
        let dash = || "--".to_owned();
        let load = gpu.load.filter(|_| fresh).map_or_else(dash, whole);
        let heat = gpu
            .celsius
            .filter(|_| fresh)
            .map_or_else(dash, |heat| format!("{heat:.0} °C"));
        let watts = gpu
            .watts
            .filter(|_| fresh)
            .map_or_else(dash, |watts| format!("{watts:.0} W"));
        let limit = gpu
            .watts_limit
            .map_or_else(String::new, |limit| format!(" of {limit:.0} W"));
        let mut line = vec![
            styles.ink(Role::Dim, "  load "),
            styles.ink(Role::Text, format!("{load:>4}")),
            styles.ink(Role::Dim, "   memory "),
        ];
        line.extend(bar(styles, share, 16));
        line.push(styles.ink(
            Role::Text,
            format!(" {} of {}", gpu.memory_used, gpu.memory_total),
        ));
        line.push(styles.ink(Role::Dim, format!("   {heat}   {watts}{limit}")));
        lines.push(Line::from(line));
        for process in &gpu.processes {
            lines.push(Line::from(styles.ink(
                Role::Dim,
                format!(
                    "    {:>7}  {:>6}  {}",
                    process.pid,
                    process.memory.to_string(),
                    process.name
                ),
            )));
        }
        lines.push(Line::default());
    }
    lines
}
