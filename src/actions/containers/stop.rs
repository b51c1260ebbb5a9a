//! Stop a container: it is asked to end, and ended after its grace.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, SEEN_WITHIN, STOP_GRACE, has_ended};

pub(super) struct Stop;

#[async_trait]
impl ContainerAction for Stop {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Stop
    }

    fn reversibility(&self) -> Reversibility {
        Reversibility::Disruptive
    }

    fn letter(&self) -> Option<char> {
        Some('s')
    }

    fn inverse(&self) -> Option<ContainerVerb> {
        Some(ContainerVerb::Start)
    }

    fn verification(&self) -> &'static str {
        "looks until its process has ended"
    }

    fn expected(&self) -> Span {
        STOP_GRACE
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

    fn deadline(&self) -> Span {
        Span::seconds(STOP_GRACE.as_seconds() + 10)
    }

    fn expects(&self, key: &ContainerKey, _container: &Container) -> (Expectation, Span) {
        (Expectation::Stopped { key: key.clone() }, SEEN_WITHIN)
    }

    async fn call(&self, docker: &dyn Docker, id: &ContainerId) -> drivers::error::Result<()> {
        docker.stop(id, STOP_GRACE).await
    }

    fn happened(&self, _before: &Container, now: Option<&Container>) -> bool {
        now.is_some_and(|now| has_ended(now.state))
    }
}
