//! Who plays: the machines, their containers and the services of the simulated fleet.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use drivers::docker::SimulatedEngine;
use drivers::host::SimulatedHost;
use drivers::{Connection, EngineAddress};
use kit::backoff::mix;
use vocab::{
    Attachment, Bytes, Container, ContainerDetails, ContainerId, ContainerState, EngineFacts,
    Health, Limits, Mount, NodeName, ObjectKind, Port, Protocol, Prunable, Span, Text, Time,
    Variable, mask,
};
use world::NodeProfile;

use super::behaviour::Programs;
use super::host::{self, Part};
use super::scenario::{DOWN_AT, FULL_AT, Mended, Scenario};
use super::shape::{chance, salt};
use super::{Actor, Simulation, Size, backups, services, sites};

/// The machines that are always there, in this order: name, role, region, part.
const LEADING: [(&str, &str, &str, Part); 6] = [
    (
        "aurora",
        "lead",
        "eu-central",
        Part {
            cores: 8,
            memory: 32,
            busy: 0.41,
            gpus: 0,
            away: 12,
            disk: 0.71,
        },
    ),
    (
        "compute-1",
        "compute",
        "eu-central",
        Part {
            cores: 16,
            memory: 64,
            busy: 0.72,
            gpus: 2,
            away: 9,
            disk: 0.40,
        },
    ),
    (
        "edge-2",
        "edge",
        "us-east",
        Part {
            cores: 2,
            memory: 4,
            busy: 0.18,
            gpus: 0,
            away: 96,
            disk: 0.35,
        },
    ),
    (
        "compute-2",
        "compute",
        "eu-central",
        Part {
            cores: 16,
            memory: 64,
            busy: 0.55,
            gpus: 1,
            away: 10,
            disk: 0.44,
        },
    ),
    (
        "vps-fsn-07",
        "edge",
        "eu-central",
        Part {
            cores: 2,
            memory: 4,
            busy: 0.12,
            gpus: 0,
            away: 18,
            disk: 0.22,
        },
    ),
    (
        "vps-ash-02",
        "edge",
        "us-east",
        Part {
            cores: 2,
            memory: 4,
            busy: 0.22,
            gpus: 0,
            away: 96,
            disk: 0.35,
        },
    ),
];

/// The services of the house: project, service, image, port.
const HOUSE: [(&str, &str, u16); 10] = [
    ("open-webui", "open-webui:0.6", 3000),
    ("n8n", "n8n:1.110", 5678),
    ("postgres", "postgres:16", 5432),
    ("flowise", "flowise:3.0", 3001),
    ("ollama", "ollama:0.12", 11434),
    ("langfuse", "langfuse:3", 3010),
    ("neo4j", "neo4j:5", 7474),
    ("searxng", "searxng:2026", 8080),
    ("caddy", "caddy:2", 443),
    ("redis", "redis:7", 6379),
];

/// First words of the sites' names.
const SITES: [&str; 24] = [
    "acme", "beta", "gamma", "delta", "alpha", "kappa", "sigma", "theta", "lambda", "omega",
    "zeta", "iota", "maple", "cedar", "birch", "rowan", "hazel", "aspen", "linden", "willow",
    "juniper", "laurel", "alder", "elder",
];

/// The whole fleet.
pub(super) fn fleet(size: Size, scenario: Scenario, now: Time) -> Simulation {
    let mended = Mended::default();
    let count = size.nodes.clamp(1, 1000);
    let containers = size.containers.min(20_000);
    let rate = (size.log_rate / containers.max(1) as f64).max(0.0);
    let mut rows: Vec<Vec<(Container, ContainerDetails)>> =
        (0..count).map(|_| Vec::new()).collect();
    for number in 0..containers {
        let node = if number < HOUSE.len() {
            0
        } else {
            place(number, count)
        };
        rows[node].push(container(number, size.seed, now));
    }
    let actors: Vec<Actor> = rows
        .into_iter()
        .enumerate()
        .filter_map(|(number, rows)| actor(number, rows, rate, size.seed, now, &mended))
        .collect();
    let services = services::of(&actors);
    let mut sites = sites::of(&SITES, size.sites, size.seed, now);
    sites::settle(&mut sites, &actors);
    Simulation {
        actors,
        services,
        terms: sites::terms(now),
        backup_rules: backups::rules(),
        sites,
        scenario,
        mended,
        seed: size.seed,
        rate,
    }
}

/// These go to one machine, so that much stands on it.
const CROWD: std::ops::Range<usize> = 38..73;

/// Sites go to every machine but the first, where the services of the house are.
const fn place(number: usize, nodes: usize) -> usize {
    if nodes == 1 {
        0
    } else if nodes > DOWN_AT && CROWD.start <= number && number < CROWD.end {
        DOWN_AT
    } else {
        1 + (number * 3 + number / 7) % (nodes - 1)
    }
}

fn actor(
    number: usize,
    rows: Vec<(Container, ContainerDetails)>,
    rate: f64,
    seed: u64,
    now: Time,
    mended: &Mended,
) -> Option<Actor> {
    let (name, role, region, part) = match LEADING.get(number) {
        Some((name, role, region, part)) => ((*name).to_owned(), *role, *region, *part),
        None => follower(number, seed),
    };
    let profile = NodeProfile {
        role: Text::line(role),
        region: Text::line(region),
        reached_by: Text::line("simulated"),
        address: Some(Text::line(format!("192.0.2.{}", number % 250 + 1))),
        vpn_address: Some(Text::line(format!("198.51.100.{}", number % 250 + 1))),
        ..NodeProfile::new(NodeName::new(&name).ok()?)
    };
    let facts = EngineFacts {
        version: Text::line("28.5.1"),
        api: Text::line("1.51"),
        cgroup_version: 2,
        cgroup_driver: Text::line("systemd"),
        reached_by: Text::line("simulated engine"),
    };
    let engine = SimulatedEngine::new(facts, rows, prunable(number, now), Programs { seed, rate });
    let host: SimulatedHost = host::machine(&name, mended.clone());
    let connection = Arc::new(Connection::given(
        Arc::new(host.clone()),
        Arc::new(engine.clone()),
    ));
    debug_assert_eq!(connection.engine, EngineAddress::Given);
    Some(Actor {
        profile,
        connection,
        host,
        engine,
        part,
    })
}

/// A machine beyond the leading ones.
fn follower(number: usize, seed: u64) -> (String, &'static str, &'static str, Part) {
    let (place, region) = [
        ("fsn", "eu-central"),
        ("nbg", "eu-central"),
        ("ash", "us-east"),
        ("sin", "asia-pacific"),
    ][number % 4];
    let part = Part {
        cores: 2 + 2 * (number % 3) as u32,
        memory: 4 + 4 * (number % 3) as u64,
        busy: 0.08 + 0.5 * chance(seed, 11, number as u64),
        gpus: 0,
        away: [18, 21, 96, 180][number % 4],
        disk: 0.2 + 0.5 * chance(seed, 12, number as u64),
    };
    (format!("vps-{place}-{number:02}"), "edge", region, part)
}

/// The `number`th container: first the services of the house, then sites, each an application and now and then a database.
fn container(number: usize, seed: u64, now: Time) -> (Container, ContainerDetails) {
    let id = identity(number, seed);
    let age = Span::minutes(30 + (chance(seed, 5, number as u64) * 20_000.0) as i64);
    if let Some((name, image, port)) = HOUSE.get(number) {
        return row(id, (name, image, *port), None, now - age);
    }
    let site = number - HOUSE.len();
    let word = SITES[site % SITES.len()];
    let project = if site < SITES.len() {
        word.to_owned()
    } else {
        format!("{word}-{}", site / SITES.len() + 1)
    };
    let service = if site % 5 == 4 { "db" } else { "app" };
    let image = if service == "db" {
        "mariadb:11"
    } else {
        ["wordpress:6", "node:22", "caddy:2"][site % 3]
    };
    let name = format!("{project}-{service}-1");
    row(
        id,
        (&name, image, 3002 + site as u16 % 20_000),
        Some((&project, service)),
        now - age,
    )
}

/// 64 hexadecimal digits that depend on the seed and the number.
fn identity(number: usize, seed: u64) -> ContainerId {
    let mut part = mix(seed ^ salt("container")) ^ number as u64;
    let mut digits = String::with_capacity(64);
    for _ in 0..4 {
        part = mix(part);
        let _ = write!(digits, "{part:016x}");
    }
    ContainerId::new(&digits).unwrap_or_else(|_| identity(number + 1, seed))
}

fn row(
    id: ContainerId,
    (name, image, port): (&str, &str, u16),
    site: Option<(&str, &str)>,
    started: Time,
) -> (Container, ContainerDetails) {
    let container = Container {
        id,
        name: Text::line(name),
        image: Text::line(image),
        state: ContainerState::Running,
        health: if name.ends_with("-db-1") {
            Health::None
        } else {
            Health::Healthy
        },
        created: Some(started - Span::minutes(2)),
        started: Some(started),
        finished: None,
        exit_code: None,
        out_of_memory: false,
        restarts: 0,
        ports: vec![Port {
            private: port,
            public: Some(port),
            address: Some(Text::line("127.0.0.1")),
            protocol: Protocol::Tcp,
        }],
        project: site.map(|(project, _)| Text::line(project)),
        service: site.map(|(_, service)| Text::line(service)),
    };
    let variable = |name: &str, value: &str| Variable {
        name: Text::line(name),
        value: mask::environment_value(name, value),
    };
    let details = ContainerDetails {
        command: Text::line(format!(
            "/usr/bin/{}",
            image.split(':').next().unwrap_or_default()
        )),
        folder: Text::line("/srv"),
        user: Text::default(),
        restart_policy: Text::line("unless-stopped"),
        environment: vec![
            variable("NODE_ENV", "production"),
            variable("PORT", &port.to_string()),
            variable("DATABASE_URL", "postgres://app:demo@postgres:5432/app"),
            variable("STRIPE_SECRET_KEY", "demo"),
        ],
        mounts: vec![Mount {
            kind: Text::line("volume"),
            source: Text::line(format!("{name}_data")),
            target: Text::line("/srv/data"),
            read_only: false,
        }],
        limits: Limits {
            memory: Some(Bytes(512 << 20)),
            cpus: Some(0.5),
            pids: Some(200),
        },
        networks: vec![Attachment {
            network: Text::line("fleet"),
            address: Text::line("198.51.100.10"),
        }],
        labels: BTreeMap::new(),
        health_log: Vec::new(),
        pid: Some(4000 + u32::from(port)),
        log_driver: Text::line("json-file"),
        privileged: false,
        inspect: Text::block(format!(
            "{{\n  \"Name\": \"/{name}\",\n  \"Image\": \"{image}\",\n  \"Demo\": true\n}}"
        )),
    };
    (container, details)
}

fn prunable(number: usize, now: Time) -> Vec<Prunable> {
    // Where the disk fills, old images are what fills it.
    let images = if number == FULL_AT { 12 } else { 1 };
    let object = |kind, id: String, name: &str, size: u64, days: i64| Prunable {
        kind,
        id: Text::line(id),
        name: Text::line(name),
        size: Some(Bytes(size << 20)),
        created: Some(now - Span::days(days)),
    };
    vec![
        object(
            ObjectKind::DanglingImage,
            format!("sha256:{number:064x}"),
            "<none>",
            840 * images,
            41,
        ),
        object(
            ObjectKind::UnusedImage,
            format!("sha256:{:064x}", number + 4096),
            "node:20",
            1100 * images,
            90,
        ),
        object(
            ObjectKind::Volume,
            format!("old_data_{number}"),
            "old_data",
            320,
            120,
        ),
        object(
            ObjectKind::Network,
            format!("{:064x}", number + 8192),
            "old_default",
            0,
            120,
        ),
    ]
}
