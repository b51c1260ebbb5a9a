//! Handing the terminal to a shell on a node or in a container, and telling the engine how it ended.

use std::process::Stdio;
use std::sync::Arc;

use link::Command;
use vocab::Text;
use world::{Consent, Plan};

use crate::context::Context;
use crate::error::{Error, Result};

/// Journals that the shell is opened, gives it this process's own ends, waits for it, and journals its end. The exit
/// status of the program; `None` when a signal ended it.
pub(super) async fn hand_over(
    context: &mut Context,
    command: &Arc<dyn Command>,
    plan: &Plan,
    shell: &[String],
) -> Result<Option<i32>> {
    let Some((program, arguments)) = shell.split_first() else {
        return Err(Error::Usage(Text::line(
            "the plan names no program to hand the terminal to",
        )));
    };
    super::submit(command, plan, Consent::Grace).await?;
    context.console.out.flush()?;
    let ended = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .status()
        .await;
    // Ctrl-c was meant for whatever had the terminal.
    context.interrupts.forget();
    let status = ended.as_ref().ok().and_then(std::process::ExitStatus::code);
    let told = command.shell_ended(plan.id, status).await;
    if let Err(error) = ended {
        let text = format!("cannot start {program}: {error}; install it on this machine");
        return Err(Error::NotFound(Text::line(text)));
    }
    told?;
    Ok(status)
}
