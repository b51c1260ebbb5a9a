//! Alerts end to end: the program with a fleet file, against the sandbox's webhook, topics, text messages and mail server.

#![expect(clippy::expect_used, reason = "a test ends where its ground gives way")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

/// A program that is killed with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A sandbox, a fleet file with a channel of each kind, and a state folder.
struct Ground {
    _sandbox: Running,
    addresses: Value,
    folder: TempDir,
}

impl Ground {
    fn new() -> Self {
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
        let each = "level = \"notice\"\nwait = \"0s\"\n";
        let fleet = format!(
            "name = \"aurora\"\n[local]\nwatch = false\n\
             [[alerts]]\nname = \"chat\"\nkind = \"discord\"\nurl = \"{}\"\n{each}\
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
        );
        std::fs::write(folder.path().join("fleet.toml"), fleet).expect("a fleet file");
        Self {
            _sandbox: Running(child),
            addresses,
            folder,
        }
    }

    fn program(&self, arguments: &[&str]) -> Command {
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
    fn said(&self, arguments: &[&str]) -> (String, bool) {
        let output = self.program(arguments).output().expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (text, output.status.success())
    }

    fn serve(&self) -> Running {
        let child = self
            .program(&["serve"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Running(child.expect("serve starts"))
    }

    fn admin(&self, method: &str, path: &str, body: &Value) -> Value {
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
    fn came(&self, receiver: &str) -> Vec<Value> {
        let all = self.admin("GET", "/inventory", &Value::Null);
        let messages = all[receiver]["messages"].as_array();
        messages.cloned().unwrap_or_default()
    }

    fn log(&self) -> Vec<Value> {
        let (text, _) = self.said(&["alerts", "log", "--json"]);
        let log: Value = serde_json::from_str(&text).expect("JSON");
        let of_incidents = |one: &&Value| !one["incident"].is_null();
        let log = log.as_array().expect("a list");
        log.iter().filter(of_incidents).cloned().collect()
    }

    fn until(&self, what: &str, mut so: impl FnMut(&Self) -> bool) {
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

const RECEIVERS: [&str; 4] = ["discord", "ntfy", "twilio", "mail"];

#[test]
fn every_channel_delivers_its_test_and_says_what_came_back() {
    let ground = Ground::new();
    let (text, well) = ground.said(&["alerts", "test", "--json"]);
    assert!(well, "{text}");
    let tested: Value = serde_json::from_str(&text).expect("JSON");
    for one in tested.as_array().expect("a list") {
        assert_eq!(one["state"], "sent", "{one}");
    }
    for receiver in RECEIVERS {
        assert_eq!(ground.came(receiver).len(), 1, "{receiver}");
    }
    let chat = &ground.came("discord")[0];
    assert_eq!(chat["allowed_mentions"], json!({"parse": []}));
    assert_eq!(ground.came("twilio")[0]["to"], "+15005550009");
    let mail = ground.came("mail")[0]["data"].to_string();
    for part in [
        "Subject: [aurora] test of mail",
        "Message-ID: <",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    let (text, _) = ground.said(&["alerts", "--json"]);
    let channels: Value = serde_json::from_str(&text).expect("JSON");
    for channel in channels.as_array().expect("a list") {
        assert_eq!(channel["state"], "fine", "{channel}");
    }
    let (text, well) = ground.said(&["alerts", "test", "fone"]);
    assert!(!well, "{text}");
    let (text, _) = ground.said(&["doctor"]);
    for name in ["chat", "phone", "sms", "mail"] {
        assert!(text.contains(&format!("alert channel {name}")), "{text}");
    }
    for secret in [
        "/discord/url",
        "/ntfy/token",
        "/twilio/token",
        "/smtp/password",
    ] {
        let secret = ground.addresses.pointer(secret).and_then(Value::as_str);
        let secret = secret
            .and_then(|text| text.rsplit('/').next())
            .expect("a secret");
        let all = ground.said(&["alerts", "log"]).0 + &text;
        assert!(!all.contains(secret), "a secret is shown");
        let store = ground.folder.path().join("state/wheelhouse/history.sqlite");
        let kept = std::fs::read(store).expect("the store");
        let found = kept
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "a secret is kept");
    }
}

#[test]
fn an_incident_is_told_by_all_whatever_fails_at_first_and_so_is_its_end() {
    let ground = Ground::new();
    let faults = json!({"faults": [
        {"provider": "discord", "method": "POST", "kind": "status", "status": 429},
        {"provider": "ntfy", "kind": "cut"},
        {"provider": "twilio", "method": "POST", "kind": "cut"},
        {"provider": "mail", "kind": "status", "status": 503},
    ]});
    ground.admin("POST", "/faults", &faults);
    let _serve = ground.serve();
    let note = [
        "note",
        "--system",
        "uptime",
        "--key",
        "shop",
        "shop is slow",
    ];
    let (text, well) = ground.said(&note);
    assert!(well, "{text}");
    let all_sent = |kind: &str, ground: &Ground| {
        let log = ground.log();
        let sent = log
            .iter()
            .filter(|one| one["kind"] == kind && one["state"] == "sent");
        sent.count() == RECEIVERS.len()
    };
    ground.until("all are told", |ground| all_sent("opened", ground));
    for one in ground.log() {
        assert_eq!(one["attempts"], 2, "{one}");
    }
    assert_eq!(ground.came("discord").len(), 1);
    assert_eq!(
        ground.came("twilio").len(),
        1,
        "the account's list was asked first"
    );
    let phone = ground.came("ntfy");
    assert_eq!(phone.len(), 2, "the answer of the first was lost");
    assert_eq!(phone[0]["sequence_id"], phone[1]["sequence_id"]);
    let mails = ground.came("mail");
    let reports = mails
        .iter()
        .filter(|mail| mail["data"].to_string().contains("text/html"));
    assert!(reports.count() <= 1, "one report a day");

    let (text, well) = ground.said(&["note", "done", "uptime shop"]);
    assert!(well, "{text}");
    ground.until("all hear its end", |ground| all_sent("recovered", ground));
    let last = ground.came("discord").pop().expect("a message");
    let content = last["content"].as_str().expect("a text");
    assert!(content.contains("recovered after"), "{content}");
    assert_eq!(ground.log().len(), 2 * RECEIVERS.len());
}

#[test]
fn a_process_that_is_killed_while_it_sends_leaves_nothing_untold() {
    let ground = Ground::new();
    let fault = json!({"faults": [
        {"provider": "ntfy", "kind": "timeout", "effect": "after", "seconds": 60.0},
    ]});
    ground.admin("POST", "/faults", &fault);
    let serve = ground.serve();
    ground.said(&[
        "note",
        "--system",
        "uptime",
        "--key",
        "shop",
        "shop is slow",
    ]);
    ground.until("it is being sent", |ground| ground.came("ntfy").len() == 1);
    // SIGKILL between what was sent and the note of it.
    drop(serve);
    let of_phone = |ground: &Ground| {
        let mut log = ground.log();
        log.retain(|one| one["channel"] == "phone");
        log
    };
    assert_eq!(of_phone(&ground)[0]["state"], "failed");
    let _serve = ground.serve();
    ground.until("it is sent again", |ground| {
        of_phone(ground)[0]["state"] == "sent"
    });
    let came = ground.came("ntfy");
    assert_eq!(came.len(), 2);
    assert_eq!(came[0]["sequence_id"], came[1]["sequence_id"]);
    assert_eq!(of_phone(&ground).len(), 1, "and is one message");
}
