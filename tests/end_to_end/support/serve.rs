//! A `wheelhouse serve` as a program of its own, and what it says.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use super::{Home, Process, ended, seconds, until};

/// A running `wheelhouse serve`, with the lines it prints.
pub struct Serve {
    child: Child,
    lines: Receiver<Value>,
    seen: Vec<Value>,
}

impl Serve {
    /// Starts one.
    pub fn start(home: &Home) -> Self {
        let mut child = home.command(&["serve", "--json"]).spawn().unwrap();
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap();
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let seen = Vec::new();
        Self { child, lines, seen }
    }

    /// One that has become the executor.
    pub fn begun(home: &Home) -> Self {
        let mut serve = Self::start(home);
        serve.wait(seconds(20), "serve", "begun");
        serve
    }

    /// Waits for a line about this, in this state.
    pub fn wait(&mut self, within: Duration, subject: &str, state: &str) -> Value {
        let what = format!("{subject}: {state}, after {:?}", self.seen);
        let (lines, seen) = (&self.lines, &mut self.seen);
        until(&what, within, || {
            let line = lines.try_recv().ok()?;
            let met = line["subject"] == subject && line["state"] == state;
            seen.push(line.clone());
            met.then_some(line)
        })
    }

    /// Its process.
    pub fn process(&self) -> Process {
        Process(self.child.id())
    }

    /// Tells it to end, and gives its exit code.
    pub fn end(mut self) -> i32 {
        self.process().signal("TERM");
        ended(&mut self.child, seconds(20), "serve")
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
