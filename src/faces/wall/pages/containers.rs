//! Containers: state, processor and memory of each, the busiest first among those that are well.

use std::collections::BTreeSet;

use ui::{Role, Seen, Sign};
use vocab::{ContainerKey, ContainerSample};
use world::TrackedContainer;

use super::{Figure, Row, Sheet, ranked};
use crate::privacy::public;

/// So many containers are sampled for the wall. More than find room, so that one that gets busy is noticed; few enough
/// that a wall costs an engine without readable cgroup files little.
const SAMPLED: usize = 24;

/// Those that run, the busiest first, at most [`SAMPLED`].
pub(super) fn shown(seen: Seen<'_>) -> BTreeSet<ContainerKey> {
    let running = by_use(seen)
        .into_iter()
        .filter(|tracked| tracked.container.state.is_up());
    running
        .take(SAMPLED)
        .map(|tracked| tracked.key.clone())
        .collect()
}

fn by_use(seen: Seen<'_>) -> Vec<&TrackedContainer> {
    let mut tracked: Vec<&TrackedContainer> = seen.world.containers.values().collect();
    tracked.sort_by(|a, b| busy(b).total_cmp(&busy(a)));
    tracked
}

pub(super) fn sheet(seen: Seen<'_>) -> Sheet {
    let tracked = by_use(seen);
    ranked(
        vec!["containers", "state", "cpu", "memory"],
        tracked
            .into_iter()
            .map(|container| row(seen, container))
            .collect(),
    )
}

fn busy(tracked: &TrackedContainer) -> f32 {
    tracked
        .sample
        .as_ref()
        .map_or(0.0, |sample| sample.value.cpu.0)
}

fn row(seen: Seen<'_>, tracked: &TrackedContainer) -> Row {
    let node = seen.world.nodes.get(&tracked.key.node);
    let reachable = node.is_some_and(|node| node.link.down_since().is_none());
    let sign = Sign::of_container(tracked, reachable, seen.now);
    let sample = tracked.sample.as_ref();
    Row {
        sign,
        name: public(&tracked.label()),
        aside: String::new(),
        figures: vec![
            Figure::new(sign.word, sign.role),
            Figure::of(sample, seen.now, |sample: &ContainerSample| {
                Some((sample.cpu.to_string(), Role::Text))
            }),
            Figure::of(sample, seen.now, |sample: &ContainerSample| {
                Some((sample.memory.to_string(), Role::Text))
            }),
        ],
        detail: tracked.key.node.to_string(),
    }
}
