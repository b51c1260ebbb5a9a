//! The console on this machine: look, filter, open, restart, quit.

use crate::support::{ENDS_AT_ONCE, Engine, Home, seconds, until};

#[test]
fn a_restart_from_the_first_look_to_the_audit_log() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("web", ENDS_AT_ONCE);
    let other = engine.run("other", ENDS_AT_ONCE);
    let id = engine.inspect(&name, "{{.Id}}").unwrap();
    let (before, untouched) = (engine.started(&name), engine.started(&other));
    let home = Home::new();
    let mut pty = home.live();
    pty.wait_for("wheelhouse yard");

    // The names of this test are among all others of the machine.
    pty.keys("3/").keys(&engine.mark).wait_for(&name);
    pty.wait_for(&other);
    pty.keys("<enter><esc>/")
        .keys(&name)
        .keys("<enter>")
        .wait_gone(&other);
    pty.wait_line(seconds(15), &[&name, "running"]);
    pty.keys("<enter>")
        .wait_for("environment")
        .wait_for(&format!("{name} on here"));

    pty.keys("R").wait_for("disruptive").wait_for("Touches");
    let call = pty
        .line("POST /containers/")
        .expect("the exact call is shown");
    assert!(
        call.contains(&id[..12]) && call.contains("/restart?t="),
        "{call}"
    );
    pty.wait_for("see that it runs anew");
    assert_eq!(engine.started(&name), before, "a plan changes nothing");
    pty.read_plan().keys("r");
    until("a newer start", seconds(20), || {
        (engine.started(&name) != before).then_some(())
    });
    pty.keys("5")
        .wait_line(seconds(20), &["restart", &name, "verified"]);
    assert_eq!(engine.started(&other), untouched);

    assert_eq!(pty.quit(), 0);
    pty.assert_restored();

    let runs = home.runs();
    assert_eq!(runs.len(), 1, "{runs:?}");
    assert_eq!(
        (runs[0]["state"].as_str(), runs[0]["face"].as_str()),
        (Some("verified"), Some("console"))
    );
    let verbs = home.audited(&name);
    assert_eq!(
        (
            verbs.first().map(String::as_str),
            verbs.last().map(String::as_str)
        ),
        (Some("submitted"), Some("verified"))
    );
}

#[test]
fn a_plan_that_is_left_changes_nothing() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("kept", ENDS_AT_ONCE);
    let before = engine.started(&name);
    let home = Home::new();
    let mut pty = home.live();
    pty.keys("3/")
        .keys(&name)
        .keys("<enter>")
        .wait_line(seconds(15), &[&name, "running"]);
    for refusal in ["<esc>", "<enter>", "<ctrl-c>", "xyS <esc>"] {
        pty.keys("R").wait_for("Touches");
        pty.read_plan().keys(refusal).wait_gone("Touches");
    }
    // Lower case, Enter and ctrl never change anything, also where nothing asks.
    pty.keys("rudbkpf<ctrl-r><ctrl-s><ctrl-k><esc><esc>0")
        .wait_for("● live");
    assert_eq!(engine.started(&name), before);
    assert_eq!(pty.quit(), 0);
    assert_eq!(home.runs().len(), 0);
}

#[test]
fn a_read_only_session_shows_and_refuses() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("safe", ENDS_AT_ONCE);
    let before = engine.started(&name);
    let home = Home::new();
    let mut pty = home.console(&["--read-only"]);
    pty.wait_for("read-only").wait_for("● live");
    pty.keys("3/")
        .keys(&name)
        .keys("<enter>")
        .wait_line(seconds(15), &[&name, "here"]);
    for key in ["R", "S", "K"] {
        pty.keys(key).wait_for("this session is read-only");
        pty.keys("<esc>").wait_gone("this session is read-only");
        pty.keys("3/")
            .keys(&name)
            .keys("<enter>")
            .wait_line(seconds(15), &[&name, "here"]);
    }
    let ran = home.run(&["--read-only", "restart", &name, "--yes"]);
    assert_eq!(ran.code, 5, "{ran:?}");
    assert_eq!(engine.started(&name), before);
}

/// Bytes are what a slow line pays: a press draws what changed, not the screen.
#[test]
fn at_rest_and_under_keys_little_is_sent() {
    let home = Home::new();
    let mut pty = home.live();
    pty.keys("2").wait_for("here");
    std::thread::sleep(seconds(2));
    let begun = pty.raw().len();
    std::thread::sleep(seconds(4));
    let rest = (pty.raw().len() - begun) / 4;
    assert!(rest < 2_000, "{rest} bytes a second at rest");
    let begun = pty.raw().len();
    for _ in 0..20 {
        pty.keys("j");
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    let press = (pty.raw().len() - begun) / 20;
    assert!(press < 600, "{press} bytes a press");
    let sent = pty.raw();
    let clears = sent
        .windows(4)
        .filter(|window| window == b"\x1b[2J")
        .count();
    assert!(clears <= 2, "the whole screen was cleared {clears} times");
}
