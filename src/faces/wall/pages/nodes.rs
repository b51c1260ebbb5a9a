//! Nodes: processor, memory and the fullest disk of each.

use ui::widgets::figures::{role_of, whole};
use ui::{Seen, Sign};
use vocab::{Freshness, HostCondition, HostSample, Percent};
use world::Node;

use super::{Figure, Row, Sheet, ranked};

pub(super) fn sheet(seen: Seen<'_>) -> Sheet {
    ranked(
        vec!["nodes", "cpu", "memory", "disk"],
        seen.world
            .nodes
            .values()
            .map(|node| row(seen, node))
            .collect(),
    )
}

fn row(seen: Seen<'_>, node: &Node) -> Row {
    let now = seen.now;
    let share = |share: Percent| Some((whole(share), role_of(share)));
    let cpu = |sample: &HostSample| share(sample.cpu.total);
    let memory = |sample: &HostSample| share(sample.memory.used().of(sample.memory.total));
    let disk = |condition: &HostCondition| {
        condition
            .disks
            .iter()
            .map(vocab::Disk::share)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .and_then(share)
    };
    let aside = match (node.link.down_since(), &node.sample) {
        (Some(since), _) => format!("down {}", now.since(since)),
        (None, Some(sample)) => match sample.freshness(now) {
            Freshness::Stale(age) => format!("no data {age}"),
            Freshness::Fresh => String::new(),
        },
        (None, None) => "no data yet".to_owned(),
    };
    let words = [node.profile.role.as_str(), node.profile.region.as_str()];
    Row {
        sign: Sign::of_node(node, now),
        name: node.name().to_string(),
        aside,
        figures: vec![
            Figure::of(node.sample.as_ref(), now, cpu),
            Figure::of(node.sample.as_ref(), now, memory),
            Figure::of(node.condition.as_ref(), now, disk),
        ],
        detail: words
            .iter()
            .filter(|word| !word.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join("  "),
    }
}
