//! Discovery, case by case.

use vocab::{ContainerId, ContainerState, Health};

use super::*;

fn node() -> NodeName {
    NodeName::new("aurora").unwrap()
}

/// A running container; ports as `address:public->private/protocol`, or `private` for one that is not published.
fn container(name: &str, image: &str, ports: &[&str]) -> Container {
    let port = |text: &&str| {
        let (outside, inside) = text
            .split_once("->")
            .map_or((None, *text), |(outside, inside)| (Some(outside), inside));
        let (private, protocol) = inside.split_once('/').unwrap_or((inside, "tcp"));
        let (address, public) = outside.and_then(|outside| outside.rsplit_once(':')).unzip();
        Port {
            private: private.parse().unwrap(),
            public: public.map(|public| public.parse().unwrap()),
            address: address.map(Text::from),
            protocol: if protocol == "udp" {
                Protocol::Udp
            } else {
                Protocol::Tcp
            },
        }
    };
    Container {
        id: ContainerId::new("0123456789ab").unwrap(),
        name: name.into(),
        image: image.into(),
        state: ContainerState::Running,
        health: Health::None,
        created: None,
        started: None,
        finished: None,
        exit_code: None,
        out_of_memory: false,
        restarts: 0,
        ports: ports.iter().map(port).collect(),
        project: None,
        service: None,
    }
}

fn here(containers: &[Container], declared: &[ServiceSpec]) -> Vec<ServiceSpec> {
    discover(
        Place {
            node: &node(),
            local: true,
            host: None,
        },
        containers,
        declared,
    )
}

fn there(containers: &[Container]) -> Vec<ServiceSpec> {
    discover(
        Place {
            node: &node(),
            local: false,
            host: Some("aurora.example.com"),
        },
        containers,
        &[],
    )
}

fn target(found: &[ServiceSpec]) -> Vec<String> {
    found
        .iter()
        .map(|spec| format!("{} {}", spec.probe.word(), spec.probe.target()))
        .collect()
}

#[test]
fn known_programs_are_asked_in_their_language() {
    let all = [
        container("web", "nginx:1.27", &["0.0.0.0:8081->80"]),
        container("db", "postgres:15", &["127.0.0.1:5433->5432"]),
        container("cache", "redis:7", &["0.0.0.0:6380->6379", ":::6380->6379"]),
        container(
            "app",
            "registry.example.com:5000/shop:3",
            &["0.0.0.0:9000->9000"],
        ),
    ];
    let found = here(&all, &[]);
    assert_eq!(
        target(&found),
        [
            "tcp 127.0.0.1:9000",
            "redis 127.0.0.1:6380",
            "postgres 127.0.0.1:5433/postgres",
            "http http://127.0.0.1:8081/"
        ]
    );
    let spec = &found[0];
    assert_eq!(
        (
            spec.name.as_str(),
            spec.container.as_deref(),
            spec.discovered
        ),
        ("aurora/app", Some("app"), true)
    );
    assert_eq!(
        (spec.every, spec.timeout, spec.failures, spec.window),
        (Span::seconds(15), Span::seconds(5), 2, 3)
    );
}

#[test]
fn a_node_far_away_is_reached_where_it_publishes() {
    let all = [
        container("a", "caddy", &["127.0.0.1:8081->80"]),
        container("b", "caddy", &["0.0.0.0:8082->80"]),
        container("c", "app", &["192.0.2.9:8083->80"]),
        container("d", "caddy", &["2001:db8::9:8084->80"]),
        container("e", "app", &[":::8085->80"]),
    ];
    assert_eq!(
        target(&there(&all)),
        [
            "http http://aurora.example.com:8082/",
            "tcp 192.0.2.9:8083",
            "http http://[2001:db8::9]:8084/",
            "tcp aurora.example.com:8085"
        ]
    );
    let without_host = discover(
        Place {
            node: &node(),
            local: false,
            host: None,
        },
        &all,
        &[],
    );
    assert_eq!(
        target(&without_host),
        ["tcp 192.0.2.9:8083", "http http://[2001:db8::9]:8084/"]
    );
}

#[test]
fn the_likeliest_port_is_taken() {
    let all = [
        container(
            "proxy",
            "traefik:3",
            &["0.0.0.0:8080->8080", "0.0.0.0:443->443", "0.0.0.0:81->80"],
        ),
        container("secure", "nginx", &["0.0.0.0:8443->443"]),
        container(
            "store",
            "redis",
            &["0.0.0.0:8001->8001", "0.0.0.0:6379->6379"],
        ),
        container(
            "two",
            "app",
            &[
                "0.0.0.0:9002->9002",
                "0.0.0.0:9001->9001",
                "0.0.0.0:9000->9000/udp",
            ],
        ),
    ];
    assert_eq!(
        target(&here(&all, &[])),
        [
            "http http://127.0.0.1:81/",
            "tcp 127.0.0.1:8443",
            "redis 127.0.0.1:6379",
            "tcp 127.0.0.1:9001"
        ]
    );
}

#[test]
fn what_cannot_or_must_not_be_probed_is_left_out() {
    let stopped = Container {
        state: ContainerState::Exited,
        ..container("stopped", "nginx", &["0.0.0.0:80->80"])
    };
    let all = [
        stopped,
        container("inside", "postgres", &["5432"]),
        container("datagrams", "coredns", &["0.0.0.0:53->53/udp"]),
        container("sql", "mysql:8", &["0.0.0.0:3306->3306"]),
        container("odd name", "nginx", &["0.0.0.0:80->80"]),
    ];
    assert_eq!(target(&here(&all, &[])), Vec::<String>::new());
}

#[test]
fn declared_services_are_not_found_again() {
    let all = [container("web", "nginx", &["0.0.0.0:8081->80"])];
    let found = here(&all, &[]).remove(0);
    let declared = |probe: ProbeKind, node: Option<NodeName>| ServiceSpec {
        name: ServiceName::new("shop").unwrap(),
        node,
        probe,
        discovered: false,
        ..found.clone()
    };
    let url = |url: &str| ProbeKind::Http {
        url: url.into(),
        status: None,
        contains: None,
    };
    for probe in [
        url("http://localhost:8081/health"),
        url("https://user@[::1]:8081?x"),
        ProbeKind::Tcp {
            host: "127.0.0.1".into(),
            port: 8081,
        },
    ] {
        assert!(
            here(&all, &[declared(probe.clone(), None)]).is_empty(),
            "{probe:?}"
        );
    }
    assert!(
        here(
            &all,
            &[declared(url("http://shop.example.com:8081/"), Some(node()))]
        )
        .is_empty(),
        "by the node"
    );
    assert_eq!(
        here(
            &all,
            &[declared(url("http://shop.example.com:8081/"), None)]
        )
        .len(),
        1
    );
    assert_eq!(
        here(&all, &[declared(url("http://localhost/"), None)]).len(),
        1,
        "another port"
    );
    assert_eq!(
        here(&all, std::slice::from_ref(&found)).len(),
        1,
        "what was found before is found again"
    );
}
