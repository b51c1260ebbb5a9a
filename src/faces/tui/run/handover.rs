//! Handing the terminal to a shell and taking it back.

use std::io::Write;
use std::process::Stdio;

use tokio::process::Command as Process;
use tokio::sync::mpsc;
use ui::Role;
use ui::terminal::Happening;
use vocab::Text;
use world::Plan;
use world::plan::StepCall;

use super::Console;
use crate::app::Message;
use crate::session::ExitReason;

impl Console {
    /// Runs the plan's handover with this terminal and tells the engine how it ended. The world goes on meanwhile.
    pub(super) async fn hand_over(
        &mut self,
        plan: &Plan,
        happenings: &mut mpsc::UnboundedReceiver<Happening>,
    ) -> color_eyre::Result<Option<ExitReason>> {
        let argv = plan.steps.iter().find_map(|step| match &step.call {
            StepCall::Handover { command, .. } => Some(command.clone()),
            _ => None,
        });
        let Some((program, arguments)) = argv.as_deref().and_then(<[String]>::split_first) else {
            self.say(format!("{} has no command to run", plan.title));
            return Ok(None);
        };
        let away = self.guard.leave()?;
        writeln!(
            std::io::stdout(),
            "{}: exit, or ctrl-d, comes back to wheelhouse",
            plan.title
        )?;
        let child = Process::new(program)
            .args(arguments)
            .stdin(Stdio::inherit())
            .stdout(Stdio::inherit())
            .stderr(Stdio::inherit())
            .spawn();
        let mut ended = None;
        let status = match child {
            Err(error) => {
                self.say(format!("{program} cannot be started: {error}"));
                None
            }
            Ok(mut child) => loop {
                tokio::select! {
                    biased;
                    status = child.wait() => break status.ok().and_then(|status| status.code()),
                    // The keyboard's own signals are the shell's while it has the terminal.
                    happening = happenings.recv() => if let Some(number) = ending(happening) {
                        ended = Some(ExitReason::Signal(number));
                        if let Err(error) = child.start_kill() {
                            tracing::debug!(%error, "the shell could not be ended");
                        }
                    },
                    changed = self.watch.changed() => if changed.is_err() {
                        break child.wait().await.ok().and_then(|status| status.code());
                    },
                }
            },
        };
        if let Some(command) = self.tasks.command()
            && let Err(refusal) = command.shell_ended(plan.id, status).await
        {
            self.say(refusal.text);
        }
        away.back()?;
        Ok(ended)
    }

    fn say(&mut self, text: impl Into<Text>) {
        self.app
            .take(Message::Said(text.into(), Role::Warn), self.watch.now());
    }
}

/// The signal that ends the console though a shell has the terminal.
const fn ending(happening: Option<Happening>) -> Option<i32> {
    match happening {
        Some(Happening::Signal(number @ (1 | 15))) => Some(number),
        Some(Happening::HungUp) | None => Some(super::HUNG_UP),
        _ => None,
    }
}
