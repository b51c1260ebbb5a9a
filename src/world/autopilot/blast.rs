//! The blast radius of a plan in money: what stands on the objects that it touches, in an hour.

use std::collections::BTreeSet;

use vocab::{Money, Text};

use crate::about::About;
use crate::plan::{Plan, StepCall};
use crate::priorities::stake::{hourly as of_an_hour, stake};
use crate::signals::{Figure, Topology};
use crate::world::World;

/// What would be in danger in an hour if the plan went wrong; `None` when nothing that earns stands on its objects.
pub(super) fn hourly(world: &World, plan: &Plan) -> Option<Money> {
    let topology = Topology::default();
    let objects = objects(plan);
    let amounts = objects.iter().filter_map(|about| {
        let figure = Figure::NodeUnreachable;
        let at_stake = stake(world, &topology, about, figure, &Text::default());
        at_stake.monthly.map(of_an_hour)
    });
    amounts.reduce(|sum, next| sum.checked_add(next).unwrap_or(sum))
}

/// The objects of a plan; a node stands for all that is on it.
fn objects(plan: &Plan) -> BTreeSet<About> {
    let mut found = BTreeSet::new();
    if let Some(order) = plan.order() {
        found.extend(order.domains().into_iter().cloned().map(About::Site));
    }
    for step in &plan.steps {
        match &step.call {
            StepCall::RemoveObject { node, .. }
            | StepCall::CutLog { node, .. }
            | StepCall::RestartUnit { node, .. }
            | StepCall::Reboot { node }
            | StepCall::Reconnect { node }
            | StepCall::Command { node, .. }
            | StepCall::Handover { node, .. } => {
                found.insert(About::Node(node.clone()));
            }
            StepCall::Container { key, .. } | StepCall::ContainerCommand { key, .. } => {
                found.insert(About::Container(key.clone()));
            }
            StepCall::Site(_) | StepCall::Run { .. } | StepCall::Verify(_) => {}
        }
    }
    let nodes: BTreeSet<_> = found
        .iter()
        .filter_map(|about| match about {
            About::Node(node) => Some(node.clone()),
            _ => None,
        })
        .collect();
    found.retain(|about| match about {
        About::Container(key) => !nodes.contains(&key.node),
        _ => true,
    });
    found
}
