//! Fleets for tests, made the way the real one is: by events.

use vocab::{
    Access, Bytes, Container, ContainerHappening, ContainerId, ContainerKey, ContainerSample,
    ContainerState, CpuUse, Disk, Health, HostCondition, HostSample, LinkTrouble, Memory, NodeName,
    Origin, Percent, ProbeDetail, ProbeKind, ProbeOutcome, ProbeTrouble, ServiceName, ServiceSpec,
    Span, Text, Time,
};
use world::{Event, Fact, NodeProfile, Site, SiteObjects, SiteState, World};

/// The present of the fixture: 2026-11-21 14:02:11 UTC.
pub const NOW: Time = Time(1_795_269_731_000);

const NODES: [(&str, &str, f32, u64, u64); 4] = [
    ("aurora", "lead", 41.0, 62, 71),
    ("compute-1", "compute", 63.0, 58, 40),
    ("compute-2", "compute", 22.0, 44, 35),
    ("edge-2", "edge", 7.0, 30, 30),
];

const SERVICES: [&str; 5] = [
    "acme.example",
    "delta.example",
    "sigma.example",
    "alpha.example",
    "db-main",
];

/// Nothing is configured.
pub fn empty() -> World {
    World::default()
}

/// A fleet of which nothing was heard yet, judged by the shipped rules without their waits: a fixture has no time.
pub fn waiting() -> World {
    let mut world = World::default();
    let mut rules = config::rules::shipped();
    for rule in &mut rules {
        rule.hold = Span::ZERO;
    }
    apply(&mut world, NOW - Span::hours(1), Fact::RulesDeclared(rules));
    let nodes = NODES
        .map(|(name, role, ..)| NodeProfile {
            role: role.into(),
            region: "fsn1".into(),
            reached_by: Text::line(format!("ssh {name}")),
            ..NodeProfile::new(node(name))
        })
        .into();
    let services = SERVICES.map(spec).into();
    apply(
        &mut world,
        NOW - Span::hours(1),
        Fact::FleetDeclared {
            name: "aurora".into(),
            demo: false,
            nodes,
            services,
        },
    );
    world
}

/// A fleet that does well.
pub fn ok() -> World {
    let mut world = waiting();
    for (name, _, cpu, memory, disk) in NODES {
        apply(
            &mut world,
            NOW - Span::minutes(40),
            Fact::NodeReached {
                node: node(name),
                round_trip: Some(Span::millis(9)),
            },
        );
        let sample = Box::new(sample(cpu, memory));
        apply(
            &mut world,
            NOW - Span::seconds(1),
            Fact::NodeSampled {
                node: node(name),
                sample,
                every: Span::seconds(2),
                origin: Origin::Ssh,
            },
        );
        let condition = Box::new(condition(disk));
        apply(
            &mut world,
            NOW - Span::seconds(1),
            Fact::NodeConditionRead {
                node: node(name),
                condition,
                every: Span::seconds(30),
                origin: Origin::Ssh,
            },
        );
    }
    for service in SERVICES {
        probe(&mut world, service, &Ok(ProbeDetail::Plain));
    }
    containers(
        &mut world,
        "aurora",
        &["caddy", "postgres", "open-webui", "n8n"],
    );
    containers(
        &mut world,
        "compute-1",
        &[
            "acme-app-1",
            "beta-app-1",
            "gamma-app-1",
            "delta-app-1",
            "queue",
        ],
    );
    world
}

/// A fleet in which a container keeps dying, and nothing is down.
pub fn at_risk() -> World {
    let mut world = ok();
    for death in 0..5 {
        let happening = ContainerHappening::Died { exit_code: Some(1) };
        apply(
            &mut world,
            NOW - Span::seconds(260 - death * 50),
            Fact::ContainerHappened {
                key: key("compute-1", "beta-app-1"),
                happening,
            },
        );
    }
    world
}

/// A fleet with a node down, a service down, a silent node and a full one.
pub fn trouble() -> World {
    let mut world = at_risk();
    let text = "no answer from 192.0.2.7 port 22 within 10 s".into();
    apply(
        &mut world,
        NOW - Span::minutes(3),
        Fact::NodeLost {
            node: node("compute-2"),
            trouble: LinkTrouble::Timeout,
            text,
            retry_at: None,
        },
    );
    let trouble = (
        ProbeTrouble::WrongAnswer,
        Text::from("answered 502 to ops@example.com, wanted 200"),
    );
    probe(&mut world, "acme.example", &Err(trouble));
    if let Some(sample) = world
        .nodes
        .get_mut(&node("compute-2"))
        .and_then(|node| node.sample.as_mut())
    {
        sample.at = NOW - Span::minutes(3);
    }
    if let Some(sample) = world
        .nodes
        .get_mut(&node("edge-2"))
        .and_then(|node| node.sample.as_mut())
    {
        sample.at = NOW - Span::seconds(40);
    }
    world
}

/// A fleet with a site that is paid for and does not answer.
pub fn losing() -> World {
    let mut world = ok();
    let domain = vocab::Domain::new("shop.example").expect("a domain");
    let site = Site {
        domain: domain.clone(),
        kind: vocab::SiteKind::Static,
        affiliate: vocab::AffiliateName::new("acme").expect("a name"),
        region: vocab::Region::EuCentral,
        state: SiteState::Active,
        price: "15 USD".parse().expect("an amount"),
        cost: None,
        deployment: vocab::RunId::default(),
        created: NOW - Span::days(30),
        releases: Vec::new(),
        current: vocab::ReleaseId::new("0123456789abcdef").expect("an id"),
        objects: SiteObjects {
            server_name: "aurora".into(),
            subscription: "sub_1".to_owned(),
            ..SiteObjects::default()
        },
    };
    apply(
        &mut world,
        NOW - Span::minutes(9),
        Fact::SiteBooked(Box::new(site)),
    );
    for tick in 0..5 {
        let outcome = ProbeOutcome {
            millis: 30.0,
            result: Err((ProbeTrouble::WrongAnswer, "answered 502".into())),
        };
        apply(
            &mut world,
            NOW - Span::seconds(50 - tick * 10),
            Fact::SiteVisited {
                site: domain.clone(),
                outcome: Box::new(outcome),
                every: Span::seconds(30),
            },
        );
    }
    world
}

/// A fleet whose every source has been silent for some minutes.
pub fn blind() -> (World, Time) {
    (ok(), NOW + Span::minutes(6))
}

fn apply(world: &mut World, at: Time, fact: Fact) {
    world.apply(&Event { at, fact });
}

fn node(name: &str) -> NodeName {
    NodeName::new(name).expect("a node's name")
}

fn key(on: &str, name: &str) -> ContainerKey {
    ContainerKey {
        node: node(on),
        id: id(name),
    }
}

fn id(name: &str) -> ContainerId {
    let digits = name
        .bytes()
        .fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
    ContainerId::new(&format!("{digits:0<12}")).expect("a container's id")
}

fn sample(cpu: f32, memory: u64) -> HostSample {
    HostSample {
        cpu: CpuUse {
            total: Percent(cpu),
            ..CpuUse::default()
        },
        memory: Memory {
            total: Bytes(16 << 30),
            available: Bytes((16 << 30) / 100 * (100 - memory)),
            ..Memory::default()
        },
        uptime: Span::days(41),
        ..HostSample::default()
    }
}

fn condition(disk: u64) -> HostCondition {
    let (total, used) = (160_u64 << 30, (160_u64 << 30) / 100 * disk);
    let disk = Disk {
        mount: "/".into(),
        device: "/dev/sda1".into(),
        total: Bytes(total),
        used: Bytes(used),
        available: Bytes(total - used),
    };
    HostCondition {
        disks: vec![disk],
        temperatures: Vec::new(),
        failed_units: None,
        pending_reboot: None,
    }
}

fn probe(world: &mut World, service: &str, result: &Result<ProbeDetail, (ProbeTrouble, Text)>) {
    for tick in 0..10 {
        let outcome = Box::new(ProbeOutcome {
            millis: 84.0,
            result: result.clone(),
        });
        let service = ServiceName::new(service).expect("a service's name");
        apply(
            world,
            NOW - Span::seconds(6 + (9 - tick) * 10),
            Fact::ServiceProbed { service, outcome },
        );
    }
}

fn containers(world: &mut World, on: &str, names: &[&str]) {
    let row = |name: &&str| Container {
        id: id(name),
        name: Text::line(name),
        image: "registry.example.com/app:42".into(),
        state: ContainerState::Running,
        health: Health::Healthy,
        created: Some(NOW - Span::days(3)),
        started: Some(NOW - Span::hours(5)),
        finished: None,
        exit_code: None,
        out_of_memory: false,
        restarts: 0,
        ports: Vec::new(),
        project: None,
        service: None,
    };
    let at = NOW - Span::minutes(39);
    apply(
        world,
        at,
        Fact::ContainersListed {
            node: node(on),
            containers: names.iter().map(row).collect(),
        },
    );
    let usage = |(number, name): (usize, &&str)| {
        let sample = ContainerSample {
            cpu: Percent(12.1 / (number + 1) as f32),
            memory: Bytes((880 / (number as u64 + 1)) << 20),
            memory_limit: None,
            received: None,
            sent: None,
            read: None,
            written: None,
            pids: None,
        };
        (id(name), sample)
    };
    let samples = names.iter().enumerate().map(usage).collect();
    apply(
        world,
        NOW - Span::seconds(1),
        Fact::ContainersSampled {
            node: node(on),
            samples,
            every: Span::seconds(2),
            origin: Origin::Cgroup,
        },
    );
}

fn spec(name: &str) -> ServiceSpec {
    ServiceSpec {
        name: ServiceName::new(name).expect("a service's name"),
        node: Some(node("aurora")),
        container: None,
        probe: ProbeKind::Http {
            url: Text::line(format!("https://{name}/")),
            status: Some(200),
            contains: None,
        },
        access: Access::Public,
        every: Span::seconds(10),
        timeout: Span::seconds(10),
        slow: Span::seconds(1),
        failures: 2,
        window: 3,
        discovered: false,
    }
}
