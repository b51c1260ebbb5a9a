//! A full or failing disk: what must be on disk is refused, what may be lost is dropped and said, and all heals.

use rusqlite::ffi;
use vocab::{NodeName, Text, Time};
use world::{Metric, Point, SeriesKey, Subject};

use super::support::{NOW, entry, open, restart, scratch, under_way};
use crate::StoreError;
use crate::error::Failure;
use crate::store::Store;

async fn limit(store: &Store, pages: i64) {
    store
        .call(move |worker| {
            let most = if pages > 0 { pages } else { 1_000_000 };
            Ok(worker
                .connection()
                .pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))?)
        })
        .await
        .unwrap();
}

fn points(second: i64) -> Vec<(SeriesKey, Point)> {
    let key = |n: i64| {
        let name = Text::line(format!("container-{n}"));
        SeriesKey::new(
            Subject::Container {
                node: NodeName::new("aurora").unwrap(),
                name,
            },
            Metric::Cpu,
        )
    };
    (0..300)
        .map(|n| {
            (
                key(n),
                Point {
                    at: NOW + vocab::Span::seconds(second),
                    value: 1.0,
                },
            )
        })
        .collect()
}

async fn flush(store: &Store) {
    store
        .call(|worker| {
            worker.write_history(false);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_full_disk_refuses_runs_drops_history_and_heals() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let begun = restart(1, 1);
    store
        .take_on(&begun, entry(&begun, "submitted"))
        .await
        .unwrap();
    // Below what is in use, SQLite sets the limit to just that.
    limit(&store, 1).await;
    let output = Text::block("x".repeat(60_000));
    let error = store
        .step(begun.id(), 0, &under_way(), Some(output.clone()))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    let mut refused = 0;
    for number in 2..60 {
        let run = restart(number, number as u64);
        refused += u32::from(store.take_on(&run, entry(&run, "submitted")).await.is_err());
    }
    assert!(refused > 0);
    let trouble = store.trouble();
    store.record(points(0));
    store.record(points(20));
    flush(&store).await;
    assert!(
        matches!(*trouble.borrow(), Some(StoreError::Full { .. })),
        "{:?}",
        *trouble.borrow()
    );

    limit(&store, 0).await;
    store
        .step(begun.id(), 0, &under_way(), Some(output))
        .await
        .unwrap();
    store.record(points(40));
    flush(&store).await;
    assert_eq!(*trouble.borrow(), None);
    let key = points(0)[0].0.clone();
    let kept = store.history(key, NOW, Time(i64::MAX), 100).await.unwrap();
    assert_eq!(
        kept.iter()
            .map(|bucket| bucket.at.0 - NOW.0)
            .collect::<Vec<_>>(),
        [12_000]
    );
    let lines = store.verify_audit().await.unwrap();
    assert_eq!(
        lines,
        store.runs(100).await.unwrap().runs.len() as u64,
        "a refused run leaves no audit line either"
    );
}

#[tokio::test]
async fn after_a_failed_sync_the_file_is_opened_again() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let other = open(folder.path()).await;
    let run = restart(1, 1);
    store.take_on(&run, entry(&run, "submitted")).await.unwrap();
    let failed: Result<(), _> = store
        .call(|worker| {
            worker.connection().execute_batch("BEGIN IMMEDIATE")?;
            let error = ffi::Error::new(ffi::SQLITE_IOERR_FSYNC);
            Err(Failure::Sql(rusqlite::Error::SqliteFailure(error, None)))
        })
        .await;
    assert!(matches!(failed, Err(StoreError::Disk { .. })), "{failed:?}");
    // The connection that failed held the write lock; had it been kept, nobody could write any more.
    store.step(run.id(), 0, &under_way(), None).await.unwrap();
    let foreign = restart(2, 2);
    other
        .take_on(&foreign, entry(&foreign, "submitted"))
        .await
        .unwrap();
    assert_eq!(store.poll_foreign().await.unwrap().runs, [foreign]);
}
