//! The stage: what the sources would say of the parts, second by second.

use std::collections::BTreeMap;

use vocab::{
    Bytes, Container, ContainerHappening, ContainerId, ContainerKey, ContainerState, CpuUse, Disk,
    EngineFacts, EngineTrouble, FailedUnit, Gpu, Health, HostCondition, HostSample, LinkTrouble,
    Memory, Mesh, NodeName, Origin, Peer, Span, Temperature, Text, Time,
};
use world::signals::Maintenance;
use world::{Event, Fact, NodeProfile, World};

use crate::business;
use crate::parts::{NodePart, Parts, Way};

/// The second 0 of every script.
pub const START: Time = Time(1_795_269_728_000);

/// A second of a script.
pub fn at(second: i64) -> Time {
    START + Span::seconds(second)
}

/// So long it takes until a link that went silent is given up.
const NOTICED_AFTER: i64 = 8;

/// So long it takes from one attempt at a node to the next.
const TRIED_EVERY: i64 = 8;

/// A fact with the source that says it. The facts of one source keep their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Who says it.
    pub source: String,
    /// What.
    pub fact: Fact,
}

/// The sources of a staged fleet.
#[derive(Debug, Clone, Default)]
pub struct Stage {
    /// The next second.
    second: i64,
    /// What was so a second ago.
    before: Option<Parts>,
    /// Since when each node's link is gone, and whether that was said.
    gone: BTreeMap<String, (i64, bool)>,
}

impl Stage {
    /// What is heard in the next second.
    pub fn tick(&mut self, parts: &Parts) -> Vec<Heard> {
        let second = self.second;
        let mut heard = Vec::new();
        if second == 0 {
            say(&mut heard, "console", business::declared(parts));
        }
        let before = self.before.take();
        if before.as_ref().map(|before| &before.maintenance) != Some(&parts.maintenance) {
            let windows = parts.maintenance.iter().map(|(name, part)| Maintenance {
                name: Text::line(name),
                from: at(part.from),
                lasts: Span::seconds(part.lasts),
                every: None,
                only: part.only.iter().map(Text::line).collect(),
            });
            let windows = Fact::MaintenanceDeclared(windows.collect());
            say(&mut heard, "console", [windows]);
        }
        for (index, (name, part)) in parts.nodes.iter().enumerate() {
            let known = before.as_ref().and_then(|before| before.nodes.get(name));
            let facts = self.node((index, name), part, known, parts.cut);
            say(&mut heard, &format!("node {name}"), facts);
        }
        business::say_all(&mut heard, second, parts, before.as_ref());
        if second > 0 && second % 60 == 0 {
            for (index, fact) in parts.said.iter().enumerate() {
                say(&mut heard, &format!("said {index}"), [fact.clone()]);
            }
        }
        say(&mut heard, "clock", [Fact::TimePassed]);
        self.before = Some(parts.clone());
        self.second += 1;
        heard
    }

    /// Plays a course into a world until the end of a second, and hands back that world.
    pub fn play(&mut self, mut world: World, course: &[(i64, Parts)], until: i64) -> World {
        while self.second <= until {
            let at = at(self.second);
            let parts = parts_at(course, self.second);
            for Heard { fact, .. } in self.tick(parts) {
                world.apply(&Event { at, fact });
            }
        }
        world
    }

    fn node(
        &mut self,
        (index, name): (usize, &str),
        part: &NodePart,
        known: Option<&NodePart>,
        cut: bool,
    ) -> Vec<Fact> {
        let second = self.second;
        let node = node_name(name);
        let way = if cut { Way::Timeout } else { part.link };
        if way != Way::Up {
            let first = !self.gone.contains_key(name);
            let (since, said) = self.gone.entry(name.to_owned()).or_insert((second, false));
            let waits = match way {
                Way::Refused | Way::KeyChanged => 0,
                Way::HalfOpen => 16,
                // Not all links of a fleet are given up in the same second.
                _ => NOTICED_AFTER + i64::try_from(index % 3).unwrap_or_default(),
            };
            let gone_for = second - *since - waits;
            if gone_for < 0 || gone_for % TRIED_EVERY != 0 {
                return Vec::new();
            }
            let connecting = *said || first && second == 0;
            *said = true;
            return lost(node, way, connecting, gone_for);
        }
        let mut facts = Vec::new();
        let back = self.gone.remove(name).is_some_and(|(_, said)| said) || second == 0;
        if back {
            facts.push(Fact::NodeReached {
                node: node.clone(),
                round_trip: Some(Span::millis(12)),
            });
        }
        if second % 2 == 0 && !part.frozen {
            facts.push(sampled(&node, part));
        }
        let other = known != Some(part);
        if back || (second % 30 == 0 || other) && !part.frozen {
            facts.extend(conditions(&node, part, second));
        }
        let known = known.filter(|_| !back);
        engine(&node, part, known, second, &mut facts);
        facts
    }
}

/// The parts that are so in a second.
pub fn parts_at(course: &[(i64, Parts)], second: i64) -> &Parts {
    let mut latest = &course[0].1;
    for (from, parts) in course {
        if *from <= second {
            latest = parts;
        }
    }
    latest
}

/// Adds what a source says.
pub fn say(heard: &mut Vec<Heard>, source: &str, facts: impl IntoIterator<Item = Fact>) {
    heard.extend(facts.into_iter().map(|fact| Heard {
        source: source.to_owned(),
        fact,
    }));
}

pub fn node_name(text: &str) -> NodeName {
    NodeName::new(text).unwrap()
}

pub fn profile(name: &str) -> NodeProfile {
    NodeProfile {
        reached_by: Text::line(name),
        ..NodeProfile::new(node_name(name))
    }
}

fn lost(node: NodeName, way: Way, connecting: bool, gone_for: i64) -> Vec<Fact> {
    let (trouble, text) = match way {
        Way::Refused => (LinkTrouble::Refused, "connection refused"),
        Way::KeyChanged => (LinkTrouble::HostKeyChanged, "the host key has changed"),
        _ if gone_for == 0 && !connecting => (LinkTrouble::Lost, "the connection went silent"),
        _ => (LinkTrouble::Timeout, "no answer"),
    };
    let mut facts = Vec::new();
    if connecting {
        facts.push(Fact::NodeConnecting {
            node: node.clone(),
            attempt: 1,
        });
    }
    facts.push(Fact::NodeLost {
        node,
        trouble,
        text: text.into(),
        retry_at: None,
    });
    facts
}

fn sampled(node: &NodeName, part: &NodePart) -> Fact {
    let sample = HostSample {
        cpu: CpuUse::default(),
        load: [part.load; 3],
        memory: Memory {
            total: Bytes(100 << 20),
            available: Bytes((100 - part.memory.min(100)) << 20),
            ..Memory::default()
        },
        clock_skew: part.skew,
        ..HostSample::default()
    };
    Fact::NodeSampled {
        node: node.clone(),
        sample: Box::new(sample),
        every: Span::seconds(2),
        origin: Origin::Ssh,
    }
}

fn conditions(node: &NodeName, part: &NodePart, second: i64) -> Vec<Fact> {
    let disk = |(mount, used): (&String, &u64)| Disk {
        mount: Text::line(mount),
        device: "/dev/sda1".into(),
        total: Bytes(100 << 30),
        used: Bytes(used << 30),
        available: Bytes((100 - used.min(&100)) << 30),
    };
    let condition = HostCondition {
        disks: part.disks.iter().map(disk).collect(),
        temperatures: part
            .temperature
            .map(|celsius| Temperature {
                sensor: "package".into(),
                celsius,
                limit: Some(100.0),
            })
            .into_iter()
            .collect(),
        failed_units: Some(
            part.units
                .iter()
                .map(|name| FailedUnit {
                    name: Text::line(name),
                    description: Text::default(),
                })
                .collect(),
        ),
        pending_reboot: part.reboot.as_ref().map(Text::line),
    };
    let every = Span::seconds(30);
    let mut facts = vec![Fact::NodeConditionRead {
        node: node.clone(),
        condition: Box::new(condition),
        every,
        origin: Origin::Ssh,
    }];
    let gpus = part
        .gpus
        .iter()
        .zip(0..)
        .map(|((uuid, celsius), index)| Gpu {
            index,
            name: "L4".into(),
            uuid: Text::line(uuid),
            load: None,
            memory_used: Bytes(0),
            memory_total: Bytes(24 << 30),
            celsius: Some(*celsius),
            watts: None,
            watts_limit: None,
            fault: None,
            processes: Vec::new(),
        });
    facts.push(Fact::GpusSampled {
        node: node.clone(),
        gpus: gpus.collect(),
        every,
    });
    facts.push(mesh(node, part, second));
    facts
}

fn mesh(node: &NodeName, part: &NodePart, second: i64) -> Fact {
    let peer = |name: &String, silence: i64, keepalive: Option<Span>| Peer {
        interface: "wg0".into(),
        public_key: Text::line(name),
        endpoint: None,
        allowed: Text::line(name),
        handshake: Some(at(second - silence)),
        received: Bytes(0),
        sent: Bytes(0),
        keepalive,
    };
    let kept = part.peers.iter();
    let kept = kept.map(|(name, silence)| peer(name, *silence, Some(Span::seconds(25))));
    let quiet = part.quiet_peers.iter();
    let quiet = quiet.map(|(name, silence)| peer(name, *silence, None));
    Fact::MeshRead {
        node: node.clone(),
        mesh: Box::new(Mesh {
            interfaces: Vec::new(),
            peers: kept.chain(quiet).collect(),
        }),
        every: Span::seconds(30),
    }
}

/// What the engine says: nothing, as long as nothing happens.
fn engine(
    node: &NodeName,
    part: &NodePart,
    known: Option<&NodePart>,
    second: i64,
    facts: &mut Vec<Fact>,
) {
    let same = |known: &NodePart| {
        known.engine == part.engine
            && known.containers == part.containers
            && known.crowd == part.crowd
    };
    if known.is_some_and(same) {
        return;
    }
    if let Some(why) = &part.engine {
        facts.push(Fact::EngineLost {
            node: node.clone(),
            trouble: EngineTrouble::Failing,
            text: Text::line(why),
        });
        return;
    }
    if known.is_none_or(|known| known.engine.is_some()) {
        facts.push(Fact::EngineReached {
            node: node.clone(),
            facts: Box::new(EngineFacts {
                version: "29.0".into(),
                api: "1.50".into(),
                cgroup_version: 2,
                cgroup_driver: "systemd".into(),
                reached_by: Text::default(),
            }),
        });
    }
    for (name, container) in &part.containers {
        let before = known.and_then(|known| known.containers.get(name));
        let deaths = before.map_or(0, |before| before.deaths);
        let key = key(node, name);
        for _ in deaths..container.deaths {
            let happenings = [
                ContainerHappening::Died { exit_code: Some(1) },
                ContainerHappening::Started,
            ];
            facts.extend(happenings.map(|happening| Fact::ContainerHappened {
                key: key.clone(),
                happening,
            }));
        }
    }
    let mut containers: Vec<Container> = part
        .containers
        .iter()
        .map(|(name, part)| container(node, name, part, second))
        .collect();
    let crowd = (0..part.crowd).map(|number| {
        let name = format!("crowd-{number}");
        container(node, &name, &crate::parts::ContainerPart::default(), 0)
    });
    containers.extend(crowd);
    facts.push(Fact::ContainersListed {
        node: node.clone(),
        containers,
    });
}

fn key(node: &NodeName, name: &str) -> ContainerKey {
    let digest = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ContainerKey {
        node: node.clone(),
        id: ContainerId::new(&format!("{digest:016x}").repeat(4)).unwrap(),
    }
}

fn container(
    node: &NodeName,
    name: &str,
    part: &crate::parts::ContainerPart,
    second: i64,
) -> Container {
    let ended = part.exit.is_some();
    Container {
        id: key(node, name).id,
        name: Text::line(name),
        image: "registry.example.com/app:1".into(),
        state: if ended {
            ContainerState::Exited
        } else {
            ContainerState::Running
        },
        health: if part.unhealthy {
            Health::Unhealthy
        } else {
            Health::Healthy
        },
        created: Some(START),
        started: Some(START),
        finished: ended.then(|| at(second)),
        exit_code: part.exit,
        out_of_memory: part.starved,
        restarts: 0,
        ports: Vec::new(),
        project: None,
        service: None,
    }
}
