//! Run a command in a container, without a terminal.

use async_trait::async_trait;
use drivers::Connection;
use vocab::{ContainerId, ContainerKey, ContainerState, Span};
use world::plan::StepCall;
use world::{Confirmation, Plan, Refusal, Reversibility, TrackedContainer};

use super::planning::{detail, resolve};
use crate::draft::{Draft, Frame, Request};
use crate::execute::effect::{Answer, COMMAND_DEADLINE, Effect, by_status, printed};
use crate::execute::look::{Look, Seen, engine};
use crate::refuse;
use crate::{nodes, words};

/// Plans it.
pub(crate) fn plan(
    request: Request<'_>,
    target: &ContainerKey,
    command: &[String],
) -> Result<Plan, Refusal> {
    nodes::command::check(command)?;
    let tracked = running(&request, target)?;
    let typed = words::command_line(command.iter().map(String::as_str));
    let mut draft = Draft::default();
    draft.object(
        &target.node,
        "container",
        &tracked.container.name,
        detail(&tracked.container),
    );
    let call = StepCall::ContainerCommand {
        key: target.clone(),
        command: command.to_vec(),
    };
    let exact = format!("POST /containers/{}/exec, then start: {typed}", target.id);
    draft.step("run the command", exact, call, COMMAND_DEADLINE);
    let frame = Frame {
        title: format!(
            "run {} in {}",
            words::shortened(&typed, 60),
            tracked.label()
        ),
        reversibility: Reversibility::Disruptive,
        confirmation: Confirmation::Letter('c'),
        verification: "by its exit status: 0 is done, all else failed",
        inverse: None,
        one_by_one: false,
        each: Span::seconds(10),
    };
    Ok(draft.finish(request, frame))
}

/// The container, when a command can be run in it.
pub(super) fn running<'a>(
    request: &Request<'a>,
    target: &ContainerKey,
) -> Result<&'a TrackedContainer, Refusal> {
    let tracked = resolve(request, target)?;
    let words = match tracked.container.state {
        ContainerState::Running | ContainerState::Unknown => return Ok(tracked),
        ContainerState::Paused => "is paused: unpause it first",
        ContainerState::Restarting => "is being started again by docker: wait until it runs",
        _ => "does not run: start it first",
    };
    Err(refuse::conflict(format!(
        "{} on {} {words}",
        tracked.container.name, target.node
    )))
}

/// The effect.
pub(crate) struct InContainer {
    pub id: ContainerId,
    pub command: Vec<String>,
}

#[async_trait]
impl Effect for InContainer {
    async fn look_first(&self, _ends: &Connection) -> drivers::error::Result<Seen> {
        Ok(Seen::Nothing)
    }

    async fn perform(&self, ends: &Connection, _before: &Seen) -> drivers::error::Result<Answer> {
        match engine(ends)?
            .exec(&self.id, &self.command, COMMAND_DEADLINE)
            .await
        {
            Ok(ran) => Ok(by_status(ran.exit_code, printed(&[&ran.output]))),
            Err(error) => Err(error),
        }
    }

    async fn look(&self, _ends: &Connection, _before: &Seen) -> Look {
        Look::Unclear("nothing shows whether a command ran to its end".to_owned())
    }

    fn settle(&self) -> Span {
        Span::ZERO
    }
}
