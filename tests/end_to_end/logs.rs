//! Logs: followed, filtered, across a restart and across a rotation.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Mutex};

use crate::support::{Engine, Home, seconds, until};

/// Counts, a line each tenth of a second.
const COUNTS: &str = "trap 'exit 0' TERM; n=0; while :; do n=$((n+1)); \
                      if [ $((n % 2)) = 0 ]; then echo \"tick $n even\"; else echo \"tock $n odd\"; fi; \
                      /bin/busybox sleep 0.1; done";

#[test]
fn a_log_is_followed_filtered_and_survives_a_restart() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("count", COUNTS);
    let home = Home::watching(&engine);
    let mut pty = home.live();
    pty.keys("3/")
        .keys(&name)
        .keys("<enter>")
        .wait_line(seconds(15), &[&name, "running"]);
    pty.keys("l")
        .wait_for("follow")
        .wait_for("even")
        .wait_for("odd");

    pty.keys("/tick [0-9]+ even<enter>")
        .wait_gone(" odd")
        .wait_for(" even");
    pty.keys("/<ctrl-u>!tick<enter>")
        .wait_gone(" even")
        .wait_for(" odd");
    pty.keys("/<esc>").wait_for(" even").wait_for(" odd");

    pty.keys("p").wait_for("paused");
    pty.keys("f").wait_for("follow");
    engine.docker(&["restart", "-t", "1", &name]);
    pty.wait_screen(
        seconds(20),
        "the log goes on from one, behind a seam",
        |screen| {
            let lines: Vec<&str> = screen.lines().collect();
            let Some(first) = lines.iter().rposition(|line| line.contains("tock 1 odd")) else {
                return false;
            };
            lines[..first]
                .iter()
                .any(|line| line.contains("···") || line.contains("──"))
                && lines[first..]
                    .iter()
                    .any(|line| line.contains("tock 5 odd"))
        },
    );
    pty.keys("qq").exit_within(seconds(5));
}

/// `wheelhouse logs --follow` as a child whose lines are gathered.
struct Follow {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Follow {
    fn start(home: &Home, arguments: &[&str]) -> Self {
        let mut child = home
            .command(&[&["logs", "--follow"], arguments].concat())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let gathered = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                gathered.lock().unwrap().push(line);
            }
        });
        Self { child, lines }
    }

    fn wait_for(&self, words: &str) {
        until(&format!("a line with {words:?}"), seconds(20), || {
            (self.count(words) > 0).then_some(())
        });
    }

    fn count(&self, words: &str) -> usize {
        self.lines
            .lock()
            .unwrap()
            .iter()
            .filter(|line| line.contains(words))
            .count()
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn add(path: &Path, text: &str) {
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

#[test]
fn a_file_is_followed_across_rotation_and_truncation() {
    let home = Home::new();
    let path = home.at("app.log");
    add(&path, "first of the old file\n");
    home.fleet(&format!(
        "[[logs]]\nname = \"app\"\nnode = \"here\"\nfile = \"{}\"\n",
        path.display()
    ));
    let follow = Follow::start(&home, &["app"]);
    follow.wait_for("first of the old file");
    add(&path, "second of the old file\n");
    follow.wait_for("second of the old file");
    fs::rename(&path, home.at("app.log.1")).unwrap();
    // The program writes on into the old file until it is told of the new one.
    add(&home.at("app.log.1"), "late in the old file\n");
    add(&path, "first of the new file\n");
    follow.wait_for("first of the new file");
    follow.wait_for("late in the old file");
    fs::write(&path, "after it was emptied\n").unwrap();
    follow.wait_for("after it was emptied");
    for words in [
        "first of the old file",
        "second of the old file",
        "first of the new file",
    ] {
        assert_eq!(follow.count(words), 1, "{words}");
    }
}

#[test]
fn the_command_line_filters_and_counts() {
    let home = Home::new();
    let path = home.at("app.log");
    for number in 1..=500 {
        add(
            &path,
            &format!(
                "{} {number}\n",
                if number % 100 == 0 {
                    "ERROR broken"
                } else {
                    "INFO fine"
                }
            ),
        );
    }
    let source = format!("here:{}", path.display());
    let lines = |more: &[&str]| {
        let ran = home.run(&[&["logs", &source, "--json"], more].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.json_lines().len()
    };
    assert_eq!(lines(&["-n", "all"]), 500);
    assert_eq!(lines(&["-n", "7"]), 7);
    assert_eq!(lines(&["-n", "all", "--grep", "ERROR.*00$"]), 5);
    assert_eq!(lines(&["-n", "all", "--grep", "ERROR", "--invert"]), 495);
    assert_eq!(lines(&["-n", "all", "--level", "error"]), 5);
    let missing = home.run(&["logs", "here:/no/such/file.log"]);
    assert_ne!(missing.code, 0, "{missing:?}");
    let unknown = home.run(&["logs", "nothing-of-this-name"]);
    assert_eq!(unknown.code, 3, "{unknown:?}");
}
