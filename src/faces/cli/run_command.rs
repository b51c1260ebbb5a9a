//! `wheelhouse run`: a command on several nodes, its output by node, and a grid of how each ended.

use vocab::{NodeName, Text};
use world::{Intent, Run, StepState, World};

use crate::act::{self, ActOptions, Acted, Printed, RunRecord, reason_and_time};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::{Cell, Stream, Table, Tone};
use crate::{nodes, settle};

/// Options.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("where").required(true).args(["on", "all", "role"]))]
pub struct Options {
    /// On these nodes
    #[arg(long, value_name = "NODE,…", value_delimiter = ',')]
    on: Vec<String>,
    /// On all nodes
    #[arg(long)]
    all: bool,
    /// On all nodes of this role
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// One node after another, stopping at the first failure
    #[arg(long)]
    one_by_one: bool,
    /// The program and its arguments, passed whole; no shell reads them
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
    #[command(flatten)]
    act: ActOptions,
}

/// Plans and does it.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    if context.command.is_none() {
        return Err(Error::ReadOnly);
    }
    let meant = meant(options, context.watch.world())?;
    context
        .interrupts
        .guard(settle::links(&mut *context.watch, &meant))
        .await?;
    let intent = Intent::Command {
        nodes: meant,
        command: options.command.clone(),
        one_by_one: options.one_by_one,
    };
    match act::act(context, intent, &options.act, Printed::ByNode).await? {
        Acted::Planned | Acted::HandedOver(_) => Ok(Exit::Fine),
        Acted::Ran(run) => {
            if options.act.json() {
                context.console.out.json(&RunRecord::whole(&run))?;
            } else {
                grid(&run, &mut context.console.err)?;
            }
            Ok(act::after(&run))
        }
    }
}

fn meant(options: &Options, world: &World) -> Result<Vec<NodeName>> {
    let Some(role) = &options.role else {
        return nodes::named(world, &options.on);
    };
    let of_role = world
        .nodes
        .values()
        .filter(|node| node.profile.role == **role);
    let meant: Vec<NodeName> = of_role.map(|node| node.name().clone()).collect();
    if meant.is_empty() {
        let text = format!("no node has the role {role}: roles are lead, backup, compute and edge");
        return Err(Error::NotFound(Text::line(text)));
    }
    Ok(meant)
}

/// How it ended on each node.
fn grid(run: &Run, err: &mut Stream) -> Result<()> {
    let mut table = Table::new(&["NODE", "STATE", "TOOK", ""]);
    for (planned, record) in run.plan.steps.iter().zip(&run.steps) {
        let node = run
            .plan
            .objects
            .get(planned.object)
            .map(|object| object.node.as_str())
            .unwrap_or_default();
        let (words, took) = reason_and_time(&record.state);
        let tone = match record.state {
            StepState::Done { .. } => Tone::Good,
            StepState::Failed { .. } => Tone::Bad,
            _ => Tone::Warn,
        };
        table.row(vec![
            Cell::of(node).tone(Tone::Strong),
            Cell::of(act::step_words(&record.state).0).tone(tone),
            Cell::figure(took),
            Cell::of(words).tone(Tone::Dim),
        ]);
    }
    table.print(err, 0)
}
