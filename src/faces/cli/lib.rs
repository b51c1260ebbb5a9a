//! The commands of the shell: one file each, for people and as JSON.
//!
//! May import: `link`, `config`, `world`, `vocab`, `kit`, clap. May not: the engine, drivers, another face.
//!
//! Flow: [`Arguments`] → [`run`] with a [`Session`] → `settle` (a fresh engine knows nothing yet: wait until what is needed
//! is known) → `select` (names → objects) → a command's file → `print`. What changes something goes through `act`: plan →
//! consent → run → what was seen, by the same path as in the console. `exit` documents the exit codes.

mod act;
mod alerts;
mod arguments;
mod audit;
mod autopilot;
mod backups;
mod change;
pub mod completions;
mod containers;
mod context;
pub mod doctor;
mod error;
mod evidence;
mod exec;
pub mod exit;
pub mod init;
mod interrupts;
mod item;
mod logs;
mod nodes;
mod note;
mod print;
mod prune;
mod quota;
mod reboot;
mod resolve;
mod revenue;
pub mod rules;
mod run_command;
mod runs;
mod schedules;
mod select;
pub mod serve;
mod services;
mod settle;
mod sites;
mod ssh;
mod statistics;
mod status;
#[cfg(test)]
mod testing;
mod top;
mod weights;

use std::io;
use std::process::ExitCode;

pub use arguments::{
    Arguments, DemoOptions, DemoScenario, SandboxOptions, Subcommand, WallOptions,
};
pub use context::Session;

use config::Severity;
use context::Context;
use error::{Error, Result};
use exit::Exit;
use print::{Console, Tone, piece};

/// Runs a command over a session to its end, prints what came of it, and says with which code the process should end.
/// What goes wrong is printed here and is in the code; only when the output itself cannot be written this fails.
/// `init`, `doctor`, `completions`, `wall` and `demo` need no session and have their own entrances.
pub async fn run(subcommand: &Subcommand, session: Session) -> io::Result<ExitCode> {
    let mut context = Context::new(session);
    run_in(subcommand, &mut context).await.map(Into::into)
}

/// The same, with the ends given.
async fn run_in(subcommand: &Subcommand, context: &mut Context) -> io::Result<Exit> {
    let ended = match warn_of_problems(context) {
        Ok(()) => dispatch(subcommand, context).await,
        Err(error) => Err(error),
    };
    conclude(ended, &mut context.console)
}

/// What is wrong with the configuration is said first, so that nobody wonders where a node is.
fn warn_of_problems(context: &mut Context) -> Result<()> {
    for problem in &context.report {
        let (word, tone) = match problem.severity {
            Severity::Error => ("error: ", Tone::Bad),
            Severity::Warning => ("warning: ", Tone::Warn),
        };
        context
            .console
            .err
            .line(&[piece(tone, word), piece(Tone::Plain, problem.to_string())])?;
    }
    Ok(())
}

async fn dispatch(subcommand: &Subcommand, context: &mut Context) -> Result<Exit> {
    match subcommand {
        Subcommand::Status(options) => status::run(options, context).await,
        Subcommand::Top(options) => top::run(options, context).await,
        Subcommand::Item(options) => item::run(options, context).await,
        Subcommand::Note(options) => note::run(options, context).await,
        Subcommand::Nodes(options) => nodes::run(options, context).await,
        Subcommand::Containers(options) => containers::run(options, context).await,
        Subcommand::Services(options) => services::run(options, context).await,
        Subcommand::Logs(options) => logs::run(options, context).await,
        Subcommand::Restart(options) => change::restart(options, context).await,
        Subcommand::Stop(options) => {
            change::run(world::ContainerVerb::Stop, options, context).await
        }
        Subcommand::Start(options) => {
            change::run(world::ContainerVerb::Start, options, context).await
        }
        Subcommand::Pause(options) => {
            change::run(world::ContainerVerb::Pause, options, context).await
        }
        Subcommand::Unpause(options) => {
            change::run(world::ContainerVerb::Unpause, options, context).await
        }
        Subcommand::Kill(options) => {
            change::run(world::ContainerVerb::Kill, options, context).await
        }
        Subcommand::Remove(options) => {
            change::run(world::ContainerVerb::Remove, options, context).await
        }
        Subcommand::Prune(options) => prune::run(options, context).await,
        Subcommand::Reboot(options) => reboot::run(options, context).await,
        Subcommand::Exec(options) => exec::run(options, context).await,
        Subcommand::Ssh(options) => ssh::run(options, context).await,
        Subcommand::Run(options) => run_command::run(options, context).await,
        Subcommand::Sites(options) => sites::list(options, context).await,
        Subcommand::Deploy(options) => sites::deploy(options, context).await,
        Subcommand::Release(options) => sites::release(options, context).await,
        Subcommand::Rollback(options) => sites::rollback(options, context).await,
        Subcommand::Delete(options) => sites::delete(options, context).await,
        Subcommand::Backup(options) => backups::run(options, context).await,
        Subcommand::Restore(options) => backups::restore(options, context).await,
        Subcommand::Site(options) => sites::life(options, context).await,
        Subcommand::Revenue(options) => revenue::run(options, context).await,
        Subcommand::Affiliates(options) => revenue::affiliates(options, context).await,
        Subcommand::Quota(options) => quota::run(options, context).await,
        Subcommand::Autopilot(options) => autopilot::run(options, context).await,
        Subcommand::Runs(options) => runs::run(options, context).await,
        Subcommand::Schedules(options) => schedules::run(options, context).await,
        Subcommand::Alerts(options) => alerts::run(options, context).await,
        Subcommand::Audit(options) => audit::run(options, context).await,
        Subcommand::Init(_)
        | Subcommand::Doctor(_)
        | Subcommand::Rules(_)
        | Subcommand::Completions(_)
        | Subcommand::Wall(_)
        | Subcommand::Serve(_)
        | Subcommand::Demo(_)
        | Subcommand::Sandbox(_) => Err(Error::Usage(vocab::Text::line(
            "this command needs no engine and is started without one",
        ))),
    }
}

/// Prints the error, if there is one, and what is still buffered.
fn conclude(ended: Result<Exit>, console: &mut Console) -> io::Result<Exit> {
    let ended = ended.and_then(|exit| match console.out.flush() {
        // Whoever stopped reading knows enough; how it ended stays as it is.
        Ok(()) | Err(Error::Closed) => Ok(exit),
        Err(error) => Err(error),
    });
    match ended {
        Ok(exit) => Ok(exit),
        Err(Error::Output(error)) => Err(error),
        Err(error) => {
            // What was printed before the error belongs before it; where nobody reads there is nobody to tell.
            drop(console.out.flush());
            if !matches!(error, Error::Closed) {
                drop(console.say_error(&error));
            }
            Ok(error.exit())
        }
    }
}
