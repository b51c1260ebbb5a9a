//! From the fleet file to open ends: which host and which engine each declared node gets.

use std::path::Path;
use std::sync::Arc;

use config::Fleet;
use config::fleet::{DockerAddress, NodeSpec, Reach};
use drivers::host::{LocalHost, SshHost, SshTarget};
use drivers::{Connection, EngineAddress, Host};
use engine::{Fabric, NodePlan};
use vocab::{NodeName, Text};
use world::{NodeProfile, Notice, NoticeKind};

use super::{backups, hosting};

/// The fabric of a fleet file, and a notice for each node that cannot even be tried.
pub fn of(fleet: &Fleet, state: &Path) -> (Fabric, Vec<Notice>) {
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
        backup_rules: backups::rules(fleet),
        simulation: None,
    };
    (fabric, notices)
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
