//! `wheelhouse prune`: remove what nothing uses, or cut logs that have grown. The plan lists every object before anything goes.

use vocab::{ObjectKind, Text};
use world::Intent;

use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::{nodes, settle};

/// Options.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag for each kind of object"
)]
pub struct Options {
    /// On these nodes [default: on all]
    #[arg(long, value_name = "NODE", value_delimiter = ',')]
    node: Vec<String>,
    /// Containers that do not run
    #[arg(long)]
    containers: bool,
    /// Images without a tag that no container uses
    #[arg(long)]
    images: bool,
    /// All images that no container uses
    #[arg(long)]
    unused_images: bool,
    /// Volumes that no container uses; their data goes with them
    #[arg(long)]
    volumes: bool,
    /// Networks that no container is on
    #[arg(long)]
    networks: bool,
    /// Logs that have grown over their bound, by themselves: the systemd journal (keeps 200M), JSON logs of containers over 50M
    /// (keep their newest 10M)
    #[arg(long, conflicts_with_all = ["containers", "images", "unused_images", "volumes", "networks"])]
    logs: bool,
    #[command(flatten)]
    act: ActOptions,
}

/// Plans and does it.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let chosen = [
        (options.containers, ObjectKind::Container),
        (options.images, ObjectKind::DanglingImage),
        (options.unused_images, ObjectKind::UnusedImage),
        (options.volumes, ObjectKind::Volume),
        (options.networks, ObjectKind::Network),
    ];
    let kinds: Vec<ObjectKind> = chosen
        .iter()
        .filter(|(wanted, _)| *wanted)
        .map(|(_, kind)| *kind)
        .collect();
    if kinds.is_empty() && !options.logs {
        let text = "say what to prune: --containers, --images, --unused-images, --volumes, --networks, or --logs";
        return Err(Error::Usage(Text::line(text)));
    }
    if context.command.is_none() {
        return Err(Error::ReadOnly);
    }
    let meant = nodes::named(context.watch.world(), &options.node)?;
    let ready = |world: &world::World, now| {
        world
            .nodes
            .values()
            .filter(|node| meant.contains(node.name()))
            .all(|node| settle::containers_known(node, now))
    };
    context
        .interrupts
        .guard(settle::until(&mut *context.watch, settle::LONGEST, ready))
        .await?;
    let intent = if options.logs {
        Intent::PruneLogs { nodes: meant }
    } else {
        Intent::Prune {
            nodes: meant,
            kinds,
        }
    };
    act::change(context, intent, &options.act).await
}
