//! Start a container.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, LOOKS_UNTIL_IT_RUNS, Manner, is_in, running};

pub(super) struct Start;

#[async_trait]
impl ContainerAction for Start {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Start
    }

    fn manner(&self) -> Manner {
        Manner {
            inverse: Some(ContainerVerb::Stop),
            interrupts: false,
            ..Manner::new(
                Reversibility::Reversible,
                LOOKS_UNTIL_IT_RUNS,
                Span::seconds(5),
            )
        }
    }

    fn unfit(&self, state: ContainerState) -> Option<&'static str> {
        match state {
            ContainerState::Running => Some("runs already"),
            ContainerState::Paused => Some("is paused: unpause it instead"),
            ContainerState::Restarting => {
                Some("is being started again by docker already: restart it to start at once")
            }
            ContainerState::Removing => Some("is being removed"),
            ContainerState::Dead => Some("is dead, half removed: remove it instead"),
            ContainerState::Created | ContainerState::Exited | ContainerState::Unknown => None,
        }
    }

    fn expects(&self, key: &ContainerKey, _container: &Container) -> (Expectation, Span) {
        running(key, None)
    }

    async fn call(&self, docker: &dyn Docker, id: &ContainerId) -> drivers::error::Result<()> {
        docker.start(id).await
    }

    fn happened(&self, _before: &Container, now: Option<&Container>) -> bool {
        is_in(now, ContainerState::Running)
    }
}
