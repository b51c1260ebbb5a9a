//! Remove a container. One that runs is stopped first, as a step of its own; force is never used, so that one that runs
//! again by then is refused by the engine instead of being lost.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, Manner, has_ended, stop};

pub(super) struct Remove;

#[async_trait]
impl ContainerAction for Remove {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Remove
    }

    fn manner(&self) -> Manner {
        Manner::new(
            Reversibility::Irreversible,
            "looks until it is gone",
            Span::seconds(12),
        )
    }

    fn unfit(&self, state: ContainerState) -> Option<&'static str> {
        (state == ContainerState::Removing).then_some("is being removed already")
    }

    fn caution(&self, container: &Container) -> Option<&'static str> {
        match container.state {
            ContainerState::Running => Some("is running: it is stopped first"),
            ContainerState::Paused => Some("is paused, its processes exist: it is stopped first"),
            ContainerState::Restarting => {
                Some("is being started again by docker: it is stopped first")
            }
            _ => None,
        }
    }

    fn prepared_by(&self, state: ContainerState) -> Option<&'static dyn ContainerAction> {
        (!has_ended(state)).then_some(&stop::Stop)
    }

    fn step(&self) -> String {
        "remove, its volumes stay".to_owned()
    }

    fn exact(&self, id: &ContainerId) -> String {
        format!("DELETE /containers/{id}?force=false&v=false")
    }

    fn expects(&self, key: &ContainerKey, _container: &Container) -> (Expectation, Span) {
        (Expectation::Removed { key: key.clone() }, Span::seconds(30))
    }

    async fn call(&self, docker: &dyn Docker, id: &ContainerId) -> drivers::error::Result<()> {
        docker.remove(id, false).await
    }

    fn happened(&self, _before: &Container, now: Option<&Container>) -> bool {
        now.is_none()
    }
}
