//! Actions on nodes and what runs directly on them: one file each.

mod as_root;
pub(crate) mod command;
pub(crate) mod logs;
pub(crate) mod reboot;
pub(crate) mod reconnect;
pub(crate) mod restart_unit;
pub(crate) mod shell;

use drivers::Connection;
use vocab::{NodeName, Text};
use world::{Node, Refusal};

use crate::draft::Request;
use crate::refuse;

/// What is held open to a node.
pub(crate) fn ends<'a>(request: &Request<'a>, node: &NodeName) -> Result<&'a Connection, Refusal> {
    let ends = request.connections.get(node);
    ends.map(|ends| &**ends).ok_or_else(|| {
        refuse::unreachable(format!(
            "there is no connection to {node} yet: try again in a moment"
        ))
    })
}

/// Role and how it is reached, as the row of a plan shows them.
fn detail(node: &Node) -> String {
    let profile = &node.profile;
    if profile.role.is_empty() {
        profile.reached_by.to_string()
    } else {
        format!("{}, {}", profile.role, profile.reached_by)
    }
}

/// The names that are running services or containers on a node: what notices when it goes.
fn running_on(request: &Request<'_>, node: &NodeName) -> (usize, Vec<Text>) {
    let containers = request
        .world
        .containers_of(node)
        .filter(|tracked| tracked.container.state.is_up())
        .count();
    let services = request
        .world
        .services
        .values()
        .filter(|service| service.spec.node.as_ref() == Some(node));
    (
        containers,
        services
            .map(|service| Text::line(service.spec.name.as_str()))
            .collect(),
    )
}
