//! Two operators at one site: two in one process, two in two. One is taken on, the other is told who holds it.

use std::time::{Duration, Instant};

use faults::yard::Yard;
use store::{AuditEntry, Options, Store, StoreError};
use vocab::{RollbackLevel, RunId, Text};
use world::{Actor, Face, Plan, Run, RunState};

/// Races of each kind.
const RACES: usize = 100;

/// Takes a run of its own on the site on, as `user`.
async fn press(plan: &Plan, store: &Store, user: &str) -> Result<Run, StoreError> {
    let mut plan = plan.clone();
    plan.id = RunId::made_at(drivers::clock::now());
    plan.by = Actor {
        user: Text::line(user),
        face: Face::Console,
    };
    let run = Run::new(plan, RunState::Running, drivers::clock::now());
    let entry = AuditEntry {
        at: run.taken,
        by: run.plan.by.clone(),
        run: Some(run.id()),
        verb: Text::line("submitted"),
        subject: run.plan.title.clone(),
        detail: Text::default(),
    };
    store.take_on(&run, entry).await.map(|_| run)
}

async fn race(plan: &Plan, one: &Store, other: &Store) -> Duration {
    let begun = Instant::now();
    let (first, second) = tokio::join!(press(plan, one, "ada"), press(plan, other, "bob"));
    let took = begun.elapsed();
    let (won, by, refusal) = match (first, second) {
        (Ok(run), Err(refusal)) => (run, one, refusal),
        (Err(refusal), Ok(run)) => (run, other, refusal),
        other => panic!("{other:?}"),
    };
    let StoreError::Held {
        run, holder, since, ..
    } = &refusal
    else {
        panic!("{refusal}")
    };
    assert_eq!((*run, *since), (won.id(), won.taken));
    assert_eq!(*holder, format!("{} (console)", won.plan.by.user).as_str());
    let over = RunState::Cancelled;
    by.run_state(won.id(), &over, Some(won.taken), None)
        .await
        .unwrap();
    took
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_operators_at_one_site_exactly_one_is_taken_on() {
    let yard = Yard::open().await.unwrap();
    let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
    let plan = yard.plan(&wish.unwrap()).await.unwrap();
    let options = Options::new(drivers::clock::now());
    let (other, _) = Store::open(&yard.state(), options).await.unwrap();
    let mut slowest = Duration::ZERO;
    for _ in 0..RACES {
        slowest = slowest.max(race(&plan, &yard.store, &yard.store.clone()).await);
        slowest = slowest.max(race(&plan, &yard.store, &other).await);
    }
    println!(
        "{} races, the slowest loser was told after {slowest:?}",
        2 * RACES
    );
    assert_eq!(yard.store.runs(1_000).await.unwrap().runs.len(), 2 * RACES);
}
