//! Killed in the middle of a run: nothing is lost, and nothing is claimed that nobody saw.

use crate::support::{Engine, Home, IGNORES_TERM, Pty, seconds, until};

#[test]
fn a_run_whose_program_was_killed_is_unknown_and_waits_for_the_operator() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("slow", IGNORES_TERM);
    let before = engine.started(&name);
    let home = Home::new();
    let mut pty = home.live();
    pty.keys("3/")
        .keys(&name)
        .keys("<enter>")
        .wait_line(seconds(15), &[&name, "running"]);
    pty.keys("R").wait_for("disruptive");
    pty.read_plan().keys("r").wait_for("1 run ");
    until("the step has begun", seconds(10), || {
        let runs = home.runs();
        (runs.len() == 1 && runs[0]["state"] == "running").then_some(())
    });
    // Give the call itself time to reach the engine.
    std::thread::sleep(seconds(1));
    pty.process().signal("KILL");
    pty.exit_code();
    drop(pty);

    // Docker carries the call out or not; whether it was seen is what counts.
    let mut again: Pty = home.live();
    again
        .keys("1")
        .wait_for(&format!("restart {name}"))
        .wait_for("is not known");
    again
        .keys("5")
        .wait_line(seconds(10), &["restart", &name, "unknown"]);
    let runs = home.runs();
    assert_eq!(
        (runs.len(), runs[0]["state"].as_str()),
        (1, Some("unknown"))
    );
    let verbs = home.audited(&name);
    assert_eq!(verbs.first().map(String::as_str), Some("submitted"));
    // It holds nothing any more: the same can be done again.
    until("the container runs anew", seconds(30), || {
        (engine.state(&name).as_deref() == Some("running") && engine.started(&name) != before)
            .then_some(())
    });
    let ran = home.run(&["restart", &name, "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(again.quit(), 0);
}
