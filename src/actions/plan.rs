//! The way from a wish to a plan: which file knows it.

use drivers::Connections;
use vocab::{Span, Time};
use world::{Actor, Intent, Plan, Refusal, World};

use crate::draft::Request;
use crate::{containers, nodes, prune};

/// Makes a plan of a wish. Changes nothing; a prune looks for what would go, at most 30 s a node. Fails when nothing is
/// left to do: what is chosen is gone, already so, or cannot be reached; a part that makes no sense is left out with a
/// warning. `grace` is how long a reversible plan can be taken back.
pub async fn plan(
    world: &World,
    connections: &Connections,
    intent: Intent,
    by: Actor,
    now: Time,
    grace: Span,
) -> Result<Plan, Refusal> {
    let request = Request {
        world,
        connections,
        intent,
        by,
        now,
        grace,
    };
    match request.intent.clone() {
        Intent::Containers { verb, targets } => containers::plan(request, verb, &targets),
        Intent::Prune { nodes, kinds } => prune::plan(request, &nodes, &kinds).await,
        Intent::PruneLogs { nodes } => nodes::logs::plan(request, &nodes).await,
        Intent::RestartUnits { targets } => nodes::restart_unit::plan(request, &targets),
        Intent::Reconnect { nodes } => nodes::reconnect::plan(request, &nodes),
        Intent::Reboot { nodes } => nodes::reboot::plan(request, &nodes),
        Intent::Command {
            nodes,
            command,
            one_by_one,
        } => nodes::command::plan(request, &nodes, &command, one_by_one),
        Intent::ContainerCommand { target, command } => {
            containers::command::plan(request, &target, &command)
        }
        // Runs on sites are planned where the providers are known.
        Intent::SiteRequest(_) | Intent::Site(_) => Err(crate::refuse::not_found(
            "sites are planned by the hosting room",
        )),
        Intent::Run { .. } => Err(crate::refuse::not_found(
            "what becomes of another run is planned where runs are driven",
        )),
        Intent::NodeShell { node } => nodes::shell::plan(request, &node),
        Intent::ContainerShell { target } => containers::shell::plan(request, &target),
    }
}
