//! Random damage to the files: never a panic, never an empty or shortened journal without a word.

use std::fs;
use std::path::Path;

use kit::backoff::mix;
use vocab::{NodeName, Span};
use world::{Metric, Point, RunState, SeriesKey, Subject};

use super::support::{NOW, entry, open, restart, scratch, under_way};
use crate::{How, Options, Store, StoreError};

const RUNS: u128 = 30;

/// A store with runs, an audit log and some history.
async fn fill(folder: &Path) {
    let store = open(folder).await;
    for number in 1..=RUNS {
        let run = restart(number, number as u64);
        store.take_on(&run, entry(&run, "submitted")).await.unwrap();
        store.step(run.id(), 0, &under_way(), None).await.unwrap();
        store
            .run_state(
                run.id(),
                &RunState::Done,
                Some(NOW),
                Some(entry(&run, "done")),
            )
            .await
            .unwrap();
    }
    for second in 0..400 {
        let key = |n: u32| {
            SeriesKey::new(
                Subject::Node(NodeName::new(&format!("n{n}")).unwrap()),
                Metric::Cpu,
            )
        };
        let at = NOW + Span::seconds(second);
        store.record(
            (0..20)
                .map(|n| (key(n), Point { at, value: 1.0 }))
                .collect(),
        );
        // Lets the thread keep up: its queue is bounded.
        if second % 100 == 0 {
            store.runs(1).await.unwrap();
        }
    }
    store.close().await;
}

/// Changes the bytes in one of several ways.
fn damage(bytes: &mut Vec<u8>, seed: &mut u64) -> String {
    let mut next = |below: usize| {
        *seed = mix(*seed);
        (*seed % below.max(1) as u64) as usize
    };
    let length = bytes.len();
    match next(5) {
        0 => {
            let at = next(100.min(length));
            bytes[at] ^= 1 << next(8);
            format!("header byte {at}")
        }
        1 => {
            let at = next(length);
            bytes[at] ^= 1 << next(8);
            format!("bit in byte {at}")
        }
        2 => {
            let page = next(length / 4096) * 4096;
            let with = [0, 0xff][next(2)];
            bytes[page..]
                .iter_mut()
                .take(4096)
                .for_each(|byte| *byte = with);
            format!("page at {page} filled with {with}")
        }
        3 => {
            let to = next(length);
            bytes.truncate(to);
            format!("cut to {to}")
        }
        _ => {
            let (from, to) = (next(length / 4096) * 4096, next(length / 4096) * 4096);
            let copy: Vec<u8> = bytes[from..].iter().take(4096).copied().collect();
            bytes[to..]
                .iter_mut()
                .zip(copy)
                .for_each(|(byte, new)| *byte = new);
            format!("page at {from} written over {to}")
        }
    }
}

/// Everything the journal and the audit log have to say; `None` when it is said that something is wrong.
async fn told(store: &Store) -> Option<(usize, u64)> {
    let known = |error: StoreError| {
        assert!(
            matches!(
                error,
                StoreError::Corrupt { .. }
                    | StoreError::AuditBroken { .. }
                    | StoreError::Disk { .. }
            ),
            "{error:?}"
        );
    };
    let lines = store.verify_audit().await.map_err(known).ok()?;
    store.audit(1000).await.map_err(known).ok()?;
    let runs = store.runs(1000).await.map_err(known).ok()?;
    let key = SeriesKey::new(Subject::Node(NodeName::new("n3").unwrap()), Metric::Cpu);
    store
        .history(key, NOW, NOW + Span::hours(1), 100)
        .await
        .map_err(known)
        .ok()?;
    runs.unreadable
        .is_empty()
        .then_some((runs.runs.len(), lines))
}

#[tokio::test]
async fn damage_is_never_silent() {
    let original = scratch();
    fill(original.path()).await;
    let good = fs::read(original.path().join("history.sqlite")).unwrap();
    let (mut seed, mut set_aside, mut refused, mut unharmed) = (7, 0, 0, 0);
    for round in 0..300 {
        let folder = scratch();
        let mut bytes = good.clone();
        let what = damage(&mut bytes, &mut seed);
        fs::write(folder.path().join("history.sqlite"), &bytes).unwrap();
        let (store, opened) = match Store::open(folder.path(), Options::new(NOW)).await {
            Ok(open) => open,
            Err(error) => {
                // A flipped bit in the schema's version looks like a newer program's, one in the file format's like a
                // file that may only be read: both are refused with words.
                let said = matches!(error, StoreError::Newer { .. } | StoreError::Denied { .. });
                assert!(said, "{what}: {error:?}");
                refused += 1;
                continue;
            }
        };
        if let How::SetAside { kept, .. } = &opened.how {
            assert!(
                opened.is_grave() && Path::new(kept.as_str()).exists(),
                "{what}"
            );
            assert_eq!(
                told(&store).await,
                Some((0, 0)),
                "{what}: the new file works"
            );
            set_aside += 1;
        } else if let Some(told) = told(&store).await {
            assert_eq!(
                told,
                (RUNS as usize, 2 * RUNS as u64),
                "round {round}: {what}: {opened}"
            );
            unharmed += 1;
        }
        store.close().await;
    }
    assert!(
        set_aside > 50 && unharmed > 10,
        "{set_aside} set aside, {refused} refused, {unharmed} unharmed"
    );
}

/// Damage to the log of a process that was killed: `SQLite` goes back to the last whole commit before it, which is a
/// state that once was; never to one that never was, and never to nothing.
#[tokio::test]
async fn a_damaged_log_goes_back_to_a_state_that_was() {
    let original = scratch();
    fill(original.path()).await;
    let store = open(original.path()).await;
    for number in RUNS + 1..=RUNS + 10 {
        let run = restart(number, number as u64);
        store.take_on(&run, entry(&run, "submitted")).await.unwrap();
    }
    let good = fs::read(original.path().join("history.sqlite")).unwrap();
    let log = fs::read(original.path().join("history.sqlite-wal")).unwrap();
    assert!(log.len() > 20_000);
    let mut seed = 3;
    for round in 0..100 {
        let folder = scratch();
        let mut bytes = log.clone();
        let what = damage(&mut bytes, &mut seed);
        fs::write(folder.path().join("history.sqlite"), &good).unwrap();
        fs::write(folder.path().join("history.sqlite-wal"), &bytes).unwrap();
        let (store, opened) = Store::open(folder.path(), Options::new(NOW)).await.unwrap();
        if !opened.is_grave()
            && let Some((runs, lines)) = told(&store).await
        {
            assert!(
                (RUNS as usize..=RUNS as usize + 10).contains(&runs),
                "round {round}: {what}"
            );
            assert_eq!(lines, RUNS as u64 + runs as u64, "round {round}: {what}");
        }
        store.close().await;
    }
    store.close().await;
}
