//! The official Python clients of the providers, unmodified, against the sandbox: they are the referees that say whether
//! it behaves as the providers do. Left out where Python or its packages cannot be had.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends where its ground gives way, and says what it leaves out"
)]

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The clients.
const PACKAGES: [&str; 3] = ["hcloud==2.27.0", "cloudflare==5.9.0", "stripe==16.1.0"];

/// A sandbox as the command serves it; ended when it is dropped.
struct Sandbox {
    child: Child,
    addresses: String,
}

impl Sandbox {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wheelhouse"))
            .args(["sandbox", "--json", "--no-hosts", "--latency", "20"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let out = child.stdout.take().expect("its output");
        let mut addresses = String::new();
        BufReader::new(out)
            .read_line(&mut addresses)
            .expect("a line");
        Self { child, addresses }
    }

    /// Ends it as an operator does.
    fn stop(mut self) {
        run("kill", &["-INT".into(), self.child.id().to_string().into()]).expect("a signal");
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            if let Some(status) = self.child.try_wait().expect("its end") {
                assert!(status.success(), "{status}");
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the sandbox does not end");
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Python with the clients, kept between runs. Nothing when it cannot be made.
fn python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(PACKAGES.join("-").replace('=', ""));
    let python = folder.join("bin/python");
    let is_complete = folder.join("complete");
    if is_complete.exists() {
        return Some(python);
    }
    let venv = ["-m", "venv", "--clear"].map(Into::into);
    run("python3", &[&venv[..], &[folder.into_os_string()]].concat())?;
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    let install: Vec<_> = install
        .into_iter()
        .chain(PACKAGES)
        .map(Into::into)
        .collect();
    run(&python, &install)?;
    std::fs::write(is_complete, "").ok()?;
    Some(python)
}

fn run(program: impl AsRef<OsStr>, arguments: &[OsString]) -> Option<()> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success().then_some(())
}

#[test]
fn the_official_clients_are_content() {
    let Some(python) = python() else {
        eprintln!("left out: the providers' Python clients cannot be installed");
        return;
    };
    let sandbox = Sandbox::start();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox_clients/referee.py");
    let output = Command::new(python)
        .arg(script)
        .arg(sandbox.addresses.trim())
        .stdin(Stdio::null())
        .output()
        .expect("Python runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    sandbox.stop();
}
