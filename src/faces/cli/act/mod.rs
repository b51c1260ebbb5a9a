//! Changing something, by the same path as in the console: intent → plan, printed → consent → run, followed to its end.
//!
//! What leads to the result (plan, question, steps) goes to standard error; the result goes to standard output, so that it
//! can be piped.

mod consent;
mod follow;
mod handover;
mod outcome;
mod plan;
mod record;

use std::sync::Arc;

use link::Command;
use world::plan::StepCall;
use world::{Intent, Plan, Run};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
pub(crate) use outcome::{after, reason_and_time};
pub(crate) use plan::print as print_plan;
pub(crate) use record::{RunRecord, step_words};

/// How a change is confirmed and shown.
#[derive(Debug, Default, clap::Args)]
pub struct ActOptions {
    /// Do not ask; enough for what can be undone or only disturbs
    #[arg(short, long)]
    yes: bool,
    /// The name that an irreversible plan asks for; with --yes in place of typing it
    #[arg(long, value_name = "TYPED")]
    name: Option<String>,
    /// Print the plan and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ActOptions {
    /// Whether the result is printed as JSON.
    pub const fn json(&self) -> bool {
        self.json
    }
}

/// What is shown of what the steps print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Printed {
    /// Only of steps that fail, to standard error.
    Failures,
    /// All of it and nothing else, to standard output: it is the result.
    Raw,
    /// All of it to standard output, each line behind the name of its node.
    ByNode,
}

/// What came of it.
pub(crate) enum Acted {
    /// Only the plan was printed.
    Planned,
    /// It ran.
    Ran(Box<Run>),
    /// The terminal was handed over; the exit status of what had it, if it had one.
    HandedOver(Option<i32>),
}

/// Plans, asks, runs and follows to the end.
pub(crate) async fn act(
    context: &mut Context,
    intent: Intent,
    options: &ActOptions,
    printed: Printed,
) -> Result<Acted> {
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    let planning = async { command.plan(intent).await.map_err(Error::from) };
    let plan = context.interrupts.guard(planning).await?;
    let shell = plan.steps.iter().find_map(|step| match &step.call {
        StepCall::Handover { command, .. } => Some(command.clone()),
        _ => None,
    });
    if options.dry_run {
        show_only(context, &plan, options)?;
        return Ok(Acted::Planned);
    }
    if let Some(shell) = shell {
        return handover::hand_over(context, &command, &plan, &shell)
            .await
            .map(Acted::HandedOver);
    }
    plan::print(&plan, &mut context.console.err)?;
    let consent = consent::obtain(context, &plan, options).await?;
    submit(&command, &plan, consent).await?;
    let run = follow::follow(context, &command, &plan, printed, options.json).await?;
    Ok(Acted::Ran(Box::new(run)))
}

/// The same, for a command whose result is the run itself.
pub(crate) async fn change(
    context: &mut Context,
    intent: Intent,
    options: &ActOptions,
) -> Result<Exit> {
    match act(context, intent, options, Printed::Failures).await? {
        Acted::Ran(run) => outcome::print(&run, options.json, context),
        Acted::Planned | Acted::HandedOver(_) => Ok(Exit::Fine),
    }
}

/// Follows a run that goes on by itself, from how it was seen before to its next end.
pub(crate) async fn follow_on(context: &mut Context, run: &Run, json: bool) -> Result<Exit> {
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    // How it ended before is not how it ends now.
    let before = run.ended;
    let seen = |context: &Context| {
        let now = context.watch.world().runs.get(&run.id());
        now.is_some_and(|now| !now.state.is_over() || now.ended != before)
    };
    while !seen(context) {
        let changed = async { context.watch.changed().await.map_err(|_| Error::Ended) };
        context.interrupts.guard(changed).await?;
    }
    let run = follow::follow(context, &command, &run.plan, Printed::Failures, json).await?;
    outcome::print(&run, json, context)
}

async fn submit(command: &Arc<dyn Command>, plan: &Plan, consent: world::Consent) -> Result<()> {
    command.submit(plan.id, consent).await.map_err(Error::from)
}

fn show_only(context: &mut Context, plan: &Plan, options: &ActOptions) -> Result<()> {
    if options.json {
        return context.console.out.json(&record::PlanRecord::of(plan));
    }
    plan::print(plan, &mut context.console.out)
}

#[cfg(test)]
mod tests;
