//! What the benches share: fleets and logs of any size, always the same ones.
//!
//! `cargo bench -p wheelhouse-benches` measures the parts; `tests/load` measures the whole program from outside. Figures of
//! different runs on a shared machine say little: compare those of one run with each other.

use vocab::{
    Bytes, Container, ContainerId, ContainerSample, ContainerState, CpuUse, Health, HostSample,
    LogBatch, LogItem, LogLine, LogSource, Memory, NodeName, Origin, Output, Percent, Rate, Span,
    StyledText, Text, Time,
};
use world::logs::level;
use world::{Event, Fact, NodeProfile, World};

/// When all of it happens.
pub const START: Time = Time(1_795_269_728_000);

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The name of a node.
///
/// # Panics
/// Never: every number makes a name within its grammar.
#[expect(
    clippy::expect_used,
    reason = "the name is within its grammar for every number"
)]
pub fn node(index: usize) -> NodeName {
    NodeName::new(&format!("compute-{index}")).expect("a name")
}

/// The id of a container.
#[expect(
    clippy::expect_used,
    reason = "sixty-four hexadecimal digits, as the grammar wants them"
)]
fn id(node: usize, index: usize) -> ContainerId {
    ContainerId::new(&format!("{:064x}", node << 32 | index)).expect("an id")
}

fn profile(name: NodeName) -> NodeProfile {
    NodeProfile {
        reached_by: Text::line(format!("deploy@{name}")),
        role: "compute".into(),
        region: "north".into(),
        ..NodeProfile::new(name)
    }
}

/// The events that make a fleet of so many nodes, with so many containers on all of them together.
pub fn fleet(nodes: usize, containers: usize) -> Vec<Event> {
    let names: Vec<NodeName> = (0..nodes).map(node).collect();
    let declared = Fact::FleetDeclared {
        name: "aurora".into(),
        demo: false,
        nodes: names.iter().cloned().map(profile).collect(),
        services: Vec::new(),
    };
    let mut facts = vec![declared];
    for (index, name) in names.iter().enumerate() {
        facts.push(Fact::NodeReached {
            node: name.clone(),
            round_trip: Some(Span::millis(12)),
        });
        let here = containers / nodes + usize::from(index < containers % nodes);
        let listed = (0..here).map(|number| container(index, number)).collect();
        facts.push(Fact::ContainersListed {
            node: name.clone(),
            containers: listed,
        });
        facts.push(host_sampled(index, 0));
        facts.push(containers_sampled(index, here, 0));
    }
    facts
        .into_iter()
        .map(|fact| Event { at: START, fact })
        .collect()
}

/// A world that has taken in a fleet, and two minutes of samples.
pub fn world(nodes: usize, containers: usize) -> World {
    let mut world = World::default();
    for event in fleet(nodes, containers) {
        world.apply(&event);
    }
    for turn in 1..60 {
        for event in sweep(nodes, containers, turn) {
            world.apply(&event);
        }
    }
    world
}

/// One sample of every node and every container, two seconds a turn.
pub fn sweep(nodes: usize, containers: usize, turn: usize) -> Vec<Event> {
    let at = START + Span::seconds(2 * signed(turn));
    let mut events = Vec::with_capacity(2 * nodes);
    for index in 0..nodes {
        let here = containers / nodes + usize::from(index < containers % nodes);
        events.push(Event {
            at,
            fact: host_sampled(index, turn),
        });
        events.push(Event {
            at,
            fact: containers_sampled(index, here, turn),
        });
    }
    events
}

fn container(node: usize, index: usize) -> Container {
    Container {
        id: id(node, index),
        name: Text::line(format!("shop-{node}-worker-{index}")),
        image: "registry.example.com/shop/worker:1.42".into(),
        state: if index % 17 == 16 {
            ContainerState::Exited
        } else {
            ContainerState::Running
        },
        health: if index.is_multiple_of(3) {
            Health::Healthy
        } else {
            Health::None
        },
        created: Some(START - Span::days(3)),
        started: Some(START - Span::hours(5)),
        finished: None,
        exit_code: (index % 17 == 16).then_some(1),
        out_of_memory: false,
        restarts: 0,
        ports: Vec::new(),
        project: Some(Text::line(format!("shop-{}", index % 7))),
        service: Some("worker".into()),
    }
}

fn host_sampled(index: usize, turn: usize) -> Fact {
    let share = Percent(((index * 7 + turn * 3) % 100) as f32);
    let sample = HostSample {
        cpu: CpuUse {
            total: share,
            user: share,
            cores: vec![share; 8],
            ..CpuUse::default()
        },
        load: [0.4, 0.3, 0.2],
        memory: Memory {
            total: Bytes(16 << 30),
            available: Bytes(6 << 30),
            ..Memory::default()
        },
        disk_read: Rate(1 << 20),
        uptime: Span::hours(90),
        ..HostSample::default()
    };
    Fact::NodeSampled {
        node: node(index),
        sample: Box::new(sample),
        every: Span::seconds(2),
        origin: Origin::Ssh,
    }
}

/// One sweep over the containers of a node.
pub fn containers_sampled(index: usize, containers: usize, turn: usize) -> Fact {
    let sample = |number: usize| ContainerSample {
        cpu: Percent(((number * 13 + turn * 5) % 100) as f32),
        memory: Bytes(((number as u64 % 200) + 1) << 20),
        memory_limit: Some(Bytes(512 << 20)),
        received: Some(Rate(number as u64 * 100)),
        sent: Some(Rate(turn as u64 * 100)),
        read: Some(Rate(0)),
        written: Some(Rate(4096)),
        pids: Some(7),
    };
    let samples: Vec<_> = (0..containers)
        .map(|number| (id(index, number), sample(number)))
        .collect();
    Fact::ContainersSampled {
        node: node(index),
        samples,
        every: Span::seconds(2),
        origin: Origin::Cgroup,
    }
}

/// The bytes of a line as services write them; every 100,003rd holds the rare word `needle`.
pub fn raw_line(index: usize) -> Vec<u8> {
    let stamp = (START + Span::millis(signed(index))).to_string();
    let rare = if index % 100_003 == 100_002 {
        " needle"
    } else {
        ""
    };
    let text = match index % 5 {
        0 => format!(
            "{stamp} INFO  worker-{:02} GET /products/{index} 200 in {} ms{rare}",
            index % 64,
            index % 900
        ),
        1 => format!(
            r#"{{"ts":"{stamp}","level":"info","msg":"order {index} stored{rare}","http":{{"status":200,"ms":{}}}}}"#,
            index % 900
        ),
        2 => format!(
            "\x1b[2m{stamp}\x1b[0m \x1b[32m INFO\x1b[0m \x1b[2mshop::cart\x1b[0m: item {index} added{rare}"
        ),
        3 => format!(
            "time=\"{stamp}\" level=warning msg=\"slow query{rare}\" duration={}ms rows={}",
            index % 3000,
            index % 77
        ),
        _ => format!(
            "192.0.2.{} - - \"POST /checkout HTTP/1.1\" 502 157 \"-\" \"größe {index}{rare}\"",
            index % 250
        ),
    };
    text.into_bytes()
}

/// Lines as a source delivers them: sanitised, masked, with their level.
pub fn batch(from: usize, count: usize) -> LogBatch {
    let item = |index: usize| {
        let text = StyledText::new(&raw_line(index));
        LogItem::Line(LogLine {
            at: START + Span::millis(signed(index)),
            output: Output::Out,
            level: level::recognise(text.as_str()),
            text,
        })
    };
    let source = LogSource::Journal {
        node: node(0),
        unit: None,
    };
    LogBatch {
        source,
        items: (from..from + count).map(item).collect(),
        skipped: 0,
    }
}
