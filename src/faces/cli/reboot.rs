//! `wheelhouse reboot`: reboot nodes, and see that they are back.

use world::Intent;

use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::{nodes, select, settle};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The nodes
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
    #[command(flatten)]
    act: ActOptions,
}

/// Plans and does it.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    if context.command.is_none() {
        return Err(Error::ReadOnly);
    }
    let meant = nodes::named(context.watch.world(), &options.nodes)?;
    context
        .interrupts
        .guard(settle::links(&mut *context.watch, &meant))
        .await?;
    for name in &meant {
        select::reachable(context.watch.world(), name.as_str())?;
    }
    act::change(context, Intent::Reboot { nodes: meant }, &options.act).await
}
