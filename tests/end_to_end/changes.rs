//! Stop and start, taking back, and what cannot be taken back.

use crate::support::{ENDS_AT_ONCE, Engine, Home, seconds, until};

#[test]
fn a_start_waits_and_can_be_taken_back() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("app", ENDS_AT_ONCE);
    let home = Home::watching(&engine);
    let mut pty = home.live();
    pty.keys("3/")
        .keys(&name)
        .keys("<enter>")
        .wait_line(seconds(15), &[&name, "running"]);

    pty.keys("S")
        .wait_for("disruptive")
        .wait_for("10 s of grace");
    pty.read_plan().keys("r").wait_for("10 s of grace");
    assert_eq!(
        engine.state(&name).as_deref(),
        Some("running"),
        "the letter of another plan does nothing"
    );
    pty.keys("s");
    engine.wait_state(&name, "exited");
    // The stop holds the container until it has seen the end itself.
    pty.keys("5")
        .wait_line(seconds(15), &["stop", &name, "verified"]);
    pty.keys("3").wait_line(seconds(10), &[&name, "exited"]);

    pty.keys("U").wait_for("takes it back");
    pty.keys("u").wait_gone("takes it back");
    // Longer than the grace would have lasted.
    std::thread::sleep(seconds(6));
    assert_eq!(engine.state(&name).as_deref(), Some("exited"));
    pty.keys("5")
        .wait_line(seconds(10), &["start", &name, "cancelled"]);

    pty.keys("3")
        .wait_line(seconds(10), &[&name, "exited"])
        .wait_gone("cancelled");
    pty.keys("U").wait_for("takes it back");
    engine.wait_state(&name, "running");
    pty.keys("5")
        .wait_line(seconds(15), &["start", &name, "verified"]);
    assert_eq!(pty.quit(), 0);
}

#[test]
fn what_is_gone_for_good_needs_its_name_typed() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("old", ENDS_AT_ONCE);
    engine.docker(&["stop", &name]);
    let home = Home::new();
    let mut pty = home.live();
    pty.keys("3/")
        .keys(&name)
        .keys("<enter>")
        .wait_line(seconds(15), &[&name, "exited"]);
    let there = || assert!(engine.state(&name).is_some(), "it must not be gone");

    pty.keys("K")
        .wait_for("irreversible")
        .wait_for("what is gone stays gone");
    pty.read_plan().keys("<enter>").wait_gone("irreversible");
    there();

    pty.keys("K").wait_for("irreversible");
    pty.read_plan()
        .keys("kKyY")
        .wait_for("tab moves to the name");
    pty.paste(&name).wait_for("typed, not pasted");
    pty.keys("<tab>").paste(&name).wait_for("typed, not pasted");
    pty.keys("<enter>").wait_for("this is not");
    pty.keys(&name[..name.len() - 1])
        .keys("<enter>")
        .wait_for("this is not");
    there();

    pty.keys(&name[name.len() - 1..])
        .keys("<enter>")
        .wait_gone("irreversible");
    until("the container is gone", seconds(20), || {
        engine.state(&name).is_none().then_some(())
    });
    pty.wait_for("No container");
    pty.keys("5")
        .wait_line(seconds(15), &["remove", &name, "verified"]);
    let ran = home.run(&["remove", &name, "--yes"]);
    assert_eq!(ran.code, 3, "{ran:?}");
}

#[test]
fn a_prune_takes_exactly_what_it_listed() {
    let Some(engine) = Engine::alone() else {
        return;
    };
    let running = engine.run("running", ENDS_AT_ONCE);
    let stopped = engine.run("stopped", "true");
    engine.wait_state(&stopped, "exited");
    engine.build("dangling:1", "a");
    engine.build("dangling:1", "b");
    for volume in ["used", "unused"] {
        engine.docker(&["volume", "create", volume]);
    }
    engine.run_with("with-volume", ENDS_AT_ONCE, &["--volume", "used:/data"]);
    let home = Home::watching(&engine);

    // By the command line: without a name nothing, with it only what was listed.
    let plan = home.run(&[
        "prune",
        "--node",
        "here",
        "--volumes",
        "--dry-run",
        "--json",
    ]);
    assert_eq!(plan.code, 0, "{plan:?}");
    let listed = plan.json();
    let names: Vec<&str> = listed["objects"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|object| object["name"].as_str())
        .collect();
    assert_eq!(names, ["unused"]);
    assert_eq!(
        home.run(&["prune", "--node", "here", "--volumes", "--yes"])
            .code,
        5
    );
    assert_eq!(engine.docker(&["volume", "ls", "-q"]), "unused\nused");
    let ran = home.run(&[
        "prune",
        "--node",
        "here",
        "--volumes",
        "--yes",
        "--name",
        "here",
    ]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(engine.docker(&["volume", "ls", "-q"]), "used");

    // In the console: made after the plan, an object is not touched by it.
    let mut pty = home.live();
    pty.keys("3").wait_for(&stopped);
    pty.keys(":prune here<enter>")
        .wait_for("irreversible")
        .wait_for(&stopped);
    let shown = pty.screen();
    assert!(!shown.contains(&format!("container {running}")), "{shown}");
    let later = engine.run("later", "true");
    engine.wait_state(&later, "exited");
    pty.read_plan()
        .keys("<tab>here<enter>")
        .wait_gone("irreversible");
    until("the stopped container is gone", seconds(20), || {
        engine.state(&stopped).is_none().then_some(())
    });
    pty.keys("5")
        .wait_line(seconds(20), &["prune here", "verified"]);
    assert_eq!(engine.state(&running).as_deref(), Some("running"));
    assert_eq!(
        engine.state(&later).as_deref(),
        Some("exited"),
        "it was not listed"
    );
    assert_eq!(
        engine.docker(&["images", "-q", "--filter", "dangling=true"]),
        ""
    );
    assert!(
        !engine.docker(&["images", "-q", "dangling:1"]).is_empty(),
        "what has a tag stays"
    );
}
