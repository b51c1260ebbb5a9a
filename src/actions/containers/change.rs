//! A container action's step as an effect: look, call, and look again when the answer is not clear.

use async_trait::async_trait;
use drivers::{Connection, DriverError, Trouble};
use vocab::{ContainerId, ContainerState};
use world::ContainerVerb;

use super::ContainerAction;
use crate::execute::effect::{Answer, Effect};
use crate::execute::look::{self, Look, Seen};

/// A verb for one container.
pub(crate) struct Change {
    pub action: &'static dyn ContainerAction,
    pub id: ContainerId,
}

#[async_trait]
impl Effect for Change {
    async fn look_first(&self, ends: &Connection) -> drivers::error::Result<Seen> {
        let container = look::container(ends, &self.id).await?;
        if container.is_none() && self.action.verb() != ContainerVerb::Remove {
            let text = format!(
                "the container {} is gone, perhaps it was made anew: look at the list again",
                self.id.short()
            );
            return Err(DriverError::new(Trouble::NotFound, text));
        }
        Ok(Seen::Container(container.map(Box::new)))
    }

    async fn perform(&self, ends: &Connection, before: &Seen) -> drivers::error::Result<Answer> {
        if *before == Seen::Container(None) {
            return Ok(Answer::done("gone already"));
        }
        let docker = look::engine(ends)?;
        match self.action.call(&*docker, &self.id).await {
            Ok(()) => Ok(Answer::done("")),
            Err(error) if error.effect_unknown() => Err(error),
            // A refusal because it is so already (304, 409, or 500 on some versions) is told from any other by looking.
            Err(error) => Ok(match self.look(ends, before).await {
                Look::Yes(_) => Answer::done("was so already"),
                _ => Answer::NotDone {
                    reason: error.text.to_string(),
                    output: vocab::Text::default(),
                },
            }),
        }
    }

    async fn look(&self, ends: &Connection, before: &Seen) -> Look {
        let now = match look::container(ends, &self.id).await {
            Ok(now) => now,
            Err(error) => return Look::Unclear(error.text.to_string()),
        };
        let Seen::Container(Some(before)) = before else {
            return if now.is_none() {
                Look::Yes("gone".to_owned())
            } else {
                Look::NotYet("it is there".to_owned())
            };
        };
        let words = now.as_ref().map_or("gone", |now| now.state.word());
        if self.action.happened(before, now.as_ref()) {
            Look::Yes(words.to_owned())
        } else if now.is_none() {
            Look::Never("it is gone".to_owned())
        } else if now
            .as_ref()
            .is_some_and(|now| now.state == ContainerState::Removing)
            && self.action.verb() != ContainerVerb::Remove
        {
            Look::Never("it is being removed".to_owned())
        } else {
            Look::NotYet(format!("it is {words}"))
        }
    }
}
