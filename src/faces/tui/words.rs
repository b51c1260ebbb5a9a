//! Intents and objects in the operator's words.

use vocab::{ContainerKey, Time};
use world::About;
use world::{Intent, SiteRequest, World};

/// A container's label, or its short id when it is gone.
pub fn container(world: &World, key: &ContainerKey) -> String {
    match world.containers.get(key) {
        Some(tracked) => tracked.label().to_string(),
        None => key.id.short().to_owned(),
    }
}

/// What an object is called.
pub fn object(world: &World, about: &About) -> String {
    match about {
        About::Node(name) => name.to_string(),
        About::Container(key) => container(world, key),
        About::Service(name) => name.to_string(),
        About::Run(id) => world
            .runs
            .get(id)
            .map_or_else(|| id.short(), |run| run.plan.title.to_string()),
        About::Site(domain) => domain.to_string(),
        About::Schedule(name) => name.to_string(),
        About::Provider(provider) => provider.to_string(),
        About::Region(region) => region.to_string(),
        About::Server(subject) | About::Console(subject) | About::Elsewhere(subject) => {
            subject.to_string()
        }
    }
}

/// A wish in a few words: `restart acme/app`, `restart 3 containers`.
pub fn intent(world: &World, intent: &Intent) -> String {
    match intent {
        Intent::Containers { verb, targets } => match targets.as_slice() {
            [one] => format!("{} {}", verb.word(), container(world, one)),
            many => format!("{} {} containers", verb.word(), many.len()),
        },
        Intent::Prune { nodes, .. } => format!("prune {}", one_or_many(nodes, "nodes")),
        Intent::PruneLogs { nodes } => format!("cut the logs of {}", one_or_many(nodes, "nodes")),
        Intent::RestartUnits { targets } => match targets.as_slice() {
            [(_, unit)] => format!("restart {unit}"),
            many => format!("restart {} units", many.len()),
        },
        Intent::Reconnect { nodes } => format!("reconnect {}", one_or_many(nodes, "nodes")),
        Intent::Reboot { nodes } => format!("reboot {}", one_or_many(nodes, "nodes")),
        Intent::Command { nodes, command, .. } => {
            format!("{} on {}", command.join(" "), one_or_many(nodes, "nodes"))
        }
        Intent::ContainerCommand { target, command } => {
            format!("{} in {}", command.join(" "), container(world, target))
        }
        Intent::SiteRequest(request) => match &**request {
            SiteRequest::Grow {
                domain,
                to: Some(kind),
            } => format!("grow {domain} to {kind}"),
            other => format!("{} {}", other.verb().word(), other.domain()),
        },
        Intent::Site(order) => format!("{} {}", order.verb.word(), order.site.domain),
        Intent::Run { run, way } => world.runs.get(run).map_or_else(
            || format!("{} run {}", way.words(), run.short()),
            |run| format!("{} {}", way.words(), run.plan.title),
        ),
        Intent::NodeShell { node } => format!("shell on {node}"),
        Intent::ContainerShell { target } => format!("shell in {}", container(world, target)),
    }
}

fn one_or_many<T: ToString>(items: &[T], plural: &str) -> String {
    match items {
        [one] => one.to_string(),
        many => format!("{} {plural}", many.len()),
    }
}

/// `1 node`, `3 nodes`.
pub fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// An age in the words of a list: `3m`; what is younger than a second is `now`, so that no last digit dances.
pub fn age(now: Time, since: Time) -> String {
    now.since(since).age()
}
