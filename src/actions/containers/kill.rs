//! Kill a container: its process is ended at once and cannot tidy up.

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span};
use world::plan::Expectation;
use world::{ContainerVerb, Reversibility};

use super::{ContainerAction, LOOKS_UNTIL_IT_HAS_ENDED, Manner, has_ended, stopped};

pub(super) struct Kill;

#[async_trait]
impl ContainerAction for Kill {
    fn verb(&self) -> ContainerVerb {
        ContainerVerb::Kill
    }

    fn manner(&self) -> Manner {
        Manner::new(
            Reversibility::Irreversible,
            LOOKS_UNTIL_IT_HAS_ENDED,
            Span::seconds(1),
        )
    }

    fn unfit(&self, state: ContainerState) -> Option<&'static str> {
        match state {
            ContainerState::Created | ContainerState::Exited | ContainerState::Dead => {
                Some("does not run: there is nothing to kill")
            }
            ContainerState::Removing => Some("is being removed"),
            ContainerState::Running
            | ContainerState::Paused
            | ContainerState::Restarting
            | ContainerState::Unknown => None,
        }
    }

    fn caution(&self, _container: &Container) -> Option<&'static str> {
        Some(
            "cannot save anything: what it has not written yet is lost; stop it to let it end by itself",
        )
    }

    fn step(&self) -> String {
        "kill (SIGKILL)".to_owned()
    }

    fn exact(&self, id: &ContainerId) -> String {
        format!("POST /containers/{id}/kill?signal=SIGKILL")
    }

    fn expects(&self, key: &ContainerKey, _container: &Container) -> (Expectation, Span) {
        stopped(key)
    }

    async fn call(&self, docker: &dyn Docker, id: &ContainerId) -> drivers::error::Result<()> {
        docker.kill(id).await
    }

    fn happened(&self, _before: &Container, now: Option<&Container>) -> bool {
        now.is_some_and(|now| has_ended(now.state))
    }
}
