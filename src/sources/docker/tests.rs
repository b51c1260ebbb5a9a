//! The source against a simulated engine: what it sends, how it heals; and sweeps over real containers, when there are any.

use std::sync::Arc;
use std::time::Duration;

use drivers::docker::{Behaviour, ExecOutput, SimulatedEngine};
use drivers::host::{CommandOutput, SimulatedHost};
use drivers::{Connection, DriverError, Trouble};
use kit::queue;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use vocab::{
    Container, ContainerDetails, ContainerHappening, ContainerId, ContainerKey, ContainerSample,
    ContainerState, EngineFacts, EngineTrouble, Health, NodeName, Output, Percent, Span, Text,
    Time,
};
use world::{Event, Fact, Interest};

use crate::{Context, NodeTarget};

struct Steady;

impl Behaviour for Steady {
    fn sample(&self, _: &Container, _: Time) -> ContainerSample {
        ContainerSample {
            cpu: Percent(12.5),
            ..ContainerSample::default()
        }
    }

    fn line_period(&self, _: &Container) -> Span {
        Span::seconds(1)
    }

    fn line(&self, _: &Container, number: u64) -> (Output, String) {
        (Output::Out, number.to_string())
    }

    fn execute(&self, _: &Container, _: &[String]) -> ExecOutput {
        ExecOutput {
            exit_code: 0,
            output: Vec::new(),
        }
    }
}

fn id(n: u32) -> ContainerId {
    ContainerId::new(&format!("{n:012x}")).expect("an id")
}

fn container(n: u32, state: ContainerState) -> (Container, ContainerDetails) {
    let container = Container {
        id: id(n),
        name: Text::line(format!("web-{n}")),
        image: Text::line("shop/web:1"),
        state,
        health: Health::None,
        created: Some(Time::from_seconds(1_700_000_000)),
        started: Some(Time::from_seconds(1_700_000_000)),
        finished: None,
        exit_code: None,
        out_of_memory: false,
        restarts: 0,
        ports: Vec::new(),
        project: None,
        service: None,
    };
    (container, ContainerDetails::default())
}

struct Watched {
    engine: SimulatedEngine,
    events: queue::Receiver<Event>,
    interest: watch::Sender<Interest>,
    cancel: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

fn node() -> NodeName {
    NodeName::new("aurora").expect("a name")
}

/// A machine that knows no command: nothing here may need one.
fn silent_host() -> SimulatedHost {
    SimulatedHost::new("aurora", |_, _| CommandOutput {
        status: Some(127),
        stdout: Vec::new(),
        stderr: Vec::new(),
    })
}

fn watched(count: u32) -> Watched {
    let containers = (0..count).map(|n| {
        container(
            n,
            if n == 0 {
                ContainerState::Exited
            } else {
                ContainerState::Running
            },
        )
    });
    let engine = SimulatedEngine::new(
        EngineFacts::default(),
        containers.collect(),
        Vec::new(),
        Steady,
    );
    let (sender, events) = queue::channel(1024);
    let (interest, seen) = watch::channel(Interest::default());
    let cancel = CancellationToken::new();
    let context = Context {
        events: sender,
        interest: seen,
        cancel: cancel.clone(),
        looks: crate::Looks::default(),
        refresh: Span::seconds(2),
    };
    let connection = Connection::given(Arc::new(silent_host()), Arc::new(engine.clone()));
    let target = NodeTarget {
        node: node(),
        local: true,
        connection: Arc::new(connection),
    };
    let task = tokio::spawn(super::watch(context, target));
    Watched {
        engine,
        events,
        interest,
        cancel,
        task,
    }
}

impl Watched {
    /// The next fact for which `pick` has an answer; what comes before it is left out.
    async fn next<T>(&mut self, pick: impl Fn(Fact) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the source lives");
                if let Some(found) = pick(event.fact) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(2), found)
            .await
            .expect("comes in time")
    }
}

fn inspected(fact: Fact) -> Option<Container> {
    match fact {
        Fact::ContainerInspected { container, .. } => Some(*container),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn the_beginning_is_facts_list_and_inspects_with_running_ones_first() {
    let mut source = watched(6);
    source
        .next(|fact| matches!(fact, Fact::EngineReached { .. }).then_some(()))
        .await;
    let listed = source
        .next(|fact| match fact {
            Fact::ContainersListed { containers, .. } => Some(containers),
            _ => None,
        })
        .await;
    assert_eq!(listed.len(), 6);
    let mut order = Vec::new();
    for _ in 0..6 {
        order.push(source.next(inspected).await);
    }
    assert_eq!(
        order.last().map(|container| container.id.clone()),
        Some(id(0)),
        "the stopped one comes last"
    );
    assert!(order[0].started.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_event_is_told_and_its_container_inspected() {
    let mut source = watched(3);
    for _ in 0..3 {
        source.next(inspected).await;
    }
    source
        .engine
        .happen(&id(1), ContainerHappening::Died { exit_code: Some(9) });
    let key = source
        .next(|fact| match fact {
            Fact::ContainerHappened {
                key,
                happening: ContainerHappening::Died { exit_code: Some(9) },
            } => Some(key),
            _ => None,
        })
        .await;
    assert_eq!(
        key,
        ContainerKey {
            node: node(),
            id: id(1)
        }
    );
    let container = source.next(inspected).await;
    assert_eq!(
        (container.id, container.state, container.exit_code),
        (id(1), ContainerState::Exited, Some(9))
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_engine_is_told_once_and_found_again_without_losing_what_happened() {
    let mut source = watched(2);
    for _ in 0..2 {
        source.next(inspected).await;
    }
    source
        .engine
        .happen(&id(1), ContainerHappening::Health(Health::Healthy));
    source.next(inspected).await;
    source.engine.fail(Some(DriverError::new(
        Trouble::Absent,
        "the engine is being restarted",
    )));
    let (trouble, text) = source
        .next(|fact| match fact {
            Fact::EngineLost { trouble, text, .. } => Some((trouble, text)),
            _ => None,
        })
        .await;
    assert_eq!(
        (trouble, text.as_str()),
        (EngineTrouble::Absent, "the engine is being restarted")
    );
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert!(
        source.events.try_recv().is_none(),
        "told once, not at each attempt"
    );
    source
        .engine
        .happen(&id(1), ContainerHappening::OutOfMemory);
    source.engine.fail(None);
    source
        .next(|fact| matches!(fact, Fact::EngineReached { .. }).then_some(()))
        .await;
    let happening = source
        .next(|fact| match fact {
            Fact::ContainerHappened { happening, .. } => Some(happening),
            _ => None,
        })
        .await;
    assert_eq!(
        happening,
        ContainerHappening::OutOfMemory,
        "what happened meanwhile, and nothing twice"
    );
}

#[tokio::test(start_paused = true)]
async fn without_files_what_is_looked_at_is_asked_for_often_and_the_rest_seldom() {
    let mut source = watched(4);
    let key = ContainerKey {
        node: node(),
        id: id(2),
    };
    source.interest.send_modify(|interest| {
        interest.containers.insert(key);
    });
    let mut shown = 0;
    let mut others = 0;
    while others < 2 {
        let (samples, every) = source
            .next(|fact| match fact {
                Fact::ContainersSampled { samples, every, .. } => Some((samples, every)),
                _ => None,
            })
            .await;
        assert!(
            samples
                .iter()
                .all(|(_, sample)| sample.cpu == Percent(12.5))
        );
        if every == Span::seconds(20) {
            others += 1;
            assert!(samples.iter().any(|(sampled, _)| *sampled == id(1)));
        } else {
            shown += 1;
            assert_eq!(
                samples
                    .iter()
                    .map(|(sampled, _)| sampled.clone())
                    .collect::<Vec<_>>(),
                [id(2)]
            );
        }
    }
    assert!(
        shown >= 5,
        "{shown} looks at the shown one between two at the others"
    );
}

#[tokio::test(start_paused = true)]
async fn details_that_are_shown_are_kept_fresh() {
    let mut source = watched(2);
    for _ in 0..2 {
        source.next(inspected).await;
    }
    let key = ContainerKey {
        node: node(),
        id: id(0),
    };
    source.interest.send_modify(|interest| {
        interest.details.insert(key);
    });
    for _ in 0..3 {
        assert_eq!(source.next(inspected).await.id, id(0));
    }
}

#[tokio::test]
async fn the_source_ends_when_it_is_cancelled() {
    let source = watched(1);
    source.cancel.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(5), source.task).await;
    assert!(matches!(ended, Ok(Ok(()))));
}
