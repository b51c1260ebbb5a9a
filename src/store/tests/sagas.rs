//! The records of sagas and the books of sites: on disk when they say so, and nobody else's to write.

use saga::{Direction, Forward, Journal, Object, Record, Status, Undoing};
use vocab::{RollbackLevel, Text};

use super::support::{entry, open, restart, scratch};

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
async fn a_run_that_is_not_there_has_no_records() {
    let folder = scratch();
    let store = open(folder.path()).await;
    assert!(store.load(restart(1, 1).id()).await.is_err());
}
