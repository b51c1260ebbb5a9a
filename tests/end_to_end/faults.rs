//! What is killed, frozen or cut: it is seen soon, costs only itself, and heals without a hand.

use std::io::Read;
use std::net::TcpListener;

use crate::support::{ENDS_AT_ONCE, Engine, Home, Relay, Sshd, seconds, until};

/// Within this a node that fell silent is shown as such.
const NOTICED: std::time::Duration = seconds(20);

fn fleet(sshd: &Sshd) -> Home {
    let home = Home::new();
    home.fleet(&sshd.node("shed", "docker = false\n"));
    home
}

/// That the console answers a key at once whatever else goes on: the help opens.
fn answers(pty: &mut crate::support::Pty) {
    pty.keys("?").wait_within(seconds(2), "type to search");
    pty.keys("<esc>").wait_gone("type to search");
}

#[test]
fn a_killed_sshd_is_noticed_and_found_again() {
    let Some(mut sshd) = Sshd::start() else {
        return;
    };
    let home = fleet(&sshd);
    let mut pty = home.live();
    pty.keys("2")
        .wait_line(seconds(20), &["● shed", "%"])
        .wait_line(seconds(10), &["● here", "%"]);
    sshd.kill();
    pty.wait_line(NOTICED, &["○ shed", "down"]);
    pty.wait_line(seconds(1), &["● here", "%"]);
    answers(&mut pty);
    let first = pty.line("○ shed").unwrap();
    pty.wait_screen(seconds(10), "a rising age", |screen| {
        screen
            .lines()
            .any(|line| line.contains("○ shed") && line != first)
    });
    sshd.restart();
    pty.wait_line(seconds(30), &["● shed", "%"]);
}

#[test]
fn a_half_open_connection_is_noticed() {
    let Some(sshd) = Sshd::start() else { return };
    let home = fleet(&sshd);
    let mut pty = home.live();
    pty.keys("2").wait_line(seconds(20), &["● shed", "%"]);
    sshd.signal_sessions("STOP");
    pty.wait_screen(NOTICED, "the node is not shown as up", |screen| {
        !screen.contains("● shed")
    });
    answers(&mut pty);
    pty.wait_line(seconds(1), &["● here", "%"]);
    sshd.signal_sessions("CONT");
    pty.wait_line(seconds(30), &["● shed", "%"]);
}

#[test]
fn a_docker_engine_that_goes_and_comes_shows_what_was_done_meanwhile() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let (stays, goes) = (
        engine.run("stays", ENDS_AT_ONCE),
        engine.run("goes", ENDS_AT_ONCE),
    );
    let mut home = Home::new();
    let relay = Relay::start(home.at("docker.sock"), &engine.socket);
    home.docker(&relay.path);
    let mut pty = home.live();
    pty.keys("3/")
        .keys(&engine.mark)
        .keys("<enter>")
        .wait_line(seconds(15), &[&stays, "running"]);
    relay.cut();
    pty.keys("1")
        .wait_within(NOTICED, "here: Docker cannot be used");
    pty.keys("2").wait_line(seconds(3), &["● here", "%"]);
    answers(&mut pty);
    engine.docker(&["stop", &goes]);
    engine.docker(&["rm", &goes]);
    let comes = engine.run("comes", ENDS_AT_ONCE);
    relay.join();
    pty.keys("3").wait_line(seconds(30), &[&comes, "running"]);
    pty.wait_line(seconds(5), &[&stays, "running"])
        .wait_gone(&goes);
}

/// A node that takes connections and says nothing, and one that takes none: each costs its own row.
#[test]
fn black_holes_cost_only_themselves() {
    let Some(sshd) = Sshd::start() else { return };
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let crowded = TcpListener::bind("127.0.0.1:0").unwrap();
    let (silent_port, full_port) = (
        silent.local_addr().unwrap().port(),
        crowded.local_addr().unwrap().port(),
    );
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in silent.incoming() {
            kept.push(stream);
        }
    });
    // Fills the queue of those who wait to be taken in, so that further ones get no answer at all.
    let waiting: Vec<_> = (0..300)
        .map_while(|_| {
            std::net::TcpStream::connect_timeout(
                &crowded.local_addr().unwrap(),
                std::time::Duration::from_millis(100),
            )
            .ok()
        })
        .collect();
    let home = Home::new();
    let pit = |name: &str, port: u16| {
        format!(
            "[[nodes]]\nname = \"{name}\"\nssh = \"127.0.0.1\"\nport = {port}\ndocker = false\n"
        )
    };
    let nodes = [
        sshd.node("shed", "docker = false\n"),
        pit("silent", silent_port),
        pit("full", full_port),
    ];
    home.fleet(&nodes.concat());
    let mut pty = home.live();
    pty.keys("2")
        .wait_line(seconds(10), &["● here", "%"])
        .wait_line(seconds(20), &["● shed", "%"]);
    answers(&mut pty);
    pty.wait_line(seconds(40), &["○ silent", "down"]);
    pty.wait_line(seconds(40), &["○ full", "down"]);
    pty.wait_line(seconds(3), &["● shed", "%"])
        .wait_line(seconds(3), &["● here", "%"]);
    assert_eq!(
        pty.quit(),
        0,
        "a hanging connection does not keep the console"
    );
    drop(waiting);
}

/// The log of a node is followed through SSH; cut in mid-stream, it goes on by itself.
#[test]
fn a_log_that_is_cut_in_mid_stream_goes_on() {
    let Some(mut sshd) = Sshd::start() else {
        return;
    };
    let home = fleet(&sshd);
    let log = home.at("app.log");
    std::fs::write(&log, "line one\n").unwrap();
    let source = format!("shed:{}", log.display());
    let mut command = home.command(&["logs", "--follow", &source]);
    let mut child = command.spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let text = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let gathered = std::sync::Arc::clone(&text);
    let reader = std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = out.read(&mut buffer) {
            gathered
                .lock()
                .unwrap()
                .push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    });
    let has = |words: &str| text.lock().unwrap().contains(words).then_some(());
    until("the first line", seconds(20), || has("line one"));
    sshd.kill();
    add(&log, "line two\n");
    std::thread::sleep(seconds(1));
    sshd.restart();
    until("the line written meanwhile", seconds(90), || {
        has("line two")
    });
    add(&log, "line three\n");
    until("a line after it", seconds(20), || has("line three"));
    let all = text.lock().unwrap().clone();
    assert_eq!(
        (
            all.matches("line one").count(),
            all.matches("line two").count()
        ),
        (1, 1),
        "{all}"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
}

fn add(path: &std::path::Path, text: &str) {
    use std::io::Write;
    std::fs::OpenOptions::new()
        .append(true)
        .open(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}
