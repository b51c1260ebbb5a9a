//! The simulated engine obeys, tells and fails as a real one does.

use std::time::Duration;

use vocab::ContainerHappening::{Changed, Removed, Started};

use futures::StreamExt;
use vocab::{Health, Text};

use super::*;
use crate::Trouble;
use crate::docker::{Docker, LogWindow};

struct Calm;

impl Behaviour for Calm {
    fn sample(&self, _: &Container, _: Time) -> ContainerSample {
        ContainerSample {
            pids: Some(3),
            ..ContainerSample::default()
        }
    }

    fn line_period(&self, _: &Container) -> Span {
        Span::millis(20)
    }

    fn line(&self, container: &Container, number: u64) -> (Output, String) {
        (Output::Out, format!("{} says {number}", container.name))
    }

    fn execute(&self, _: &Container, command: &[String]) -> ExecOutput {
        ExecOutput {
            exit_code: 0,
            output: command.join(" ").into_bytes(),
        }
    }
}

fn engine() -> (SimulatedEngine, ContainerId) {
    let id = ContainerId::new("0123456789ab").expect("an id");
    let container = Container {
        id: id.clone(),
        name: Text::line("web"),
        image: Text::line("shop/web:1"),
        state: ContainerState::Running,
        health: Health::Healthy,
        created: Some(now() - Span::seconds(10)),
        started: Some(now() - Span::seconds(10)),
        finished: None,
        exit_code: None,
        out_of_memory: false,
        restarts: 0,
        ports: Vec::new(),
        project: None,
        service: None,
    };
    let containers = vec![(container, ContainerDetails::default())];
    (
        SimulatedEngine::new(EngineFacts::default(), containers, Vec::new(), Calm),
        id,
    )
}

#[tokio::test]
async fn calls_change_the_state_and_are_told_as_events() {
    let (engine, id) = engine();
    let from = now();
    let mut events = engine.events(None).await.expect("events");
    engine.restart(&id, Span::ZERO).await.expect("restarted");
    let (container, _) = engine.inspect(&id).await.expect("there");
    assert!(container.started >= Some(from));
    assert_eq!(container.health, Health::Starting);
    engine.pause(&id).await.expect("paused");
    assert_eq!(
        engine.pause(&id).await.map_err(|error| error.trouble),
        Err(Trouble::Conflict)
    );
    assert_eq!(
        engine
            .remove(&id, false)
            .await
            .map_err(|error| error.trouble),
        Err(Trouble::Conflict)
    );
    engine.remove(&id, true).await.expect("removed");
    engine
        .remove(&id, true)
        .await
        .expect("gone already is well");
    assert_eq!(
        engine
            .inspect(&id)
            .await
            .map(drop)
            .map_err(|error| error.trouble),
        Err(Trouble::NotFound)
    );
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(
            events
                .next()
                .await
                .expect("an event")
                .expect("answers")
                .happening,
        );
    }
    let died = |code| ContainerHappening::Died {
        exit_code: Some(code),
    };
    assert_eq!(seen, [died(0), Started, Changed, died(137), Removed]);
    let again: Vec<_> = engine
        .events(Some(from))
        .await
        .expect("events")
        .take(5)
        .collect()
        .await;
    assert_eq!(again.len(), 5, "since gives what was");
}

#[tokio::test]
async fn a_log_has_a_tail_a_follow_and_an_end() {
    let (engine, id) = engine();
    let tail = LogWindow {
        tail: Some(3),
        ..LogWindow::default()
    };
    let lines: Vec<_> = engine.logs(&id, tail).await.expect("a log").collect().await;
    assert_eq!(lines.len(), 3);
    let follow = LogWindow {
        tail: Some(0),
        follow: true,
        ..LogWindow::default()
    };
    let mut lines = engine.logs(&id, follow).await.expect("a log");
    let next = tokio::time::timeout(Duration::from_secs(5), lines.next())
        .await
        .expect("in time");
    assert!(next.is_some_and(|line| line.is_ok_and(|line| line.bytes.starts_with(b"web says "))));
    engine.kill(&id).await.expect("killed");
    let rest = tokio::time::timeout(Duration::from_secs(5), lines.collect::<Vec<_>>()).await;
    assert!(rest.is_ok(), "a follow ends with the process");
}

#[tokio::test]
async fn a_failing_engine_fails_everything_and_comes_back() {
    let (engine, id) = engine();
    let mut events = engine.events(None).await.expect("events");
    engine.fail(Some(DriverError::new(
        Trouble::Absent,
        "the engine is being restarted",
    )));
    assert_eq!(
        engine.list().await.map(drop).map_err(|error| error.trouble),
        Err(Trouble::Absent)
    );
    assert!(events.next().await.is_some_and(|event| event.is_err()));
    assert!(events.next().await.is_none());
    engine.fail(None);
    engine.happen(&id, ContainerHappening::OutOfMemory);
    assert!(
        engine
            .inspect(&id)
            .await
            .is_ok_and(|(container, _)| container.out_of_memory)
    );
}
