//! What the tests of alerts stand on: a sandbox, a fleet file and the program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

/// A program that is killed with the test.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A sandbox, a fleet file with a channel of each kind, and a state folder.
pub struct Ground {
    _sandbox: Running,
    pub addresses: Value,
    pub folder: TempDir,
}

impl Ground {
    /// With a channel of each kind.
    pub fn new() -> Self {
        Self::with(|of| {
            let each = "level = \"notice\"\nwait = \"0s\"\n";
            format!(
                "[[alerts]]\nname = \"chat\"\nkind = \"discord\"\nurl = \"{}\"\n{each}\
             [[alerts]]\nname = \"phone\"\nkind = \"ntfy\"\nurl = \"{}\"\ntoken = \"{}\"\n{each}\
             [[alerts]]\nname = \"sms\"\nkind = \"sms\"\nurl = \"{}\"\naccount = \"{}\"\ntoken = \"{}\"\n\
             from = \"+15005550006\"\nto = [\"+15005550009\"]\n{each}\
             [[alerts]]\nname = \"mail\"\nkind = \"email\"\nhost = \"{}\"\nport = {}\ntls = \"off\"\n\
             user = \"{}\"\npassword = \"{}\"\nfrom = \"wheelhouse@example.com\"\n\
             to = [\"operator@example.com\"]\nreport = \"00:00\"\n{each}",
                of("/discord/url"),
                of("/ntfy/url"),
                of("/ntfy/token"),
                of("/twilio/url"),
                of("/twilio/account"),
                of("/twilio/token"),
                of("/smtp/host"),
                of("/smtp/port"),
                of("/smtp/user"),
                of("/smtp/password"),
            )
        })
    }

    /// With what the fleet file says besides its name; addresses of the sandbox are asked for by their places.
    pub fn with(fleet: impl Fn(&dyn Fn(&str) -> String) -> String) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wheelhouse"))
            .args(["sandbox", "--json", "--no-hosts"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sandbox starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let addresses: Value = serde_json::from_str(&line).expect("JSON");
        let folder = tempfile::tempdir().expect("a folder");
        let of = |place: &str| {
            addresses
                .pointer(place)
                .map(|value| value.as_str().map_or(value.to_string(), str::to_owned))
                .expect("an address")
        };
        let fleet = format!("name = \"aurora\"\n[local]\nwatch = false\n{}", fleet(&of));
        std::fs::write(folder.path().join("fleet.toml"), fleet).expect("a fleet file");
        Self {
            _sandbox: Running(child),
            addresses,
            folder,
        }
    }

    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wheelhouse"));
        let path = |name: &str| -> PathBuf { self.folder.path().join(name) };
        command
            .args(arguments)
            .env("WHEELHOUSE_FLEET", path("fleet.toml"))
            .env("XDG_STATE_HOME", path("state"))
            .env("XDG_CONFIG_HOME", path("config"))
            .env("HOME", self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// What a command prints, and whether it ended well.
    pub fn said(&self, arguments: &[&str]) -> (String, bool) {
        let output = self.program(arguments).output().expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (text, output.status.success())
    }

    pub fn serve(&self) -> Running {
        let child = self
            .program(&["serve"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Running(child.expect("serve starts"))
    }

    pub fn admin(&self, method: &str, path: &str, body: &Value) -> Value {
        let url = self.addresses["admin"].as_str().expect("an address");
        let host = url.trim_start_matches("http://").trim_end_matches("/admin");
        let mut stream = TcpStream::connect(host).expect("a connection");
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = format!(
            "{method} /admin{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).unwrap_or_default()
    }

    /// What came to a receiver.
    pub fn came(&self, receiver: &str) -> Vec<Value> {
        let all = self.admin("GET", "/inventory", &Value::Null);
        let messages = all[receiver]["messages"].as_array();
        messages.cloned().unwrap_or_default()
    }

    pub fn log(&self) -> Vec<Value> {
        let (text, _) = self.said(&["alerts", "log", "--json"]);
        let log: Value = serde_json::from_str(&text).expect("JSON");
        let of_incidents = |one: &&Value| !one["incident"].is_null();
        let log = log.as_array().expect("a list");
        log.iter().filter(of_incidents).cloned().collect()
    }

    pub fn until(&self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !so(self) {
            let calls = || self.admin("GET", "/calls", &Value::Null);
            assert!(
                begun.elapsed() < PATIENCE,
                "{what}: {:#?} {:#}",
                self.log(),
                calls()
            );
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}
