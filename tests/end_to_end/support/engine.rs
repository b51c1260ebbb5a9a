//! A real Docker engine: this machine's, used with names and a label of the test's own, or one started for the test alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{Disk, MOUNT, seconds, until};

/// The machine's own engine.
const SOCKET: &str = "/var/run/docker.sock";

/// The label of what tests make.
const LABEL: &str = "wheelhouse.test";

/// A script that goes on until it is asked to end, and then ends at once.
pub const ENDS_AT_ONCE: &str = "trap 'exit 0' TERM; while :; do /bin/busybox sleep 0.1; done";

/// A script that does not end when it is asked to.
pub const IGNORES_TERM: &str = "trap '' TERM; while :; do /bin/busybox sleep 0.1; done";

/// An engine, and an image of nothing but busybox in it.
pub struct Engine {
    /// Where it listens.
    pub socket: PathBuf,
    /// The label's value and the beginning of every name.
    pub mark: String,
    image: String,
    own: Option<Own>,
}

/// A dockerd of the test's own.
struct Own {
    child: Child,
    _folder: tempfile::TempDir,
}

fn mark() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!(
        "wh{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::SeqCst)
    )
}

impl Engine {
    /// This machine's engine, or a word that the test is left out.
    pub fn start() -> Option<Self> {
        if !Path::new(SOCKET).exists() || !Path::new("/bin/busybox").exists() {
            println!("left out: no Docker engine at {SOCKET}, or no /bin/busybox");
            return None;
        }
        Some(Self::with_image(PathBuf::from(SOCKET), None))
    }

    /// An engine that nobody else uses, for what removes things; or a word that the test is left out.
    pub fn alone() -> Option<Self> {
        Self::of_its_own(None)
    }

    /// The same with all it keeps on a disk of the test's own.
    pub fn on(disk: &Disk) -> Option<Self> {
        Self::of_its_own(Some(disk))
    }

    fn of_its_own(disk: Option<&Disk>) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("whd-").tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("daemon.json"), "{}").unwrap();
        let socket = at("docker.sock");
        let mut command = disk.map_or_else(
            || Command::new("dockerd"),
            |disk| disk.inside().program("dockerd"),
        );
        command
            .arg("--config-file")
            .arg(at("daemon.json"))
            .arg("--data-root")
            .arg(disk.map_or_else(|| at("data"), |_| PathBuf::from(MOUNT)));
        command
            .arg("--exec-root")
            .arg(at("exec"))
            .arg("--pidfile")
            .arg(at("pid"));
        command
            .arg("--host")
            .arg(format!("unix://{}", socket.display()));
        command.args([
            "--bridge=none",
            "--iptables=false",
            "--ip-masq=false",
            "--storage-driver=vfs",
        ]);
        let log = fs::File::create(at("log")).unwrap();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let spawned = if Path::new("/bin/busybox").exists() {
            command.spawn().ok()
        } else {
            None
        };
        let Some(mut child) = spawned else {
            println!("left out: dockerd cannot be started here, or no /bin/busybox");
            return None;
        };
        let answers = || {
            let output = Command::new("docker")
                .arg("--host")
                .arg(format!("unix://{}", socket.display()))
                .arg("version")
                .output();
            output.is_ok_and(|output| output.status.success())
        };
        let up = until("a dockerd of the test's own", seconds(30), || {
            if child.try_wait().unwrap().is_some() {
                return Some(false);
            }
            answers().then_some(true)
        });
        if !up {
            println!(
                "left out: dockerd cannot run here: {}",
                fs::read_to_string(at("log")).unwrap_or_default()
            );
            return None;
        }
        Some(Self::with_image(
            socket.clone(),
            Some(Own {
                child,
                _folder: folder,
            }),
        ))
    }

    fn with_image(socket: PathBuf, own: Option<Own>) -> Self {
        let mark = mark();
        let engine = Self {
            socket,
            image: format!("{mark}:1"),
            mark,
            own,
        };
        engine.build(&engine.image, "1");
        engine
    }

    /// Builds an image with the test's label; another `version` is another image.
    pub fn build(&self, tag: &str, version: &str) {
        let folder = tempfile::tempdir().unwrap();
        fs::copy("/bin/busybox", folder.path().join("busybox")).unwrap();
        let mark = &self.mark;
        let file = format!(
            "FROM scratch\nCOPY busybox /bin/busybox\nLABEL {LABEL}={mark} version={version}\n"
        );
        fs::write(folder.path().join("Dockerfile"), file).unwrap();
        self.docker(&["build", "-q", "-t", tag, &folder.path().to_string_lossy()]);
    }

    /// Runs the docker command; its output without the newline at its end.
    pub fn docker(&self, arguments: &[&str]) -> String {
        self.try_docker(arguments)
            .unwrap_or_else(|error| panic!("docker {arguments:?}: {error}"))
    }

    /// The same where failing is an answer.
    pub fn try_docker(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new("docker");
        command
            .env("DOCKER_BUILDKIT", "0")
            .arg("--host")
            .arg(format!("unix://{}", self.socket.display()));
        let output = command
            .args(arguments)
            .output()
            .map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }

    /// A name of this test.
    pub fn name(&self, part: &str) -> String {
        format!("{}-{part}", self.mark)
    }

    /// Starts a container with a script; its name.
    pub fn run(&self, part: &str, script: &str) -> String {
        self.run_with(part, script, &[])
    }

    /// The same with more options.
    pub fn run_with(&self, part: &str, script: &str, more: &[&str]) -> String {
        let (name, label) = (self.name(part), format!("{LABEL}={}", self.mark));
        let mut arguments = vec![
            "run",
            "-d",
            "--network",
            "none",
            "--name",
            &name,
            "--label",
            &label,
        ];
        arguments.extend_from_slice(more);
        arguments.extend_from_slice(&[&self.image, "/bin/busybox", "sh", "-c", script]);
        self.docker(&arguments);
        name
    }

    /// A part of what `docker inspect` says; `None` when there is no such container.
    pub fn inspect(&self, name: &str, format: &str) -> Option<String> {
        self.try_docker(&["container", "inspect", "--format", format, name])
            .ok()
    }

    /// Its state's word; `None` when there is no such container.
    pub fn state(&self, name: &str) -> Option<String> {
        self.inspect(name, "{{.State.Status}}")
    }

    /// When it was started.
    pub fn started(&self, name: &str) -> String {
        self.inspect(name, "{{.State.StartedAt}}")
            .expect("the container is there")
    }

    /// Waits until a container is in this state.
    pub fn wait_state(&self, name: &str, state: &str) {
        until(&format!("{name} is {state}"), seconds(20), || {
            (self.state(name).as_deref() == Some(state)).then_some(())
        });
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(own) = &mut self.own {
            // Asked to end, it ends its containers too.
            drop(end(&mut own.child));
            return;
        }
        let label = format!("label={LABEL}={}", self.mark);
        for (list, remove) in [
            (&["ps", "-aq", "--filter"][..], &["rm", "-f", "-v"][..]),
            (&["volume", "ls", "-q", "--filter"], &["volume", "rm"]),
            (&["images", "-q", "--filter"], &["rmi", "-f"]),
        ] {
            let found = self
                .try_docker(&[list, &[&label]].concat())
                .unwrap_or_default();
            let ids: Vec<&str> = found.split_whitespace().collect();
            if !ids.is_empty() {
                drop(self.try_docker(&[remove, &ids[..]].concat()));
            }
        }
    }
}

fn end(child: &mut Child) -> std::io::Result<()> {
    super::Process(child.id()).signal("TERM");
    let begun = std::time::Instant::now();
    while begun.elapsed() < seconds(12) {
        if child.try_wait()?.is_some() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill()?;
    child.wait().map(drop)
}
