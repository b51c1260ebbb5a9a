//! The fleet of the tests, as events, logs, runs and audit lines.

use vocab::{
    Access, Attachment, Bytes, Container, ContainerDetails, ContainerId, ContainerKey,
    ContainerSample, ContainerState, CpuUse, Disk, EngineFacts, FailedUnit, Health, HostCondition,
    HostFacts, HostSample, Interface, Level, LinkTrouble, LogItem, LogLine, LogSource, Memory,
    Mount, NodeName, Origin, Output, Percent, Port, ProbeDetail, ProbeKind, ProbeOutcome,
    ProbeTrouble, Protocol, Rate, Replica, Role, RunId, ServiceName, ServiceSpec, Span, StyledText,
    Text, Variable,
};
use world::plan::StepCall;
use world::{
    Actor, AuditLine, Confirmation, ContainerVerb, Event, Face, Fact, Intent, NodeProfile, Plan,
    PlanObject, PlannedStep, Point, Reversibility, Run, RunState, StepRecord, StepState,
};

use super::{NOW, ago};

pub(super) fn node(name: &str) -> NodeName {
    NodeName::new(name).unwrap()
}

fn at(span: Span, fact: Fact) -> Event {
    Event {
        at: ago(span),
        fact,
    }
}

/// A fleet of these nodes and services.
pub(super) fn declared(names: &[&str], services: Vec<ServiceSpec>) -> Event {
    let profile = |name: &&str| NodeProfile {
        role: Text::line(if name.starts_with("db") {
            "backup"
        } else {
            "compute"
        }),
        reached_by: Text::line(format!("deploy@{name}.example.com")),
        ..NodeProfile::new(node(name))
    };
    let nodes = names.iter().map(profile).collect();
    at(
        Span::minutes(5),
        Fact::FleetDeclared {
            name: "aurora".into(),
            demo: false,
            nodes,
            services,
        },
    )
}

#[expect(clippy::too_many_lines, reason = "data: one event after another")]
pub(super) fn events() -> Vec<Event> {
    let services = vec![
        service(
            "acme.example.com",
            "web-1",
            Some("acme-app-1"),
            ProbeKind::Http {
                url: "https://acme.example.com/".into(),
                status: None,
                contains: None,
            },
        ),
        service(
            "orders-db",
            "db-1",
            None,
            ProbeKind::Postgres {
                host: "192.0.2.20".into(),
                port: 5432,
                user: "postgres".into(),
                database: "orders".into(),
                password_env: None,
            },
        ),
    ];
    let mut events = vec![declared(&["web-1", "db-1", "edge-1"], services)];
    events.extend(up("web-1"));
    events.extend(up("db-1"));
    events.extend([
        at(
            Span::minutes(3),
            Fact::NodeConnecting {
                node: node("edge-1"),
                attempt: 1,
            },
        ),
        at(
            Span::minutes(3),
            Fact::NodeLost {
                node: node("edge-1"),
                trouble: LinkTrouble::Timeout,
                text: "no answer within 5 s".into(),
                retry_at: None,
            },
        ),
        at(
            Span::minutes(2),
            Fact::ContainersListed {
                node: node("web-1"),
                containers: vec![app(), caddy("bbbbbbbbbbbb")],
            },
        ),
        at(
            Span::minutes(2),
            Fact::ContainersListed {
                node: node("db-1"),
                containers: vec![backup(), caddy("cccccccccccc")],
            },
        ),
        at(
            Span::minutes(1),
            Fact::ContainerInspected {
                node: node("web-1"),
                container: Box::new(app()),
                details: Box::new(details()),
            },
        ),
        at(
            Span::seconds(1),
            Fact::ContainersSampled {
                node: node("web-1"),
                samples: vec![
                    (id("aaaaaaaaaaaa"), sample(41.5)),
                    (id("bbbbbbbbbbbb"), sample(0.4)),
                ],
                every: Span::seconds(2),
                origin: Origin::Cgroup,
            },
        ),
        at(
            Span::seconds(1),
            Fact::ContainersSampled {
                node: node("db-1"),
                samples: vec![(id("cccccccccccc"), sample(1.2))],
                every: Span::seconds(2),
                origin: Origin::Cgroup,
            },
        ),
        probed(
            "acme.example.com",
            Ok(ProbeDetail::Http {
                status: 200,
                body: Bytes(512),
                certificate: None,
            }),
        ),
        probed(
            "orders-db",
            Ok(ProbeDetail::Postgres {
                role: Role::Primary,
                version: "16.4".into(),
                connections: (12, 100),
                size: Bytes(3 << 30),
                replicas: vec![Replica {
                    name: "db-2".into(),
                    state: "streaming".into(),
                    lag: Some(Span::millis(40)),
                    lag_bytes: Some(Bytes(2048)),
                    connected: true,
                }],
            }),
        ),
    ]);
    events
}

/// The node that was down comes back and has no container.
pub(super) fn mended() -> Vec<Event> {
    let mut events = up("edge-1");
    events.push(at(
        Span::seconds(1),
        Fact::ContainersListed {
            node: node("edge-1"),
            containers: Vec::new(),
        },
    ));
    events.extend(["web-1", "db-1", "edge-1"].map(|name| {
        at(
            Span::seconds(1),
            Fact::NodeConditionRead {
                node: node(name),
                condition: Box::new(HostCondition {
                    failed_units: Some(Vec::new()),
                    ..condition()
                }),
                every: Span::seconds(30),
                origin: Origin::Ssh,
            },
        )
    }));
    events
}

fn up(name: &str) -> Vec<Event> {
    let node = node(name);
    vec![
        at(
            Span::minutes(4),
            Fact::NodeReached {
                node: node.clone(),
                round_trip: Some(Span::millis(12)),
            },
        ),
        at(
            Span::minutes(4),
            Fact::NodeDescribed {
                node: node.clone(),
                facts: Box::new(HostFacts {
                    hostname: name.into(),
                    system: "Debian GNU/Linux 12 (bookworm)".into(),
                    kernel: "6.1.0-18-amd64".into(),
                    architecture: "x86_64".into(),
                    cores: 4,
                    processor: "Example CPU".into(),
                }),
            },
        ),
        at(
            Span::seconds(1),
            Fact::NodeSampled {
                node: node.clone(),
                sample: Box::new(host_sample()),
                every: Span::seconds(2),
                origin: Origin::Ssh,
            },
        ),
        at(
            Span::seconds(1),
            Fact::NodeConditionRead {
                node: node.clone(),
                condition: Box::new(condition()),
                every: Span::seconds(30),
                origin: Origin::Ssh,
            },
        ),
        at(
            Span::minutes(3),
            Fact::EngineReached {
                node,
                facts: Box::new(EngineFacts {
                    version: "27.3.1".into(),
                    api: "1.47".into(),
                    ..EngineFacts::default()
                }),
            },
        ),
    ]
}

fn host_sample() -> HostSample {
    HostSample {
        cpu: CpuUse {
            total: Percent(41.0),
            user: Percent(30.0),
            system: Percent(11.0),
            ..CpuUse::default()
        },
        load: [1.25, 0.9, 0.75],
        memory: Memory {
            total: Bytes(8 << 30),
            available: Bytes(3 << 30),
            ..Memory::default()
        },
        interfaces: vec![Interface {
            name: "eth0".into(),
            received: Rate(20_480),
            sent: Rate(4096),
            errors: 0,
        }],
        uptime: Span::days(12),
        round_trip: Some(Span::millis(12)),
        ..HostSample::default()
    }
}

fn condition() -> HostCondition {
    HostCondition {
        disks: vec![Disk {
            mount: "/".into(),
            device: "/dev/sda1".into(),
            total: Bytes(100 << 30),
            used: Bytes(71 << 30),
            available: Bytes(29 << 30),
        }],
        failed_units: Some(vec![FailedUnit {
            name: "backup.service".into(),
            description: "Nightly backup".into(),
        }]),
        ..HostCondition::default()
    }
}

pub(super) fn id(text: &str) -> ContainerId {
    ContainerId::new(text).unwrap()
}

fn container(id_text: &str, name: &str, image: &str) -> Container {
    Container {
        id: id(id_text),
        name: name.into(),
        image: image.into(),
        state: ContainerState::Running,
        health: Health::None,
        created: Some(ago(Span::days(2))),
        started: Some(ago(Span::hours(5))),
        finished: None,
        exit_code: None,
        out_of_memory: false,
        restarts: 0,
        ports: Vec::new(),
        project: None,
        service: None,
    }
}

fn app() -> Container {
    Container {
        health: Health::Healthy,
        ports: vec![Port {
            private: 8443,
            public: Some(443),
            address: Some("0.0.0.0".into()),
            protocol: Protocol::Tcp,
        }],
        project: Some("acme".into()),
        service: Some("app".into()),
        ..container(
            "aaaaaaaaaaaa",
            "acme-app-1",
            "registry.example.com/acme/app:1.4.2",
        )
    }
}

fn caddy(id: &str) -> Container {
    container(id, "caddy", "caddy:2.8")
}

fn backup() -> Container {
    Container {
        state: ContainerState::Exited,
        exit_code: Some(0),
        finished: Some(ago(Span::hours(3))),
        ..container("dddddddddddd", "backup", "restic:0.17")
    }
}

fn details() -> ContainerDetails {
    ContainerDetails {
        command: "/app/serve --port 8443".into(),
        restart_policy: "unless-stopped".into(),
        environment: vec![
            Variable {
                name: "RAILS_ENV".into(),
                value: "production".into(),
            },
            Variable {
                name: "DATABASE_PASSWORD".into(),
                value: "••••••••".into(),
            },
        ],
        mounts: vec![Mount {
            kind: "volume".into(),
            source: "acme_data".into(),
            target: "/data".into(),
            read_only: false,
        }],
        networks: vec![Attachment {
            network: "acme_default".into(),
            address: "192.0.2.30".into(),
        }],
        log_driver: "json-file".into(),
        ..ContainerDetails::default()
    }
}

fn sample(cpu: f32) -> ContainerSample {
    ContainerSample {
        cpu: Percent(cpu),
        memory: Bytes(212 << 20),
        pids: Some(9),
        ..ContainerSample::default()
    }
}

fn service(name: &str, on: &str, container: Option<&str>, probe: ProbeKind) -> ServiceSpec {
    ServiceSpec {
        name: ServiceName::new(name).unwrap(),
        node: Some(node(on)),
        container: container.map(Text::line),
        probe,
        access: Access::Internal,
        every: Span::seconds(15),
        timeout: Span::seconds(5),
        slow: Span::seconds(1),
        failures: 2,
        window: 3,
        discovered: container.is_some(),
    }
}

fn probed(name: &str, result: Result<ProbeDetail, (ProbeTrouble, Text)>) -> Event {
    let outcome = Box::new(ProbeOutcome {
        millis: 23.4,
        result,
    });
    at(
        Span::seconds(4),
        Fact::ServiceProbed {
            service: ServiceName::new(name).unwrap(),
            outcome,
        },
    )
}

/// A service that fails so often that it is down.
pub(super) fn failed(name: &str, why: &str) -> [Event; 2] {
    [(); 2].map(|()| probed(name, Err((ProbeTrouble::Refused, why.into()))))
}

/// How it answered before.
pub(super) fn answered() -> Vec<Point> {
    [(70, 90.0), (30, 30.0), (20, 40.0), (10, 20.0)]
        .map(|(minutes, value)| Point {
            at: ago(Span::minutes(minutes)),
            value,
        })
        .to_vec()
}

/// What the containers wrote.
pub(super) fn log(source: &LogSource) -> Vec<LogItem> {
    let line = |millis: i64, level: Level, text: &str| {
        LogItem::Line(LogLine {
            at: ago(Span(millis)),
            output: Output::Out,
            level,
            text: StyledText::new(text.as_bytes()),
        })
    };
    match source {
        LogSource::Container(key) if key.id.short() == "aaaaaaaaaaaa" => vec![
            line(5000, Level::Info, "GET /orders 200"),
            line(4000, Level::Warn, "slow query: 1.2 s"),
            LogItem::Gap {
                at: ago(Span(3500)),
                reason: "rotated".into(),
            },
            line(2000, Level::Info, "\x1b[32mGET /health\x1b[0m 200"),
            line(1000, Level::Unknown, "GET / 200"),
        ],
        LogSource::Container(_) => vec![
            line(4500, Level::Info, "served"),
            line(1500, Level::Error, "upstream gone"),
        ],
        _ => Vec::new(),
    }
}

fn run_id(number: u128) -> RunId {
    RunId(format!("0193{number:028x}").parse::<RunId>().unwrap().0)
}

pub(super) fn runs() -> Vec<Run> {
    vec![run(2, RunState::Failed), run(1, RunState::Verified)]
}

fn run(number: u128, state: RunState) -> Run {
    let key = ContainerKey {
        node: node("web-1"),
        id: id("aaaaaaaaaaaa"),
    };
    let verb = ContainerVerb::Restart;
    let plan = Plan {
        id: run_id(number),
        intent: Intent::Containers {
            verb,
            targets: vec![key.clone()],
        },
        by: Actor {
            user: "operator".into(),
            face: Face::Console,
        },
        made: ago(Span::hours(2)),
        title: "restart acme/app".into(),
        reversibility: Reversibility::Disruptive,
        confirmation: Confirmation::Letter('r'),
        objects: vec![PlanObject {
            node: node("web-1"),
            kind: "container".into(),
            name: "acme-app-1".into(),
            detail: "running".into(),
        }],
        steps: vec![PlannedStep {
            object: 0,
            title: "restart".into(),
            exact: "POST /containers/aaaaaaaaaaaa/restart?t=10".into(),
            call: StepCall::Container { verb, key },
            deadline: Span::seconds(30),
        }],
        verification: "looks until it runs anew".into(),
        inverse: None,
        warnings: Vec::new(),
        one_by_one: false,
        expected: Span::seconds(12),
    };
    let took = Span::millis(1240);
    let step = if state == RunState::Failed {
        StepState::Failed {
            took,
            reason: "docker said: no such image".into(),
        }
    } else {
        StepState::Done {
            took,
            note: "started anew".into(),
        }
    };
    let mut run = Run::new(plan, state, ago(Span::hours(2)));
    run.ended = Some(run.taken + Span::seconds(2));
    run.steps = vec![StepRecord {
        state: step,
        ..StepRecord::default()
    }];
    run
}

pub(super) fn audit() -> Vec<AuditLine> {
    let line = |sequence: u64, verb: &str| AuditLine {
        sequence,
        at: NOW - Span::hours(2) + Span::seconds(i64::try_from(sequence).unwrap()),
        by: Actor {
            user: "operator".into(),
            face: Face::Shell,
        },
        run: Some(run_id(1)),
        verb: verb.into(),
        subject: "restart acme/app".into(),
        detail: "web-1: acme-app-1".into(),
    };
    vec![line(1, "submitted"), line(2, "verified")]
}
