//! Counts for headers and summaries.

use vocab::{ContainerState, Health, Time};

use crate::tracked::ServiceState;
use crate::world::World;

/// How many there are and how many do not do well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Nodes of the fleet.
    pub nodes: usize,
    /// Nodes that answer.
    pub nodes_up: usize,
    /// Nodes known not to answer.
    pub nodes_down: usize,
    /// Containers of all nodes.
    pub containers: usize,
    /// Containers that run.
    pub running: usize,
    /// Containers that are unhealthy, loop, or died wrongly.
    pub containers_bad: usize,
    /// Services.
    pub services: usize,
    /// Services that are healthy.
    pub services_healthy: usize,
    /// Services that are down.
    pub services_down: usize,
    /// Services of which nothing is known.
    pub services_unknown: usize,
    /// Runs under way.
    pub runs: usize,
}

/// Counts the world as it stands at `now`.
pub fn totals(world: &World, now: Time) -> Totals {
    let mut totals = Totals {
        nodes: world.nodes.len(),
        containers: world.containers.len(),
        services: world.services.len(),
        runs: world
            .runs
            .values()
            .filter(|run| !run.state.is_over())
            .count(),
        ..Totals::default()
    };
    for node in world.nodes.values() {
        totals.nodes_up += usize::from(node.link.is_up());
        totals.nodes_down += usize::from(node.link.down_since().is_some());
    }
    for tracked in world.containers.values() {
        let container = &tracked.container;
        totals.running += usize::from(container.state == ContainerState::Running);
        let bad = container.health == Health::Unhealthy
            || tracked.restart_loop(now).is_some()
            || container.state == ContainerState::Exited
                && container
                    .exit_code
                    .is_some_and(|code| !matches!(code, 0 | 130 | 143));
        totals.containers_bad += usize::from(bad);
    }
    for service in world.services.values() {
        match service.state(now) {
            ServiceState::Healthy => totals.services_healthy += 1,
            ServiceState::Down => totals.services_down += 1,
            ServiceState::Unknown => totals.services_unknown += 1,
            ServiceState::Degraded => {}
        }
    }
    totals
}
