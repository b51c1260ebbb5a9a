//! The first fleet file, written for `wheelhouse init` from what was found on the machine.
//!
//! The file is commented: prose begins with `# `, and a field that could be set with `#` and no space, so that taking
//! that one character away is all it needs.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use vocab::{NodeName, ServiceName};

use super::{DockerAddress, parse};

/// What was found on the machine. All of it is text from outside and is checked before it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The machine's host name.
    pub host: String,
    /// Hosts of the user's `ssh_config`.
    pub ssh_hosts: Vec<FoundHost>,
    /// Docker contexts.
    pub docker_contexts: Vec<FoundContext>,
    /// Running containers of this machine.
    pub containers: Vec<FoundContainer>,
}

/// A `Host` of an `ssh_config` (`ssh_config(5)`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundHost {
    /// Its alias; patterns are passed over.
    pub alias: String,
    /// `HostName`.
    pub hostname: Option<String>,
    /// `User`.
    pub user: Option<String>,
    /// `Port`.
    pub port: Option<u16>,
}

/// A context of the Docker client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundContext {
    /// Its name.
    pub name: String,
    /// Its endpoint: `unix:///…`, `tcp://…` or `ssh://…`.
    pub endpoint: String,
    /// Whether it is the one in use.
    pub current: bool,
}

/// A running container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundContainer {
    /// Its name.
    pub name: String,
    /// Its published TCP ports: that of the container, and where the machine answers for it.
    pub ports: Vec<(u16, SocketAddr)>,
}

/// The fleet file for what was found. It can be read back without any problem.
pub fn example(found: &Found) -> String {
    let mut names = BTreeSet::new();
    let host = NodeName::new(&word(&found.host))
        .map_or_else(|_| "local".to_owned(), |name| name.to_string());
    names.insert(host.clone());
    let mut out = vec![HEAD.to_owned()];
    out.push(format!(
        "name = {}\n\n[discover]\n{}\n",
        quoted(&host),
        DISCOVER.replace("NODE", &quoted(&host))
    ));
    local_node(&mut out, &host, found);
    let mut seen = BTreeSet::new();
    for ssh in found.ssh_hosts.iter().filter(|ssh| seen.insert(&ssh.alias)) {
        ssh_node(&mut out, ssh, &mut names);
    }
    contexts(&mut out, &found.docker_contexts, &mut names);
    let name = unique("node-1", &names).unwrap_or_default();
    out.push(TEMPLATE.replace("NAME", &quoted(&name)));
    out.push(node_fields(None));
    out.push("\n".to_owned());
    services(&mut out, &host, &found.containers);
    out.push(LOGS.replace("NODE", &quoted(&host)));
    out.push(BUSINESS.to_owned());
    out.concat()
}

const HEAD: &str = "\
# The fleet: which nodes there are, how each is reached and what is watched. Lines that begin with # are comments; take
# the # away to set what stands behind it. `wheelhouse doctor` checks this file and every connection in it.

";

const DISCOVER: &str = "\
# Also look for services: published ports of containers, listening ports of nodes.
services = true

# This machine is watched too when no node below says reach = \"local\".
#[local]
#watch = true
#name = NODE
";

/// A node with all its fields, and what a field that is left out means.
const TEMPLATE: &str = "\
# Every field of a node over SSH; what is left out is taken from ~/.ssh/config.
#[[nodes]]
#name = NAME
#reach = \"ssh\"
#ssh = \"192.0.2.10\"                    # a host of ~/.ssh/config, a name or an address; the node's name unless given
#user = \"deploy\"
#port = 22
#identity = \"~/.ssh/id_ed25519\"
#ssh_config = \"~/.ssh/config\"
";

const LOGS: &str = "\
# Logs beside those of containers: a file, the journal, or one unit of it; one source each.
#[[logs]]
#node = NODE
#journal = true
#[[logs]]
#node = NODE
#unit = \"ssh.service\"
#[[logs]]
#node = NODE
#file = \"/var/log/syslog\"
#name = \"syslog\"
";

const BUSINESS: &str = "\n\
# Providers. A token never stands in this file: name the file or the environment variable that holds it. Give a url to
# use `wheelhouse sandbox` or another stand-in instead of the provider; on this machine it may be http.
#[providers.hetzner]
#token_file = \"~/.config/wheelhouse/hetzner.token\"
#url = \"https://api.hetzner.cloud/v1\"
#[providers.cloudflare]
#token_env = \"CLOUDFLARE_API_TOKEN\"
#expires = 2027-12-31                 # its end, where the provider does not say it: told 30 days before
#[providers.stripe]
#token_env = \"STRIPE_API_KEY\"

# What hosting a site is sold for, what it costs, and how sites are placed and kept.
#[hosting]
#price = \"15.00 USD\"                  # a month
#server_cost = \"10.00 EUR\"            # a month, until the provider says it
#fee = { percent = 2.9, fixed = \"0.30 USD\" } # of each charge, until the provider says it
#affiliate_share = 20                 # percent of the price
#exchange = { rate = 1.10, date = 2026-11-20 } # dollars for a euro, and the day of the rate
#server_type = \"cx23\"
#image = \"debian-12\"
#certificates = \"acme\"                # or internal: signed by the web server itself, for trying things out
#acme = \"https://ca.example.com/acme/directory\" # another authority than the usual ones
#acme_ca_file = \"/etc/wheelhouse/ca.pem\" # by which that one is known, where it is a private one
#port_range = \"20000-20999\"           # for the programs of sites
#sites_per_node = 10
#keep_releases = 5
#at_once = 4                          # runs on sites that are driven at once; the others wait in their order
#dns = \"192.0.2.53\"                   # the resolver that is asked whether a name is there; the system's unless given
#installation = \"main\"                # marks what is made at the providers as this installation's

# Who runs sites here.
#[[affiliates]]
#name = \"north-shop\"
#email = \"shop@example.com\"
#region = \"eu-central\"               # or us-east, asia-pacific
#share = 25                           # instead of affiliate_share

# Backups, into a folder or a bucket: [backup.s3] with url, bucket, region, key_file or key_env, secret_file or secret_env.
#[backup]
#folder = \"/var/backups/wheelhouse\"
#every = \"24h\"
#daily = 7                            # the last backup of so many days is kept, and of so many weeks and months
#weekly = 4
#monthly = 12
#key_file = \"/path\"                 # what seals them; keep a copy elsewhere: nothing opens them without it
#
#[priorities]                         # what makes an item of `wheelhouse top` stand high; these are the shipped points
#money = 100                          # for each unit of the currency in danger in an hour
#blast = 1                            # for each object that stands on the one in trouble, at most 20 points
#deal = 2                             # for each thousand of a deal's worth
#vip = 20
#mismatch = 5                         # for a difference between what is paid for and what is there
#critical = 10
#warning = 4
#notice = 1
#important = 5                        # from this importance on, and this urgency, an item is Q1
#urgent = 2
#archive_after = \"48h\"
";

/// The optional fields of any node, ready to be taken into use.
fn node_fields(docker: Option<&str>) -> String {
    let docker = match docker {
        Some(address) => format!("docker = {}\n", quoted(address)),
        None => "#docker = true                         # false, \"unix:///run/user/1000/docker.sock\", \"tcp://127.0.0.1:2375\"\n".to_owned(),
    };
    format!(
        "#role = \"compute\"                      # lead, backup, compute or edge\n\
         #region = \"fsn1\"\n\
         #address = \"192.0.2.10\"                # its public name or address\n\
         #vpn_address = \"192.0.2.9\"             # its address in the private network\n\
         #labels = {{ rack = \"a1\" }}\n\
         {docker}"
    )
}

fn local_node(out: &mut Vec<String>, host: &str, found: &Found) {
    let socket = found
        .docker_contexts
        .iter()
        .find(|context| context.current && context.endpoint != "unix:///var/run/docker.sock")
        .and_then(|context| {
            parse::docker(&context.endpoint)
                .ok()
                .map(|address| (address, context))
        })
        .filter(|(address, _)| matches!(address, DockerAddress::Unix(_)))
        .map(|(_, context)| context.endpoint.as_str());
    out.push("# This machine.\n[[nodes]]\n".to_owned());
    out.push(format!(
        "name = {}\nreach = \"local\"\n{}\n",
        quoted(host),
        node_fields(socket)
    ));
}

fn ssh_node(out: &mut Vec<String>, ssh: &FoundHost, names: &mut BTreeSet<String>) {
    let pattern = ssh.alias.contains(['*', '?', '!']);
    let Some(name) =
        unique(&ssh.alias, names).filter(|_| !pattern && parse::destination(&ssh.alias).is_ok())
    else {
        return;
    };
    let mut known = String::new();
    let target = [
        ssh.user.as_ref().map(|user| format!("{user}@")),
        ssh.hostname.clone(),
        ssh.port.map(|port| format!(":{port}")),
    ];
    for part in target.into_iter().flatten() {
        known.push_str(&vocab::Text::line(part));
    }
    let known = if known.is_empty() {
        String::new()
    } else {
        format!(": {known}")
    };
    out.push(format!(
        "# From ~/.ssh/config{known}\n[[nodes]]\nname = {}\nssh = {}\n",
        quoted(&name),
        quoted(&ssh.alias)
    ));
    out.push("#role = \"compute\"\n\n".to_owned());
    names.insert(name);
}

/// Contexts of the Docker client that are reached over SSH become nodes, unless their host is one already; the others
/// than the one in use are named in a comment.
fn contexts(out: &mut Vec<String>, contexts: &[FoundContext], names: &mut BTreeSet<String>) {
    for context in contexts {
        let Some(rest) = context.endpoint.strip_prefix("ssh://") else {
            if !context.current && parse::docker(&context.endpoint).is_ok() {
                let (name, endpoint) =
                    (vocab::Text::line(&context.name), quoted(&context.endpoint));
                out.push(format!(
                    "# Docker context {name}, not in use here: docker = {endpoint}\n\n"
                ));
            }
            continue;
        };
        let authority = rest.split('/').next().unwrap_or_default();
        let (destination, port) = match authority.rsplit_once(':') {
            Some((destination, port)) if port.parse::<u16>().is_ok_and(|port| port > 0) => {
                (destination, Some(port))
            }
            _ => (authority, None),
        };
        let host = destination.rsplit('@').next().unwrap_or_default();
        if names.contains(host) || parse::destination(destination).is_err() {
            continue;
        }
        let Some(name) = unique(&context.name, names) else {
            continue;
        };
        let port = port
            .map(|port| format!("port = {port}\n"))
            .unwrap_or_default();
        out.push(format!(
            "# From the Docker context {name}\n[[nodes]]\nname = {}\nssh = {}\n{port}#role = \"compute\"\n\n",
            quoted(&name),
            quoted(destination)
        ));
        names.insert(name);
    }
}

fn services(out: &mut Vec<String>, host: &str, containers: &[FoundContainer]) {
    let mut names = BTreeSet::new();
    out.push("# Services. Those of running containers are found without being declared; take one into use to say more about it.\n".to_owned());
    for container in containers {
        let published = container.ports.iter().filter(|(_, at)| at.port() > 0);
        for (inside, at) in published {
            let wanted = if container.ports.len() > 1 {
                format!("{}-{}", container.name, at.port())
            } else {
                container.name.clone()
            };
            let Some(name) = unique(&wanted, &names) else {
                continue;
            };
            out.push(format!(
                "#[[services]]\n#name = {}\n#node = {}\n",
                quoted(&name),
                quoted(host)
            ));
            out.push(suggested_probe(*inside, *at));
            out.push("\n".to_owned());
            names.insert(name);
        }
    }
    for (name, probe) in EXAMPLES {
        let Some(name) = unique(name, &names) else {
            continue;
        };
        out.push(format!(
            "#[[services]]\n#name = {}\n#node = {}\n{probe}\n",
            quoted(&name),
            quoted(host)
        ));
        names.insert(name);
    }
}

/// A service of each kind with all its fields.
const EXAMPLES: [(&str, &str); 6] = [
    (
        "example-http",
        "#probe = \"http\"\n#url = \"https://example.com/health\"\n#status = 200\n#contains = \"ok\"\n\
         #access = \"public\"                     # or internal\n#every = \"15s\"\n#timeout = \"5s\"\n\
         #slow = \"1s\"                           # slower is degraded\n\
         #failures = 2                          # so many failures among the last …\n#window = 3                            # … so many make it down\n",
    ),
    (
        "example-tcp",
        "#probe = \"tcp\"\n#host = \"192.0.2.10\"\n#port = 25\n",
    ),
    (
        "example-tls",
        "#probe = \"tls\"\n#host = \"example.com\"\n#port = 443\n#server_name = \"example.com\"\n",
    ),
    (
        "example-dns",
        "#probe = \"dns\"\n#host = \"example.com\"\n#server = \"192.0.2.53\"\n#expect = \"192.0.2.10\"\n",
    ),
    (
        "example-redis",
        "#probe = \"redis\"\n#host = \"127.0.0.1\"\n#port = 6379\n\
         #password_env = \"REDIS_PASSWORD\"       # the variable that holds it, never the password itself\n",
    ),
    (
        "example-postgres",
        "#probe = \"postgres\"\n#host = \"127.0.0.1\"\n#port = 5432\n#user = \"postgres\"\n#database = \"postgres\"\n\
         #password_env = \"PGPASSWORD\"\n",
    ),
];

/// What is probably behind a port, by the port the container listens on.
fn suggested_probe(inside: u16, at: SocketAddr) -> String {
    let there = format!("#host = \"{}\"\n#port = {}\n", at.ip(), at.port());
    match inside {
        80 | 3000 | 5000 | 8000 | 8080 => {
            format!("#probe = \"http\"\n#url = \"http://{at}/\"\n")
        }
        443 | 8443 => format!("#probe = \"tls\"\n{there}"),
        6379 => format!("#probe = \"redis\"\n{there}"),
        5432 => format!("#probe = \"postgres\"\n{there}"),
        _ => format!("#probe = \"tcp\"\n{there}"),
    }
}

/// The text as a name that is not taken; `None` when nothing of it can be used.
fn unique(text: &str, names: &BTreeSet<String>) -> Option<String> {
    let word = word(text);
    NodeName::new(&word).ok()?;
    ServiceName::new(&word).ok()?;
    std::iter::once(word.clone())
        .chain((2..1000).map(|number| format!("{}-{number}", &word[..word.len().min(58)])))
        .find(|name| !names.contains(name))
}

/// The characters a name may have; runs of others become one `-`.
fn word(text: &str) -> String {
    let mut word = String::new();
    for c in text
        .trim_start_matches(|c: char| !c.is_ascii_alphanumeric())
        .chars()
        .take(63)
    {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
            word.push(c);
        } else if !word.ends_with('-') {
            word.push('-');
        }
    }
    word.trim_end_matches('-').to_owned()
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
