//! Unpause a container: its processes go on where they were.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, LOOKS_UNTIL_IT_RUNS, Manner, is_in, running};

pub(super) struct Unpause;

#[async_trait]
impl ContainerAction for Unpause {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Unpause
    }

    fn manner(&self) -> Manner {
        Manner {
            inverse: Some(ContainerVerb::Pause),
            interrupts: false,
            ..Manner::new(
                Reversibility::Reversible,
                LOOKS_UNTIL_IT_RUNS,
                Span::seconds(2),
            )
        }
    }

    fn unfit(&self, state: ContainerState) -> Option<&'static str> {
        match state {
            ContainerState::Paused | ContainerState::Unknown => None,
            ContainerState::Running => Some("is not paused, it runs"),
            _ => Some("is not paused: start it instead"),
        }
    }

    fn expects(&self, key: &ContainerKey, _container: &Container) -> (Expectation, Span) {
        running(key, None)
    }

    async fn call(&self, docker: &dyn Docker, id: &ContainerId) -> drivers::error::Result<()> {
        docker.unpause(id).await
    }

    fn happened(&self, _before: &Container, now: Option<&Container>) -> bool {
        is_in(now, ContainerState::Running)
    }
}
