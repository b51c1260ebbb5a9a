//! Pause a container: its processes are frozen where they are.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, Manner, SEEN_WITHIN, is_in};

pub(super) struct Pause;

#[async_trait]
impl ContainerAction for Pause {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Pause
    }

    fn manner(&self) -> Manner {
        Manner {
            letter: Some('p'),
            inverse: Some(ContainerVerb::Unpause),
            ..Manner::new(
                Reversibility::Disruptive,
                "looks until it is paused",
                Span::seconds(1),
            )
        }
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
        is_in(now, ContainerState::Paused)
    }
}
