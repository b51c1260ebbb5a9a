//! Fleet files: what they can say, what is wrong with them, and the one that is written first.

use std::net::SocketAddr;

use proptest::prelude::*;
use vocab::{Access, LogSource, NodeName, ProbeKind, Span};

use super::write::{Found, FoundContainer, FoundContext, FoundHost, example};
use super::{DockerAddress, Fleet, Reach, Role, read};
use crate::Report;
use crate::reader::Document;

pub(super) fn parsed(text: &str) -> (Fleet, String) {
    let mut report = Report::default();
    let fleet = Document::parse(&"fleet.toml".into(), text, &mut report).map(|document| {
        let fleet = read(&document);
        document.finish(&mut report);
        fleet
    });
    (fleet.unwrap_or_default(), report.to_string())
}

const WHOLE: &str = r#"
name = "aurora"
[local]
watch = false
name = "desk"
[discover]
services = false
[[nodes]]
name = "lead-1"
role = "lead"
region = "fsn1"
reach = "ssh"
ssh = "aurora"
user = "deploy"
port = 2222
identity = "/keys/one"
ssh_config = "/etc/ssh/other"
address = "2001:db8::1"
vpn_address = "192.0.2.1"
labels = { rack = "a1" }
docker = "tcp://127.0.0.1:2375"
[[nodes]]
name = "here"
reach = "local"
docker = false
[[services]]
name = "site"
node = "lead-1"
probe = "http"
url = "https://example.com:8443/health?x=1"
status = 204
contains = "ok"
access = "public"
every = "1m"
timeout = "10s"
slow = "200ms"
failures = 3
window = 5
[[services]]
name = "names"
probe = "dns"
host = "example.com"
server = "2001:db8::53"
[[logs]]
node = "lead-1"
unit = "nginx.service"
[[logs]]
node = "desk"
file = "/var/log/syslog"
name = "syslog"
"#;

#[test]
fn everything_can_be_said() {
    let (fleet, report) = parsed(WHOLE);
    assert_eq!(report, "");
    assert_eq!(fleet.name.as_deref(), Some("aurora"));
    assert!(!fleet.watch_local && !fleet.discover_services);
    let lead = &fleet.nodes[0];
    assert_eq!(
        (lead.role, lead.region.as_deref()),
        (Role::Lead, Some("fsn1"))
    );
    assert_eq!(
        lead.docker,
        DockerAddress::Tcp {
            host: "127.0.0.1".into(),
            port: 2375
        }
    );
    assert_eq!(lead.labels.get("rack").map(|text| &**text), Some("a1"));
    let Reach::Ssh(target) = &lead.reach else {
        panic!("over SSH")
    };
    assert_eq!(
        (&*target.destination, target.user.as_deref(), target.port),
        ("aurora", Some("deploy"), Some(2222))
    );
    assert_eq!(
        target.identity.as_deref(),
        Some(std::path::Path::new("/keys/one"))
    );
    assert_eq!(
        (&fleet.nodes[1].reach, &fleet.nodes[1].docker),
        (&Reach::Local, &DockerAddress::Off)
    );
    let site = &fleet.services[0];
    assert_eq!(
        (site.access, site.every, site.slow),
        (Access::Public, Span::minutes(1), Span::millis(200))
    );
    assert_eq!((site.failures, site.window), (3, 5));
    assert!(
        matches!(&fleet.services[1].probe, ProbeKind::Dns { server: Some(server), .. } if *server == "[2001:db8::53]:53")
    );
    assert!(
        matches!(&fleet.logs[0].source, LogSource::Journal { unit: Some(unit), .. } if unit.as_str() == "nginx.service")
    );
    assert_eq!(fleet.logs[1].source.node().as_str(), "desk");
}

const BROKEN: &str = r#"nmae = "x"
[[nodes]]
name = "web-1"
adress = "192.0.2.1"
[[nodes]]
name = "web-1"
[[nodes]]
name = "-rf"
[[nodes]]
role = "leed"
[[nodes]]
name = "web-2"
reach = "local"
port = 0
[[nodes]]
name = "web-3"
ssh = "192.0.2.3:22"
[[services]]
name = "site"
node = "web-9"
probe = "http"
url = "ftp://example.com"
[[services]]
name = "cache"
probe = "redis"
host = "192.0.2.1"
url = "http://example.com"
password = "hunter2"
[[services]]
name = "db"
probe = "postgres"
host = "192.0.2.1"
password_env = "hunter2!"
[[services]]
name = "mail"
node = "web-3"
probe = "tcp"
host = "192.0.2.1"
every = "2s"
timeout = "5s"
failures = 4
[[services]]
name = "ok"
node = "web-3"
probe = "tls"
host = "example.com"
[[logs]]
node = "web-1"
[[logs]]
node = "web-1"
file = "syslog"
unit = "nginx"
"#;

/// What is wrong with it, behind the file's name.
const PROBLEMS: [&str; 20] = [
    "1: nmae: unknown field; did you mean \"name\"?",
    "4: nodes[0].adress: unknown field; did you mean \"address\"?",
    "6: nodes[1].name: \"web-1\" is the name of the one in line 2 already; choose another",
    "8: nodes[2].name: \"-rf\" is no node name: letters, digits, '-', '_' and '.', at most 63, beginning with a letter or digit",
    "9: nodes[3].name: missing; each needs a name of its own",
    "10: nodes[3].role: must be one of \"lead\", \"backup\", \"compute\", \"edge\"; did you mean \"lead\"?",
    "14: nodes[4].port: must be from 1 to 65535",
    "14: nodes[4].port: means nothing with reach = \"local\"; take it out, or write reach = \"ssh\"",
    "17: nodes[5].ssh: must not hold a port or a scheme; write the port in the field port",
    "20: services[0].node: no node is called \"web-9\"; did you mean \"web-1\"?",
    "22: services[0].url: must begin with http:// or https://",
    "27: services[1].url: means nothing to a redis probe; it belongs to http",
    "28: services[1].password: must not stand in the file; name the environment variable that holds it in password_env",
    "33: services[2].password_env: must be the name of an environment variable that holds the password, such as \"SHOP_DB_PASSWORD\"; never the password itself",
    "34: services[3].port: missing; write port = 8080",
    "40: services[3].timeout: must not be longer than every: a probe would overtake the one before",
    "47: logs[0]: says no source; write file = \"/var/log/…\", journal = true or unit = \"nginx.service\"",
    "51: logs[1].file: must be the absolute path of a file, such as \"/var/log/syslog\"",
    "51: logs[1].file: stands beside journal or unit; write a [[logs]] table for each",
    "52: logs[1].unit: \"nginx\" is no systemd unit name: letters, digits and ':-_.\\@' with a suffix such as .service, at most 255, not beginning with '-'",
];

#[test]
fn every_mistake_is_reported_at_once_and_the_rest_is_used() {
    let (fleet, report) = parsed(BROKEN);
    let lines: Vec<&str> = report.lines().collect();
    let wanted: Vec<String> = PROBLEMS
        .iter()
        .map(|line| format!("fleet.toml:{line}"))
        .collect();
    assert_eq!(lines, wanted);
    assert!(!report.contains("hunter2"), "a password is never repeated");
    let names: Vec<&str> = fleet.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["web-1"]);
    let services: Vec<&str> = fleet
        .services
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    assert_eq!(
        services,
        ["cache", "ok"],
        "an unknown field alone does not cost the entry"
    );
}

#[test]
fn syntax_errors_say_their_line_and_nothing_is_used() {
    let (fleet, report) = parsed("name = \"aurora\"\n[[nodes]\nname = web\n");
    assert_eq!(fleet, Fleet::default());
    let first = report.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("fleet.toml:2: no valid TOML: "),
        "{report}"
    );
    assert!(
        first.ends_with("nothing in this file is used until this is mended"),
        "{report}"
    );
    assert!(
        report.lines().any(|line| line.starts_with("fleet.toml:3:")),
        "the next one too: {report}"
    );
}

#[test]
fn a_key_that_stands_twice_costs_only_itself() {
    let (fleet, report) =
        parsed("name = \"aurora\"\nname = \"other\"\n[[nodes]]\nname = \"web-1\"\n");
    assert_eq!(report, "fleet.toml:2: name is given twice here; keep one");
    assert_eq!(
        (fleet.name.as_deref(), fleet.nodes.len()),
        (Some("aurora"), 1)
    );
}

#[test]
fn two_nodes_cannot_both_be_this_machine() {
    let (fleet, report) = parsed(
        "[[nodes]]\nname = \"a\"\nreach = \"local\"\n[[nodes]]\nname = \"b\"\nreach = \"local\"\n",
    );
    assert_eq!(
        report,
        "fleet.toml:6: nodes[1].reach: the node in line 1 is this machine already; only one can be"
    );
    assert_eq!(fleet.nodes.len(), 1);
}

#[test]
fn what_refers_to_a_broken_node_is_not_reported_again() {
    let (fleet, report) = parsed(
        "[[nodes]]\nname = \"a\"\nport = 0\n[[services]]\nname = \"s\"\nnode = \"a\"\nprobe = \"tcp\"\nhost = \"h\"\nport = 1\n\
         [[logs]]\nnode = \"a\"\njournal = true\n",
    );
    assert_eq!(
        report,
        "fleet.toml:3: nodes[0].port: must be from 1 to 65535"
    );
    assert_eq!(
        (fleet.services.len(), fleet.logs.len()),
        (1, 0),
        "the probe goes out from here; the log is on the node"
    );
}

#[test]
fn this_machine_is_watched_unless_it_is_declared_or_refused() {
    let host = NodeName::new("desk").expect("a name");
    let names = |text: &str| -> Vec<String> {
        let (fleet, report) = parsed(text);
        assert_eq!(report, "");
        fleet
            .nodes_to_watch(&host)
            .iter()
            .map(|node| node.name.to_string())
            .collect()
    };
    assert_eq!(names(""), ["desk"]);
    assert_eq!(names("[[nodes]]\nname = \"a\"\n"), ["desk", "a"]);
    assert_eq!(names("[[nodes]]\nname = \"desk\"\n"), ["local", "desk"]);
    assert_eq!(names("[local]\nname = \"here\"\n"), ["here"]);
    assert_eq!(names("[local]\nwatch = false\n"), [""; 0]);
    assert_eq!(names("[[nodes]]\nname = \"a\"\nreach = \"local\"\n"), ["a"]);
}

#[test]
fn a_probe_that_is_hasty_has_defaults_to_match() {
    let (fleet, report) = parsed(
        "[[services]]\nname = \"s\"\nprobe = \"tcp\"\nhost = \"h\"\nport = 1\nevery = \"2s\"\nfailures = 5\n",
    );
    assert_eq!(report, "");
    let service = &fleet.services[0];
    assert_eq!(
        (
            service.timeout,
            service.slow,
            service.failures,
            service.window
        ),
        (Span::seconds(2), Span::seconds(1), 5, 5)
    );
}

fn here(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn found() -> Found {
    let ssh = |alias: &str, user: Option<&str>| FoundHost {
        alias: alias.into(),
        hostname: Some("192.0.2.7".into()),
        user: user.map(Into::into),
        port: Some(2222),
    };
    let context = |name: &str, endpoint: &str, current| FoundContext {
        name: name.into(),
        endpoint: endpoint.into(),
        current,
    };
    let container = |name: &str, ports: &[(u16, u16)]| FoundContainer {
        name: name.into(),
        ports: ports
            .iter()
            .map(|(inside, at)| (*inside, here(*at)))
            .collect(),
    };
    Found {
        host: "desk".into(),
        ssh_hosts: vec![
            ssh("web-1", Some("deploy")),
            ssh("*", None),
            ssh("web-1", None),
            ssh("-oProxyCommand=x", None),
            ssh("a b\n[x]", None),
        ],
        docker_contexts: vec![
            context("rootless", "unix:///run/user/1000/docker.sock", true),
            context("far", "ssh://deploy@far.example.com:2222", false),
            context("open", "tcp://192.0.2.9:2375", false),
        ],
        containers: vec![
            container("shop/app", &[(8080, 18_080)]),
            container("db", &[(5432, 5432), (9, 9)]),
            container("", &[(80, 80)]),
        ],
    }
}

/// The file with every field taken into use.
fn uncommented(text: &str) -> String {
    let lines = text.lines().map(|line| {
        line.strip_prefix('#')
            .filter(|rest| !rest.starts_with(' '))
            .unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_first_file_is_read_back_as_it_is_and_with_everything_taken_into_use() {
    for found in [Found::default(), found()] {
        let text = example(&found);
        let (_, report) = parsed(&text);
        assert_eq!(report, "", "{text}");
        let all = uncommented(&text);
        let (fleet, report) = parsed(&all);
        assert_eq!(report, "", "{all}");
        assert!(fleet.services.len() >= 6 && fleet.logs.len() == 3);
        assert!(fleet.providers.hetzner.is_some() && fleet.backup.is_some());
        assert_eq!(
            (
                fleet.affiliates.len(),
                fleet.hosting.map(|hosting| hosting.price.to_string())
            ),
            (1, Some("$15.00".into()))
        );
    }
    let (fleet, _) = parsed(&example(&found()));
    let names: Vec<&str> = fleet.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["desk", "web-1", "far"]);
    assert_eq!(
        fleet.nodes[0].docker,
        DockerAddress::Unix("/run/user/1000/docker.sock".into())
    );
}

#[test]
fn the_first_file_shows_every_field_there_is() {
    let text = uncommented(&example(&found()));
    for field in WHOLE
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(field, _)| field)
    {
        assert!(
            text.lines()
                .any(|line| line.starts_with(&format!("{field} = "))),
            "{field}"
        );
    }
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC{0,200}") {
        parsed(&text);
    }

    #[test]
    fn nothing_that_looks_like_a_fleet_panics(
        text in "((\\[\\[(nodes|services|logs)\\]\\]|(name|node|probe|url|host|port|ssh|docker|every|labels|journal) = ('[a-z:/@.0-9é\\[\\]-]{0,12}'|'http'|'tcp'|'https://[a-z:@\\[\\]0-9/]{0,9}'|-?[0-9]{1,22}|true|\\{\\}))\n){0,30}"
    ) {
        parsed(&text);
    }

    #[test]
    fn whatever_was_found_the_first_file_is_read_back(
        host in "\\PC{0,10}", alias in "\\PC{0,80}", user in "\\PC{0,10}", endpoint in "(unix|ssh|tcp)://[\\PC]{0,12}", name in "[\\PC\n\"\\\\]{0,80}"
    ) {
        let text = example(&Found {
            host,
            ssh_hosts: vec![FoundHost { alias, user: Some(user), ..FoundHost::default() }],
            docker_contexts: vec![FoundContext { name: name.clone(), endpoint, current: true }],
            containers: vec![FoundContainer { name, ports: vec![(80, here(80))] }],
        });
        for text in [uncommented(&text), text] {
            let (_, report) = parsed(&text);
            prop_assert_eq!(report, "", "{}", text);
        }
    }
}
