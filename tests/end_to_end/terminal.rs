//! The terminal: sizes, signals, a window that is closed, and floods.

use std::time::{Duration, Instant};

use crate::support::{Engine, Home, PROGRAM, Process, Pty, seconds, until};

#[test]
fn a_storm_of_sizes_does_no_harm() {
    let home = Home::new();
    let mut pty = home.console(&["demo"]);
    pty.wait_for("● live");
    // Some open dialogs too: each has its own layout.
    for (storm, keys) in ["", "?", "<esc>:", "<esc>3", "<enter>"]
        .into_iter()
        .enumerate()
    {
        pty.keys(keys);
        for number in 0..40_u16 {
            let odd = number.wrapping_mul(31).wrapping_add(storm as u16 * 17);
            let (rows, columns) = match number % 8 {
                0 => (1, 1),
                1 => (0, 0),
                2 => (2, 300),
                3 => (200, 3),
                _ => (1 + odd % 70, 1 + odd.wrapping_mul(7) % 250),
            };
            pty.resize(rows, columns);
            std::thread::sleep(Duration::from_millis(4));
        }
    }
    pty.resize(40, 150);
    pty.keys("<esc><esc>0").wait_for("● live");
    assert_eq!(pty.quit(), 0);
    pty.assert_restored();
}

#[test]
fn every_size_shows_something() {
    let home = Home::new();
    let mut pty = home.console(&["demo"]);
    pty.wait_for("● live");
    for (rows, columns) in [(24, 80), (17, 61), (10, 40), (3, 20), (1, 10), (67, 240)] {
        pty.resize(rows, columns);
        pty.wait_screen(
            seconds(5),
            &format!("something at {columns}x{rows}"),
            |screen| !screen.trim().is_empty(),
        );
        assert!(!pty.screen().to_lowercase().contains("too small"));
    }
    assert_eq!(pty.quit(), 0);
}

#[test]
fn signals_end_it_and_the_terminal_is_as_before() {
    let home = Home::new();
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let mut pty = home.live();
        let process = pty.process();
        pty.keys("?").wait_for("type to search");
        process.signal(signal);
        assert_eq!(pty.exit_within(seconds(2)), code, "{signal}");
        pty.assert_restored();
    }
}

#[test]
fn a_closed_window_ends_it_whatever_the_parent_ignores() {
    let home = Home::new();
    for script in [
        "exec \"$0\"",
        "trap '' HUP; exec \"$0\"",
        "trap '' HUP TERM INT; exec \"$0\" demo",
    ] {
        let mut pty = home.terminal("/bin/sh", &["-c", script, PROGRAM]);
        pty.wait_for("● live");
        let process = pty.process();
        pty.hang_up();
        let (begun, before) = (Instant::now(), process.worked());
        let mut worked = Duration::ZERO;
        until(&format!("the end after {script:?}"), seconds(4), || {
            worked = worked.max(process.worked().saturating_sub(before));
            (!process.runs()).then_some(())
        });
        let took = begun.elapsed();
        println!("{script:?}: ended after {took:?}, having worked {worked:?}");
        assert!(
            took < Duration::from_millis(1500),
            "{took:?} after {script:?}, having worked {worked:?}"
        );
        assert!(
            worked < seconds(1),
            "{worked:?} of work to end after {script:?}"
        );
    }
}

#[test]
fn it_stops_and_goes_on_as_any_program_of_a_shell() {
    let home = Home::new();
    let script = "\"$0\" demo; echo now-stopped; read line; fg >/dev/null; echo ended:$?";
    let mut pty = home.terminal("/bin/sh", &["-m", "-c", script, PROGRAM]);
    pty.wait_for("● live");
    let settings = |pty: &Pty| pty.raw().len();
    pty.keys("<ctrl-z>").wait_for("now-stopped");
    let console = until("the console is stopped", seconds(3), || {
        pty.process()
            .descendants()
            .into_iter()
            .find(|process| process.state().as_deref() == Some("T"))
    });
    let quiet = settings(&pty);
    std::thread::sleep(seconds(2));
    assert_eq!(settings(&pty), quiet, "a stopped program draws nothing");
    pty.keys("go<enter>")
        .wait_for("● live")
        .wait_gone("now-stopped");
    assert!(console.runs());
    pty.keys("q").wait_for("ended:0");
    pty.exit_code();
    pty.assert_restored();
}

#[test]
fn a_signal_stops_it_too() {
    let home = Home::new();
    let script = "\"$0\" demo; echo now-stopped; read line; fg >/dev/null; echo ended:$?";
    let mut pty = home.terminal("/bin/sh", &["-m", "-c", script, PROGRAM]);
    pty.wait_for("● live");
    let console = pty.process().descendants()[0];
    console.signal("TSTP");
    pty.wait_for("now-stopped");
    pty.keys("go<enter>").wait_for("● live");
    pty.keys("q").wait_for("ended:0");
    pty.exit_code();
    pty.assert_restored();
}

/// How long a key takes to be seen while something floods: the middle of some, because other tests run beside.
fn usual_key(pty: &mut Pty) -> Duration {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..7 {
        let begun = Instant::now();
        pty.keys("?").wait_within(seconds(5), "type to search");
        times.push(begun.elapsed());
        pty.keys("<esc>").wait_gone("type to search");
    }
    times.sort();
    times[times.len() / 2]
}

fn flooded(script: &str, shown: &str) {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run_with(
        "flood",
        script,
        &["--log-opt", "max-size=20m", "--log-opt", "max-file=1"],
    );
    let home = Home::watching(&engine);
    let mut pty = home.live();
    pty.keys("3/")
        .keys(&name)
        .keys("<enter>")
        .wait_line(seconds(15), &[&name, "running"]);
    pty.keys("l").wait_within(seconds(20), shown);
    std::thread::sleep(seconds(3));
    let usual = usual_key(&mut pty);
    let memory = pty.process().peak_memory() >> 20;
    println!("{name}: a key takes {usual:?}, {memory} MB at the most");
    assert!(usual < Duration::from_millis(500), "a key takes {usual:?}");
    assert!(memory < 150, "{memory} MB");
    let begun = pty.raw().len();
    std::thread::sleep(seconds(2));
    let rate = (pty.raw().len() - begun) / 2;
    assert!(rate < 400_000, "{rate} bytes a second");
    assert_eq!(pty.quit(), 0);
    pty.assert_restored();
}

#[test]
fn a_flood_of_lines_leaves_the_keys_free() {
    flooded(
        "while :; do /bin/busybox yes 'a line of a flood that does not end' | /bin/busybox head -n 100000; done",
        "of a flood",
    );
}

#[test]
fn an_endless_line_is_cut_and_does_no_harm() {
    let script = "echo begin; while :; do /bin/busybox dd if=/dev/zero bs=1M count=10 2>/dev/null | /bin/busybox tr '\\0' x; echo; /bin/busybox sleep 0.2; done";
    flooded(script, "xxxxxxxx");
}

#[test]
fn a_terminal_that_takes_nothing_does_not_hold_it() {
    let home = Home::new();
    let mut pty = home.console(&["demo", "--log-rate", "5000"]);
    pty.wait_for("● live");
    pty.keys("<ctrl-s>");
    std::thread::sleep(seconds(1));
    let process: Process = pty.process();
    process.signal("TERM");
    assert_eq!(pty.exit_within(seconds(3)), 143);
}
