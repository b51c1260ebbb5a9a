//! What is found on this machine: hosts of the SSH configuration, Docker contexts, running containers and their ports.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use config::fleet::write::{Found, FoundContainer, FoundContext};
use drivers::docker::connect::Surroundings;
use drivers::docker::{Docker, EngineClient, Local};
use tokio::time::timeout;
use vocab::{Container, Port, Protocol};

use super::{DEADLINE, ssh_config};
use crate::app::fabric;

/// Looks around. What cannot be read is left out: the file is to be edited anyway.
pub async fn found() -> Found {
    let contexts = Surroundings::read().contexts();
    Found {
        host: fabric::host_name().to_string(),
        ssh_hosts: ssh_config::hosts(),
        docker_contexts: contexts
            .iter()
            .map(|context| FoundContext {
                name: context.name.to_string(),
                endpoint: context.host.to_string(),
                current: context.current,
            })
            .collect(),
        containers: containers().await,
    }
}

/// The running containers of the engine that the docker command would use here.
async fn containers() -> Vec<FoundContainer> {
    let Ok(Local::Here(engine)) = EngineClient::local(None) else {
        return Vec::new();
    };
    match timeout(DEADLINE, engine.list()).await {
        Ok(Ok(all)) => all
            .iter()
            .filter(|container| container.state.is_up())
            .map(of)
            .collect(),
        _ => Vec::new(),
    }
}

/// Where a published port answers on this machine: one that is bound to every address does on the loopback.
fn here(port: &Port) -> IpAddr {
    let bound = port.address.as_ref().and_then(|text| text.parse().ok());
    let bound = bound.filter(|address: &IpAddr| !address.is_unspecified());
    bound.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

fn of(container: &Container) -> FoundContainer {
    let mut ports: Vec<(u16, SocketAddr)> = container
        .ports
        .iter()
        .filter(|port| port.protocol == Protocol::Tcp)
        .filter_map(|port| Some((port.private, SocketAddr::new(here(port), port.public?))))
        .collect();
    // A port is listed once for IPv4 and once for IPv6.
    ports.sort_unstable();
    ports.dedup();
    FoundContainer {
        name: container.name.to_string(),
        ports,
    }
}
