//! Sweeps over real containers of this machine's engine; left out, with a word, when there is none.
//!
//! Needs what `drivers::docker::real_tests` needs: the `docker` command and /bin/busybox.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use drivers::docker::{Docker, EngineClient, connect};
use drivers::host::LocalHost;
use drivers::{Connection, EngineAddress};
use kit::queue;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use vocab::{Bytes, ContainerId, ContainerKey, ContainerSample, NodeName, Origin, Span, Text};
use world::{Fact, Interest};

use super::files::Sweeper;
use super::running::Running;
use crate::{Context, NodeTarget};

/// Containers and their image, removed at the end of the test however it ends.
struct Crowd {
    image: String,
    ids: Vec<String>,
}

impl Drop for Crowd {
    fn drop(&mut self) {
        drop(
            Command::new("docker")
                .args(["rm", "-f"])
                .args(&self.ids)
                .output(),
        );
        drop(Command::new("docker").args(["rmi", &self.image]).output());
    }
}

fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker")
        .args(arguments)
        .output()
        .expect("docker");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "docker {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// So many containers, of which the first is busy; `None` without an engine.
async fn crowd(count: usize, part: &str) -> Option<(EngineClient, Crowd)> {
    let engine = EngineClient::socket(Path::new(connect::SYSTEM_SOCKET));
    let usable = Command::new("docker").arg("version").output().is_ok()
        && Path::new("/bin/busybox").exists();
    if let Err(error) = engine.facts().await {
        eprintln!("left out: no Docker engine: {error}");
        return None;
    }
    if !usable {
        eprintln!("left out: no docker command or no /bin/busybox");
        return None;
    }
    let image = format!("wheelhouse-sweep-{}-{part}:1", std::process::id());
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy("/bin/busybox", folder.path().join("busybox")).expect("busybox");
    std::fs::write(
        folder.path().join("Dockerfile"),
        "FROM scratch\nCOPY busybox /bin/busybox\n",
    )
    .expect("written");
    docker(&[
        "build",
        "-q",
        "-t",
        &image,
        &folder.path().to_string_lossy(),
    ]);
    let mut crowd = Crowd {
        image,
        ids: Vec::new(),
    };
    for number in 0..count {
        let script = if number == 0 {
            "while :; do :; done"
        } else {
            "/bin/busybox sleep 1000"
        };
        let run = [
            "run",
            "-d",
            "--network",
            "none",
            "--memory",
            "32m",
            &crowd.image,
            "/bin/busybox",
            "sh",
            "-c",
            script,
        ];
        let id = docker(&run);
        crowd.ids.push(id);
    }
    Some((engine, crowd))
}

async fn running(engine: &EngineClient, crowd: &Crowd) -> Vec<Running> {
    let mut running = Vec::new();
    for id in &crowd.ids {
        let id = ContainerId::new(id).expect("an id");
        let (container, details) = engine.inspect(&id).await.expect("inspected");
        running.extend(Running::of(&container, &details));
    }
    running
}

#[tokio::test]
async fn a_sweep_sees_who_is_busy_and_survives_an_end() {
    let Some((engine, mut crowd)) = crowd(2, "few").await else {
        return;
    };
    let facts = engine.facts().await.expect("facts");
    let mut sweeper = Sweeper::new(facts.cgroup_version, &facts.cgroup_driver);
    let both = running(&engine, &crowd).await;
    let first = sweeper.sweep(&both);
    assert!(first.samples.is_empty(), "one look is no sample");
    if first.unread.len() == both.len() {
        eprintln!("left out: the engine's cgroup files cannot be read from here");
        return;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let samples = sweeper.sweep(&both).samples;
    assert_eq!(samples.len(), 2);
    let of = |id: &str| {
        samples
            .iter()
            .find(|(sampled, _)| sampled.as_str() == id)
            .expect("sampled")
            .1
    };
    let (busy, calm) = (of(&crowd.ids[0]), of(&crowd.ids[1]));
    assert!(
        busy.cpu.0 > 5.0 && busy.cpu.0 > calm.cpu.0 * 5.0,
        "{busy:?} {calm:?}"
    );
    assert_eq!(calm.memory_limit, Some(Bytes(32 << 20)));
    assert!(calm.memory > Bytes(0) && calm.memory < Bytes(32 << 20));
    assert!(
        calm.pids.is_some_and(|pids| pids >= 1) && calm.received.is_some() && calm.read.is_some(),
        "{calm:?}"
    );

    let ended = crowd.ids.remove(0);
    docker(&["rm", "-f", &ended]);
    let after = sweeper.sweep(&both);
    assert_eq!(
        after
            .unread
            .iter()
            .map(ContainerId::as_str)
            .collect::<Vec<_>>(),
        [ended.as_str()]
    );
    assert_eq!(after.samples.len(), 1);
}

/// What the whole source samples of the crowd, with the files read here or through the machine's commands, as on a node.
async fn sampled(local: bool, crowd: &Crowd) -> (Origin, Vec<(ContainerId, ContainerSample)>) {
    let (sender, mut events) = queue::channel(1024);
    let node = NodeName::new("aurora").expect("a name");
    let id = |id: &String| ContainerId::new(id).expect("an id");
    let shown = crowd.ids.iter().map(|own| ContainerKey {
        node: node.clone(),
        id: id(own),
    });
    let looked_at = Interest {
        containers: shown.collect(),
        ..Interest::default()
    };
    let (_interest, interest) = watch::channel(looked_at);
    let cancel = CancellationToken::new();
    let context = Context {
        events: sender,
        interest,
        cancel: cancel.clone(),
        looks: crate::Looks::default(),
        refresh: Span::seconds(1),
    };
    let address = EngineAddress::Socket(Text::line(connect::SYSTEM_SOCKET));
    let connection = Arc::new(Connection::new(Arc::new(LocalHost), address));
    let task = tokio::spawn(super::watch(
        context,
        NodeTarget {
            node,
            local,
            connection,
        },
    ));
    let wanted = |id: &ContainerId| crowd.ids.iter().any(|own| own == id.as_str());
    let found = async {
        loop {
            let event = events.recv().await.expect("the source lives");
            if let Fact::ContainersSampled {
                mut samples,
                origin,
                ..
            } = event.fact
            {
                samples.retain(|(id, sample)| wanted(id) && sample.memory_limit.is_some());
                if samples.len() == crowd.ids.len() {
                    return (origin, samples);
                }
            }
        }
    };
    let found = tokio::time::timeout(Duration::from_mins(1), found)
        .await
        .expect("sampled in time");
    cancel.cancel();
    task.await.expect("ends");
    found
}

#[tokio::test]
async fn the_source_reads_files_here_and_through_commands_of_a_node() {
    let Some((_engine, crowd)) = crowd(2, "both").await else {
        return;
    };
    if !Path::new("/sys/fs/cgroup").exists() {
        eprintln!("left out: no cgroup files here");
        return;
    }
    for (local, expected) in [(true, Origin::Cgroup), (false, Origin::Ssh)] {
        let (origin, samples) = sampled(local, &crowd).await;
        assert_eq!(origin, expected);
        let cpu = |id: &str| {
            samples
                .iter()
                .find(|(sampled, _)| sampled.as_str() == id)
                .map_or(0.0, |(_, sample)| sample.cpu.0)
        };
        assert!(cpu(&crowd.ids[0]) > cpu(&crowd.ids[1]), "{samples:?}");
    }
}

/// Not a check but a measurement: `cargo test -p wheelhouse-sources -- --ignored --nocapture sweep_cost`.
#[tokio::test]
#[ignore = "starts 200 containers to measure a sweep"]
async fn sweep_cost() {
    let Some((engine, crowd)) = crowd(200, "many").await else {
        return;
    };
    let facts = engine.facts().await.expect("facts");
    let all = running(&engine, &crowd).await;
    for count in [50, 200] {
        let some = &all[..count];
        let mut sweeper = Sweeper::new(facts.cgroup_version, &facts.cgroup_driver);
        let begin = Instant::now();
        sweeper.sweep(some);
        let opening = begin.elapsed();
        let mut times: Vec<Duration> = (0..20)
            .map(|_| {
                let begin = Instant::now();
                assert_eq!(sweeper.sweep(some).samples.len(), count);
                begin.elapsed()
            })
            .collect();
        times.sort();
        eprintln!(
            "{count} containers: first sweep {opening:?}, then median {:?}, worst {:?}",
            times[10], times[19]
        );
    }
}
