//! The campaign as a test: every point once, planted bugs found, and runs by chance.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test ends where its ground gives way, and says what it saw"
)]

use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// The parts of the campaign wait for each other: each uses the whole machine, and measures its patience by it.
static TURN: Mutex<()> = Mutex::new(());

fn campaign(arguments: &[&str]) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let output = Command::new(env!("CARGO_BIN_EXE_campaign"))
        .args(arguments)
        .output()
        .expect("the campaign runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    println!("{said}");
}

#[test]
fn a_kill_at_every_point_leaves_nothing_behind() {
    campaign(&["points"]);
}

#[test]
fn planted_bugs_are_found() {
    campaign(&["bugs"]);
}

#[test]
fn kills_by_chance_leave_nothing_behind() {
    campaign(&["random", "2000"]);
}
