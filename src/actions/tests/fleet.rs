//! A small fleet as the tests see it: its world, its connections, its engines.

use std::collections::VecDeque;
use std::sync::Arc;

use drivers::docker::{Behaviour, ExecOutput, SimulatedEngine};
use drivers::host::{CommandLine, CommandOutput, SimulatedHost};
use drivers::{Connection, Connections};
use vocab::{
    Container, ContainerDetails, ContainerId, ContainerKey, ContainerSample, ContainerState,
    EngineFacts, Health, LinkTrouble, NodeName, ObjectKind, Output, ProbeKind, Prunable,
    ServiceName, ServiceSpec, Span, Text, Time,
};
use world::{
    Actor, EngineState, Face, Intent, Link, Node, NodeProfile, Plan, Refusal, TrackedContainer,
    TrackedService, World,
};

use super::recorder::Recorder;

pub const NOW: Time = Time::from_seconds(1_800_000_000);
const STARTED: Time = Time::from_seconds(1_790_000_000);

pub fn node(name: &str) -> NodeName {
    NodeName::new(name).unwrap()
}

/// The id of the container with this number.
pub fn id(number: u64) -> ContainerId {
    ContainerId::new(&format!("{number:012x}")).unwrap()
}

pub fn key(node_name: &str, number: u64) -> ContainerKey {
    ContainerKey {
        node: node(node_name),
        id: id(number),
    }
}

pub fn actor() -> Actor {
    Actor {
        user: "operator".into(),
        face: Face::Internal,
    }
}

fn container(
    number: u64,
    name: &str,
    state: ContainerState,
    compose: Option<(&str, &str)>,
) -> Container {
    Container {
        id: id(number),
        name: name.into(),
        image: Text::line(format!("{name}:1")),
        state,
        health: Health::None,
        created: Some(STARTED),
        started: (state != ContainerState::Created).then_some(STARTED),
        finished: None,
        exit_code: None,
        out_of_memory: false,
        restarts: 0,
        ports: Vec::new(),
        project: compose.map(|(project, _)| project.into()),
        service: compose.map(|(_, service)| service.into()),
    }
}

/// What runs on a node: 1 an app that needs 2, a database; 3 stopped, 4 paused, 5 made and never started.
pub fn containers() -> Vec<(Container, ContainerDetails)> {
    let mut needy = ContainerDetails::default();
    needy.labels.insert(
        "com.docker.compose.depends_on".into(),
        "db:service_healthy:false".into(),
    );
    vec![
        (
            container(
                1,
                "acme-app-1",
                ContainerState::Running,
                Some(("acme", "app")),
            ),
            needy,
        ),
        (
            container(
                2,
                "acme-db-1",
                ContainerState::Running,
                Some(("acme", "db")),
            ),
            ContainerDetails::default(),
        ),
        (
            container(3, "old", ContainerState::Exited, None),
            ContainerDetails::default(),
        ),
        (
            container(4, "frozen", ContainerState::Paused, None),
            ContainerDetails::default(),
        ),
        (
            container(5, "fresh", ContainerState::Created, None),
            ContainerDetails::default(),
        ),
    ]
}

pub fn unused(kind: ObjectKind, name: &str) -> Prunable {
    Prunable {
        kind,
        id: name.into(),
        name: name.into(),
        size: Some(vocab::Bytes(5 << 20)),
        created: Some(NOW - Span::days(8)),
    }
}

fn objects() -> Vec<Prunable> {
    vec![
        unused(ObjectKind::DanglingImage, "0a1b2c3d4e5f"),
        unused(ObjectKind::Volume, "old-data"),
        unused(ObjectKind::Network, "old-net"),
    ]
}

struct Quiet;

impl Behaviour for Quiet {
    fn sample(&self, _container: &Container, _at: Time) -> ContainerSample {
        ContainerSample::default()
    }

    fn line_period(&self, _container: &Container) -> Span {
        Span::seconds(1)
    }

    fn line(&self, _container: &Container, _number: u64) -> (Output, String) {
        (Output::Out, String::new())
    }

    fn execute(&self, _container: &Container, command: &[String]) -> ExecOutput {
        let exit_code = i32::from(command[0] == "false");
        ExecOutput {
            exit_code,
            output: b"token=abcdef123456\n".to_vec(),
        }
    }
}

/// A fleet: `aurora` is this machine, `compute-1` answers over SSH, `edge-2` does not answer.
pub struct Fleet {
    pub world: World,
    pub connections: Connections,
    pub aurora: Arc<Recorder>,
    pub compute: Arc<Recorder>,
}

impl Fleet {
    pub fn new() -> Self {
        Self::with_host(|_, _| CommandOutput {
            status: Some(0),
            stdout: Vec::new(),
            stderr: Vec::new(),
        })
    }

    /// With machines that answer so.
    pub fn with_host(
        answer: impl Fn(&CommandLine, &[u8]) -> CommandOutput + Clone + Send + Sync + 'static,
    ) -> Self {
        let mut world = World {
            now: NOW,
            ..World::default()
        };
        let mut connections = Connections::new();
        let mut recorders = Vec::new();
        for (name, local) in [("aurora", true), ("compute-1", false)] {
            world.nodes.insert(node(name), up(name, local));
            for (container, details) in containers() {
                let key = ContainerKey {
                    node: node(name),
                    id: container.id.clone(),
                };
                world
                    .containers
                    .insert(key.clone(), tracked(key, container, details));
            }
            let engine =
                SimulatedEngine::new(EngineFacts::default(), containers(), objects(), Quiet);
            let recorder = Arc::new(Recorder::new(engine));
            let host = Arc::new(SimulatedHost::new(name, answer.clone()));
            connections.insert(
                node(name),
                Arc::new(Connection::given(host, recorder.clone())),
            );
            recorders.push(recorder);
        }
        let mut edge = up("edge-2", false);
        edge.link = Link::Down {
            since: NOW,
            trouble: LinkTrouble::Timeout,
            text: "no answer from 192.0.2.7".into(),
            retry_at: None,
        };
        world.nodes.insert(node("edge-2"), edge);
        world.containers.insert(key("edge-2", 1), {
            let (container, details) = containers().remove(0);
            tracked(key("edge-2", 1), container, details)
        });
        let spec = service();
        world
            .services
            .insert(spec.name.clone(), TrackedService::new(spec, NOW));
        let compute = recorders.pop().unwrap();
        let aurora = recorders.pop().unwrap();
        Self {
            world,
            connections,
            aurora,
            compute,
        }
    }

    pub async fn plan(&self, intent: Intent) -> Result<Plan, Refusal> {
        crate::plan(
            &self.world,
            &self.connections,
            intent,
            actor(),
            NOW,
            Span::seconds(5),
        )
        .await
    }

    pub async fn planned(&self, verb: world::ContainerVerb, targets: &[ContainerKey]) -> Plan {
        self.plan(Intent::Containers {
            verb,
            targets: targets.to_vec(),
        })
        .await
        .unwrap()
    }
}

fn up(name: &str, local: bool) -> Node {
    let reached_by = if local {
        "this machine".into()
    } else {
        Text::line(format!("ops@{name}"))
    };
    let mut node = Node::new(NodeProfile {
        role: if local {
            "lead".into()
        } else {
            "compute".into()
        },
        local,
        reached_by,
        ..NodeProfile::new(node(name))
    });
    node.link = Link::Up {
        since: NOW,
        round_trip: None,
    };
    node.engine = EngineState::Up {
        facts: Box::default(),
        since: NOW,
    };
    node
}

fn tracked(key: ContainerKey, container: Container, details: ContainerDetails) -> TrackedContainer {
    TrackedContainer {
        key,
        container,
        seen: NOW,
        details: Some(Box::new(details)),
        sample: None,
        deaths: VecDeque::new(),
        out_of_memory_at: None,
        since: NOW,
    }
}

fn service() -> ServiceSpec {
    ServiceSpec {
        name: ServiceName::new("acme.example.com").unwrap(),
        node: Some(node("aurora")),
        container: Some("acme-app-1".into()),
        probe: ProbeKind::Tcp {
            host: "127.0.0.1".into(),
            port: 80,
        },
        access: vocab::Access::Public,
        every: Span::seconds(10),
        timeout: Span::seconds(5),
        slow: Span::seconds(1),
        failures: 2,
        window: 3,
        discovered: true,
    }
}
