//! Signs of state: a shape, a word and a role, so that no state is told by colour alone.

use vocab::{ContainerState, Health, Severity, Time};
use world::{Link, Node, RunState, ServiceState, SiteState, TrackedContainer, run::StepState};

use crate::styles::Role;

/// How a state is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// One cell.
    pub glyph: &'static str,
    /// One word.
    pub word: &'static str,
    /// What it means.
    pub role: Role,
}

impl Sign {
    const fn new(glyph: &'static str, word: &'static str, role: Role) -> Self {
        Self { glyph, word, role }
    }

    /// A state nobody knows.
    pub const UNKNOWN: Self = Self::new("◌", "unknown", Role::Unknown);

    /// A node: green only while it answers and its figures are fresh.
    pub fn of_node(node: &Node, now: Time) -> Self {
        match &node.link {
            Link::Unknown => Self::UNKNOWN,
            Link::Connecting { last: None, .. } => Self::new("◌", "connecting", Role::Unknown),
            Link::Connecting { .. } | Link::Down { .. } => Self::new("○", "down", Role::Bad),
            Link::Up { .. } => match &node.sample {
                None => Self::new("◌", "waiting", Role::Unknown),
                Some(sample) if sample.fresh(now).is_none() => Self::new("◐", "stale", Role::Warn),
                Some(_) => Self::new("●", "up", Role::Ok),
            },
        }
    }

    /// A container. `reachable` is whether its node answers: what is not seen is not known.
    pub fn of_container(tracked: &TrackedContainer, reachable: bool, now: Time) -> Self {
        let container = &tracked.container;
        if !reachable {
            return Self::UNKNOWN;
        }
        if tracked.restart_loop(now).is_some() {
            return Self::new("↻", "loop", Role::Bad);
        }
        match (container.state, container.health) {
            (ContainerState::Running, Health::Unhealthy) => Self::new("◐", "unhealthy", Role::Bad),
            (ContainerState::Running, Health::Starting) => Self::new("◔", "starting", Role::Info),
            (ContainerState::Running, Health::Healthy) => Self::new("●", "healthy", Role::Ok),
            (ContainerState::Running, Health::None) => Self::new("●", "running", Role::Ok),
            (ContainerState::Paused, _) => Self::new("‖", "paused", Role::Warn),
            (ContainerState::Restarting, _) => Self::new("↻", "restarting", Role::Warn),
            (ContainerState::Exited, _) => match container.exit_code {
                Some(0 | 130 | 143) | None => Self::new("○", "exited", Role::Dim),
                Some(_) => Self::new("○", "exited", Role::Bad),
            },
            (ContainerState::Dead, _) => Self::new("×", "dead", Role::Bad),
            (ContainerState::Created, _) => Self::new("◌", "created", Role::Dim),
            (ContainerState::Removing, _) => Self::new("×", "removing", Role::Dim),
            (ContainerState::Unknown, _) => Self::UNKNOWN,
        }
    }

    /// A service.
    pub const fn of_service(state: ServiceState) -> Self {
        match state {
            ServiceState::Healthy => Self::new("●", "healthy", Role::Ok),
            ServiceState::Degraded => Self::new("◐", "degraded", Role::Warn),
            ServiceState::Down => Self::new("○", "down", Role::Bad),
            ServiceState::Unknown => Self::UNKNOWN,
        }
    }

    /// A site, by the books.
    pub const fn of_site(state: SiteState) -> Self {
        match state {
            SiteState::Active => Self::new("●", state.word(), Role::Ok),
            SiteState::Suspended => Self::new("‖", state.word(), Role::Warn),
            SiteState::Broken => Self::new("×", state.word(), Role::Bad),
        }
    }

    /// A run.
    pub const fn of_run(state: &RunState) -> Self {
        let role = match state {
            RunState::Grace { .. } | RunState::Cancelling | RunState::RollingBack => Role::Warn,
            RunState::Queued { .. } => Role::Info,
            RunState::Running => Role::Auto,
            RunState::Verified | RunState::Done => Role::Ok,
            RunState::Failed | RunState::Unknown | RunState::NeedsOperator => Role::Bad,
            RunState::Cancelled | RunState::RolledBack => Role::Dim,
        };
        let glyph = match state {
            RunState::Grace { .. } | RunState::Queued { .. } => "◔",
            RunState::Running | RunState::Cancelling => "◐",
            RunState::RollingBack => "◑",
            RunState::RolledBack => "↶",
            RunState::NeedsOperator => "!",
            RunState::Verified => "✓",
            RunState::Done => "●",
            RunState::Failed => "×",
            RunState::Cancelled => "○",
            RunState::Unknown => "?",
        };
        Self::new(glyph, state.word(), role)
    }

    /// A step of a run.
    pub const fn of_step(state: &StepState) -> Self {
        match state {
            StepState::Waiting => Self::new("·", "waiting", Role::Dim),
            StepState::Running { .. } => Self::new("◐", "running", Role::Auto),
            StepState::Done { .. } => Self::new("✓", "done", Role::Ok),
            StepState::Failed { .. } => Self::new("×", "failed", Role::Bad),
            StepState::Unknown { .. } => Self::new("?", "unknown", Role::Bad),
            StepState::Undoing { .. } => Self::new("◑", "undoing", Role::Warn),
            StepState::Undone { .. } => Self::new("↶", "undone", Role::Dim),
            StepState::Stuck { .. } => Self::new("!", "stuck", Role::Bad),
            StepState::Skipped => Self::new("○", "skipped", Role::Dim),
        }
    }

    /// How grave an item is.
    pub const fn of_severity(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::new("▲", "crit", Role::Bad),
            Severity::Warning => Self::new("◆", "warn", Role::Warn),
            Severity::Notice => Self::new("•", "note", Role::Info),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_never_green() {
        assert_ne!(Sign::UNKNOWN.role, Role::Ok);
        assert_ne!(Sign::of_service(ServiceState::Unknown).role, Role::Ok);
        assert_ne!(Sign::of_run(&RunState::Unknown).role, Role::Ok);
        assert_ne!(
            Sign::of_step(&StepState::Unknown {
                reason: "link".into()
            })
            .role,
            Role::Ok
        );
    }

    #[test]
    fn bad_and_well_differ_in_shape() {
        assert_ne!(
            Sign::of_service(ServiceState::Down).glyph,
            Sign::of_service(ServiceState::Healthy).glyph
        );
        assert_ne!(
            Sign::of_run(&RunState::Failed).glyph,
            Sign::of_run(&RunState::Verified).glyph
        );
    }
}
