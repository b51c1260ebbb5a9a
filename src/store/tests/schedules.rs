//! One executor at a time, and no turn of a schedule twice; also between processes, and when one is killed.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;

use vocab::{ScheduleName, Span, Text, Time};
use world::{Actor, ExecutorKind, Face, Pause, Turn, TurnEnd};

use super::support::{FOLDER, NOW, again, open, scratch};
use crate::{AuditEntry, ScheduleChange, Store};

fn name(text: &str) -> ScheduleName {
    ScheduleName::new(text).unwrap()
}

fn operator() -> Actor {
    Actor {
        user: Text::line("operator"),
        face: Face::Shell,
    }
}

fn entry(verb: &str) -> AuditEntry {
    AuditEntry {
        at: NOW,
        by: operator(),
        run: None,
        verb: Text::line(verb),
        subject: Text::line("schedule sweep"),
        detail: Text::default(),
    }
}

async fn held_by(store: &Store, claim: ExecutorKind, now: Time) -> Option<(ExecutorKind, bool)> {
    let executor = store.attend(Some(claim), now).await.unwrap();
    executor.map(|executor| (executor.kind, executor.here))
}

#[tokio::test]
async fn a_console_gives_way_to_serve_and_nobody_to_a_second_one() {
    use ExecutorKind::{Console, Serve};
    let folder = scratch();
    let (console, serve) = (open(folder.path()).await, open(folder.path()).await);
    assert_eq!(
        console.attend(None, NOW).await.unwrap(),
        None,
        "looking claims nothing"
    );
    assert_eq!(held_by(&console, Console, NOW).await, Some((Console, true)));
    let other = open(folder.path()).await;
    assert_eq!(held_by(&other, Console, NOW).await, Some((Console, false)));
    assert_eq!(held_by(&serve, Serve, NOW).await, Some((Serve, true)));
    assert_eq!(held_by(&console, Console, NOW).await, Some((Serve, false)));
    assert_eq!(held_by(&other, Serve, NOW).await, Some((Serve, false)));
    let seen = console.attend(None, NOW).await.unwrap().unwrap();
    assert_eq!((seen.pid, seen.since), (std::process::id(), NOW));
    // It ends without a word; its file is closed.
    serve.close().await;
    assert_eq!(held_by(&other, Console, NOW).await, Some((Console, true)));
    other.give_up().await.unwrap();
    assert_eq!(console.attend(None, NOW).await.unwrap(), None);
}

#[tokio::test]
async fn one_that_is_silent_for_long_holds_nothing_and_begins_nothing() {
    use ExecutorKind::Console;
    let folder = scratch();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    assert!(one.attend(Some(Console), NOW).await.unwrap().unwrap().here);
    let beats = NOW + Span::seconds(30);
    assert!(
        one.attend(Some(Console), beats)
            .await
            .unwrap()
            .unwrap()
            .here
    );
    let later = NOW + Span::seconds(60);
    assert_eq!(
        held_by(&other, Console, later).await,
        Some((Console, false))
    );
    let silent = beats + Span::seconds(60);
    assert_eq!(
        held_by(&other, Console, silent).await,
        Some((Console, true))
    );
    assert!(
        !one.begin_turn(name("sweep"), None, false, silent)
            .await
            .unwrap()
    );
    assert!(
        other
            .begin_turn(name("sweep"), None, false, silent)
            .await
            .unwrap()
    );
    assert_eq!(held_by(&one, Console, silent).await, Some((Console, false)));
}

#[tokio::test]
async fn a_turn_that_came_about_is_noted_and_leaves_what_is_asked_for() {
    let folder = scratch();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    let health = name("health");
    let turn = |seconds| Turn {
        begun: NOW + Span::seconds(seconds),
        took: Span::seconds(27),
        end: TurnEnd::Done,
        words: "eu-central 2 of 2 sites answer".into(),
    };
    let found = async || other.schedules(NOW).await.unwrap().remove(&health);
    one.note_turn(health.clone(), turn(0), NOW).await.unwrap();
    assert_eq!(found().await, None, "nobody holds the place");
    assert!(held_by(&one, ExecutorKind::Serve, NOW).await.is_some());
    let asked = ScheduleChange::Asked(NOW, operator());
    let line = other.change_schedule(health.clone(), asked, entry("turn asked"));
    line.await.unwrap();
    one.note_turn(health.clone(), turn(0), NOW).await.unwrap();
    other.note_turn(health.clone(), turn(1), NOW).await.unwrap();
    let (record, under_way) = found().await.unwrap();
    assert_eq!((record.begun, under_way), (Some(NOW), false));
    assert_eq!((record.last, record.asked.is_some()), (Some(turn(0)), true));
    let begun = one.begin_turn(health.clone(), Some(NOW), false, NOW + Span::seconds(9));
    assert!(begun.await.unwrap());
    one.note_turn(health.clone(), turn(2), NOW).await.unwrap();
    let (record, under_way) = found().await.unwrap();
    assert!(under_way, "what was asked for is the turn now");
    assert_eq!((record.last, record.asked), (Some(turn(0)), None));
}

#[tokio::test]
async fn a_turn_is_begun_once_and_its_end_is_kept() {
    let folder = scratch();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    let sweep = name("sweep");
    assert!(
        !one.begin_turn(sweep.clone(), None, false, NOW)
            .await
            .unwrap(),
        "nobody is the executor"
    );
    one.attend(Some(ExecutorKind::Console), NOW).await.unwrap();
    one.settle_schedules(vec![sweep.clone()], NOW)
        .await
        .unwrap();
    assert!(
        !other
            .begin_turn(sweep.clone(), None, true, NOW)
            .await
            .unwrap()
    );
    assert!(
        one.begin_turn(sweep.clone(), None, false, NOW)
            .await
            .unwrap()
    );
    assert!(
        !one.begin_turn(sweep.clone(), Some(NOW), false, NOW)
            .await
            .unwrap(),
        "under way"
    );
    // The executor changes while the turn is under way: it is finished where it was begun.
    other.attend(Some(ExecutorKind::Serve), NOW).await.unwrap();
    assert!(
        !other
            .begin_turn(sweep.clone(), Some(NOW), false, NOW)
            .await
            .unwrap()
    );
    assert!(
        other.schedules(NOW).await.unwrap()[&sweep].1,
        "seen from there too"
    );
    let turn = Turn {
        begun: NOW,
        took: Span::seconds(3),
        end: TurnEnd::Done,
        words: Text::line("no orphan"),
    };
    one.end_turn(sweep.clone(), turn.clone(), NOW)
        .await
        .unwrap();
    let (record, under_way) = other.schedules(NOW).await.unwrap()[&sweep].clone();
    assert_eq!(
        (record.last, record.begun, under_way),
        (Some(turn), Some(NOW), false)
    );
    let stale = other.begin_turn(sweep.clone(), None, false, NOW + Span::hours(1));
    assert!(!stale.await.unwrap(), "by who has not seen the turn before");
    let next = other.begin_turn(sweep, Some(NOW), false, NOW + Span::hours(1));
    assert!(next.await.unwrap());
}

#[tokio::test]
async fn what_operators_say_is_kept_and_audited() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let sweep = name("sweep");
    let pause = Pause {
        by: operator(),
        since: NOW,
        until: Some(NOW + Span::hours(2)),
    };
    let paused = ScheduleChange::Paused(pause);
    store
        .change_schedule(sweep.clone(), paused, entry("paused"))
        .await
        .unwrap();
    let record = || async { store.schedules(NOW).await.unwrap()[&sweep].0.clone() };
    assert!(record().await.is_paused(NOW + Span::hours(1)));
    assert!(!record().await.is_paused(NOW + Span::hours(2)));
    let resumed = ScheduleChange::Resumed;
    store
        .change_schedule(sweep.clone(), resumed, entry("resumed"))
        .await
        .unwrap();
    assert!(!record().await.is_paused(NOW + Span::hours(1)));
    let asked = ScheduleChange::Asked(NOW, operator());
    store
        .change_schedule(sweep.clone(), asked, entry("turn asked"))
        .await
        .unwrap();
    assert_eq!(record().await.asked, Some((NOW, operator())));
    assert!(
        store
            .begin_turn(sweep.clone(), None, true, NOW)
            .await
            .unwrap()
    );
    assert_eq!(record().await.asked, None, "it is answered");
    let verbs: Vec<Text> = store
        .audit(9)
        .await
        .unwrap()
        .into_iter()
        .map(|line| line.verb)
        .collect();
    assert_eq!(verbs, ["turn asked", "resumed", "paused"]);
}

/// How often each of several processes tries.
const TRIES: i64 = 40;

/// In its part of the other process: becomes the executor if it can, and begins every turn it may.
async fn race(folder: &Path) {
    let store = open(folder).await;
    for hour in 0..TRIES {
        let now = NOW + Span::hours(hour);
        let claim = if hour % 2 == 0 {
            ExecutorKind::Serve
        } else {
            ExecutorKind::Console
        };
        store.attend(Some(claim), now).await.unwrap();
        let found = store.schedules(now).await.unwrap();
        let begun = found
            .get(&name("sweep"))
            .and_then(|(record, _)| record.begun);
        if begun.is_none_or(|begun| begun < now)
            && store
                .begin_turn(name("sweep"), begun, false, now)
                .await
                .unwrap()
        {
            println!("\nbegun {hour}");
            let turn = Turn {
                begun: now,
                took: Span::ZERO,
                end: TurnEnd::Done,
                words: Text::default(),
            };
            store.end_turn(name("sweep"), turn, now).await.unwrap();
        }
    }
    // Killed, not closed.
    std::process::abort();
}

#[tokio::test]
async fn processes_that_race_begin_every_turn_at_most_once() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        race(Path::new(&folder)).await;
        return;
    }
    let folder = scratch();
    let store = open(folder.path()).await;
    store
        .settle_schedules(vec![name("sweep")], NOW)
        .await
        .unwrap();
    let test = "tests::schedules::processes_that_race_begin_every_turn_at_most_once";
    let mut racers: Vec<_> = (0..3)
        .map(|_| again(test, folder.path()).spawn().unwrap())
        .collect();
    let mut begun = BTreeSet::new();
    for racer in &mut racers {
        let out = BufReader::new(racer.stdout.take().unwrap());
        for line in out.lines().map(Result::unwrap) {
            if let Some(hour) = line.strip_prefix("begun ") {
                assert!(begun.insert(hour.to_owned()), "{hour} twice");
            }
        }
        racer.wait().unwrap();
    }
    assert!(!begun.is_empty(), "somebody was the executor");
    // All were killed: whoever comes next is the one at once.
    let next = store
        .attend(Some(ExecutorKind::Console), NOW + Span::hours(TRIES))
        .await;
    assert!(next.unwrap().unwrap().here);
}

#[tokio::test]
async fn a_turn_whose_process_was_killed_is_interrupted() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let store = open(Path::new(&folder)).await;
        store.attend(Some(ExecutorKind::Serve), NOW).await.unwrap();
        assert!(
            store
                .begin_turn(name("backups"), None, false, NOW)
                .await
                .unwrap()
        );
        std::process::abort();
    }
    let folder = scratch();
    let store = open(folder.path()).await;
    let test = "tests::schedules::a_turn_whose_process_was_killed_is_interrupted";
    again(test, folder.path()).spawn().unwrap().wait().unwrap();
    let backups = name("backups");
    let (record, under_way) = store.schedules(NOW).await.unwrap()[&backups].clone();
    assert_eq!((record.last, under_way), (None, false));
    assert_eq!(
        held_by(&store, ExecutorKind::Console, NOW).await,
        Some((ExecutorKind::Console, true))
    );
    store
        .settle_schedules(vec![backups.clone()], NOW + Span::seconds(5))
        .await
        .unwrap();
    let (record, _) = store.schedules(NOW).await.unwrap()[&backups].clone();
    let last = record.last.unwrap();
    assert_eq!((last.end, last.begun), (TurnEnd::Interrupted, NOW));
    assert!(
        store
            .begin_turn(backups, Some(NOW), false, NOW + Span::hours(1))
            .await
            .unwrap()
    );
}
