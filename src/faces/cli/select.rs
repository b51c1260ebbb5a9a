//! From the names an operator types to the objects they mean; a name that means several is an error that lists them.

use vocab::{NodeName, Text};
use world::{Link, Node, TrackedContainer, TrackedService, World};

use crate::error::{Error, Result};

/// The fewest digits of a container id that may stand for it.
const SHORTEST_ID: usize = 4;

/// A container by `name`, `project/service`, the beginning of its id, or any of these behind `node/`.
pub(crate) fn container<'a>(
    world: &'a World,
    given: &str,
    node: Option<&NodeName>,
) -> Result<&'a TrackedContainer> {
    let found = containers(world, given, node)?;
    match found.as_slice() {
        [one] => Ok(one),
        several => Err(ambiguous(given, several)),
    }
}

/// All containers that a name may mean, at least one: several of the same `project/service` on one node, or the same name
/// on several nodes.
pub(crate) fn containers<'a>(
    world: &'a World,
    given: &str,
    node: Option<&NodeName>,
) -> Result<Vec<&'a TrackedContainer>> {
    let within = |name: &str, node: Option<&NodeName>| -> Vec<&'a TrackedContainer> {
        let all = || {
            world
                .containers
                .values()
                .filter(|tracked| node.is_none_or(|node| tracked.key.node == *node))
        };
        let named: Vec<_> = all()
            .filter(|tracked| tracked.container.name == *name)
            .collect();
        if !named.is_empty() {
            return named;
        }
        let labelled: Vec<_> = all().filter(|tracked| tracked.label() == *name).collect();
        if !labelled.is_empty() || name.len() < SHORTEST_ID {
            return labelled;
        }
        all()
            .filter(|tracked| tracked.key.id.as_str().starts_with(name))
            .collect()
    };
    let mut found = within(given, node);
    if found.is_empty()
        && let Some((before, rest)) = given.split_once('/')
        && let Some(on) = world.nodes.keys().find(|name| name.as_str() == before)
        && node.is_none_or(|node| node == on)
    {
        found = within(rest, Some(on));
    }
    if found.is_empty() {
        Err(no_container(world, given, node))
    } else {
        Ok(found)
    }
}

/// The node that a name of a container is about, when it says so by `node/`.
pub(crate) fn node_of_name(world: &World, given: &str) -> Option<NodeName> {
    let (before, _) = given.split_once('/')?;
    world
        .nodes
        .keys()
        .find(|name| name.as_str() == before)
        .cloned()
}

/// A node by its name.
pub(crate) fn node<'a>(world: &'a World, given: &str) -> Result<&'a Node> {
    let found = world
        .nodes
        .values()
        .find(|node| node.name().as_str() == given);
    found.ok_or_else(|| {
        let names = world.nodes.keys().map(NodeName::as_str);
        missing("node", given, names, "`wheelhouse nodes` lists them")
    })
}

/// The node of a `--node`, if one is given.
pub(crate) fn node_option(world: &World, given: Option<&str>) -> Result<Option<NodeName>> {
    given
        .map(|given| node(world, given).map(|node| node.name().clone()))
        .transpose()
}

/// A node that answers.
pub(crate) fn reachable<'a>(world: &'a World, given: &str) -> Result<&'a Node> {
    let node = node(world, given)?;
    match unreachable(node) {
        Some(error) => Err(error),
        None => Ok(node),
    }
}

/// Why a node cannot be used, when it cannot.
pub(crate) fn unreachable(node: &Node) -> Option<Error> {
    let words = match &node.link {
        Link::Up { .. } => return None,
        Link::Down { text, .. }
        | Link::Connecting {
            last: Some((_, text)),
            ..
        } => {
            format!("{} does not answer: {text}", node.name())
        }
        Link::Unknown | Link::Connecting { last: None, .. } => {
            format!(
                "{} has not answered in time; `wheelhouse doctor` looks closer",
                node.name()
            )
        }
    };
    Some(Error::Unreachable(Text::line(words)))
}

/// A service by its name.
pub(crate) fn service<'a>(world: &'a World, given: &str) -> Result<&'a TrackedService> {
    let found = world
        .services
        .values()
        .find(|service| service.spec.name.as_str() == given);
    found.ok_or_else(|| {
        let names = world.services.keys().map(vocab::ServiceName::as_str);
        missing("service", given, names, "`wheelhouse services` lists them")
    })
}

/// Nothing of that kind has that name: with the nearest one that there is.
pub(crate) fn missing<'a>(
    kind: &str,
    given: &str,
    names: impl IntoIterator<Item = &'a str>,
    hint: &str,
) -> Error {
    let hint = kit::nearest::nearest(given, names)
        .map_or_else(|| hint.to_owned(), |near| format!("did you mean {near}?"));
    Error::NotFound(Text::line(format!("there is no {kind} {given}: {hint}")))
}

/// A name that means several, with the forms that mean one each.
pub(crate) fn ambiguous(given: &str, several: &[&TrackedContainer]) -> Error {
    let forms: Vec<String> = several
        .iter()
        .map(|tracked| format!("{}/{}", tracked.key.node, tracked.container.name))
        .collect();
    Error::Usage(Text::line(format!(
        "{given} means {} containers; name one: {}",
        forms.len(),
        forms.join(", ")
    )))
}

/// No such container; a node that does not answer may have it, and then that is the trouble.
fn no_container(world: &World, given: &str, node: Option<&NodeName>) -> Error {
    let named = node.cloned().or_else(|| node_of_name(world, given));
    if let Some(error) = named
        .as_ref()
        .and_then(|name| world.nodes.get(name))
        .and_then(unreachable)
    {
        return error;
    }
    let blind: Vec<&str> = world
        .nodes
        .values()
        .filter(|other| {
            named.as_ref().is_none_or(|name| other.name() == name) && other.listed.is_none()
        })
        .map(|other| other.name().as_str())
        .collect();
    let labels: Vec<Text> = world
        .containers
        .values()
        .flat_map(|tracked| [tracked.container.name.clone(), tracked.label()])
        .collect();
    let hint = if blind.is_empty() {
        "`wheelhouse containers --all` lists them".to_owned()
    } else {
        format!("not seen: the containers of {}", blind.join(", "))
    };
    let candidates = world
        .nodes
        .values()
        .filter(|other| named.as_ref().is_none_or(|name| other.name() == name))
        .count();
    if !blind.is_empty() && blind.len() == candidates {
        // Nobody can say that it does not exist.
        return Error::Unreachable(Text::line(format!("{given} cannot be found: {hint}")));
    }
    missing("container", given, labels.iter().map(Text::as_str), &hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::testing::{Scene, scene};

    #[test]
    fn a_container_has_several_names() {
        let Scene { watch, .. } = scene();
        let world = link::Watch::world(&watch);
        let key = |given: &str| {
            container(world, given, None)
                .map(|found| found.key.to_string())
                .map_err(|e| e.to_string())
        };
        let wanted = Ok("web-1/aaaaaaaaaaaa".to_owned());
        for given in [
            "acme-app-1",
            "acme/app",
            "aaaa",
            "web-1/acme-app-1",
            "web-1/acme/app",
            "web-1/aaaa",
        ] {
            assert_eq!(key(given), wanted, "{given}");
        }
    }

    #[test]
    fn what_means_two_is_no_name() {
        let Scene { watch, .. } = scene();
        let world = link::Watch::world(&watch);
        let error = container(world, "caddy", None).map(|_| ()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "caddy means 2 containers; name one: db-1/caddy, web-1/caddy"
        );
        assert_eq!(error.exit(), Exit::Usage);
        let on = NodeName::new("db-1").unwrap();
        assert_eq!(container(world, "caddy", Some(&on)).unwrap().key.node, on);
        assert_eq!(
            container(world, "web-1/caddy", None)
                .unwrap()
                .key
                .node
                .as_str(),
            "web-1"
        );
        assert_eq!(containers(world, "caddy", None).unwrap().len(), 2);
    }

    #[test]
    fn what_is_not_there_names_the_nearest() {
        let Scene { watch, .. } = scene();
        let world = link::Watch::world(&watch);
        let words = |error: Error| (error.to_string(), error.exit());
        let nearest = container(world, "acme-ap-1", None)
            .map(|_| ())
            .map_err(words);
        assert_eq!(
            nearest,
            Err((
                "there is no container acme-ap-1: did you mean acme-app-1?".into(),
                Exit::NotFound
            ))
        );
        let blind = container(world, "elsewhere", None)
            .map(|_| ())
            .map_err(words);
        assert_eq!(
            blind,
            Err((
                "there is no container elsewhere: not seen: the containers of edge-1".into(),
                Exit::NotFound
            ))
        );
        let down = container(world, "edge-1/caddy", None)
            .map(|_| ())
            .map_err(words);
        assert_eq!(
            down,
            Err((
                "edge-1 does not answer: no answer within 5 s".into(),
                Exit::Unreachable
            ))
        );
        assert_eq!(
            node(world, "web1")
                .map(|_| ())
                .map_err(words)
                .unwrap_err()
                .0,
            "there is no node web1: did you mean web-1?"
        );
        assert_eq!(
            reachable(world, "edge-1").map(|_| ()).unwrap_err().exit(),
            Exit::Unreachable
        );
        assert_eq!(
            service(world, "acme.example.con")
                .map(|_| ())
                .unwrap_err()
                .exit(),
            Exit::NotFound
        );
    }
}
