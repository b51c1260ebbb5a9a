//! From the fleet file to open ends: which host and which engine each declared node gets.

use std::path::Path;
use std::sync::Arc;

use config::fleet::{DockerAddress, NodeSpec, Reach};
use config::{Config, Fleet};
use drivers::host::{LocalHost, SshHost, SshTarget};
use drivers::{Connection, EngineAddress, Host};
use engine::{Fabric, NodePlan};
use vocab::{NodeName, Text};
use world::signals::Maintenance;
use world::{NodeProfile, Notice, NoticeKind};

use super::{alerts, autopilot, backups, hosting, priorities, tokens};

/// The fabric of a configuration, and a notice for each node that cannot even be tried.
pub fn of(config: &Config, state: &Path) -> (Fabric, Vec<Notice>) {
    let fleet = &config.fleet;
    let mut notices = Vec::new();
    let mut nodes = Vec::new();
    for spec in fleet.nodes_to_watch(&host_name()) {
        match node(&spec) {
            Ok(plan) => nodes.push(plan),
            Err(error) => notices.push(Notice {
                kind: NoticeKind::Configuration,
                subject: Text::line(format!("node {}", spec.name)),
                text: Text::line(format!("node {} is left out: {error}", spec.name)),
                grave: true,
            }),
        }
    }
    let name = fleet
        .name
        .clone()
        .unwrap_or_else(|| Text::line(host_name().as_str()));
    let fabric = Fabric {
        name,
        nodes,
        services: fleet.services.clone(),
        discover: fleet.discover_services,
        hosting: hosting::ends(fleet, state),
        terms: hosting::declared_terms(fleet),
        backup_rules: backups::rules(fleet, drivers::clock::now()),
        token_ends: tokens::ends(fleet),
        rules: config.rules.clone(),
        maintenance: maintenance(fleet),
        schedules: fleet.schedules_in_force(),
        autopilot: autopilot::policy(fleet),
        weights: priorities::weights(&fleet.priorities),
        alerts: alerts::plans(fleet),
        simulation: None,
    };
    (fabric, notices)
}

/// When maintenance is, by the fleet file.
fn maintenance(fleet: &Fleet) -> Vec<Maintenance> {
    let windows = fleet.maintenance.iter().map(|spec| Maintenance {
        name: spec.name.clone(),
        from: spec.from,
        lasts: spec.lasts,
        every: spec.every,
        only: spec.only.clone(),
    });
    windows.collect()
}

fn node(spec: &NodeSpec) -> Result<NodePlan, drivers::DriverError> {
    let (host, reached_by): (Arc<dyn Host>, Text) = match &spec.reach {
        Reach::Local => (Arc::new(LocalHost), Text::line("this machine")),
        Reach::Ssh(target) => {
            let target = SshTarget {
                destination: target.destination.to_string(),
                user: target.user.as_ref().map(ToString::to_string),
                port: target.port,
                identity: target.identity.clone(),
                config_file: target.config.clone(),
                known_hosts: None,
            };
            let words = Text::line(&target.destination);
            (Arc::new(SshHost::new(target)?), words)
        }
    };
    let engine = match &spec.docker {
        DockerAddress::Auto => EngineAddress::Usual,
        DockerAddress::Off => EngineAddress::None,
        DockerAddress::Unix(path) => {
            EngineAddress::Socket(Text::line(path.to_string_lossy().as_bytes()))
        }
        DockerAddress::Tcp { host, port } => {
            EngineAddress::Tcp(Text::line(format!("tcp://{host}:{port}")))
        }
    };
    Ok(NodePlan {
        profile: NodeProfile {
            name: spec.name.clone(),
            role: Text::line(spec.role.word()),
            region: spec.region.clone().unwrap_or_default(),
            local: spec.reach == Reach::Local,
            reached_by,
            address: spec.address.clone(),
            vpn_address: spec.vpn_address.clone(),
            labels: spec.labels.clone(),
        },
        connection: Arc::new(Connection::new(host, engine)),
        identity: format!("{:?} {:?}", spec.reach, spec.docker),
    })
}

/// This machine's name for itself, as far as it is a valid node name: the part before the first dot.
pub fn host_name() -> NodeName {
    let raw = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let first: String = raw
        .trim()
        .split('.')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    NodeName::new(first.trim_start_matches(['-', '_'])).unwrap_or_else(|_| local_name())
}

fn local_name() -> NodeName {
    // "local" is within the grammar; the loop ends at once.
    loop {
        if let Ok(name) = NodeName::new("local") {
            return name;
        }
    }
}
