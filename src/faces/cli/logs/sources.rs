//! From names to log sources.

use config::fleet::LogSpec;
use vocab::{Domain, LogSource, NodeName, Text, UnitName};
use world::query::telling;
use world::{TrackedContainer, World};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::print::Tone;
use crate::{select, settle};

/// A source and what it is called.
pub(super) struct Named {
    pub name: String,
    pub source: LogSource,
}

/// Waits until the names can be judged, and resolves all of them; each source once. Sources on nodes that do not answer
/// are left out with a word, unless they are followed; an error when none is left.
pub(super) async fn resolve(
    names: &[String],
    node: Option<&str>,
    follow: bool,
    context: &mut Context,
) -> Result<Vec<Named>> {
    let world = context.watch.world();
    let node = select::node_option(world, node)?;
    let direct: Vec<Option<Named>> = names
        .iter()
        .map(|name| direct(name, world, &context.logs))
        .collect::<Result<_>>()?;
    let wait_for: Vec<NodeName> = direct
        .iter()
        .flatten()
        .filter(|named| !named.source.is_hosted())
        .map(|named| named.source.node().clone())
        .collect();
    let containers: Vec<&String> = names
        .iter()
        .zip(&direct)
        .filter(|(_, direct)| direct.is_none())
        .map(|(name, _)| name)
        .collect();
    let only = match containers.as_slice() {
        [name] => node.clone().or_else(|| select::node_of_name(world, name)),
        _ => node.clone(),
    };
    if !containers.is_empty() {
        context
            .interrupts
            .guard(settle::containers(&mut *context.watch, only.as_ref()))
            .await?;
    }
    if !wait_for.is_empty() {
        context
            .interrupts
            .guard(settle::links(&mut *context.watch, &wait_for))
            .await?;
    }
    let world = context.watch.world();
    let mut found: Vec<Named> = Vec::new();
    for (name, direct) in names.iter().zip(direct) {
        let sources = match direct {
            Some(source) => vec![source],
            None => of_containers(name, world, node.as_ref())?,
        };
        for source in sources {
            if !found.iter().any(|other| other.source == source.source) {
                found.push(source);
            }
        }
    }
    let why = |named: &Named| {
        if named.source.is_hosted() {
            return None;
        }
        world
            .nodes
            .get(named.source.node())
            .and_then(select::unreachable)
    };
    let (blind, mut seen): (Vec<Named>, Vec<Named>) =
        found.into_iter().partition(|named| why(named).is_some());
    if seen.is_empty() {
        let first = blind.first().and_then(why);
        return Err(first.unwrap_or_else(|| Error::NotFound(Text::line("no log is named"))));
    }
    for named in &blind {
        let why = why(named)
            .map(|error| error.to_string())
            .unwrap_or_default();
        context
            .console
            .err
            .say(Tone::Warn, format!("not seen: {}: {why}", named.name))?;
    }
    if follow {
        // A node that comes back is read on.
        seen.extend(blind);
    }
    Ok(seen)
}

/// A log of the fleet file, a unit, the journal or a file; `None` when the name is none of these.
fn direct(name: &str, world: &World, logs: &[LogSpec]) -> Result<Option<Named>> {
    let declared = |log: &&LogSpec| match &log.name {
        Some(declared) => *declared == *name,
        None => log.source.to_string() == name,
    };
    if let Some(log) = logs.iter().find(declared) {
        return Ok(Some(Named {
            name: name.to_owned(),
            source: log.source.clone(),
        }));
    }
    let Some((before, rest)) = name.split_once(':') else {
        return of_site(name, world);
    };
    if rest == "journal"
        && select::node(world, before).is_err()
        && let Some(found) = telling::log_of_server(world, before)
    {
        return hosted(name, found).map(Some);
    }
    let node = select::node(world, before)?.name().clone();
    let source = if rest.starts_with('/') {
        LogSource::File {
            node,
            path: Text::line(rest),
        }
    } else if rest == "journal" {
        LogSource::Journal { node, unit: None }
    } else {
        let unit =
            UnitName::new(rest).map_err(|error| Error::Usage(Text::line(error.to_string())))?;
        LogSource::Journal {
            node,
            unit: Some(unit),
        }
    };
    Ok(Some(Named {
        name: name.to_owned(),
        source,
    }))
}

/// The log of a site, unless a service goes by the same name.
fn of_site(name: &str, world: &World) -> Result<Option<Named>> {
    let is_service = world.services.keys().any(|known| known.as_str() == name);
    let site = Domain::new(name).ok().filter(|_| !is_service);
    let found = site.and_then(|site| telling::log_of_site(world, &site));
    found.map(|found| hosted(name, found)).transpose()
}

fn hosted(name: &str, found: std::result::Result<LogSource, Text>) -> Result<Named> {
    Ok(Named {
        name: name.to_owned(),
        source: found.map_err(Error::NotFound)?,
    })
}

/// The containers of a name: one, all replicas of a project/service, all of a project, or that of a service.
fn of_containers(name: &str, world: &World, node: Option<&NodeName>) -> Result<Vec<Named>> {
    let project: Vec<&TrackedContainer> = world
        .containers
        .values()
        .filter(|tracked| node.is_none_or(|node| tracked.key.node == *node))
        .filter(|tracked| tracked.container.project.as_deref() == Some(name))
        .collect();
    let found = match select::containers(world, name, node) {
        Ok(found) => found,
        Err(_) if !project.is_empty() => project,
        Err(error) => match of_service(name, world) {
            Some(tracked) => vec![tracked],
            None => return Err(error),
        },
    };
    let replicas = found
        .iter()
        .all(|tracked| tracked.container.project.is_some());
    if found.len() > 1 && !replicas {
        return Err(select::ambiguous(name, &found));
    }
    let several = world.nodes.len() > 1;
    Ok(found
        .into_iter()
        .map(|tracked| {
            let label = &tracked.container.name;
            let name = if several {
                format!("{}/{label}", tracked.key.node)
            } else {
                label.to_string()
            };
            Named {
                name,
                source: LogSource::Container(tracked.key.clone()),
            }
        })
        .collect())
}

/// The container that a service was found in.
fn of_service<'a>(name: &str, world: &'a World) -> Option<&'a TrackedContainer> {
    let spec = &world
        .services
        .values()
        .find(|service| service.spec.name.as_str() == name)?
        .spec;
    let (node, container) = (spec.node.as_ref()?, spec.container.as_ref()?);
    world
        .containers_of(node)
        .find(|tracked| tracked.container.name == *container)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Scene, scene};

    fn named(name: &str) -> std::result::Result<Vec<String>, String> {
        let Scene { watch, .. } = scene();
        let world = link::Watch::world(&watch);
        let node = NodeName::new("db-1").unwrap();
        let syslog = LogSpec {
            name: Some("syslog".into()),
            source: LogSource::File {
                node,
                path: "/var/log/syslog".into(),
            },
        };
        let words = |named: Named| named.source.to_string();
        match direct(name, world, &[syslog]).map_err(|error| error.to_string())? {
            Some(named) => Ok(vec![words(named)]),
            None => of_containers(name, world, None)
                .map(|found| found.into_iter().map(words).collect())
                .map_err(|error| error.to_string()),
        }
    }

    #[test]
    fn every_form_of_a_name() {
        let one = |source: &str| Ok(vec![source.to_owned()]);
        assert_eq!(named("syslog"), one("db-1:/var/log/syslog"));
        assert_eq!(named("web-1:journal"), one("web-1:journal"));
        assert_eq!(named("web-1:nginx.service"), one("web-1:nginx.service"));
        assert_eq!(
            named("web-1:/var/log/x y.log"),
            one("web-1:/var/log/x y.log")
        );
        assert_eq!(named("acme"), one("web-1/aaaaaaaaaaaa"), "a project");
        assert_eq!(named("acme/app"), one("web-1/aaaaaaaaaaaa"));
        assert_eq!(
            named("acme.example.com"),
            one("web-1/aaaaaaaaaaaa"),
            "the container of a service"
        );
        assert!(
            named("web-1:nginx")
                .unwrap_err()
                .contains("is no systemd unit name")
        );
        assert!(
            named("web-9:journal")
                .unwrap_err()
                .starts_with("there is no node web-9")
        );
    }
}
