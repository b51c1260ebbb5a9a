//! Runs, leases and the audit log through the handle.

use rusqlite::Connection;
use vocab::{RunId, Text, Time};
use world::{RunState, StepRecord, StepState};

use super::support::{FOLDER, NOW, again, entry, open, restart, scratch, under_way};
use crate::{Options, Store, StoreError};

#[tokio::test]
async fn a_run_is_read_back_as_it_was_written() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let mut run = restart(1, 1);
    let line = store.take_on(&run, entry(&run, "submitted")).await.unwrap();
    assert_eq!(line.sequence, 1);
    store
        .step(run.id(), 0, &under_way(), Some(Text::block("first\n")))
        .await
        .unwrap();
    let done = StepState::Done {
        took: vocab::Span::seconds(1),
        note: Text::line("204"),
    };
    store.step(run.id(), 0, &done, None).await.unwrap();
    let ended = Some(Time(NOW.0 + 9));
    let line = store
        .run_state(
            run.id(),
            &RunState::Verified,
            ended,
            Some(entry(&run, "verified")),
        )
        .await
        .unwrap();
    assert_eq!(line.map(|line| line.sequence), Some(2));
    store.close().await;

    run.state = RunState::Verified;
    run.ended = ended;
    run.steps = vec![StepRecord {
        state: done,
        output: Text::block("first\n"),
        progress: None,
    }];
    let store = open(folder.path()).await;
    assert_eq!(store.runs(10).await.unwrap().runs, [run.clone()]);
    let verbs: Vec<String> = store
        .audit(10)
        .await
        .unwrap()
        .iter()
        .map(|line| line.verb.to_string())
        .collect();
    assert_eq!(verbs, ["verified", "submitted"]);
    assert_eq!(store.verify_audit().await, Ok(2));
    let twice = store.take_on(&run, entry(&run, "submitted")).await;
    assert_eq!(twice, Err(StoreError::TakenBefore { run: run.id() }));
    let strange = RunId(uuid::Uuid::from_u128(99));
    assert_eq!(
        store.step(strange, 0, &under_way(), None).await,
        Err(StoreError::NoSuchRun { run: strange })
    );
    // The run's own process is the one before.
    assert_eq!(
        store.step(run.id(), 0, &under_way(), None).await,
        Err(StoreError::NotOurs { run: run.id() })
    );
}

#[tokio::test]
async fn old_outputs_go_and_their_runs_stay() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let (over, open_still) = (restart(1, 1), restart(2, 2));
    for run in [&over, &open_still] {
        store.take_on(run, entry(run, "submitted")).await.unwrap();
        store
            .step(run.id(), 0, &under_way(), Some(Text::block("printed")))
            .await
            .unwrap();
    }
    store
        .run_state(over.id(), &RunState::Done, Some(NOW), None)
        .await
        .unwrap();
    store.close().await;
    let later = Options::new(NOW + vocab::Span::days(181));
    let (store, _) = Store::open(folder.path(), later).await.unwrap();
    let runs = store.runs(10).await.unwrap().runs;
    let outputs: Vec<&str> = runs
        .iter()
        .map(|run| run.steps[0].output.as_str())
        .collect();
    assert_eq!(outputs, ["printed", ""]);
}

#[tokio::test]
async fn a_second_run_on_the_same_object_is_told_who_holds_it() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let other = open(folder.path()).await;
    let (first, second) = (restart(1, 7), restart(2, 7));
    store
        .take_on(&first, entry(&first, "submitted"))
        .await
        .unwrap();
    store.step(first.id(), 0, &under_way(), None).await.unwrap();
    let error = other
        .take_on(&second, entry(&second, "submitted"))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "container app on aurora is held by operator (shell) (run 00000001) since 2026-11-21T14:02:08.001Z: \
         restart, 10 s of grace; wait for it or cancel it"
    );
    assert_eq!(
        other.runs(10).await.unwrap().runs.len(),
        1,
        "the refused run leaves no trace"
    );
    assert_eq!(other.audit(10).await.unwrap().len(), 1);
    let elsewhere = restart(3, 8);
    other
        .take_on(&elsewhere, entry(&elsewhere, "submitted"))
        .await
        .unwrap();
    store
        .run_state(first.id(), &RunState::Failed, Some(NOW), None)
        .await
        .unwrap();
    other
        .take_on(&second, entry(&second, "submitted"))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_another_process_does_is_seen() {
    let folder = scratch();
    let console = open(folder.path()).await;
    let shell = open(folder.path()).await;
    let (own, run) = (restart(1, 1), restart(2, 2));
    console
        .take_on(&own, entry(&own, "submitted"))
        .await
        .unwrap();
    assert_eq!(
        console.poll_foreign().await.unwrap(),
        crate::Foreign::default()
    );
    shell.take_on(&run, entry(&run, "submitted")).await.unwrap();
    let foreign = console.poll_foreign().await.unwrap();
    assert_eq!((foreign.runs, foreign.audit.len()), (vec![run.clone()], 1));
    shell.step(run.id(), 0, &under_way(), None).await.unwrap();
    let foreign = console.poll_foreign().await.unwrap();
    assert_eq!(
        (foreign.runs[0].steps[0].state.clone(), foreign.audit.len()),
        (under_way(), 0)
    );
    assert_eq!(
        console.poll_foreign().await.unwrap(),
        crate::Foreign::default()
    );
}

#[tokio::test]
async fn tampering_with_the_audit_log_shows() {
    let tampering = [
        (
            "UPDATE audit SET line = replace(line, 'submitted', 'cancelled') WHERE sequence = 3",
            3,
        ),
        ("DELETE FROM audit WHERE sequence = 2", 2),
        ("DELETE FROM audit WHERE sequence > 3", 4),
        ("UPDATE meta SET value = 'x' WHERE key = 'audit_head'", 6),
        ("DELETE FROM audit", 1),
    ];
    for (sql, bad) in tampering {
        let folder = scratch();
        let store = open(folder.path()).await;
        let run = restart(1, 1);
        for _ in 0..5 {
            store.append_audit(entry(&run, "submitted")).await.unwrap();
        }
        assert_eq!(store.verify_audit().await, Ok(5));
        let other = Connection::open(folder.path().join("history.sqlite")).unwrap();
        other
            .execute_batch(
                "DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_removed",
            )
            .unwrap();
        other.execute_batch(sql).unwrap();
        let error = store.verify_audit().await.unwrap_err();
        assert!(
            matches!(error, StoreError::AuditBroken { line, .. } if line == bad),
            "{sql}: {error}"
        );
    }
}

/// Two processes want the same objects at once: each object is given exactly once.
#[tokio::test]
async fn of_two_processes_exactly_one_gets_an_object() {
    const OBJECTS: u64 = 40;
    if let Some(folder) = std::env::var_os(FOLDER) {
        let store = Store::open(folder.as_ref(), Options::new(NOW))
            .await
            .unwrap()
            .0;
        let mut got = Vec::new();
        for object in 0..OBJECTS {
            let run = restart(
                u128::from(std::process::id()) * 1000 + u128::from(object),
                object,
            );
            match store.take_on(&run, entry(&run, "submitted")).await {
                Ok(_) => got.push(object.to_string()),
                Err(error) => assert!(matches!(error, StoreError::Held { .. }), "{error}"),
            }
        }
        println!("\ngot {}", got.join(" "));
        // Killed rather than closed, so that the runs stay open.
        std::process::exit(0);
    }
    let folder = scratch();
    let test = "tests::journal::of_two_processes_exactly_one_gets_an_object";
    let children: Vec<_> = (0..3)
        .map(|_| again(test, folder.path()).spawn().unwrap())
        .collect();
    let mut got = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let line = printed
            .lines()
            .find_map(|line| line.strip_prefix("got"))
            .unwrap_or_else(|| panic!("{printed}"));
        got.extend(
            line.split_whitespace()
                .map(|word| word.parse::<u64>().unwrap()),
        );
    }
    got.sort_unstable();
    assert_eq!(got, (0..OBJECTS).collect::<Vec<_>>());

    // All of them are dead now: one opening gets their runs, the next one none.
    let store = open(folder.path()).await;
    let other = open(folder.path()).await;
    let claimed = store.open_runs_of_dead_processes().await.unwrap();
    assert_eq!(claimed.len() as u64, OBJECTS);
    assert!(
        other
            .open_runs_of_dead_processes()
            .await
            .unwrap()
            .is_empty()
    );
    let again = restart(u128::MAX, 0);
    assert!(matches!(
        other.take_on(&again, entry(&again, "x")).await,
        Err(StoreError::Held { .. })
    ));
    for run in claimed {
        store
            .run_state(
                run.id(),
                &RunState::Unknown,
                Some(NOW),
                Some(entry(&run, "unknown")),
            )
            .await
            .unwrap();
    }
    other
        .take_on(&again, entry(&again, "submitted"))
        .await
        .unwrap();
    assert_eq!(store.verify_audit().await, Ok(2 * OBJECTS + 1));
}
