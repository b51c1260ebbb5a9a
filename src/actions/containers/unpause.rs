//! Unpause a container: its processes go on where they were.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, HEALTHY_WITHIN};

pub(super) struct Unpause;

#[async_trait]
impl ContainerAction for Unpause {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Unpause
    }

    fn reversibility(&self) -> Reversibility {
        Reversibility::Reversible
    }

    fn inverse(&self) -> Option<ContainerVerb> {
        Some(ContainerVerb::Pause)
    }

    fn interrupts(&self) -> bool {
        false
    }

    fn verification(&self) -> &'static str {
        "looks until it runs, and its health check passes where it has one"
    }

    fn expected(&self) -> Span {
        Span::seconds(2)
    }

    fn unfit(&self, state: ContainerState) -> Option<&'static str> {
        match state {
            ContainerState::Paused | ContainerState::Unknown => None,
            ContainerState::Running => Some("is not paused, it runs"),
            _ => Some("is not paused: start it instead"),
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
        docker.unpause(id).await
    }

    fn happened(&self, _before: &Container, now: Option<&Container>) -> bool {
        now.is_some_and(|now| now.state == ContainerState::Running)
    }
}
