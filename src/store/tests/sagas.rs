//! The records of sagas and the books of sites: on disk when they say so, and nobody else's to write.

use saga::{Direction, Forward, Journal, Object, Record, Status, Undoing};
use vocab::{RollbackLevel, Span, Text};
use world::{Kept, LeftOver, Run, RunState};

use super::support::{NOW, entry, open, restart, scratch};
use crate::StoreError;

fn done(id: &str) -> Record {
    Record {
        forward: Forward::Done(Object {
            kind: "server".into(),
            id: id.into(),
            ..Object::default()
        }),
        undo: Undoing::Waiting,
    }
}

#[tokio::test]
async fn records_are_there_after_a_restart_with_gaps_where_nothing_was_written() {
    let folder = scratch();
    let run = restart(1, 1);
    let store = open(folder.path()).await;
    store.take_on(&run, entry(&run, "submitted")).await.unwrap();
    let (status, records) = store.load(run.id()).await.unwrap();
    assert_eq!((status, records), (Status::default(), Vec::new()));
    store.write(run.id(), 2, &done("7")).await.unwrap();
    let back = Status {
        direction: Direction::Back(RollbackLevel::Partial),
        why: Text::line("refused"),
    };
    store.turn(run.id(), &back).await.unwrap();
    store.close().await;

    let store = open(folder.path()).await;
    let (status, records) = store.load(run.id()).await.unwrap();
    assert_eq!(status, back);
    assert_eq!(records, [Record::default(), Record::default(), done("7")]);
    // Whoever takes it over writes; whoever opened the file and did not, may not.
    assert!(store.write(run.id(), 0, &done("8")).await.is_err());
    assert_eq!(store.open_runs_of_dead_processes().await.unwrap().len(), 1);
    store.write(run.id(), 0, &done("8")).await.unwrap();
}

#[tokio::test]
async fn a_run_that_waits_for_an_operator_is_taken_up_once() {
    let folder = scratch();
    let mut run = restart(1, 1);
    let store = open(folder.path()).await;
    store.take_on(&run, entry(&run, "submitted")).await.unwrap();
    // Not while it goes on.
    let up = |run: &Run| {
        let (run, store) = (run.clone(), store.clone());
        async move {
            store
                .take_up(&run, &RunState::RollingBack, entry(&run, "retry"))
                .await
        }
    };
    assert!(up(&run).await.is_err());
    run.state = RunState::NeedsOperator;
    store
        .run_state(run.id(), &run.state, Some(run.taken), None)
        .await
        .unwrap();
    // What it held went to another one meanwhile.
    let other = restart(2, 1);
    store
        .take_on(&other, entry(&other, "submitted"))
        .await
        .unwrap();
    assert!(matches!(up(&run).await, Err(StoreError::Held { .. })));
    assert_eq!(
        store.run(run.id()).await.unwrap().unwrap().state,
        RunState::NeedsOperator
    );
    store
        .run_state(other.id(), &RunState::Verified, Some(run.taken), None)
        .await
        .unwrap();
    up(&run).await.unwrap();
    assert!(up(&run).await.is_err(), "it goes on by now");
    let found = store.run(run.id()).await.unwrap().unwrap();
    assert_eq!((found.state, found.ended), (RunState::RollingBack, None));
}

#[tokio::test]
async fn what_is_kept_is_known_until_its_time() {
    let folder = scratch();
    let run = restart(1, 1);
    let store = open(folder.path()).await;
    let kept = Kept {
        object: LeftOver {
            kind: "server".into(),
            id: "42".into(),
            name: "shop".into(),
            monthly: Some("2.99 EUR".into()),
        },
        run: run.id(),
        by: run.plan.by.clone(),
        why: "still needed".into(),
        until: NOW + Span::minutes(60),
    };
    store.keep(vec![kept.clone()]).await.unwrap();
    store.keep(vec![kept.clone()]).await.unwrap();
    store.close().await;
    let store = open(folder.path()).await;
    assert_eq!(store.kept(NOW).await.unwrap(), [kept]);
    assert!(
        store
            .kept(NOW + Span::minutes(61))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_run_that_is_not_there_has_no_records() {
    let folder = scratch();
    let store = open(folder.path()).await;
    assert!(store.load(restart(1, 1).id()).await.is_err());
}
