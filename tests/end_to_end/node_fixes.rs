//! A node over SSH with a Docker and a small disk of its own: its logs are cut and its connection is made anew, each by the
//! keys on its item, and each item leaves the list by what is seen then.

use std::time::Duration;

use serde_json::Value;

use super::support::{Disk, Engine, Home, MOUNT, Sshd, seconds, until};

/// How long a figure, a look at what was done and the calm after it may take on a busy machine.
const SEEN: Duration = seconds(60);

/// Large enough for an engine and one log, of which the log is more than a third.
const DISK: u64 = 200 << 20;

/// Writes 60 MB in long lines, tells that it has, and goes on until it is asked to end.
const CHATTY: &str = "line=$(/bin/busybox printf '%01000d' 7); /bin/busybox yes $line | /bin/busybox head -c 60000000; \
                      echo said all; trap 'exit 0' TERM; while :; do /bin/busybox sleep 0.1; done";

/// A disk is full sooner, and a node that cannot be reached is to be reached again: nothing stands on it.
const RULES: &str = r#"
[[rule]]
id = "disk.full"
critical = ">= 30"
calm = "1s"
fix = "prune-logs"

[[rule]]
id = "node.down"
calm = "1s"
fix = "reconnect"
"#;

/// The items whose id holds this.
fn about(home: &Home, part: &str) -> Vec<Value> {
    let all = home.run(&["top", "--all", "--json"]).json();
    let all = all.as_array().unwrap().iter();
    all.filter(|item| item["id"].as_str().unwrap().contains(part))
        .cloned()
        .collect()
}

/// Waits until an item has left the list, and it is written down that somebody's fix has helped.
fn closed(home: &Home, item: &str) {
    until(&format!("{item} is closed"), SEEN, || {
        let said = home.run(&["item", item, "--json"]).json()["history"].to_string();
        let in_words = ["fix begun by operator", "fix closed", "was looked at again"];
        let told = in_words.iter().all(|words| said.contains(words));
        (told && about(home, item).is_empty()).then_some(())
    });
}

/// Waits until the newest run is this one, the operator's, and was seen to have done what it was to do.
fn verified(home: &Home, title: &str) {
    let run = until(title, SEEN, || {
        let run = home.runs().first().cloned()?;
        let is_over = !matches!(run["state"].as_str()?, "waiting" | "running");
        (run["title"].as_str()?.starts_with(title) && is_over).then_some(run)
    });
    let id = run["id"].as_str().unwrap();
    let whole = home.run(&["runs", id]).out;
    assert_eq!(run["state"], "verified", "{whole}");
    assert_eq!(run["user"], "operator", "{whole}");
}

/// How much of the disk is used, in percent, as its node sees it.
fn used(disk: &Disk) -> u64 {
    let output = disk
        .inside()
        .program("df")
        .args(["--output=pcent", MOUNT])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let last = said.lines().last().unwrap();
    last.trim().trim_end_matches('%').parse().unwrap()
}

#[test]
fn logs_are_cut_and_a_connection_is_made_anew_from_their_items() {
    let Some(disk) = Disk::start(DISK) else {
        return;
    };
    let (Some(engine), Some(mut sshd)) = (Engine::on(&disk), Sshd::on(&disk)) else {
        return;
    };
    let name = engine.run("chatty", CHATTY);
    until("the container has said all", SEEN, || {
        let last = engine.docker(&["logs", "--tail", "1", &name]);
        last.contains("said all").then_some(())
    });
    assert!(used(&disk) >= 30, "{}", used(&disk));
    let home = Home::new();
    home.write("rules.toml", RULES);
    let socket = format!("docker = \"unix://{}\"\n", engine.socket.display());
    home.fleet(&sshd.node("shed", &socket));
    let mut console = home.live();

    // The disk is its item; the plan of its fix names the log, and wants the node's name for what is gone for good.
    console
        .keys("1/")
        .keys(MOUNT)
        .keys("<enter>")
        .wait_line(SEEN, &["shed", MOUNT]);
    console.keys("<enter>").wait_for("cut the logs of shed");
    console.keys("F").wait_within(SEEN, "irreversible");
    console.wait_for(&name);
    console
        .read_plan()
        .keys("<tab>shed<enter>")
        .wait_gone("irreversible");
    verified(&home, "cut the logs of shed");
    closed(&home, &format!("disk.full node/shed {MOUNT}"));
    assert!(used(&disk) < 30, "{}", used(&disk));
    // It has its newest line, and its writer goes on.
    assert!(
        engine
            .docker(&["logs", "--tail", "1", &name])
            .contains("said all")
    );
    assert_eq!(engine.state(&name).as_deref(), Some("running"));

    // The plan of the next one is read while nothing answers; it is carried out when something does.
    sshd.kill();
    console
        .keys("<esc>1/")
        .keys("shed<space>cannot<enter>")
        .wait_line(SEEN, &["shed cannot be reached"]);
    console.keys("<enter>").wait_for("reconnect shed");
    console.keys("F").wait_within(SEEN, "disruptive");
    console.read_plan();
    sshd.restart();
    console.keys("r").wait_gone("disruptive");
    verified(&home, "reconnect shed");
    closed(&home, "node.down node/shed");
    console.keys("<esc>2").wait_line(SEEN, &["● shed", "%"]);
    assert_eq!(console.quit(), 0);
}
