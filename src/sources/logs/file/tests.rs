//! Tests of following files: a real one here, and the `tail` of a simulated machine.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use drivers::host::{CommandOutput, LocalHost, SimulatedHost};
use drivers::{Connection, Connections, EngineAddress};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use vocab::{LinkTrouble, LogBatch, LogItem, LogSource, NodeName, Time};

use super::*;
use crate::logs::{Ways, follow};

fn node() -> NodeName {
    NodeName::new("aurora").unwrap()
}

fn start(
    host: Arc<dyn Host>,
    path: &str,
    tail: Option<u32>,
    followed: bool,
) -> mpsc::Receiver<LogBatch> {
    let all: Connections = [(node(), Arc::new(Connection::new(host, EngineAddress::None)))].into();
    let source = LogSource::File {
        node: node(),
        path: Text::line(path),
    };
    let request = LogRequest {
        source,
        tail,
        since: None,
        until: None,
        follow: followed,
    };
    follow(
        Ways::to_nodes(Arc::new(all), Text::line("no sites are hosted")),
        request,
        CancellationToken::new(),
    )
}

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

#[tokio::test]
async fn a_file_of_this_machine_through_rotation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.log");
    let shown = path.to_str().unwrap();
    let mut receiver = start(Arc::new(LocalHost), shown, Some(2), true);
    assert_eq!(
        next(&mut receiver, 1).await,
        [format!("[{shown} does not exist; waiting for it]")]
    );
    fs::write(&path, "one\n").unwrap();
    assert_eq!(
        next(&mut receiver, 2).await,
        [format!("[{shown} is there now]"), "one".to_owned()]
    );
    fs::rename(&path, folder.path().join("app.log.1")).unwrap();
    fs::write(&path, "two\n").unwrap();
    assert_eq!(
        next(&mut receiver, 2).await,
        ["[rotated: a new file from here]", "two"]
    );
    OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap()
        .write_all(b"thr")
        .unwrap();
    OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap()
        .write_all(b"ee\n")
        .unwrap();
    assert_eq!(next(&mut receiver, 1).await, ["three"]);
}

#[tokio::test]
async fn the_tail_of_a_large_file_is_there_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.log");
    let file = fs::File::create(&path).unwrap();
    // 20 GB of holes: reading it through would take far longer than the test may.
    file.set_len(20 << 30).unwrap();
    OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap()
        .write_all(b"\n2024-11-21T14:02:08Z one\ntwo\n")
        .unwrap();
    let begun = Instant::now();
    let mut receiver = start(Arc::new(LocalHost), path.to_str().unwrap(), Some(2), false);
    let batch = receiver.recv().await.unwrap();
    let at = Time::parse("2024-11-21T14:02:08Z").unwrap();
    let lines: Vec<_> = batch
        .items
        .iter()
        .map(|item| match item {
            LogItem::Line(line) => (line.at, line.text.to_string()),
            LogItem::Gap { .. } => panic!("nothing is missing"),
        })
        .collect();
    assert_eq!(
        lines,
        [
            (at, "2024-11-21T14:02:08Z one".to_owned()),
            (at, "two".to_owned())
        ]
    );
    assert!(receiver.recv().await.is_none(), "it was not to be followed");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().to_str().unwrap();
    let mut receiver = start(Arc::new(LocalHost), shown, Some(2), true);
    assert_eq!(
        next(&mut receiver, 2).await,
        [format!("[{shown} cannot be read: it is no regular file]")]
    );
}

#[tokio::test(start_paused = true)]
async fn a_file_of_another_machine_is_found_again_after_a_break() {
    let text = Arc::new(Mutex::new("one\ntwo\n".to_owned()));
    let answer = text.clone();
    let host = SimulatedHost::new("aurora", move |command, _| {
        assert_eq!(command.program, "tail");
        assert_eq!(
            command.arguments[command.arguments.len() - 2..],
            ["--", "/var/log/app.log"]
        );
        CommandOutput {
            status: Some(0),
            stdout: answer.lock().unwrap().clone().into_bytes(),
            stderr: vec![],
        }
    });
    let mut receiver = start(Arc::new(host.clone()), "/var/log/app.log", Some(10), true);
    assert_eq!(next(&mut receiver, 2).await, ["one", "two"]);
    host.set_trouble(Some(LinkTrouble::Lost));
    tokio::time::sleep(Duration::from_millis(300)).await;
    text.lock().unwrap().push_str("three\n");
    host.set_trouble(None);
    let shown = next(&mut receiver, 2).await;
    assert!(
        shown[0].starts_with("[gap of ") && shown[0].ends_with("aurora reconnecting]"),
        "{shown:?}"
    );
    assert_eq!(shown[1..], ["three"]);
}
