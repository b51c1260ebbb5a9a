//! What the tests share: a plan, a folder, and this test program started again as another process.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use uuid::Uuid;
use vocab::{ContainerId, ContainerKey, NodeName, RunId, Span, Text, Time};
use world::plan::{PlannedStep, StepCall};
use world::{
    Actor, Confirmation, ContainerVerb, Face, Intent, Plan, PlanObject, Reversibility, Run,
    RunState, StepState,
};

use crate::{AuditEntry, Options, Store};

pub(super) const NOW: Time = Time(1_795_269_728_000);

/// A folder of its own, in memory where there is such a place: the tests sync thousands of times.
pub(super) fn scratch() -> TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// A restart of the container with this number, as run number `run`.
pub(super) fn restart(run: u128, container: u64) -> Run {
    let node = NodeName::new("aurora").unwrap();
    let id = ContainerId::new(&format!("{container:064x}")).unwrap();
    let key = ContainerKey {
        node: node.clone(),
        id,
    };
    let verb = ContainerVerb::Restart;
    let plan = Plan {
        id: RunId(Uuid::from_u128(run)),
        intent: Intent::Containers {
            verb,
            targets: vec![key.clone()],
        },
        by: Actor {
            user: Text::line("operator"),
            face: Face::Shell,
        },
        made: NOW,
        title: Text::line("restart acme/app"),
        reversibility: Reversibility::Disruptive,
        confirmation: Confirmation::Letter('r'),
        objects: vec![PlanObject {
            node,
            kind: Text::line("container"),
            name: Text::line("app"),
            detail: Text::default(),
        }],
        steps: vec![PlannedStep {
            object: 0,
            title: Text::line("restart, 10 s of grace"),
            exact: Text::line("POST /containers/app/restart?t=10"),
            call: StepCall::Container { verb, key },
            deadline: Span::seconds(30),
        }],
        verification: Text::default(),
        inverse: None,
        warnings: Vec::new(),
        one_by_one: false,
        expected: Span::seconds(2),
    };
    Run::new(plan, RunState::Running, Time(NOW.0 + run as i64))
}

/// A line about a run.
pub(super) fn entry(run: &Run, verb: &str) -> AuditEntry {
    AuditEntry {
        at: run.taken,
        by: run.plan.by.clone(),
        run: Some(run.id()),
        verb: Text::line(verb),
        subject: run.plan.title.clone(),
        detail: Text::default(),
    }
}

pub(super) fn under_way() -> StepState {
    StepState::Running { since: NOW }
}

pub(super) async fn open(folder: &Path) -> Store {
    Store::open(folder, Options::new(NOW)).await.unwrap().0
}

/// Set for a test that was started again as another process: the folder to work in.
pub(super) const FOLDER: &str = "WHEELHOUSE_STORE_TEST_FOLDER";

/// This test program again, running only the test of this name, in its part of the other process.
pub(super) fn again(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}
