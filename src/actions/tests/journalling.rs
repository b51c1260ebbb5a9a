//! The journal: written before anything is done, and nothing is done without it.

use tokio_util::sync::CancellationToken;
use world::{ContainerVerb, RunState};

use super::fleet::{Fleet, key};
use super::journals::{Came, Notes, carry_out, carry_out_with};

#[tokio::test(start_paused = true)]
async fn every_step_is_noted_before_and_after() {
    let fleet = Fleet::new();
    let plan = fleet
        .planned(ContainerVerb::Remove, &[key("aurora", 1)])
        .await;
    let came = carry_out(&fleet, plan).await;
    let lines = [
        "0 running before: running",
        "0 done",
        "1 running before: exited",
        "1 done",
        "2 running",
        "2 done",
    ];
    assert_eq!(came.journal, lines);
    assert!(
        came.outputs[0].starts_with("before: running, started 2026-"),
        "{:?}",
        came.outputs
    );
}

async fn with_journal_failing_at(write: usize) -> (Came, usize) {
    let fleet = Fleet::new();
    let plan = fleet
        .planned(ContainerVerb::Remove, &[key("aurora", 1)])
        .await;
    let notes = Notes {
        fails_at: Some(write),
        ..Notes::default()
    };
    let came = carry_out_with(&fleet, plan, notes, CancellationToken::new()).await;
    (came, fleet.aurora.calls().len())
}

#[tokio::test(start_paused = true)]
async fn nothing_begins_that_the_journal_does_not_know() {
    for (write, calls) in [(0, 0), (2, 1), (4, 2)] {
        let (came, called) = with_journal_failing_at(write).await;
        assert_eq!(called, calls, "write {write}");
        assert_eq!(came.state, RunState::Failed);
        assert_eq!(
            came.said(write / 2),
            "the journal cannot be written, so nothing was done: the disk is full"
        );
        assert!(
            came.words()[write / 2 + 1..]
                .iter()
                .all(|word| *word == "skipped")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_journal_does_not_know_the_end_of_is_unknown_and_the_last() {
    for (write, calls) in [(1, 1), (3, 2), (5, 2)] {
        let (came, called) = with_journal_failing_at(write).await;
        assert_eq!(called, calls, "write {write}");
        assert_eq!(came.state, RunState::Unknown);
        assert!(
            came.said(write / 2)
                .ends_with("but the journal could not be written: the disk is full"),
            "{}",
            came.said(write / 2)
        );
        assert!(
            came.words()[write / 2 + 1..]
                .iter()
                .all(|word| *word == "skipped")
        );
    }
}
