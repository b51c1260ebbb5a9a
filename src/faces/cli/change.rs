//! `wheelhouse restart`, `stop`, `start`, `pause`, `unpause`, `kill`, `remove`: containers, and for restart systemd units.

use vocab::{ContainerKey, NodeName, Text, UnitName};
use world::{ContainerVerb, Intent, World};

use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::{select, settle};

/// Options of what is done to containers.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Containers: a name, project/service, or node/name
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// The node they are on, when a name is not the only one of the fleet
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    #[command(flatten)]
    act: ActOptions,
}

/// Options of a restart.
#[derive(Debug, clap::Args)]
pub struct RestartOptions {
    /// Containers (a name, project/service, or node/name) or units (nginx.service@node)
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// The node they are on
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    /// The names are systemd units of --node
    #[arg(long, requires = "node")]
    unit: bool,
    #[command(flatten)]
    act: ActOptions,
}

/// Does it to the containers.
pub(crate) async fn run(
    verb: ContainerVerb,
    options: &Options,
    context: &mut Context,
) -> Result<Exit> {
    containers(
        verb,
        &options.names,
        options.node.as_deref(),
        &options.act,
        context,
    )
    .await
}

/// Restarts containers or units.
pub(crate) async fn restart(options: &RestartOptions, context: &mut Context) -> Result<Exit> {
    let world = context.watch.world();
    let units: Vec<Option<(NodeName, UnitName)>> = if options.unit {
        let node = select::node_option(world, options.node.as_deref())?;
        options
            .names
            .iter()
            .map(|name| {
                node.clone()
                    .map(|node| unit(name).map(|unit| (node, unit)))
                    .transpose()
            })
            .collect::<Result<_>>()?
    } else {
        options
            .names
            .iter()
            .map(|name| unit_at_node(world, name))
            .collect::<Result<_>>()?
    };
    let found: Vec<(NodeName, UnitName)> = units.iter().flatten().cloned().collect();
    if found.is_empty() {
        return containers(
            ContainerVerb::Restart,
            &options.names,
            options.node.as_deref(),
            &options.act,
            context,
        )
        .await;
    }
    if found.len() < units.len() {
        return Err(Error::Usage(Text::line(
            "containers and units are restarted by separate commands",
        )));
    }
    let nodes: Vec<NodeName> = found.iter().map(|(node, _)| node.clone()).collect();
    context
        .interrupts
        .guard(settle::links(&mut *context.watch, &nodes))
        .await?;
    act::change(
        context,
        Intent::RestartUnits { targets: found },
        &options.act,
    )
    .await
}

async fn containers(
    verb: ContainerVerb,
    names: &[String],
    node: Option<&str>,
    options: &ActOptions,
    context: &mut Context,
) -> Result<Exit> {
    if context.command.is_none() {
        return Err(Error::ReadOnly);
    }
    let targets = resolve(names, node, context).await?;
    act::change(context, Intent::Containers { verb, targets }, options).await
}

/// Waits until the names can be judged, and resolves all of them.
pub(crate) async fn resolve(
    names: &[String],
    node: Option<&str>,
    context: &mut Context,
) -> Result<Vec<ContainerKey>> {
    let world = context.watch.world();
    let node = select::node_option(world, node)?;
    let only = match names {
        [name] => node.clone().or_else(|| select::node_of_name(world, name)),
        _ => node.clone(),
    };
    context
        .interrupts
        .guard(settle::containers(&mut *context.watch, only.as_ref()))
        .await?;
    let world = context.watch.world();
    let mut keys: Vec<ContainerKey> = Vec::with_capacity(names.len());
    for name in names {
        let key = select::container(world, name, node.as_ref())?.key.clone();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// `nginx.service@node`; `None` when it has not that form. The last `@` counts: instances of units have one of their own.
fn unit_at_node(world: &World, name: &str) -> Result<Option<(NodeName, UnitName)>> {
    let Some((unit_name, node)) = name.rsplit_once('@') else {
        return Ok(None);
    };
    if !unit_name.contains('.') {
        return Ok(None);
    }
    let node = select::node(world, node)?.name().clone();
    Ok(Some((node, unit(unit_name)?)))
}

fn unit(name: &str) -> Result<UnitName> {
    UnitName::new(name).map_err(|error| Error::Usage(Text::line(error.to_string())))
}
