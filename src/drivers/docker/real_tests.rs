//! The engine client against a real Docker engine on this machine; left out, with a word, when none answers.
//!
//! Needs the `docker` command and /bin/busybox (Debian: docker-cli or docker.io, busybox-static). The image is built from
//! scratch; every name is this process's own; what is made is removed.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use futures::StreamExt;
use vocab::{Bytes, ContainerHappening, ContainerId, ContainerState, Output, Span, Text, Time};

use super::{Docker, EngineClient, LogWindow, ObjectKind, connect};
use crate::error::{Result, Trouble};

/// A container or an image by name, removed at the end of the test however it ends.
struct Leftover(&'static str, String);

impl Drop for Leftover {
    fn drop(&mut self) {
        let verb: &[&str] = match self.0 {
            "container" => &["rm", "-f", "-v"],
            kind => &[kind, "rm"],
        };
        drop(Command::new("docker").args(verb).arg(&self.1).output());
    }
}

/// Runs the docker command; its output without the newline at its end.
fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker")
        .args(arguments)
        .output()
        .expect("the docker command");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "docker {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The engine, or `None` with a word why the test is left out.
async fn engine() -> Option<EngineClient> {
    let engine = EngineClient::socket(Path::new(connect::SYSTEM_SOCKET));
    let usable = Command::new("docker").arg("version").output().is_ok()
        && Path::new("/bin/busybox").exists();
    match engine.facts().await {
        Ok(_) if usable => Some(engine),
        Ok(_) => {
            eprintln!("left out: no docker command or no /bin/busybox");
            None
        }
        Err(error) => {
            eprintln!("left out: no Docker engine: {error}");
            None
        }
    }
}

fn name(part: &str) -> String {
    format!("wheelhouse-test-{}-{part}", std::process::id())
}

/// An image with nothing but busybox and its own tag: the same content would be the same image to the engine, and then in
/// use by the containers of other tests.
fn image(part: &str) -> (String, Leftover) {
    let tag = format!("{}:1", name(part));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy("/bin/busybox", folder.path().join("busybox")).expect("busybox");
    std::fs::write(
        folder.path().join("Dockerfile"),
        format!("FROM scratch\nCOPY busybox /bin/busybox\nLABEL tag={tag}\n"),
    )
    .expect("written");
    docker(&["build", "-q", "-t", &tag, &folder.path().to_string_lossy()]);
    (tag.clone(), Leftover("image", tag))
}

/// Starts a container; busybox as PID 1 ignores SIGTERM unless it is told to listen, hence `exec`-free `sh` with a trap.
fn run(container: &str, tag: &str, script: &str, more: &[&str]) -> (ContainerId, Leftover) {
    let mut arguments = vec!["run", "-d", "--name", container, "--network", "none"];
    arguments.extend_from_slice(more);
    arguments.extend_from_slice(&[tag, "/bin/busybox", "sh", "-c", script]);
    let id = docker(&arguments);
    (
        ContainerId::new(&id).expect("an id"),
        Leftover("container", container.to_owned()),
    )
}

/// Goes on until it is asked to end.
const WAITS: &str = "trap 'exit 7' TERM; while :; do /bin/busybox sleep 0.05; done";

/// What went wrong, of a call that should have failed.
fn trouble<T>(result: Result<T>) -> Option<Trouble> {
    result.err().map(|error| error.trouble)
}

#[tokio::test]
async fn a_container_is_listed_inspected_sampled_and_entered() {
    let Some(engine) = engine().await else { return };
    let (tag, _image) = image("look");
    let own = name("look-c");
    let before = crate::clock::now() - Span::seconds(1);
    let more = ["--memory", "32m", "-e", "API_TOKEN=hunter2"];
    let (id, _container) = run(&own, &tag, WAITS, &more);

    let rows = engine.list().await.expect("a list");
    let row = rows.iter().find(|row| row.id == id).expect("listed");
    assert_eq!(row.name.as_str(), own);
    assert_eq!(row.state, ContainerState::Running);
    let (container, details) = engine.inspect(&id).await.expect("inspected");
    assert_eq!(container.name, row.name);
    assert!(container.started.is_some_and(|at| at >= before));
    assert_eq!(details.limits.memory, Some(Bytes(32 << 20)));
    assert!(details.inspect.contains("API_TOKEN=") && !details.inspect.contains("hunter2"));
    let pid = details.pid.expect("it runs");
    assert!(Path::new(&format!("/proc/{pid}")).exists());

    let sample = engine.sample(&id).await.expect("a sample");
    assert!(sample.memory > Bytes(0), "{sample:?}");
    assert_eq!(sample.memory_limit, Some(Bytes(32 << 20)));

    let command = ["/bin/busybox", "sh", "-c", "echo out; echo err >&2; exit 5"].map(str::to_owned);
    let done = engine
        .exec(&id, &command, Span::seconds(10))
        .await
        .expect("executed");
    assert_eq!(done.exit_code, 5);
    let said = String::from_utf8(done.output).expect("text");
    assert!(said.contains("out\n") && said.contains("err\n"), "{said:?}");
    let slow = ["/bin/busybox", "sleep", "3"].map(str::to_owned);
    let late = engine.exec(&id, &slow, Span::millis(300)).await;
    assert_eq!(trouble(late), Some(Trouble::Timeout));
}

#[tokio::test]
async fn a_container_is_steered_and_its_events_come() {
    let Some(engine) = engine().await else { return };
    let (tag, _image) = image("life");
    let before = crate::clock::now() - Span::seconds(1);
    let (id, _container) = run(&name("life-c"), &tag, WAITS, &[]);
    let events = engine.events(Some(before)).await.expect("events");
    let state = async || engine.inspect(&id).await.expect("inspected").0;
    let first = state().await.started;

    engine.pause(&id).await.expect("paused");
    assert_eq!(trouble(engine.pause(&id).await), Some(Trouble::Conflict));
    assert_eq!(state().await.state, ContainerState::Paused);
    engine.unpause(&id).await.expect("thawed");
    engine.stop(&id, Span::seconds(10)).await.expect("stopped");
    engine
        .stop(&id, Span::ZERO)
        .await
        .expect("stopped already is well");
    let stopped = state().await;
    assert_eq!(
        (stopped.state, stopped.exit_code),
        (ContainerState::Exited, Some(7))
    );
    assert_eq!(trouble(engine.kill(&id).await), Some(Trouble::Conflict));
    engine.start(&id).await.expect("started");
    engine.start(&id).await.expect("started already is well");
    // A shell that has only just begun does not hear of its end yet.
    tokio::time::sleep(Duration::from_secs(1)).await;
    engine
        .restart(&id, Span::seconds(5))
        .await
        .expect("restarted");
    assert!(state().await.started > first);
    assert_eq!(
        trouble(engine.remove(&id, false).await),
        Some(Trouble::Conflict)
    );
    engine.kill(&id).await.expect("killed");
    engine.remove(&id, false).await.expect("removed");
    engine
        .remove(&id, false)
        .await
        .expect("removed already is well");
    assert_eq!(trouble(engine.inspect(&id).await), Some(Trouble::NotFound));

    let mut last = false;
    let mine = events
        .map(|event| event.expect("an event"))
        .filter(|event| std::future::ready(event.id == id))
        .map(|event| event.happening)
        .take_while(|happening| {
            let more = !last;
            last = *happening == ContainerHappening::Removed;
            std::future::ready(more)
        });
    // The stream goes on after the container is gone, so it is cut by time.
    let seen: Vec<_> = mine
        .take_until(tokio::time::sleep(Duration::from_secs(3)))
        .collect()
        .await;
    let count = |wanted: &ContainerHappening| seen.iter().filter(|one| *one == wanted).count();
    let died = |code| ContainerHappening::Died {
        exit_code: Some(code),
    };
    assert_eq!(count(&ContainerHappening::Started), 3, "{seen:?}");
    assert_eq!((count(&died(7)), count(&died(137))), (2, 1), "{seen:?}");
    assert_eq!(seen.last(), Some(&ContainerHappening::Removed));
}

#[tokio::test]
async fn logs_come_whole_with_and_without_a_terminal() {
    let Some(engine) = engine().await else { return };
    let (tag, _image) = image("logs");
    let script = "echo one; echo two >&2; /bin/busybox sleep 1; \
        /bin/busybox dd if=/dev/zero bs=1024 count=100 2>/dev/null | /bin/busybox tr '\\000' x; echo; echo last";
    let (id, _container) = run(&name("logs-c"), &tag, script, &[]);
    let follow = LogWindow {
        follow: true,
        ..LogWindow::default()
    };
    let lines = engine
        .logs(&id, follow)
        .await
        .expect("a log")
        .map(|line| line.expect("a line"))
        .collect::<Vec<_>>();
    let lines = tokio::time::timeout(Duration::from_secs(20), lines)
        .await
        .expect("ends with the container");
    let mut texts: Vec<(Output, &[u8])> = lines
        .iter()
        .map(|line| (line.output, line.bytes.as_slice()))
        .collect();
    let long = texts
        .iter()
        .position(|(_, text)| text.len() > 10_000)
        .expect("the long line");
    let cut = String::from_utf8_lossy(texts.remove(long).1).into_owned();
    let kept = cut.bytes().take_while(|byte| *byte == b'x').count();
    assert_eq!(cut[kept..], format!(" … {} bytes cut", 100 * 1024 - kept));
    texts.sort_by_key(|(output, _)| *output == Output::Error);
    assert_eq!(
        texts,
        [
            (Output::Out, &b"one"[..]),
            (Output::Out, b"last"),
            (Output::Error, b"two")
        ]
    );
    let now = crate::clock::now();
    assert!(
        lines
            .iter()
            .all(|line| now.since(line.at) < Span::minutes(1) && line.at > Time(0))
    );

    let last = LogWindow {
        tail: Some(1),
        ..LogWindow::default()
    };
    let lines: Vec<_> = engine.logs(&id, last).await.expect("a log").collect().await;
    assert_eq!(lines.len(), 1);
    assert_eq!(
        lines[0].as_ref().map(|line| line.bytes.clone()),
        Ok(b"last".to_vec())
    );

    let (terminal, _second) = run(&name("logs-t"), &tag, "echo one; printf two", &["-t"]);
    docker(&["wait", terminal.as_str()]);
    let lines: Vec<_> = engine
        .logs(&terminal, LogWindow::default())
        .await
        .expect("a log")
        .collect()
        .await;
    let texts: Vec<_> = lines
        .iter()
        .map(|line| line.as_ref().map(|line| line.bytes.clone()))
        .collect();
    assert_eq!(texts, [Ok(b"one".to_vec()), Ok(b"two".to_vec())]);
    let gone = ContainerId::new(&"0".repeat(64)).expect("an id");
    assert_eq!(
        engine
            .logs(&gone, last)
            .await
            .map(drop)
            .map_err(|error| error.trouble),
        Err(Trouble::NotFound)
    );
}

#[tokio::test]
async fn only_what_nobody_uses_is_prunable() {
    let Some(engine) = engine().await else { return };
    let (tag, _image) = image("prune");
    let (idle, _idle) = run(&name("prune-idle"), &tag, "exit 0", &[]);
    docker(&["wait", idle.as_str()]);
    let (used_tag, _used_image) = (
        format!("{}:2", name("prune")),
        Leftover("image", format!("{}:2", name("prune"))),
    );
    docker(&["tag", &tag, &used_tag]);
    let volume = docker(&["volume", "create", &name("prune-v")]);
    let _volume = Leftover("volume", volume.clone());
    let network = docker(&["network", "create", &name("prune-n")]);
    let _network = Leftover("network", name("prune-n"));

    let kinds = [
        ObjectKind::Container,
        ObjectKind::UnusedImage,
        ObjectKind::Volume,
        ObjectKind::Network,
    ];
    let found = engine.prunable(&kinds).await.expect("found");
    let has = |kind, id: &str| {
        found
            .iter()
            .any(|object| object.kind == kind && object.id.as_str() == id)
    };
    assert!(has(ObjectKind::Container, idle.as_str()));
    assert!(has(ObjectKind::Volume, &volume));
    assert!(has(ObjectKind::Network, &network));
    assert!(
        !found.iter().any(|object| object.name.as_str() == tag),
        "its image is used by a container"
    );
    assert!(!found.iter().any(|object| object.name.as_str() == "bridge"));

    let object = |kind, id: &str| {
        found
            .iter()
            .find(|object| object.kind == kind && object.id.as_str() == id)
            .cloned()
    };
    let container = object(ObjectKind::Container, idle.as_str()).expect("found above");
    docker(&["start", idle.as_str()]);
    docker(&["wait", idle.as_str()]);
    engine.remove_object(&container).await.expect("removed");
    let images = engine
        .prunable(&[ObjectKind::UnusedImage])
        .await
        .expect("found");
    let mine = images
        .iter()
        .find(|image| image.name == Text::line(&tag) || image.name == Text::line(&used_tag));
    engine
        .remove_object(mine.expect("unused by now"))
        .await
        .expect("both tags removed");
    for kind in [ObjectKind::Volume, ObjectKind::Network] {
        let id = if kind == ObjectKind::Volume {
            &volume
        } else {
            &network
        };
        engine
            .remove_object(&object(kind, id).expect("found above"))
            .await
            .expect("removed");
    }
    let left = engine.prunable(&kinds).await.expect("found");
    assert!(
        !left
            .iter()
            .any(|object| object.name.contains(&name("prune"))),
        "{left:?}"
    );
}
