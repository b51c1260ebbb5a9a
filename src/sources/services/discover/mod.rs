//! Discovery: services that nobody declared, from the published ports of the containers that run on a node. Pure.

use std::net::IpAddr;

use vocab::{
    Access, Container, NodeName, Port, ProbeKind, Protocol, ServiceName, ServiceSpec, Span, Text,
};

use crate::services::image::{Program, WEB_PORTS};

/// Where a node's containers run and how this machine reaches what they publish.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The node.
    pub node: &'a NodeName,
    /// Whether it is the machine this program runs on.
    pub local: bool,
    /// The node's address or name as seen from here; without one, only ports of the local node, and those published on
    /// an address of their own, are reached.
    pub host: Option<&'a str>,
}

/// The services of a node's running containers: one for each that publishes a TCP port this machine can reach, on its
/// likeliest port, unless a declared service already looks there. Sorted by name.
pub fn discover(
    place: Place<'_>,
    containers: &[Container],
    declared: &[ServiceSpec],
) -> Vec<ServiceSpec> {
    let running = containers
        .iter()
        .filter(|container| container.state.is_up());
    let mut found: Vec<ServiceSpec> = running
        .filter_map(|container| one(place, container, declared))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn one(place: Place<'_>, container: &Container, declared: &[ServiceSpec]) -> Option<ServiceSpec> {
    let program = Program::of(&container.image);
    if program == Program::MySql {
        return None;
    }
    let (private, host, public) = likeliest(program, place, container)?;
    if declared
        .iter()
        .any(|spec| !spec.discovered && looks_at(spec, place, &host, public))
    {
        return None;
    }
    Some(ServiceSpec {
        name: ServiceName::new(&format!("{}/{}", place.node, container.name)).ok()?,
        node: Some(place.node.clone()),
        container: Some(container.name.clone()),
        probe: kind(program, private, host, public),
        access: Access::Internal,
        every: Span::seconds(15),
        timeout: Span::seconds(5),
        slow: Span::seconds(1),
        failures: 2,
        window: 3,
        discovered: true,
    })
}

/// A container's port to look at: inside, the host it is reached at, outside.
fn likeliest(
    program: Program,
    place: Place<'_>,
    container: &Container,
) -> Option<(u16, String, u16)> {
    let reached = container.ports.iter().filter_map(|port| {
        let public = port.public.filter(|public| *public != 0)?;
        let host = (port.protocol == Protocol::Tcp)
            .then(|| reached_at(place, port))
            .flatten()?;
        Some((port.private, host, public))
    });
    reached.min_by_key(|(private, host, public)| {
        (
            rank(program, *private),
            *private,
            host.contains(':'),
            *public,
        )
    })
}

/// How likely a port is the one a program serves on; the lowest is the likeliest.
fn rank(program: Program, private: u16) -> usize {
    match program {
        Program::Web => WEB_PORTS
            .iter()
            .position(|port| *port == private)
            .unwrap_or(WEB_PORTS.len()),
        other => usize::from(other.usual_port().is_some_and(|port| port != private)),
    }
}

/// The host at which this machine reaches a published port, if it does.
fn reached_at(place: Place<'_>, port: &Port) -> Option<String> {
    let bound = port
        .address
        .as_deref()
        .unwrap_or("0.0.0.0")
        .trim_matches(['[', ']']);
    let bound: IpAddr = if bound.is_empty() {
        IpAddr::from([0, 0, 0, 0])
    } else {
        bound.parse().ok()?
    };
    let seen = if place.local {
        match bound {
            IpAddr::V4(four) if four.is_unspecified() => "127.0.0.1".to_owned(),
            IpAddr::V6(six) if six.is_unspecified() => "::1".to_owned(),
            own => own.to_string(),
        }
    } else if bound.is_loopback() {
        return None;
    } else if bound.is_unspecified() {
        place.host?.to_owned()
    } else {
        bound.to_string()
    };
    Some(seen)
}

/// How the port is probed.
fn kind(program: Program, private: u16, host: String, port: u16) -> ProbeKind {
    let text = Text::line(&host);
    match program {
        Program::Web if WEB_PORTS.contains(&private) => {
            let host = if host.contains(':') {
                format!("[{host}]")
            } else {
                host
            };
            ProbeKind::Http {
                url: format!("http://{host}:{port}/").into(),
                status: None,
                contains: None,
            }
        }
        Program::Redis if program.usual_port() == Some(private) => ProbeKind::Redis {
            host: text,
            port,
            password_env: None,
        },
        Program::Postgres if program.usual_port() == Some(private) => {
            let user = Text::from("postgres");
            ProbeKind::Postgres {
                host: text,
                port,
                database: user.clone(),
                user,
                password_env: None,
            }
        }
        _ => ProbeKind::Tcp { host: text, port },
    }
}

/// Whether a declared service looks at that port: on the same host, on this node by another of its names, or on this
/// machine by another word for itself.
fn looks_at(spec: &ServiceSpec, place: Place<'_>, host: &str, port: u16) -> bool {
    let Some((declared_host, declared_port)) = endpoint(&spec.probe) else {
        return false;
    };
    let same_host = declared_host.eq_ignore_ascii_case(host)
        || spec.node.as_ref() == Some(place.node)
        || (place.local && is_this_machine(&declared_host));
    declared_port == port && same_host
}

/// Words for the machine itself.
fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

/// Host and port that a probe goes to; a name server is none of a container's business here.
fn endpoint(probe: &ProbeKind) -> Option<(String, u16)> {
    match probe {
        ProbeKind::Http { url, .. } => of_url(url),
        ProbeKind::Tcp { host, port }
        | ProbeKind::Tls { host, port, .. }
        | ProbeKind::Redis { host, port, .. }
        | ProbeKind::Postgres { host, port, .. } => {
            Some((host.trim_matches(['[', ']']).to_owned(), *port))
        }
        ProbeKind::Dns { .. } => None,
    }
}

/// Host and port of `scheme://user@host:port/path` (RFC 3986 §3.2).
fn of_url(url: &str) -> Option<(String, u16)> {
    let (scheme, rest) = url.split_once("://")?;
    let usual = if scheme.eq_ignore_ascii_case("https") {
        443
    } else {
        80
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let place = authority
        .rsplit_once('@')
        .map_or(authority, |(_, place)| place);
    let (host, port) = match place.strip_prefix('[') {
        Some(bracketed) => {
            let (host, after) = bracketed.split_once(']')?;
            (host, after.strip_prefix(':'))
        }
        None => place
            .split_once(':')
            .map_or((place, None), |(host, port)| (host, Some(port))),
    };
    Some((
        host.to_owned(),
        port.map_or(Some(usual), |port| port.parse().ok())?,
    ))
}

#[cfg(test)]
mod tests;
