//! The commands of the shell: JSON that parses, exit codes that hold, files that are broken and said to be.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use crate::support::{ENDS_AT_ONCE, Engine, Home, PROGRAM, seconds, until};

#[test]
fn every_command_speaks_json() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("json", ENDS_AT_ONCE);
    let home = Home::new();
    let restarted = home.run(&["restart", &name, "--yes", "--json"]);
    assert_eq!(restarted.code, 0, "{restarted:?}");
    assert_eq!(restarted.json()["state"], "verified");
    let run = restarted.json()["id"].as_str().unwrap().to_owned();
    let whole: [&[&str]; 11] = [
        &["status", "--json"],
        &["nodes", "--json"],
        &["nodes", "here", "--json"],
        &["containers", "--all", "--json"],
        &["containers", &name, "--json"],
        &["services", "--json"],
        &["runs", "--json"],
        &["runs", &run, "--json"],
        &["doctor", "--json"],
        &["stop", &name, "--dry-run", "--json"],
        &["run", "--on", "here", "--yes", "--json", "--", "true"],
    ];
    for arguments in whole {
        let ran = home.run(arguments);
        assert!(
            ran.json().is_object() || ran.json().is_array(),
            "{arguments:?}: {ran:?}"
        );
    }
    let lines: [&[&str]; 2] = [&["audit", "--json"], &["logs", &name, "--json"]];
    for arguments in lines {
        let ran = home.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
        drop(ran.json_lines());
    }
    let node = home.run(&["nodes", "here", "--json"]).json();
    assert_eq!(node["state"], "up");
    assert!(node["memory_total_bytes"].as_u64().unwrap() > 0);
    let container = home.run(&["containers", &name, "--json"]).json();
    assert_eq!(
        (container["name"].as_str(), container["state"].as_str()),
        (Some(name.as_str()), Some("running"))
    );
}

#[test]
fn exit_codes_hold() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("codes", ENDS_AT_ONCE);
    let mut home = Home::new();
    let code = |home: &Home, arguments: &[&str], wanted: i32| {
        let ran = home.run(arguments);
        assert_eq!(ran.code, wanted, "{arguments:?}: {ran:?}");
        assert!(wanted == 0 || !ran.err.is_empty(), "{arguments:?} says why");
        assert!(
            !ran.err.contains("panicked") && !ran.err.contains("Location:"),
            "{ran:?}"
        );
    };
    code(&home, &["restart", "no-such-container", "--yes"], 3);
    code(&home, &["nodes", "no-such-node"], 3);
    code(&home, &["containers", "no-such-container"], 3);
    code(&home, &["services", "no-such-service"], 3);
    code(&home, &["runs", "00000000"], 3);
    code(&home, &["restart", &name], 5);
    code(&home, &["--read-only", "restart", &name, "--yes"], 5);
    code(&home, &["kill", &name, "--yes"], 5);
    code(&home, &["kill", &name, "--yes", "--name", "another"], 5);
    code(&home, &["start", &name, "--yes"], 5);
    code(&home, &["prune", "--yes"], 2);
    code(&home, &["frobnicate"], 2);
    code(&home, &["stop", &name, "--dry-run"], 0);
    code(&home, &["stop", &name, "--yes"], 0);
    assert_eq!(engine.state(&name).as_deref(), Some("exited"));
    code(&home, &["start", &name, "--yes"], 0);
    code(&home, &["kill", &name, "--yes", "--name", &name], 0);
    let nowhere = home.at("nowhere.sock");
    home.docker(&nowhere);
    code(&home, &["restart", &name, "--yes"], 4);
}

#[test]
fn exec_ends_as_the_program_inside_did() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("inside", ENDS_AT_ONCE);
    let home = Home::new();
    for (script, code) in [
        ("exit 0", 0),
        ("exit 42", 42),
        ("echo out; echo err >&2; exit 1", 1),
    ] {
        let ran = home.run(&[
            "exec",
            &name,
            "--yes",
            "--",
            "/bin/busybox",
            "sh",
            "-c",
            script,
        ]);
        assert_eq!(ran.code, code, "{script}: {ran:?}");
        if script.contains("out") {
            assert!(ran.out.contains("out"), "{ran:?}");
        }
    }
}

#[test]
fn the_first_fleet_file_loads_and_is_not_overwritten() {
    let home = Home::new();
    let path = home.at("config/wheelhouse/fleet.toml");
    fs::remove_file(&path).unwrap();
    let ran = home.run(&["init"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let written = fs::read_to_string(&path).unwrap();
    toml_is_sound(&written);
    let again = home.run(&["init"]);
    assert_eq!(again.code, 5, "{again:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), written);
    let nodes = home.run(&["nodes"]);
    assert_eq!(
        (nodes.code, nodes.err.as_str()),
        (0, ""),
        "no warning: {nodes:?}"
    );
}

fn toml_is_sound(text: &str) {
    let table: toml::Table = text
        .parse()
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    drop(table);
}

#[test]
fn doctor_says_what_is_missing() {
    let mut home = Home::new();
    let nowhere = home.at("nowhere.sock");
    home.docker(&nowhere);
    let ran = home.run(&["doctor"]);
    assert!(ran.out.contains("nowhere.sock"), "{ran:?}");
    home.fleet("[[nodes]]\nname = \"gone\"\nssh = \"127.0.0.1\"\nport = 1\n");
    let ran = home.run(&["doctor"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("gone"), "{ran:?}");
}

#[test]
fn every_problem_of_a_broken_fleet_file_is_told_with_its_line() {
    let home = Home::new();
    let text = "[local]\nname = \"here\"\n[[nodes]]\nname = \"bad name\"\n[[nodes]]\nname = \"a\"\nport = 99999\nadress = \"x\"\n";
    home.write("fleet.toml", text);
    let ran = home.run(&["nodes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for line in ["fleet.toml:4", "fleet.toml:7", "fleet.toml:8"] {
        assert!(ran.err.contains(line), "{line} in {ran:?}");
    }
    assert!(ran.err.contains("did you mean"), "{ran:?}");
    let mut pty = home.live();
    pty.keys("1").wait_for("fleet.toml");
    pty.keys("2").wait_line(seconds(10), &["● here", "%"]);
    pty.keys(":app.notices<enter>").wait_for("fleet.toml:8");
    assert_eq!(
        pty.screen().matches("unknown field").count(),
        1,
        "each problem once:\n{}",
        pty.screen()
    );
    pty.keys("<esc>");
    assert_eq!(pty.quit(), 0);
    // Not even TOML.
    home.write("fleet.toml", "[[nodes\nname =");
    let ran = home.run(&["nodes"]);
    assert!(ran.err.contains("fleet.toml:"), "{ran:?}");
    let missing = home.run(&["--fleet", "/no/such/fleet.toml", "nodes"]);
    assert!(missing.err.contains("/no/such/fleet.toml"), "{missing:?}");
}

#[test]
fn a_damaged_database_is_kept_aside_and_said_so() {
    let home = Home::new();
    assert_eq!(
        home.run(&["run", "--on", "here", "--yes", "--", "true"])
            .code,
        0
    );
    let path = home.state().join("history.sqlite");
    for extra in ["-wal", "-shm"] {
        drop(fs::remove_file(
            home.state().join(format!("history.sqlite{extra}")),
        ));
    }
    fs::write(&path, [b"not a database at all; ".repeat(1000)].concat()).unwrap();
    let mut pty = home.live();
    pty.wait_line(seconds(10), &["Q4", "history.sqlite"]);
    pty.keys(":app.notices<enter>").wait_for("was damaged");
    pty.keys("<esc>");
    assert_eq!(pty.quit(), 0);
    let kept: Vec<String> = fs::read_dir(home.state())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let aside = kept
        .iter()
        .filter(|name| {
            name.starts_with("history.sqlite")
                && fs::read(home.state().join(name))
                    .is_ok_and(|bytes| bytes.starts_with(b"not a database"))
        })
        .count();
    assert_eq!(aside, 1, "{kept:?}");
    // It works again.
    assert_eq!(
        home.run(&["run", "--on", "here", "--yes", "--", "true"])
            .code,
        0
    );
    assert_eq!(home.runs().len(), 1);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let home = Home::new();
    assert_eq!(
        home.run(&["run", "--on", "here", "--yes", "--", "true"])
            .code,
        0
    );
    let path = home.state().join("history.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    // The user version of the file's header: https://www.sqlite.org/fileformat2.html, offset 60.
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    fs::write(&path, &bytes).unwrap();
    let ran = home.run(&["run", "--on", "here", "--yes", "--", "true"]);
    assert_eq!(ran.code, 5, "nothing is changed without a journal: {ran:?}");
    let mut pty = home.live();
    pty.wait_line(seconds(10), &["Q4", "history.sqlite"]);
    pty.keys(":app.notices<enter>").wait_for("newer version");
    pty.keys("<esc>");
    assert_eq!(pty.quit(), 0);
    assert_eq!(fs::read(&path).unwrap()[60..64], 9_999_u32.to_be_bytes());
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let home = Home::new();
    for arguments in ["completions bash", "nodes", "status", "doctor", "--help"] {
        let mut child = Command::new("/bin/sh")
            .args([
                "-c",
                &format!("\"$0\" {arguments} | head -c 1 >/dev/null"),
                PROGRAM,
            ])
            .env_clear()
            .envs(home.environment())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        until("the end", seconds(20), || child.try_wait().unwrap());
        assert!(
            !said.contains("panicked") && !said.to_lowercase().contains("broken pipe"),
            "{arguments}: {said}"
        );
    }
}

#[test]
fn without_a_terminal_the_console_says_what_to_use() {
    let home = Home::new();
    for arguments in [&[][..], &["demo"], &["wall"]] {
        let ran = home.run(arguments);
        assert_ne!(ran.code, 0);
        assert!(
            ran.err.contains("wheelhouse status"),
            "{arguments:?}: {ran:?}"
        );
        assert!(
            !ran.err.contains("panicked") && !ran.out.contains('\x1b'),
            "{ran:?}"
        );
    }
}

#[test]
fn completions_are_made_for_every_shell() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let ran = home.run(&["completions", shell]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains("wheelhouse"), "{shell}");
    }
}
