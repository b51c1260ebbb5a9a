//! A node: its role, how it is reached, where its container engine listens.

use std::collections::BTreeMap;
use std::path::PathBuf;

use vocab::{NodeName, Text, Time};

use super::business::value::day;
use super::parse;
use crate::reader::Fields;

/// What a node is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Role {
    /// Leads: schedules, holds the primary database.
    Lead,
    /// Takes over when the lead is gone.
    Backup,
    /// Runs containers.
    #[default]
    Compute,
    /// Faces the internet.
    Edge,
}

impl Role {
    /// The words of the fleet file.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("lead", Self::Lead),
        ("backup", Self::Backup),
        ("compute", Self::Compute),
        ("edge", Self::Edge),
    ];

    /// The word of the fleet file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Backup => "backup",
            Self::Compute => "compute",
            Self::Edge => "edge",
        }
    }
}

/// How a node is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reach {
    /// It is the machine the console runs on.
    Local,
    /// Over the system's OpenSSH client.
    Ssh(SshTarget),
}

/// What the OpenSSH client is given (ssh(1)); what is `None` is left to the user's `ssh_config`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SshTarget {
    /// A host of the `ssh_config`, a name or an address; never begins with `-`, never holds a port.
    pub destination: Text,
    /// The user to log in as.
    pub user: Option<Text>,
    /// The port.
    pub port: Option<u16>,
    /// The private key's file; `~/` is expanded.
    pub identity: Option<PathBuf>,
    /// Another `ssh_config` than the user's own; `~/` is expanded.
    pub config: Option<PathBuf>,
}

/// Where a node's Docker engine listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum DockerAddress {
    /// Wherever one is found; having none is no problem.
    #[default]
    Auto,
    /// Nowhere: not asked for.
    Off,
    /// A socket on the node, by its absolute path.
    Unix(PathBuf),
    /// A port without TLS, as `host:port` seen from the machine the console runs on.
    Tcp {
        /// Name or address; IPv6 without brackets.
        host: Text,
        /// Port.
        port: u16,
    },
}

/// A declared node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSpec {
    /// Its name in the fleet.
    pub name: NodeName,
    /// What it is for.
    pub role: Role,
    /// Where it stands, in the operator's words.
    pub region: Option<Text>,
    /// How it is reached.
    pub reach: Reach,
    /// Its public name or address.
    pub address: Option<Text>,
    /// Its address inside the private network.
    pub vpn_address: Option<Text>,
    /// The operator's own words about it.
    pub labels: BTreeMap<Text, Text>,
    /// Where its Docker engine listens.
    pub docker: DockerAddress,
    /// The day on which the SSH key or certificate ends that it is reached with: its first moment in UTC.
    pub expires: Option<Time>,
}

impl NodeSpec {
    /// A node of which nothing but its name and the way to it is known.
    pub fn new(name: NodeName, reach: Reach) -> Self {
        Self {
            name,
            role: Role::default(),
            region: None,
            reach,
            address: None,
            vpn_address: None,
            labels: BTreeMap::new(),
            docker: DockerAddress::Auto,
            expires: None,
        }
    }
}

/// Reads one `[[nodes]]` table; `None` when a value in it cannot be used. `name` and `reach` were
/// read before.
pub(super) fn read(
    mut fields: Fields<'_>,
    name: Option<NodeName>,
    reach: Reach,
) -> Option<NodeSpec> {
    let role = fields.choice("role", &Role::WORDS).unwrap_or_default();
    let region = fields.text("region");
    let address = fields.parsed("address", parse::host);
    let vpn_address = fields.parsed("vpn_address", parse::host);
    let labels = read_labels(&mut fields);
    let docker = read_docker(&mut fields);
    let expires = day(&mut fields, "expires");
    if expires.is_some() && reach == Reach::Local {
        fields.error(
            "expires",
            "means nothing with reach = \"local\": no key is used; take it out",
        );
    }
    let usable = fields.finish();
    let name = name?;
    usable.then_some(NodeSpec {
        name,
        role,
        region,
        reach,
        address,
        vpn_address,
        labels,
        docker,
        expires,
    })
}

/// How the node is reached; its own name is the destination unless given.
pub(super) fn read_reach(fields: &mut Fields<'_>, name: Option<&NodeName>) -> Reach {
    const SSH_FIELDS: [&str; 5] = ["ssh", "user", "port", "identity", "ssh_config"];
    let local = fields
        .choice("reach", &[("local", true), ("ssh", false)])
        .unwrap_or(false);
    let ssh = fields.parsed("ssh", parse::destination);
    let target = SshTarget {
        destination: ssh.unwrap_or_else(|| Text::line(name.map_or("", NodeName::as_str))),
        user: fields.parsed("user", parse::user),
        port: fields.port("port"),
        identity: fields.parsed("identity", parse::path),
        config: fields.parsed("ssh_config", parse::path),
    };
    if target.user.is_some() && target.destination.contains('@') {
        fields.error("user", "the user is given in ssh too; keep one");
    }
    if !local {
        return Reach::Ssh(target);
    }
    for name in SSH_FIELDS
        .into_iter()
        .filter(|name| fields.has(name))
        .collect::<Vec<_>>()
    {
        fields.error(
            name,
            "means nothing with reach = \"local\"; take it out, or write reach = \"ssh\"",
        );
    }
    Reach::Local
}

fn read_labels(fields: &mut Fields<'_>) -> BTreeMap<Text, Text> {
    let Some(table) = fields.table("labels") else {
        return BTreeMap::new();
    };
    let entries = table.entries();
    entries
        .iter()
        .filter_map(|entry| Some((Text::line(entry.name), entry.text()?)))
        .collect()
}

fn read_docker(fields: &mut Fields<'_>) -> DockerAddress {
    let Some(entry) = fields.take("docker") else {
        return DockerAddress::Auto;
    };
    let address = match entry.raw().as_bool() {
        Some(true) => Some(DockerAddress::Auto),
        Some(false) => Some(DockerAddress::Off),
        None if entry.raw().is_str() => entry.parsed(parse::docker),
        None => {
            entry.wrong_type("true, false, \"unix:///path\" or \"tcp://host:port\"");
            None
        }
    };
    match &address {
        None => fields.mark_broken(),
        Some(DockerAddress::Tcp { host, .. })
            if !matches!(&**host, "127.0.0.1" | "::1" | "localhost") =>
        {
            fields.warn("docker", "Docker over plain TCP is open to everyone who reaches the port; use reach = \"ssh\" instead");
        }
        Some(_) => {}
    }
    address.unwrap_or_default()
}
