//! The containers of a simulated engine and what happenings do to them.

use std::collections::{BTreeMap, VecDeque};

use vocab::{
    Container, ContainerDetails, ContainerHappening, ContainerId, ContainerState, Health, Span,
    Time,
};

use super::super::{EngineEvent, Prunable};
use super::Behaviour;
use crate::error::{DriverError, Trouble};

/// A container and its past.
pub(super) struct Simulated {
    pub(super) container: Container,
    pub(super) details: ContainerDetails,
    /// When its process ran: from, and to unless it still does.
    pub(super) ran: Vec<(Time, Option<Time>)>,
}

impl Simulated {
    /// Whether its process ran at a moment.
    pub(super) fn ran_at(&self, at: Time) -> bool {
        self.ran
            .iter()
            .any(|(from, to)| *from <= at && to.is_none_or(|to| at < to))
    }
}

/// Everything that changes.
pub(super) struct State {
    pub(super) containers: BTreeMap<ContainerId, Simulated>,
    pub(super) objects: Vec<Prunable>,
    pub(super) past: VecDeque<EngineEvent>,
    /// Why it does not answer, if so.
    pub(super) silent: Option<DriverError>,
}

/// When a line is due, whether or not its process runs then.
pub(super) fn time_of_line(behaviour: &dyn Behaviour, container: &Container, number: u64) -> Time {
    let period = behaviour.line_period(container).0.max(1);
    container.created.unwrap_or(Time(0))
        + Span::millis(period.saturating_mul(i64::try_from(number).unwrap_or(i64::MAX)))
}

/// Changes a container as a happening says.
pub(super) fn apply_to(simulated: &mut Simulated, happening: &ContainerHappening, at: Time) {
    let container = &mut simulated.container;
    match happening {
        ContainerHappening::Started => {
            container.state = ContainerState::Running;
            container.started = Some(at);
            container.exit_code = None;
            container.out_of_memory = false;
            if container.health != Health::None {
                container.health = Health::Starting;
            }
            simulated.ran.push((at, None));
        }
        ContainerHappening::Died { exit_code } => {
            container.state = ContainerState::Exited;
            container.finished = Some(at);
            container.exit_code = *exit_code;
            for (_, to) in &mut simulated.ran {
                to.get_or_insert(at);
            }
        }
        ContainerHappening::OutOfMemory => container.out_of_memory = true,
        ContainerHappening::Health(health) => container.health = *health,
        ContainerHappening::Changed | ContainerHappening::Removed => {}
    }
}

/// As a real engine answers for an id it does not know.
pub(super) fn missing(id: &ContainerId) -> DriverError {
    DriverError::new(
        Trouble::NotFound,
        format!("no such container: {}", id.short()),
    )
}

/// As a real engine answers when a container's state does not allow a call.
pub(super) fn conflict(id: &ContainerId, verb: &str, state: ContainerState) -> DriverError {
    DriverError::new(
        Trouble::Conflict,
        format!("cannot {verb} {}: it is {}", id.short(), state.word()),
    )
}
