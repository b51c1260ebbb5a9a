//! Two programs on one state folder: each sees what the other does, and neither gets in the other's way.

use crate::support::{ENDS_AT_ONCE, Engine, Home, IGNORES_TERM, seconds, until};

#[test]
fn what_the_shell_does_shows_in_the_console() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("shared", ENDS_AT_ONCE);
    let home = Home::new();
    let mut pty = home.live();
    pty.keys("5").wait_for("Nothing was done yet");
    let ran = home.run(&["restart", &name, "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    pty.wait_line(seconds(20), &["restart", &name, "verified", "shell"]);
}

#[test]
fn one_object_is_changed_by_one_at_a_time_and_the_other_hears_by_whom() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("busy", IGNORES_TERM);
    let before = engine.started(&name);
    let home = Home::new();
    let (mut first, mut second) = (home.live(), home.live());
    for pty in [&mut first, &mut second] {
        pty.keys("3/")
            .keys(&name)
            .keys("<enter>")
            .wait_line(seconds(15), &[&name, "running"]);
        pty.keys("R").wait_for("disruptive");
        pty.read_plan();
    }
    first.keys("r").wait_gone("disruptive");
    until("the first run is in the journal", seconds(5), || {
        (!home.runs().is_empty()).then_some(())
    });
    second.keys("r").wait_for("operator");
    let said = second.line("operator").unwrap();
    assert!(said.contains("console"), "{said}");
    let third = home.run(&["stop", &name, "--yes"]);
    assert_eq!(third.code, 5, "{third:?}");
    assert!(third.err.contains("operator (console)"), "{third:?}");
    until("the first goes on", seconds(30), || {
        (engine.started(&name) != before).then_some(())
    });
    first
        .keys("5")
        .wait_line(seconds(20), &["restart", &name, "verified"]);
    let states: Vec<_> = home
        .runs()
        .iter()
        .map(|run| run["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["verified"]);
    // Free again for the other.
    let after = home.run(&["restart", &name, "--yes"]);
    assert_eq!(after.code, 0, "{after:?}");
    for mut pty in [first, second] {
        assert_eq!(pty.quit(), 0);
        pty.assert_restored();
    }
}
