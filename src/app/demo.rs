//! The demo: a simulated fleet through the same engine and faces, with a store of its own that goes when it ends.

use std::sync::Arc;

use cli::{Arguments, DemoOptions};
use color_eyre::eyre::{Context as _, Result};
use engine::{Fabric, NodePlan};
use sources::demo::{Simulation, Size};
use vocab::Text;

use super::boot::{self, Running};

/// Starts the engine over a simulated fleet. Its store is in a temporary folder: nothing of a demo is kept, and it never
/// meets the operator's own history and audit log.
pub async fn start(arguments: &Arguments, options: &DemoOptions) -> Result<Running> {
    let loaded = boot::configuration(arguments);
    let size = Size {
        nodes: options.nodes,
        containers: options.containers,
        sites: options.sites,
        log_rate: options.log_rate,
        seed: options.seed,
    };
    let simulation = Arc::new(Simulation::new(size, drivers::clock::now()));
    let plan = |actor: &sources::demo::Actor| NodePlan {
        profile: actor.profile.clone(),
        connection: actor.connection.clone(),
        identity: "simulated".to_owned(),
    };
    let fabric = Fabric {
        name: Text::line("aurora"),
        nodes: simulation.actors.iter().map(plan).collect(),
        services: simulation.services.clone(),
        discover: false,
        hosting: Err("the demo makes no sites: it has no providers".into()),
        terms: Some(simulation.terms.clone()),
        backup_rules: Some(simulation.backup_rules.clone()),
        simulation: Some(simulation),
    };
    let folder = tempfile::Builder::new()
        .prefix("wheelhouse-demo-")
        .tempdir()
        .context("making a temporary folder for the demo's journal")?;
    let mut running =
        boot::start_with(arguments, loaded, fabric, Vec::new(), folder.path()).await?;
    running.keep(folder);
    Ok(running)
}
