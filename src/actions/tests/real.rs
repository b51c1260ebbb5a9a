//! The container actions against a real Docker engine on this machine; left out, with a word, when none answers.
//!
//! Needs the `docker` command and /bin/busybox (Debian: docker.io, busybox-static). One container of this process's own
//! is made from an image built from scratch, and both are removed; nothing else is touched, so nothing is pruned here.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use drivers::docker::{EngineClient, connect};
use drivers::host::LocalHost;
use drivers::{Connection, Docker};
use vocab::{ContainerId, ContainerKey, ContainerState};
use world::{ContainerVerb, Intent, RunState};

use super::fleet::{Fleet, node};
use super::journals::carry_out;

/// Removes what was made, however the test ends.
struct Leftover(String);

impl Drop for Leftover {
    fn drop(&mut self) {
        drop(
            Command::new("docker")
                .args(["rm", "-f", "-v", &self.0])
                .output(),
        );
        drop(
            Command::new("docker")
                .args(["image", "rm", &self.0])
                .output(),
        );
    }
}

fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "docker {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn container(name: &str) -> ContainerId {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy("/bin/busybox", folder.path().join("busybox")).unwrap();
    std::fs::write(
        folder.path().join("Dockerfile"),
        "FROM scratch\nCOPY busybox /bin/busybox\n",
    )
    .unwrap();
    docker(&["build", "-q", "-t", name, &folder.path().to_string_lossy()]);
    let script = "trap 'exit 0' TERM; while :; do /bin/busybox sleep 0.05; done";
    let id = docker(&[
        "run",
        "-d",
        "--name",
        name,
        "--network",
        "none",
        name,
        "/bin/busybox",
        "sh",
        "-c",
        script,
    ]);
    ContainerId::new(&id).unwrap()
}

/// The fleet with the real engine and the container as it is now in its world.
async fn look(
    fleet: &mut Fleet,
    engine: &EngineClient,
    key: &ContainerKey,
) -> Option<ContainerState> {
    let (container, details) = engine.inspect(&key.id).await.ok()?;
    let state = container.state;
    let mut tracked = fleet.world.containers.values().next().unwrap().clone();
    tracked.key = key.clone();
    tracked.container = container;
    tracked.details = Some(Box::new(details));
    fleet.world.containers.insert(key.clone(), tracked);
    Some(state)
}

#[tokio::test]
async fn a_container_is_led_through_all_its_verbs() {
    use ContainerVerb::{Kill, Pause, Remove, Restart, Start, Stop, Unpause};
    let engine = Arc::new(EngineClient::socket(Path::new(connect::SYSTEM_SOCKET)));
    let usable = Command::new("docker").arg("version").output().is_ok()
        && Path::new("/bin/busybox").exists();
    if !usable || engine.facts().await.is_err() {
        eprintln!("left out: no Docker engine, no docker command or no /bin/busybox");
        return;
    }
    let name = format!("wheelhouse-actions-{}", std::process::id());
    let _leftover = Leftover(name.clone());
    let key = ContainerKey {
        node: node("aurora"),
        id: container(&name),
    };
    let mut fleet = Fleet::new();
    let ends = Connection::given(Arc::new(LocalHost), engine.clone());
    fleet.connections.insert(node("aurora"), Arc::new(ends));

    for (verb, after) in [
        (Restart, Some(ContainerState::Running)),
        (Pause, Some(ContainerState::Paused)),
        (Unpause, Some(ContainerState::Running)),
        (Stop, Some(ContainerState::Exited)),
        (Start, Some(ContainerState::Running)),
        (Kill, Some(ContainerState::Exited)),
        (Start, Some(ContainerState::Running)),
        (Remove, None),
    ] {
        look(&mut fleet, &engine, &key).await;
        if verb == Kill {
            let command = ["/bin/busybox", "sh", "-c", "echo out; exit 3"]
                .map(str::to_owned)
                .into();
            let plan = fleet
                .plan(Intent::ContainerCommand {
                    target: key.clone(),
                    command,
                })
                .await
                .unwrap();
            let came = carry_out(&fleet, plan).await;
            assert_eq!(
                (came.state.clone(), came.said(0), came.outputs[0].as_str()),
                (RunState::Failed, "exit status 3".into(), "out\n")
            );
        }
        let plan = fleet.planned(verb, std::slice::from_ref(&key)).await;
        let came = carry_out(&fleet, plan).await;
        assert_eq!(came.state, RunState::Verified, "{verb:?}: {:?}", came.steps);
        assert_eq!(look(&mut fleet, &engine, &key).await, after, "{verb:?}");
    }
}
