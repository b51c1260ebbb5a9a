//! Tests of whole logs, from a driver to the channel.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use drivers::docker::{EngineEvent, ExecOutput, LogWindow, ObjectKind, Prunable, RawLine};
use drivers::error::Result;
use drivers::host::{CommandOutput, SimulatedHost};
use drivers::{Connection, Docker, DriverError, EngineAddress, Trouble};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio::time::timeout;
use vocab::{
    Container, ContainerDetails, ContainerId, ContainerKey, ContainerSample, EngineFacts, Level,
    LinkTrouble, LogItem, NodeName, Output, Span, Time, UnitName,
};

use super::*;

fn node() -> NodeName {
    NodeName::new("aurora").unwrap()
}

fn connections(connection: Connection) -> Ways {
    ways([(node(), Arc::new(connection))].into())
}

fn ways(connections: Connections) -> Ways {
    Ways::to_nodes(Arc::new(connections), Text::line("no sites are hosted"))
}

fn request(source: LogSource) -> LogRequest {
    LogRequest {
        source,
        tail: Some(10),
        since: None,
        until: None,
        follow: true,
    }
}

/// The next items, in short: lines as they are, gaps in brackets.
async fn next(receiver: &mut mpsc::Receiver<LogBatch>, count: usize) -> Vec<String> {
    let mut out = Vec::new();
    while out.len() < count {
        let batch = timeout(Duration::from_mins(1), receiver.recv())
            .await
            .expect("it comes in time");
        let Some(batch) = batch else { break };
        out.extend(batch.items.iter().map(|item| match item {
            LogItem::Line(line) => line.text.to_string(),
            LogItem::Gap { reason, .. } => format!("[{reason}]"),
        }));
    }
    out
}

/// An engine whose one log is scripted: each call gets the next stretch, and then one that stays silent.
#[derive(Default)]
struct ScriptedEngine {
    stretches: Mutex<VecDeque<Result<Vec<Result<RawLine>>>>>,
    windows: Mutex<Vec<LogWindow>>,
}

fn unscripted<T>() -> Result<T> {
    Err(DriverError::new(
        Trouble::Refused,
        "it is not in the script",
    ))
}

#[async_trait]
impl Docker for ScriptedEngine {
    async fn logs(
        &self,
        _: &ContainerId,
        window: LogWindow,
    ) -> Result<BoxStream<'static, Result<RawLine>>> {
        self.windows.lock().unwrap().push(window);
        match self.stretches.lock().unwrap().pop_front() {
            Some(stretch) => Ok(stream::iter(stretch?).boxed()),
            None => Ok(stream::pending().boxed()),
        }
    }

    async fn facts(&self) -> Result<EngineFacts> {
        unscripted()
    }
    async fn list(&self) -> Result<Vec<Container>> {
        unscripted()
    }
    async fn inspect(&self, _: &ContainerId) -> Result<(Container, ContainerDetails)> {
        unscripted()
    }
    async fn events(&self, _: Option<Time>) -> Result<BoxStream<'static, Result<EngineEvent>>> {
        unscripted()
    }
    async fn sample(&self, _: &ContainerId) -> Result<ContainerSample> {
        unscripted()
    }
    async fn start(&self, _: &ContainerId) -> Result<()> {
        unscripted()
    }
    async fn stop(&self, _: &ContainerId, _: Span) -> Result<()> {
        unscripted()
    }
    async fn restart(&self, _: &ContainerId, _: Span) -> Result<()> {
        unscripted()
    }
    async fn pause(&self, _: &ContainerId) -> Result<()> {
        unscripted()
    }
    async fn unpause(&self, _: &ContainerId) -> Result<()> {
        unscripted()
    }
    async fn kill(&self, _: &ContainerId) -> Result<()> {
        unscripted()
    }
    async fn remove(&self, _: &ContainerId, _: bool) -> Result<()> {
        unscripted()
    }
    async fn prunable(&self, _: &[ObjectKind]) -> Result<Vec<Prunable>> {
        unscripted()
    }
    async fn remove_object(&self, _: &Prunable) -> Result<()> {
        unscripted()
    }
    async fn exec(&self, _: &ContainerId, _: &[String], _: Span) -> Result<ExecOutput> {
        unscripted()
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands in scripts among errors"
)]
fn raw(at: i64, text: &str) -> Result<RawLine> {
    Ok(RawLine {
        at: Time(at),
        output: Output::Out,
        bytes: text.as_bytes().to_vec(),
    })
}

fn broken() -> DriverError {
    DriverError::new(Trouble::Broken, "the connection broke")
}

fn container_log(
    stretches: Vec<Result<Vec<Result<RawLine>>>>,
) -> (Arc<ScriptedEngine>, mpsc::Receiver<LogBatch>) {
    let engine = Arc::new(ScriptedEngine {
        stretches: Mutex::new(stretches.into()),
        ..ScriptedEngine::default()
    });
    let host = Arc::new(SimulatedHost::new("aurora", |_, _| CommandOutput {
        status: Some(0),
        stdout: vec![],
        stderr: vec![],
    }));
    let key = ContainerKey {
        node: node(),
        id: ContainerId::new(&"c".repeat(64)).unwrap(),
    };
    let all = connections(Connection::given(host, engine.clone()));
    (
        engine,
        follow(
            all,
            request(LogSource::Container(key)),
            CancellationToken::new(),
        ),
    )
}

#[tokio::test(start_paused = true)]
async fn a_container_through_a_lost_connection_and_a_restart() {
    let (engine, mut receiver) = container_log(vec![
        Ok(vec![
            raw(1, "one"),
            raw(2, "two"),
            raw(2, "two"),
            Err(broken()),
        ]),
        Err(broken()),
        Ok(vec![raw(2, "two"), raw(2, "two"), raw(3, "three")]),
        Ok(vec![raw(3, "three")]),
        Ok(vec![raw(3, "three"), raw(9, "ERROR four")]),
    ]);
    let shown = next(&mut receiver, 7).await;
    assert_eq!(shown[..3], ["one", "two", "two"]);
    assert!(
        shown[3].starts_with("[gap of ") && shown[3].ends_with(": aurora reconnecting]"),
        "{}",
        shown[3]
    );
    assert_eq!(
        shown[4..],
        [
            "three",
            "[the container ended and was started again]",
            "ERROR four"
        ]
    );
    let windows = engine.windows.lock().unwrap();
    assert_eq!((windows[0].tail, windows[0].since), (Some(10), None));
    assert_eq!((windows[2].tail, windows[2].since), (None, Some(Time(2))));
}

#[tokio::test(start_paused = true)]
async fn a_removed_container_ends_its_log() {
    let gone = Err(DriverError::new(Trouble::NotFound, "no such container"));
    let (_engine, mut receiver) = container_log(vec![Ok(vec![raw(1, "one")]), gone]);
    assert_eq!(
        next(&mut receiver, 3).await,
        ["one", "[the container was removed]"]
    );
    assert!(receiver.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_does_not_answer_is_said_and_waited_for() {
    let host = Arc::new(SimulatedHost::new("aurora", |_, _| CommandOutput {
        status: Some(0),
        stdout: vec![],
        stderr: vec![],
    }));
    let connection = Arc::new(Connection::new(host, EngineAddress::Usual));
    let key = ContainerKey {
        node: node(),
        id: ContainerId::new(&"c".repeat(64)).unwrap(),
    };
    let all: Arc<Connections> = Arc::new([(node(), connection.clone())].into());
    let mut receiver = follow(
        Ways::to_nodes(all, Text::line("no sites are hosted")),
        request(LogSource::Container(key)),
        CancellationToken::new(),
    );
    assert_eq!(
        next(&mut receiver, 1).await,
        ["[waiting: no container engine answers on aurora]"]
    );
    let stretches = Mutex::new(VecDeque::from([Ok(vec![raw(1, "one")])]));
    connection.set_docker(Some(Arc::new(ScriptedEngine {
        stretches,
        ..ScriptedEngine::default()
    })));
    assert_eq!(next(&mut receiver, 1).await, ["one"]);
}

#[tokio::test(start_paused = true)]
async fn the_journal_is_taken_up_at_its_cursor() {
    let commands = Arc::new(Mutex::new(Vec::new()));
    let asked = commands.clone();
    let host = SimulatedHost::new("aurora", move |command, _| {
        let mut commands = asked.lock().unwrap();
        commands.push(command.clone());
        let entry = format!(
            r#"{{"__CURSOR":"c{0}","__REALTIME_TIMESTAMP":"{0}000","PRIORITY":"4","SYSLOG_IDENTIFIER":"app","MESSAGE":"entry {0}"}}"#,
            commands.len()
        );
        CommandOutput {
            status: Some(0),
            stdout: format!("{entry}\n").into_bytes(),
            stderr: vec![],
        }
    });
    let source = LogSource::Journal {
        node: node(),
        unit: Some(UnitName::new("app.service").unwrap()),
    };
    let all = connections(Connection::new(Arc::new(host.clone()), EngineAddress::None));
    let mut receiver = follow(all, request(source), CancellationToken::new());
    let first = receiver.recv().await.unwrap();
    let LogItem::Line(line) = &first.items[0] else {
        panic!("a line comes first")
    };
    assert_eq!(
        (line.text.as_str(), line.level, line.at),
        ("app: entry 1", Level::Warn, Time(1))
    );
    host.set_trouble(Some(LinkTrouble::Timeout));
    tokio::time::sleep(Duration::from_secs(5)).await;
    host.set_trouble(None);
    let shown = next(&mut receiver, 3).await;
    assert!(shown[0].starts_with("[waiting: "), "{shown:?}");
    assert!(shown[1].starts_with("[gap of "), "{shown:?}");
    assert_eq!(shown[2], "app: entry 2");
    let commands = commands.lock().unwrap();
    assert!(
        commands[0]
            .arguments
            .iter()
            .any(|argument| argument == "--lines=10")
    );
    assert!(
        commands[0]
            .arguments
            .iter()
            .any(|argument| argument == "--unit=app.service")
    );
    assert!(
        commands[1]
            .arguments
            .iter()
            .any(|argument| argument == "--after-cursor=c1")
    );
}

#[tokio::test(start_paused = true)]
async fn cancelling_and_hanging_up_end_the_task() {
    let (_engine, receiver) = container_log(vec![]);
    drop(receiver);
    let host = Arc::new(SimulatedHost::new("aurora", |_, _| CommandOutput {
        status: Some(0),
        stdout: vec![],
        stderr: vec![],
    }));
    let cancel = CancellationToken::new();
    let source = LogSource::Journal {
        node: node(),
        unit: None,
    };
    let mut receiver = follow(
        connections(Connection::new(host, EngineAddress::None)),
        request(source),
        cancel.clone(),
    );
    cancel.cancel();
    assert!(receiver.recv().await.is_none());
}

#[tokio::test]
async fn an_unknown_node_is_named() {
    let source = LogSource::Journal {
        node: NodeName::new("nowhere").unwrap(),
        unit: None,
    };
    let mut receiver = follow(
        ways(Connections::new()),
        request(source),
        CancellationToken::new(),
    );
    assert!(next(&mut receiver, 1).await[0].contains("no node is called nowhere"));
    assert!(receiver.recv().await.is_none());
}
