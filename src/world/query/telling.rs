//! Which log tells of an object: of its container, of its unit, of its site, else of its node or server.

use vocab::{Domain, HostedLog, LogSource, NodeName, ServiceName, SiteKind, Text, UnitName};

use crate::about::About;
use crate::priorities::{Item, Origin};
use crate::signals::topology::{ancestors, container_of};
use crate::site::Site;
use crate::world::World;

/// Where the web server of this program's servers writes what it answered of a site.
pub fn access_log(domain: &Domain) -> Text {
    Text::line(format!("/var/log/caddy/{domain}.log"))
}

/// The log that tells of an item. `Err` says why there is none, `None` that none is to be expected.
pub fn log(world: &World, item: &Item) -> Option<Result<LogSource, Text>> {
    let part = match &item.origin {
        Origin::Signal { id, .. } => UnitName::new(&id.part).ok(),
        Origin::Note(_) => None,
    };
    match &item.about {
        About::Container(key) => Some(Ok(LogSource::Container(key.clone()))),
        About::Node(node) => Some(Ok(LogSource::Journal {
            node: node.clone(),
            unit: part.filter(|unit| unit.as_str().contains('.')),
        })),
        About::Service(name) => container_of(world, name).map(|key| Ok(LogSource::Container(key))),
        About::Site(domain) => log_of_site(world, domain),
        About::Server(name) => log_of_server(world, name),
        _ => None,
    }
}

/// The log of the container that a service of the site is known to stand on, else of the container that it was deployed
/// with, else what its web server writes of it. `None` when there is no such site.
pub fn log_of_site(world: &World, domain: &Domain) -> Option<Result<LogSource, Text>> {
    let site = world.sites.get(domain)?;
    let about = About::Site(domain.clone());
    let looks_at_it = |name: &&ServiceName| {
        let service = About::Service((*name).clone());
        ancestors(world, &service).contains(&about)
    };
    let mut services = world.services.keys().filter(looks_at_it);
    if let Some(key) = services.find_map(|name| container_of(world, name)) {
        return Some(Ok(LogSource::Container(key)));
    }
    if site.kind != SiteKind::Static {
        let container = HostedLog::Container {
            site: domain.clone(),
            deployment: site.deployment,
            release: site.current.clone(),
        };
        return Some(hosted(site, container));
    }
    Some(match node_under(world, &about) {
        Some(node) => Ok(LogSource::File {
            node,
            path: access_log(domain),
        }),
        None => hosted(site, HostedLog::Web(domain.clone())),
    })
}

/// The journal of a server that sites stand on. `None` when no site does.
pub fn log_of_server(world: &World, name: &str) -> Option<Result<LogSource, Text>> {
    let mut sites = world.sites.values();
    let site = sites.find(|site| site.objects.server_name == name)?;
    let about = About::Server(Text::line(name));
    Some(match node_under(world, &about) {
        Some(node) => Ok(LogSource::Journal { node, unit: None }),
        None => hosted(site, HostedLog::Journal),
    })
}

/// The node of the fleet file that a site or a server is on.
fn node_under(world: &World, about: &About) -> Option<NodeName> {
    let above = ancestors(world, about);
    above.iter().find_map(|about| match about {
        About::Node(node) => Some(node.clone()),
        _ => None,
    })
}

/// A log of a site's server, by what the books say of that.
fn hosted(site: &Site, log: HostedLog) -> Result<LogSource, Text> {
    let objects = &site.objects;
    match NodeName::new(&objects.server_name) {
        Ok(server) if !objects.address.is_empty() => Ok(LogSource::Hosted {
            server,
            address: Text::line(&objects.address),
            log,
        }),
        _ => Err(Text::line(format!(
            "{domain} has no server that is made; `wheelhouse sites {domain}` shows how far it is",
            domain = site.domain
        ))),
    }
}
