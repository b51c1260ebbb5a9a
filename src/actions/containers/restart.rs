//! Restart a container: stop and start as one call, seen by a new start time.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span, Time};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, Manner, STOP_GRACE, has_ended, running};

pub(super) struct Restart;

#[async_trait]
impl ContainerAction for Restart {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Restart
    }

    fn manner(&self) -> Manner {
        Manner {
            letter: Some('r'),
            deadline: Span::seconds(STOP_GRACE.as_seconds() + 20),
            ..Manner::new(
                Reversibility::Disruptive,
                "looks until it runs with a newer start time, and its health check passes where it has one",
                Span::seconds(15),
            )
        }
    }

    fn unfit(&self, state: ContainerState) -> Option<&'static str> {
        match state {
            ContainerState::Removing => Some("is being removed"),
            ContainerState::Dead => Some("is dead, half removed: remove it instead"),
            _ => None,
        }
    }

    fn caution(&self, container: &Container) -> Option<&'static str> {
        has_ended(container.state).then_some("does not run: the restart starts it")
    }

    fn step(&self) -> String {
        format!("restart, {} s of grace", STOP_GRACE.as_seconds())
    }

    fn exact(&self, id: &ContainerId) -> String {
        format!(
            "POST /containers/{id}/restart?t={}",
            STOP_GRACE.as_seconds()
        )
    }

    fn expects(&self, key: &ContainerKey, container: &Container) -> (Expectation, Span) {
        // The engine's own times are compared with each other, so that a clock that is off does no harm.
        let since = container.started.or(container.created).unwrap_or(Time(0));
        running(key, Some(since))
    }

    async fn call(&self, docker: &dyn Docker, id: &ContainerId) -> drivers::error::Result<()> {
        docker.restart(id, STOP_GRACE).await
    }

    fn happened(&self, before: &Container, now: Option<&Container>) -> bool {
        now.is_some_and(|now| now.state == ContainerState::Running && now.started > before.started)
    }
}
