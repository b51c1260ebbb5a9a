//! Pause a container: its processes are frozen where they are.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, SEEN_WITHIN};

pub(super) struct Pause;

#[async_trait]
impl ContainerAction for Pause {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Pause
    }

    fn reversibility(&self) -> Reversibility {
        Reversibility::Disruptive
    }

    fn letter(&self) -> Option<char> {
        Some('p')
    }

    fn inverse(&self) -> Option<ContainerVerb> {
        Some(ContainerVerb::Unpause)
    }

    fn verification(&self) -> &'static str {
        "looks until it is paused"
    }

    fn expected(&self) -> Span {
        Span::seconds(1)
    }

    fn unfit(&self, state: ContainerState) -> Option<&'static str> {
        match state {
            ContainerState::Running | ContainerState::Unknown => None,
            ContainerState::Paused => Some("is paused already"),
            _ => Some("does not run: only a running container can be paused"),
        }
    }

    fn expects(&self, key: &ContainerKey, _container: &Container) -> (Expectation, Span) {
        (Expectation::Paused { key: key.clone() }, SEEN_WITHIN)
    }

    async fn call(&self, docker: &dyn Docker, id: &ContainerId) -> drivers::error::Result<()> {
        docker.pause(id).await
    }

    fn happened(&self, _before: &Container, now: Option<&Container>) -> bool {
        now.is_some_and(|now| now.state == ContainerState::Paused)
    }
}
