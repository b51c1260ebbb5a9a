//! A node over SSH: its figures, its containers, its shell, and keys that do not fit.

use crate::support::{ENDS_AT_ONCE, Engine, Home, Sshd, seconds, until};

const SOCKET: &str = "docker = \"unix:///var/run/docker.sock\"\n";

/// A fleet of this one node only.
fn only(sshd: &Sshd, more: &str) -> Home {
    let home = Home::new();
    let node = sshd.node("shed", more);
    home.write(
        "fleet.toml",
        &format!("[local]\nwatch = false\n[discover]\nservices = false\n{node}"),
    );
    home
}

#[test]
fn containers_of_a_node_are_seen_and_restarted_through_ssh() {
    let (Some(engine), Some(sshd)) = (Engine::start(), Sshd::start()) else {
        return;
    };
    let name = engine.run("far", ENDS_AT_ONCE);
    let before = engine.started(&name);
    let home = only(&sshd, SOCKET);
    let mut pty = home.live();
    pty.keys("2")
        .wait_screen(seconds(20), "figures of the node", |screen| {
            screen
                .lines()
                .any(|line| line.contains("● shed") && line.matches('%').count() >= 2)
        });
    pty.keys("3/")
        .keys(&name)
        .keys("<enter>")
        .wait_line(seconds(15), &[&name, "shed", "running"]);
    pty.keys("R").wait_for("disruptive").wait_for("on shed");
    pty.read_plan().keys("r");
    until("a newer start", seconds(20), || {
        (engine.started(&name) != before).then_some(())
    });
    pty.keys("5")
        .wait_line(seconds(20), &["restart", &name, "verified"]);
    assert_eq!(pty.quit(), 0);
    pty.assert_restored();
    until("no client is left behind", seconds(5), || {
        let left = crate::support::Process(std::process::id()).descendants();
        (!left.iter().any(|process| {
            command_line(process.0).contains(&sshd.at("config").display().to_string())
        }))
        .then_some(())
    });
}

fn command_line(process: u32) -> String {
    std::fs::read(format!("/proc/{process}/cmdline"))
        .map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "))
        .unwrap_or_default()
}

#[test]
fn the_shell_of_a_node_has_the_terminal_and_gives_it_back() {
    let Some(sshd) = Sshd::start() else { return };
    let home = only(&sshd, "docker = false\n");
    let mut pty = home.live();
    pty.keys("2").wait_line(seconds(20), &["● shed", "%"]);
    pty.keys("s").wait_for("comes back to wheelhouse");
    pty.keys("echo sum-$((40+2))<enter>").wait_for("sum-42");
    pty.keys("stty -a | grep -c -- -icanon<enter>exit 3<enter>")
        .wait_for("● live");
    pty.wait_line(seconds(10), &["● shed", "%"]);
    assert!(!pty.screen().contains("sum-42"), "{}", pty.screen());
    pty.keys("5").wait_for("shed");
    assert_eq!(pty.quit(), 0);
    pty.assert_restored();
    assert!(
        home.audited("shed").len() >= 2,
        "a shell is noted when it begins and when it ends"
    );
}

#[test]
fn commands_on_nodes_end_with_honest_codes() {
    let Some(sshd) = Sshd::start() else { return };
    let home = only(&sshd, "docker = false\n");
    let ran = home.run(&["run", "--on", "shed", "--yes", "--", "uname"]);
    assert_eq!((ran.code, ran.out.contains("Linux")), (0, true), "{ran:?}");
    let ran = home.run(&["run", "--on", "shed", "--", "uname"]);
    assert_eq!(ran.code, 5, "nobody said yes: {ran:?}");
    let ran = home.run(&["run", "--on", "shed", "--yes", "--", "false"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let ran = home.run(&["run", "--on", "nowhere", "--yes", "--", "true"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    // What looks like shell is passed as it is.
    let odd = "a $HOME `id`; \"b\" 'c'";
    let ran = home.run(&["run", "--on", "shed", "--yes", "--", "printf", "%s", odd]);
    assert!(ran.out.contains(odd), "{ran:?}");
    for (command, code) in [(&["true"][..], 0), (&["sh", "-c", "exit 7"], 7)] {
        let ran = home.run(&[&["ssh", "shed", "--yes", "--"], command].concat());
        assert_eq!(ran.code, code, "{command:?}: {ran:?}");
    }
}

#[test]
fn a_host_key_that_changed_is_refused_in_red() {
    let Some(sshd) = Sshd::start() else { return };
    sshd.know("other-host");
    let home = only(&sshd, "docker = false\n");
    let mut pty = home.console(&[]);
    pty.wait_within(seconds(20), "has another host key");
    assert!(pty.is_red("down"), "{}", pty.screen());
    let ran = home.run(&["run", "--on", "shed", "--yes", "--", "true"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    let status = home.run(&["status"]);
    assert_eq!(status.code, 1, "{status:?}");
    assert!(!sshd.log().contains("Accepted"), "{}", sshd.log());
    assert_eq!(pty.quit(), 0);
}
