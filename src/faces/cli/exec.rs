//! `wheelhouse exec`: a shell in a container, or a command in it.

use vocab::Text;
use world::{Intent, Run, StepState};

use crate::act::{self, ActOptions, Acted, Printed, RunRecord};
use crate::change;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The container: a name, project/service, or node/name
    container: String,
    /// The program and its arguments, passed whole; without one a shell is opened
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    /// The node it is on
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    #[command(flatten)]
    act: ActOptions,
}

/// Opens the shell, or runs the command and passes its output and exit status on.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    if context.command.is_none() {
        return Err(Error::ReadOnly);
    }
    let names = std::slice::from_ref(&options.container);
    let targets = change::resolve(names, options.node.as_deref(), context).await?;
    let target = targets
        .into_iter()
        .next()
        .ok_or_else(|| Error::NotFound(Text::line("no container is named")))?;
    let intent = if options.command.is_empty() {
        Intent::ContainerShell { target }
    } else {
        Intent::ContainerCommand {
            target,
            command: options.command.clone(),
        }
    };
    pass_on(intent, &options.act, context).await
}

/// Acts and passes on what the program came to: its output alone on standard output, its exit status as ours.
pub(crate) async fn pass_on(
    intent: Intent,
    options: &ActOptions,
    context: &mut Context,
) -> Result<Exit> {
    match act::act(context, intent, options, Printed::Raw).await? {
        Acted::Planned => Ok(Exit::Fine),
        Acted::HandedOver(status) => Ok(status.map_or(Exit::Interrupted, of_status)),
        Acted::Ran(run) => {
            if options.json() {
                context.console.out.json(&RunRecord::whole(&run))?;
            }
            Ok(status_of(&run).map_or_else(|| act::after(&run), of_status))
        }
    }
}

/// A status as the process can end with it: only its low eight bits survive.
fn of_status(status: i32) -> Exit {
    match status {
        0 => Exit::Fine,
        status => Exit::Program(u8::try_from(status & 0xff).unwrap_or(1).max(1)),
    }
}

/// The exit status that the run's one command told, if it came to its end: the words of its step begin with it.
fn status_of(run: &Run) -> Option<i32> {
    let words = match &run.steps.first()?.state {
        StepState::Done { note, .. } => note,
        StepState::Failed { reason, .. } => reason,
        _ => return None,
    };
    let number = words.strip_prefix("exit status ")?;
    number.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_keep_what_a_process_can_say() {
        let codes = [0, 1, 42, 255, 256, -1].map(|status| of_status(status).code());
        assert_eq!(codes, [0, 1, 42, 255, 1, 255]);
    }
}
