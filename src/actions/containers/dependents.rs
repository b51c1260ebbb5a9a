//! Who notices when a container is interrupted: what Compose says depends on it, its siblings, the services in it.

use vocab::{ContainerKey, Text};
use world::{TrackedContainer, World};

use crate::words;

/// Where Compose notes what a container waits for: `db:service_healthy:false,cache:service_started:true`.
const DEPENDS_ON: &str = "com.docker.compose.depends_on";

/// The most names in one warning.
const NAMED: usize = 5;

/// What to say of those around a target that are not targets themselves.
pub(super) fn warnings(
    world: &World,
    target: &TrackedContainer,
    targets: &[ContainerKey],
) -> Vec<String> {
    let name = &target.container.name;
    let mut warnings = Vec::new();
    let services: Vec<&str> = world
        .services
        .values()
        .filter(|service| {
            service.spec.node.as_ref() == Some(&target.key.node)
                && service.spec.container.as_ref() == Some(name)
        })
        .map(|service| service.spec.name.as_str())
        .collect();
    if !services.is_empty() {
        warnings.push(format!(
            "{name} serves {}",
            words::list(services, NAMED, ", ")
        ));
    }
    let (dependents, siblings): (Vec<_>, Vec<_>) = siblings(world, target, targets)
        .partition(|sibling| depends_on(sibling, target.container.service.as_ref()));
    if !dependents.is_empty() {
        warnings.push(format!("{} on {name}", depend(&labels(&dependents))));
    }
    if !siblings.is_empty()
        && let Some(project) = &target.container.project
    {
        warnings.push(format!(
            "of the project {project} there run too: {}",
            labels(&siblings).join(", ")
        ));
    }
    warnings
}

fn siblings<'a>(
    world: &'a World,
    target: &'a TrackedContainer,
    targets: &'a [ContainerKey],
) -> impl Iterator<Item = &'a TrackedContainer> {
    world.containers_of(&target.key.node).filter(move |other| {
        target.container.project.is_some()
            && other.container.project == target.container.project
            && other.container.state.is_up()
            && other.key != target.key
            && !targets.contains(&other.key)
    })
}

fn depends_on(container: &TrackedContainer, service: Option<&Text>) -> bool {
    let label = container
        .details
        .as_ref()
        .and_then(|details| details.labels.get(DEPENDS_ON));
    label.zip(service).is_some_and(|(label, service)| {
        label
            .split(',')
            .any(|entry| entry.split(':').next() == Some(service.as_str()))
    })
}

fn labels(containers: &[&TrackedContainer]) -> Vec<String> {
    let mut names: Vec<String> = containers
        .iter()
        .take(NAMED)
        .map(|container| container.label().to_string())
        .collect();
    if containers.len() > NAMED {
        names.push(format!("{} more", containers.len() - NAMED));
    }
    names
}

fn depend(names: &[String]) -> String {
    format!(
        "{} {}",
        names.join(", "),
        if names.len() == 1 {
            "depends"
        } else {
            "depend"
        }
    )
}
