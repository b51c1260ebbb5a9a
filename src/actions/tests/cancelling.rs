//! Cancelling: nothing more begins, and what is in flight ends and is noted.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use world::{ContainerVerb, Event, Run, RunState};

use super::fleet::{Fleet, NOW, key};
use super::journals::{Notes, carry_out_with};
use super::recorder::Fault;
use crate::{Context, execute};

#[tokio::test(start_paused = true)]
async fn cancelled_before_it_begins_nothing_is_done() {
    let fleet = Fleet::new();
    let plan = fleet
        .planned(
            ContainerVerb::Restart,
            &[key("aurora", 1), key("compute-1", 1)],
        )
        .await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let came = carry_out_with(&fleet, plan, Notes::default(), cancel).await;
    assert_eq!(came.state, RunState::Cancelled);
    assert!(came.words().iter().all(|word| *word == "skipped"));
    assert!(fleet.aurora.calls().is_empty() && fleet.compute.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn cancelled_at_any_point_the_step_in_flight_ends_and_none_begins() {
    // The journal's lines of a removal: each odd one begins a step, each even one ends it.
    for written in 1..=6_usize {
        let fleet = Fleet::new();
        let plan = fleet
            .planned(ContainerVerb::Remove, &[key("aurora", 1)])
            .await;
        let cancel = CancellationToken::new();
        let notes = Notes {
            cancels_at: Some((written, cancel.clone())),
            ..Notes::default()
        };
        let came = carry_out_with(&fleet, plan, notes, cancel).await;
        let begun = written.div_ceil(2);
        let words = came.words();
        assert!(
            words[..begun].iter().all(|word| *word == "done"),
            "{written}: {words:?}"
        );
        assert!(
            words[begun..].iter().all(|word| *word == "skipped"),
            "{written}: {words:?}"
        );
        assert_eq!(fleet.aurora.calls().len(), begun.min(2));
        let state = if begun == 3 {
            RunState::Verified
        } else {
            RunState::Cancelled
        };
        assert_eq!(came.state, state, "{written}");
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_run_drops_no_step() {
    let fleet = Fleet::new();
    let plan = fleet
        .planned(ContainerVerb::Remove, &[key("aurora", 1)])
        .await;
    fleet.aurora.meet([Fault::Slow]);
    // The receiver is gone at once, as when the engine has ended.
    let (events, _) = kit::queue::channel::<Event>(1);
    let journal = Arc::new(Notes::default());
    let context = Context {
        connections: Arc::new(fleet.connections.clone()),
        journal: journal.clone(),
        events,
        cancel: CancellationToken::new(),
        clock: || NOW,
    };
    let run = tokio::spawn(execute(Run::new(plan, RunState::Running, NOW), context));
    while fleet.aurora.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    run.abort();
    assert!(run.await.is_err_and(|error| error.is_cancelled()));
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    assert_eq!(
        *journal.lines.lock().unwrap(),
        ["0 running before: running", "0 done"]
    );
    assert_eq!(fleet.aurora.calls(), ["stop 000000000001 10s"]);
}
