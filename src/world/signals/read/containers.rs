//! Figures of containers: loops, memory, health, wrong ends.

use vocab::rule::Figure;
use vocab::{ContainerState, Health, Span, Time};

use super::Readings;
use crate::node::EngineState;
use crate::tracked::{LOOP_WINDOW, TrackedContainer};
use crate::world::World;

const ALL: [Figure; 4] = [
    Figure::ContainerDead,
    Figure::ContainerUnhealthy,
    Figure::ContainerDeaths,
    Figure::ContainerOutOfMemory,
];

/// A container that ended for want of memory says so for this long.
const MEMORY_KEPT: Span = Span::hours(1);

pub(super) fn read(world: &World, tracked: &TrackedContainer, now: Time, readings: &mut Readings) {
    let seen = world.nodes.get(&tracked.key.node).is_some_and(|node| {
        node.link.down_since().is_none()
            && !matches!(node.engine, EngineState::Down { .. })
            && node.listed.is_some()
    });
    if !seen {
        readings.unknown(&ALL);
        return;
    }
    let container = &tracked.container;
    let starved = tracked
        .out_of_memory_at
        .filter(|at| now.since(*at) < MEMORY_KEPT);
    let deaths: Vec<Time> = tracked
        .deaths
        .iter()
        .copied()
        .filter(|death| now.since(*death) < LOOP_WINDOW)
        .collect();
    if let Some(first) = deaths.first() {
        readings
            .add(Figure::ContainerDeaths, deaths.len() as f64)
            .since(*first)
            .words(if starved.is_some() {
                ", out of memory"
            } else {
                ""
            });
    }
    if let Some(at) = starved.filter(|_| container.state != ContainerState::Running) {
        readings.flag(Figure::ContainerOutOfMemory).since(at);
    }
    if container.health == Health::Unhealthy && container.state == ContainerState::Running {
        readings
            .flag(Figure::ContainerUnhealthy)
            .since(tracked.since);
    }
    // 130 and 143 are ends that were asked for (SIGINT, SIGTERM); 137 may be a stop that ran out of grace.
    let died = container
        .exit_code
        .filter(|code| !matches!(code, 0 | 130 | 143));
    match (container.state, died) {
        (ContainerState::Exited, Some(code)) => {
            readings
                .flag(Figure::ContainerDead)
                .since(tracked.since)
                .words(format!("exited with {code}"));
        }
        (ContainerState::Dead, _) => {
            readings
                .flag(Figure::ContainerDead)
                .since(tracked.since)
                .words("is dead");
        }
        _ => {}
    }
}
