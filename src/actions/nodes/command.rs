//! Run a command on nodes, without a terminal.

use async_trait::async_trait;
use drivers::host::CommandLine;
use drivers::{Connection, DriverError, Trouble};
use vocab::{NodeName, Span};
use world::plan::StepCall;
use world::{Confirmation, Plan, Refusal, Reversibility};

use super::detail;
use crate::draft::{Draft, Frame, Request, distinct};
use crate::execute::effect::{Answer, COMMAND_DEADLINE, Effect, by_status, printed};
use crate::execute::look::{Look, Seen};
use crate::refuse;
use crate::words;

/// Plans it.
pub(crate) fn plan(
    request: Request<'_>,
    nodes: &[NodeName],
    command: &[String],
    one_by_one: bool,
) -> Result<Plan, Refusal> {
    check(command)?;
    let typed = words::command_line(command.iter().map(String::as_str));
    let mut draft = Draft::default();
    let mut refused = Vec::new();
    for name in distinct(nodes) {
        match request.node(&name) {
            Ok(node) => {
                draft.object(&name, "node", name.as_str(), detail(node));
                let call = StepCall::Command {
                    node: name,
                    command: command.to_vec(),
                };
                draft.step("run the command", &*typed, call, COMMAND_DEADLINE);
            }
            Err(error) => refused.push(error),
        }
    }
    draft.leave_out(&refused)?;
    let place = match draft.objects.as_slice() {
        [one] => one.name.to_string(),
        several => words::count(several.len(), "node"),
    };
    let frame = Frame {
        title: format!("run {} on {place}", words::shortened(&typed, 60)),
        reversibility: Reversibility::Disruptive,
        confirmation: Confirmation::Letter('c'),
        verification: "by its exit status: 0 is done, all else failed",
        inverse: None,
        one_by_one,
        each: Span::seconds(10),
    };
    Ok(draft.finish(request, frame))
}

/// Whether it can be a command at all.
pub(crate) fn check(command: &[String]) -> Result<(), Refusal> {
    match command.first() {
        None => Err(refuse::invalid(
            "no command is given: name a program and its arguments",
        )),
        Some(program) if program.trim().is_empty() => Err(refuse::invalid(
            "the command's first word is empty: name a program",
        )),
        Some(_) if command.iter().any(|word| word.contains('\0')) => Err(refuse::invalid(
            "the command holds a NUL character: take it out, no program can receive it",
        )),
        Some(_) => Ok(()),
    }
}

/// The effect.
pub(crate) struct NodeCommand {
    pub command: Vec<String>,
}

#[async_trait]
impl Effect for NodeCommand {
    async fn look_first(&self, _ends: &Connection) -> drivers::error::Result<Seen> {
        Ok(Seen::Nothing)
    }

    async fn perform(&self, ends: &Connection, _before: &Seen) -> drivers::error::Result<Answer> {
        let (program, arguments) = self
            .command
            .split_first()
            .ok_or_else(|| DriverError::new(Trouble::Refused, "no command is given"))?;
        let command = CommandLine::new(program, arguments.iter().cloned());
        let ran = ends.host.run(&command, b"", COMMAND_DEADLINE).await?;
        let output = printed(&[&ran.stdout, &ran.stderr]);
        Ok(match ran.status {
            Some(status) => by_status(status, output),
            None => Answer::NotDone {
                reason: "a signal ended it".to_owned(),
                output,
            },
        })
    }

    async fn look(&self, _ends: &Connection, _before: &Seen) -> Look {
        Look::Unclear("nothing shows whether a command ran to its end".to_owned())
    }

    fn settle(&self) -> Span {
        Span::ZERO
    }
}
