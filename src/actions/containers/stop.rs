//! Stop a container: it is asked to end, and ended after its grace.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, LOOKS_UNTIL_IT_HAS_ENDED, Manner, STOP_GRACE, has_ended, stopped};

pub(super) struct Stop;

#[async_trait]
impl ContainerAction for Stop {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Stop
    }

    fn manner(&self) -> Manner {
        Manner {
            letter: Some('s'),
            inverse: Some(ContainerVerb::Start),
            deadline: Span::seconds(STOP_GRACE.as_seconds() + 10),
            ..Manner::new(
                Reversibility::Disruptive,
                LOOKS_UNTIL_IT_HAS_ENDED,
                STOP_GRACE,
            )
        }
    }

    fn unfit(&self, state: ContainerState) -> Option<&'static str> {
        match state {
            ContainerState::Created | ContainerState::Exited | ContainerState::Dead => {
                Some("is stopped already")
            }
            ContainerState::Removing => Some("is being removed"),
            ContainerState::Running
            | ContainerState::Paused
            | ContainerState::Restarting
            | ContainerState::Unknown => None,
        }
    }

    fn step(&self) -> String {
        format!("stop, {} s of grace", STOP_GRACE.as_seconds())
    }

    fn exact(&self, id: &ContainerId) -> String {
        format!("POST /containers/{id}/stop?t={}", STOP_GRACE.as_seconds())
    }

    fn expects(&self, key: &ContainerKey, _container: &Container) -> (Expectation, Span) {
        stopped(key)
    }

    async fn call(&self, docker: &dyn Docker, id: &ContainerId) -> drivers::error::Result<()> {
        docker.stop(id, STOP_GRACE).await
    }

    fn happened(&self, _before: &Container, now: Option<&Container>) -> bool {
        now.is_some_and(|now| has_ended(now.state))
    }
}
