//! Figures over days: rolled up, pruned, bounded, and read back from the tier that fits.

use vocab::{NodeName, ServiceName, Span, Text, Time};
use world::{Metric, Point, SeriesKey, Subject};

use super::support::{NOW, open, scratch};
use crate::store::Store;
use crate::{Keep, Options};

fn cpu(name: &str) -> SeriesKey {
    SeriesKey::new(Subject::Node(NodeName::new(name).unwrap()), Metric::Cpu)
}

fn disk() -> SeriesKey {
    let subject = Subject::Disk {
        node: NodeName::new("aurora").unwrap(),
        mount: Text::line("/var"),
    };
    SeriesKey::new(subject, Metric::Used)
}

/// Records a point every `every` seconds from `from` to `until`, with a write every 5 min of it: what upkeep does in one go suffices for that.
async fn feed(store: &Store, from: i64, until: i64, every: i64, keys: &[SeriesKey]) {
    let mut second = from;
    while second < until {
        for at in (second..(second + 300).min(until)).step_by(every as usize) {
            let value = (at.rem_euclid(60)) as f32;
            store.record(
                keys.iter()
                    .map(|key| {
                        (
                            key.clone(),
                            Point {
                                at: Time::from_seconds(at),
                                value,
                            },
                        )
                    })
                    .collect(),
            );
        }
        second += 300;
        store
            .call(|worker| {
                worker.write_history(false);
                Ok(())
            })
            .await
            .unwrap();
    }
}

async fn count(store: &Store, table: &'static str) -> i64 {
    store
        .call(move |worker| {
            let sql = format!("SELECT count(*) FROM {table}");
            Ok(worker.connection().query_row(&sql, [], |row| row.get(0))?)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn days_of_figures_are_kept_in_tiers() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let end = NOW.seconds() / 3600 * 3600;
    let keys = [cpu("aurora"), disk()];
    feed(&store, end - 3 * 86_400, end, 10, &keys).await;

    let fine = count(&store, "fine").await;
    assert!((2 * 715..=2 * 850).contains(&fine), "{fine}");
    let minutes = count(&store, "minutes").await;
    assert!((2 * 2870..=2 * 2950).contains(&minutes), "{minutes}");
    let quarters = count(&store, "quarters").await;
    assert!((2 * 286..=2 * 288).contains(&quarters), "{quarters}");
    let hours = count(&store, "hours").await;
    assert!((70..=72).contains(&hours), "{hours}: file systems only");

    let course = |key: SeriesKey, back: i64, most: usize| {
        store.history(
            key,
            Time::from_seconds(end - back),
            Time::from_seconds(end),
            most,
        )
    };
    let hour = course(cpu("aurora"), 3600, 1000).await.unwrap();
    assert!((358..=360).contains(&hour.len()), "{}", hour.len());
    assert_eq!((hour[1].low, hour[1].high), (10.0, 10.0));
    let day = course(cpu("aurora"), 86_400, 10_000).await.unwrap();
    assert_eq!(
        (day[5].low, day[5].mean, day[5].high),
        (0.0, 25.0, 50.0),
        "minutes"
    );
    assert!(
        day.is_sorted_by(|a, b| a.at < b.at),
        "no overlap where the tiers meet"
    );
    assert!(
        day.last().unwrap().at >= Time::from_seconds(end - 30),
        "the newest end comes from the finest tier"
    );
    let three = course(disk(), 3 * 86_400, 10_000).await.unwrap();
    assert_eq!(three[0].at, Time::from_seconds(end - 3 * 86_400));
    for most in [1, 2, 60, 600] {
        let few = course(cpu("aurora"), 86_400, most).await.unwrap();
        assert!(
            few.len() <= most.max(2) && few.len() * 3 >= most,
            "{} of {most}",
            few.len()
        );
    }
    let unknown = SeriesKey::new(
        Subject::Service(ServiceName::new("none").unwrap()),
        Metric::Latency,
    );
    assert!(course(unknown, 3600, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn history_is_there_after_a_restart_also_what_was_not_due_yet() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let start = NOW.seconds() / 900 * 900;
    let at = |second: i64, value: f32| {
        (
            cpu("aurora"),
            Point {
                at: Time::from_seconds(start + second),
                value,
            },
        )
    };
    store.record((0..20).map(|n| at(n, 4.0)).collect());
    store.close().await;
    let store = open(folder.path()).await;
    // Within the bucket that was written at the close.
    store.record((20..61).map(|n| at(n, 8.0)).collect());
    store.close().await;
    let store = open(folder.path()).await;
    let since = Time::from_seconds(start);
    let restored = store
        .restore(
            vec![cpu("aurora"), cpu("other")],
            since,
            since + Span::hours(1),
            600,
        )
        .await
        .unwrap();
    let values: Vec<f32> = restored[0].1.iter().map(|point| point.value).collect();
    assert_eq!(values, [4.0, 4.0, 8.0, 8.0, 8.0, 8.0, 8.0]);
    assert!(restored[1].1.is_empty());
}

#[tokio::test]
async fn only_one_store_writes_history_and_another_takes_over() {
    let folder = scratch();
    let (first, second) = (open(folder.path()).await, open(folder.path()).await);
    let points = |second: i64| {
        vec![(
            cpu("aurora"),
            Point {
                at: NOW + Span::seconds(second),
                value: 1.0,
            },
        )]
    };
    first.record(points(0));
    first.runs(1).await.unwrap();
    second.record(points(100));
    second.close().await;
    let third = open(folder.path()).await;
    let until = NOW + Span::hours(1);
    assert_eq!(
        third.history(cpu("aurora"), NOW, until, 100).await.unwrap(),
        [],
        "not the second's to write"
    );
    first.close().await;
    assert_eq!(
        third
            .history(cpu("aurora"), NOW - Span::minutes(1), until, 100)
            .await
            .unwrap()
            .len(),
        1
    );
    third.record(points(200));
    third.close().await;
    let last = open(folder.path()).await;
    assert_eq!(
        last.history(cpu("aurora"), NOW - Span::minutes(1), until, 100)
            .await
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn the_file_stays_within_its_bound_and_file_systems_stay_longest() {
    let folder = scratch();
    let bytes = 1024 * 1024;
    let keep = Keep {
        bytes,
        ..Keep::USUAL
    };
    let (store, _) = Store::open(folder.path(), Options { now: NOW, keep })
        .await
        .unwrap();
    let end = NOW.seconds();
    let mut keys: Vec<SeriesKey> = (0..40).map(|n| cpu(&format!("n{n}"))).collect();
    keys.push(disk());
    feed(&store, end - 86_400, end, 30, &keys).await;
    // A write every 10 s finds little new to keep, and makes room.
    for _ in 0..60 {
        feed(&store, end, end + 1, 1, &keys[..1]).await;
    }
    let used = store
        .call(|worker| Ok(crate::history::write::used(worker.connection())?))
        .await
        .unwrap();
    assert!(used <= bytes + bytes / 20, "{used}");
    assert!((22..=24).contains(&count(&store, "hours").await));
    let course = store
        .history(
            cpu("n1"),
            Time::from_seconds(end - 1200),
            Time::from_seconds(end),
            1000,
        )
        .await
        .unwrap();
    assert!(!course.is_empty(), "the present stays");
}

#[tokio::test]
async fn a_clock_that_was_wrong_leaves_no_hole() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let start = NOW.seconds() / 900 * 900;
    feed(
        &store,
        start + 30 * 86_400,
        start + 30 * 86_400 + 3600,
        10,
        &[cpu("aurora")],
    )
    .await;
    feed(&store, start, start + 3600, 10, &[cpu("aurora")]).await;
    let since = Time::from_seconds(start);
    let course = store
        .history(cpu("aurora"), since, since + Span::hours(1), 1000)
        .await
        .unwrap();
    assert!(course.len() >= 355, "{}", course.len());
    let rolled = store
        .call(move |worker| {
            let sql = "SELECT count(*) FROM minutes WHERE at BETWEEN ? AND ?";
            Ok(worker
                .connection()
                .query_row(sql, [start, start + 3600], |row| row.get::<_, i64>(0))?)
        })
        .await
        .unwrap();
    // What was written in one go with the first step back is in the finest tier only.
    assert!(rolled >= 54, "{rolled}");
}
