//! Start a container.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, HEALTHY_WITHIN};

pub(super) struct Start;

#[async_trait]
impl ContainerAction for Start {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Start
    }

    fn reversibility(&self) -> Reversibility {
        Reversibility::Reversible
    }

    fn inverse(&self) -> Option<ContainerVerb> {
        Some(ContainerVerb::Stop)
    }

    fn interrupts(&self) -> bool {
        false
    }

    fn verification(&self) -> &'static str {
        "looks until it runs, and its health check passes where it has one"
    }

    fn expected(&self) -> Span {
        Span::seconds(5)
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
        (
            Expectation::Running {
                key: key.clone(),
                since: None,
            },
            HEALTHY_WITHIN,
        )
    }

    async fn call(&self, docker: &dyn Docker, id: &ContainerId) -> drivers::error::Result<()> {
        docker.start(id).await
    }

    fn happened(&self, _before: &Container, now: Option<&Container>) -> bool {
        now.is_some_and(|now| now.state == ContainerState::Running)
    }
}
