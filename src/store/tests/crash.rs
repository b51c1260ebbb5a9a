//! kill -9 in mid-write: what was acknowledged is there, and everything opens.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use kit::backoff::mix;
use vocab::{NodeName, Time};
use world::{Metric, Point, RunState, SeriesKey, StepState, Subject};

use super::support::{FOLDER, NOW, again, entry, open, restart, scratch, under_way};
use crate::{How, Options, Store};

/// Writes runs, steps and history for ever and says on its output what was acknowledged.
async fn write_for_ever(folder: &std::ffi::OsStr) {
    let store = Store::open(folder.as_ref(), Options::new(NOW))
        .await
        .unwrap()
        .0;
    let key = SeriesKey::new(Subject::Node(NodeName::new("aurora").unwrap()), Metric::Cpu);
    for dead in store.open_runs_of_dead_processes().await.unwrap() {
        store
            .run_state(
                dead.id(),
                &RunState::Unknown,
                Some(NOW),
                Some(entry(&dead, "unknown")),
            )
            .await
            .unwrap();
    }
    let first = store
        .runs(1)
        .await
        .unwrap()
        .runs
        .first()
        .map_or(0, |run| run.id().0.as_u128());
    for number in first + 1.. {
        let run = restart(number, 1);
        store.record(vec![(
            key.clone(),
            Point {
                at: Time(NOW.0 + number as i64 * 10_000),
                value: 1.0,
            },
        )]);
        store.take_on(&run, entry(&run, "submitted")).await.unwrap();
        println!("\ntaken {number}");
        store.step(run.id(), 0, &under_way(), None).await.unwrap();
        println!("\nbegun {number}");
        store
            .run_state(
                run.id(),
                &RunState::Done,
                Some(NOW),
                Some(entry(&run, "done")),
            )
            .await
            .unwrap();
        println!("\nended {number}");
    }
}

#[tokio::test]
async fn no_acknowledged_row_is_lost_when_the_process_is_killed() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return write_for_ever(&folder).await;
    }
    let folder = scratch();
    let mut seed = 1;
    let mut written = 0;
    for round in 0..20 {
        let test = "tests::crash::no_acknowledged_row_is_lost_when_the_process_is_killed";
        let mut child = again(test, folder.path()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        seed = mix(seed);
        let killed_after = Duration::from_millis(30 + seed % 90);
        let killer = std::thread::spawn(move || {
            std::thread::sleep(killed_after);
            child.kill().unwrap();
            child.wait().unwrap();
        });
        // The last line may be cut off; the acknowledgement before it counts.
        let mut said: Vec<String> = lines.map_while(Result::ok).collect();
        killer.join().unwrap();
        said.retain(|line| {
            ["taken ", "begun ", "ended "]
                .iter()
                .any(|word| line.starts_with(word))
        });
        said.pop();

        let (store, opened) = Store::open(folder.path(), Options::new(NOW)).await.unwrap();
        assert!(matches!(opened.how, How::Kept | How::Fresh), "{opened}");
        let runs = store.runs(1000).await.unwrap().runs;
        for line in &said {
            let (word, number) = line.split_once(' ').unwrap();
            let number: u128 = number.parse().unwrap();
            let run = runs
                .iter()
                .find(|run| run.id().0.as_u128() == number)
                .unwrap_or_else(|| panic!("{round}: {line}"));
            match word {
                "begun" => assert!(
                    matches!(run.steps[0].state, StepState::Running { .. }),
                    "{line}"
                ),
                "ended" => assert_eq!(run.state, RunState::Done, "{line}"),
                _ => {}
            }
        }
        store.verify_audit().await.unwrap();
        written = written.max(runs.len());
        store.close().await;
    }
    assert!(written > 25, "only {written} runs were written in all");
    let store = open(folder.path()).await;
    assert!(
        store.open_runs_of_dead_processes().await.unwrap().len() <= 1,
        "one run at a time was open"
    );
}
