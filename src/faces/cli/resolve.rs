//! `wheelhouse runs resolve`: an operator's way out of a run that needs one. `wheelhouse runs resume`: a run that was left
//! is gone on with, and followed to its end.

use vocab::{RunId, Text};
use world::{Intent, LeftOver, Run, RunState, RunWay, WayOut};

use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::{self, Exit};
use crate::runs;

/// What can be done with a run that is not over, or not well.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Decide what becomes of what a run could not see to
    #[command(after_long_help = exit::HELP)]
    Resolve(ResolveOptions),
    /// Go on with a run that was left in the middle, and follow it to its end
    #[command(after_long_help = exit::HELP)]
    Resume(ResumeOptions),
    /// Take a run back that was left in the middle, as far as its level says
    #[command(after_long_help = exit::HELP)]
    RollBack(RollBackOptions),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ResolveOptions {
    /// The run: its id, or the last digits of it
    #[arg(value_name = "RUN")]
    id: String,
    #[command(flatten)]
    way: Way,
    /// Why it is kept
    #[arg(long, value_name = "WHY", requires = "keep")]
    reason: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The ways out, of which one is chosen.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Way {
    /// Try again
    #[arg(long)]
    retry: bool,
    /// You have removed what was left; believed when it is seen to be gone
    #[arg(long)]
    removed: bool,
    /// It stays: for 30 days nobody is told of it again
    #[arg(long, requires = "reason")]
    keep: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ResumeOptions {
    /// The run: its id, or the last digits of it
    #[arg(value_name = "RUN")]
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RollBackOptions {
    /// The run: its id, or the last digits of it
    #[arg(value_name = "RUN")]
    id: String,
    #[command(flatten)]
    act: ActOptions,
}

/// Decides, and follows the run to its end.
pub(crate) async fn run(verb: &Verb, context: &mut Context) -> Result<Exit> {
    match verb {
        Verb::Resolve(options) => {
            let run = runs::one(context, &options.id).await?;
            let way = match &options.reason {
                Some(why) => WayOut::Keep(Text::line(why)),
                None if options.way.removed => WayOut::Removed,
                None => WayOut::Retry,
            };
            decide(context, &run, way, options.json).await
        }
        Verb::RollBack(options) => {
            let run = runs::one(context, &options.id).await?.id();
            let way = RunWay::TakeBack;
            act::change(context, Intent::Run { run, way }, &options.act).await
        }
        Verb::Resume(options) => {
            let run = runs::one(context, &options.id).await?;
            if run.state == RunState::NeedsOperator {
                return decide(context, &run, WayOut::Retry, options.json).await;
            }
            // What was left by a process that is gone was taken over when this one began.
            if run.state.is_over() && !is_taken_over(context, run.id()) {
                return Err(Error::Usage(Text::line(format!(
                    "run {} is over: it is {}",
                    run.id().short(),
                    run.state.word()
                ))));
            }
            act::follow_on(context, &run, options.json).await
        }
    }
}

fn is_taken_over(context: &Context, id: RunId) -> bool {
    let runs = &context.watch.world().runs;
    runs.get(&id).is_some_and(|run| !run.state.is_over())
}

async fn decide(context: &mut Context, run: &Run, way: WayOut, json: bool) -> Result<Exit> {
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    let id = run.id();
    let deciding = async { command.resolve(id, way).await.map_err(Error::from) };
    context.interrupts.guard(deciding).await?;
    act::follow_on(context, run, json).await
}

/// What is left of a step, with what it costs.
pub(crate) fn left_words(left: &LeftOver) -> String {
    let monthly = left
        .monthly
        .as_ref()
        .map_or_else(String::new, |monthly| format!(", {monthly} a month"));
    format!("{} {} ({}){monthly} is left", left.kind, left.name, left.id)
}
