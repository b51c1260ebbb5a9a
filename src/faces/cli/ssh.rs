//! `wheelhouse ssh`: a shell on a node, or a command on it.

use world::Intent;

use crate::act::ActOptions;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::{exec, select, settle};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The node
    node: String,
    /// The program and its arguments, passed whole; without one a shell is opened
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    #[command(flatten)]
    act: ActOptions,
}

/// Opens the shell, or runs the command and passes its output and exit status on.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    if context.command.is_none() {
        return Err(Error::ReadOnly);
    }
    let node = select::node(context.watch.world(), &options.node)?
        .name()
        .clone();
    let meant = [node.clone()];
    context
        .interrupts
        .guard(settle::links(&mut *context.watch, &meant))
        .await?;
    select::reachable(context.watch.world(), &options.node)?;
    let intent = if options.command.is_empty() {
        Intent::NodeShell { node }
    } else {
        Intent::Command {
            nodes: vec![node],
            command: options.command.clone(),
            one_by_one: false,
        }
    };
    exec::pass_on(intent, &options.act, context).await
}
