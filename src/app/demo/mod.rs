//! The demo: a simulated fleet through the same engine and faces, with a store of its own that goes when it ends.
//!
//! Flow: the options → [`Simulation`] (what is there and what happens) → `declared` (what its fleet file would say) →
//! `past` (what was written down before) → an engine as any other, over `played` ends.

mod declared;
mod past;
mod played;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use cli::{Arguments, DemoOptions, DemoScenario};
use color_eyre::eyre::{Context as _, Result};
use engine::{Fabric, NodePlan};
use sources::demo::{Scenario, Simulation, Size};
use vocab::Text;

use super::boot::{self, Running};

/// Starts the engine over a simulated fleet. Its store is in a temporary folder: nothing of a demo is kept, and it never
/// meets the operator's own history and audit log.
pub async fn start(arguments: &Arguments, options: &DemoOptions) -> Result<Running> {
    let loaded = boot::configuration(arguments);
    let now = drivers::clock::now();
    let size = Size {
        nodes: options.nodes,
        containers: options.containers,
        sites: options.sites,
        log_rate: options.log_rate,
        seed: options.seed,
    };
    let scenario = match options.scenario {
        DemoScenario::BadDay => Scenario::BadDay,
        DemoScenario::Quiet => Scenario::Quiet,
    };
    let simulation = Arc::new(Simulation::playing(size, scenario, now));
    let folder = tempfile::Builder::new()
        .prefix("wheelhouse-demo-")
        .tempdir()
        .context("making a temporary folder for the demo's journal")?;
    let plan = |actor: &sources::demo::Actor| NodePlan {
        profile: actor.profile.clone(),
        connection: actor.connection.clone(),
        identity: "simulated".to_owned(),
    };
    let hosting = played::ends(&simulation, folder.path());
    let schedules = declared::schedules();
    past::write(folder.path(), &simulation, &hosting, &schedules, now).await?;
    let fabric = Fabric {
        name: Text::line("aurora"),
        nodes: simulation.actors.iter().map(plan).collect(),
        services: simulation.services.clone(),
        discover: false,
        hosting,
        terms: Some(simulation.terms.clone()),
        backup_rules: Some(simulation.backup_rules.clone()),
        // Those of the configuration judge here too.
        token_ends: Vec::new(),
        rules: loaded.config.rules.clone(),
        maintenance: declared::maintenance(scenario, now),
        schedules,
        autopilot: declared::policy(),
        weights: world::Weights::default(),
        alerts: Vec::new(),
        simulation: Some(simulation),
    };
    let mut running =
        boot::start_with(arguments, loaded, fabric, Vec::new(), folder.path()).await?;
    running.keep(folder);
    Ok(running)
}
