//! The queue of runs on sites: so many at once, in their order, over processes, and never kept waiting by a dead one.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::time::{Duration, Instant};

use vocab::{
    AffiliateName, Currency, Domain, Money, Region, ReleaseId, RollbackLevel, SiteKind, Text,
};
use world::plan::StepCall;
use world::{
    Intent, Machine, Run, RunState, Site, SiteObjects, SiteOrder, SiteState, SiteStep, SiteVerb,
};

use super::support::{FOLDER, NOW, again, entry, open, restart, scratch};
use crate::{Left, Store, StoreError, Turn};

/// A deployment of a site of its own onto a server, as run number `number`.
fn deployment(number: u128, server: &str) -> Run {
    let mut run = restart(number, 1);
    let domain = Domain::new(&format!("site-{number}.example.com")).unwrap();
    let release = ReleaseId::new(&format!("{number:016x}")).unwrap();
    let site = Site {
        domain: domain.clone(),
        kind: SiteKind::Static,
        affiliate: AffiliateName::new("harbor").unwrap(),
        region: Region::EuCentral,
        state: SiteState::Active,
        price: Money::from_smallest(1500, Currency::USD),
        cost: None,
        deployment: run.id(),
        created: NOW,
        releases: Vec::new(),
        current: release,
        objects: SiteObjects {
            server: "7".into(),
            server_name: server.into(),
            ..SiteObjects::default()
        },
    };
    run.plan.title = Text::line(format!("deploy {domain}"));
    run.plan.objects[0].name = Text::line(domain.as_str());
    run.plan.steps[0].call = StepCall::Site(SiteStep::Upload);
    run.plan.intent = Intent::Site(Box::new(SiteOrder {
        verb: SiteVerb::Deploy,
        site,
        was: None,
        before: None,
        port_before: None,
        files: None,
        installation: "yard".into(),
        machine: Machine {
            server_type: "cx23".into(),
            image: "debian-12".into(),
            location: "nbg1".into(),
        },
        certificates: "internal".into(),
        email: None,
        level: RollbackLevel::Full,
        backup: None,
        growth: None,
        version: 2,
    }));
    run
}

/// Takes a deployment on, on a server of its own.
async fn taken(store: &Store, number: u128) -> Run {
    on(store, number, &format!("server-{number}")).await
}

async fn on(store: &Store, number: u128, server: &str) -> Run {
    let run = deployment(number, server);
    store.take_on(&run, entry(&run, "submitted")).await.unwrap();
    run
}

async fn over(store: &Store, run: &Run) {
    let state = RunState::Verified;
    store
        .run_state(run.id(), &state, Some(NOW), None)
        .await
        .unwrap();
}

async fn ask(store: &Store, run: &Run) -> Turn {
    store.ask_turn(run.id(), 2).await.unwrap()
}

fn behind(before: usize) -> Turn {
    let held = Text::default();
    Turn::Waits { before, held }
}

#[tokio::test]
async fn so_many_at_once_and_the_others_in_the_order_they_were_taken_on() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let mut runs = Vec::new();
    for number in 1..=5 {
        runs.push(taken(&store, number).await);
    }
    assert_eq!(ask(&store, &runs[0]).await, Turn::Come);
    assert_eq!(ask(&store, &runs[3]).await, Turn::Come, "one was free");
    for (index, before) in [(4, 2), (2, 2), (1, 2), (4, 4)] {
        assert_eq!(ask(&store, &runs[index]).await, behind(before), "{index}");
    }
    assert_eq!(ask(&store, &runs[0]).await, Turn::Come, "it has it");

    // How many come before is read with the run, and told to other processes.
    let other = open(folder.path()).await;
    for run in &runs[1..] {
        let state = RunState::Queued {
            before: 9,
            held: Text::default(),
        };
        store.run_state(run.id(), &state, None, None).await.unwrap();
    }
    let read = other.run(runs[4].id()).await.unwrap().unwrap();
    assert_eq!(read.state.waits().unwrap(), "waits for 4 runs before it");
    let told = other.poll_foreign().await.unwrap().waiting;
    let expected = [(&runs[1], 2), (&runs[2], 3), (&runs[4], 4)];
    assert_eq!(told, expected.map(|(run, before)| (run.id(), before)));

    over(&store, &runs[3]).await;
    assert_eq!(ask(&store, &runs[2]).await, behind(2), "another is first");
    assert_eq!(ask(&store, &runs[1]).await, Turn::Come);
    // One that is taken back while it waits is out of the way.
    over(&store, &runs[2]).await;
    assert_eq!(ask(&store, &runs[4]).await, behind(2));
    // A turn that is given back is free, and who gave it back has its old place when it asks again.
    store.rest(runs[0].id()).await.unwrap();
    assert_eq!(ask(&store, &runs[0]).await, Turn::Come);
    store.rest(runs[0].id()).await.unwrap();
    assert_eq!(ask(&store, &runs[4]).await, Turn::Come);
    assert_eq!(ask(&store, &runs[0]).await, behind(2));
    // As many more as are allowed now.
    assert_eq!(store.ask_turn(runs[0].id(), 3).await.unwrap(), Turn::Come);
}

#[tokio::test]
async fn who_waits_for_a_server_keeps_only_those_waiting_who_want_the_same() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let first = on(&store, 1, "shared").await;
    let second = on(&store, 2, "shared").await;
    let third = on(&store, 3, "shared").await;
    let apart = on(&store, 4, "apart").await;
    for run in [&second, &third, &first] {
        // Only the first of those who want it may have it, whoever asks first.
        let turn = ask(&store, run).await;
        if run.id() == second.id() {
            assert_eq!(turn, Turn::Come, "nobody else asked yet");
        } else {
            assert!(matches!(turn, Turn::Waits { .. }), "{turn:?}");
        }
    }
    assert_eq!(ask(&store, &apart).await, Turn::Come, "a turn was free");
    over(&store, &second).await;
    assert_eq!(ask(&store, &third).await, behind(2));
    assert_eq!(ask(&store, &first).await, Turn::Come);
    over(&store, &apart).await;
    assert_eq!(ask(&store, &third).await, behind(1));
    over(&store, &first).await;
    assert_eq!(ask(&store, &third).await, Turn::Come);
}

/// Takes the deployment with this number on, has it ask until its turn comes, and goes on until it is killed.
async fn drive_for_ever(folder: &std::ffi::OsStr) {
    let store = open(folder.as_ref()).await;
    let number = std::env::var(NUMBER).unwrap().parse().unwrap();
    let server = std::env::var(SERVER).unwrap();
    let run = on(&store, number, &server).await;
    println!("\ntaken on");
    while ask(&store, &run).await != Turn::Come {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("\ndriven");
    std::future::pending::<()>().await;
}

const NUMBER: &str = "WHEELHOUSE_STORE_TEST_NUMBER";
const SERVER: &str = "WHEELHOUSE_STORE_TEST_SERVER";

/// Another process with a deployment; returns when it has said this word.
fn other(folder: &std::path::Path, test: &str, number: u128, server: &str, word: &str) -> Child {
    let mut child = again(&format!("tests::queue::{test}"), folder)
        .env(NUMBER, number.to_string())
        .env(SERVER, server)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == word), "{word}");
    // Read to the end elsewhere, so that it can go on saying things.
    std::thread::spawn(move || lines.for_each(drop));
    child
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn a_turn_comes_over_processes_and_a_dead_one_keeps_nobody_waiting() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return drive_for_ever(&folder).await;
    }
    let test = "a_turn_comes_over_processes_and_a_dead_one_keeps_nobody_waiting";
    let folder = scratch();
    let store = open(folder.path()).await;
    let one = other(folder.path(), test, 1, "server-1", "driven");
    let two = other(folder.path(), test, 2, "server-2", "driven");
    let waiting = other(folder.path(), test, 3, "server-3", "taken on");
    let run = taken(&store, 4).await;
    let begun = Instant::now();
    // Until the third one has asked for the first time.
    while ask(&store, &run).await != behind(3) {
        assert!(begun.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    kill(waiting);
    assert_eq!(
        ask(&store, &run).await,
        behind(2),
        "who is dead waits no more"
    );
    kill(one);
    assert_eq!(ask(&store, &run).await, Turn::Come);

    // Whoever takes the dead ones over waits for a turn like all others, in their old order.
    let left = store.take_over(Left::OnSites).await.unwrap();
    let ids: Vec<_> = left.iter().map(Run::id).collect();
    assert_eq!(ids, [deployment(1, "").id(), deployment(3, "").id()]);
    assert_eq!(ask(&store, &left[1]).await, behind(2));
    assert_eq!(ask(&store, &left[0]).await, behind(2));
    kill(two);
    assert_eq!(ask(&store, &left[1]).await, behind(2));
    assert_eq!(ask(&store, &left[0]).await, Turn::Come);
    over(&store, &run).await;
    assert_eq!(ask(&store, &left[1]).await, Turn::Come);
}

#[tokio::test]
async fn a_server_that_a_dead_process_holds_is_refused_or_said_to_be_held() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return drive_for_ever(&folder).await;
    }
    let test = "a_server_that_a_dead_process_holds_is_refused_or_said_to_be_held";
    let folder = scratch();
    let store = open(folder.path()).await;
    let holder = other(folder.path(), test, 1, "shared", "driven");
    let waits = on(&store, 2, "shared").await;
    assert_eq!(ask(&store, &waits).await, behind(1));
    kill(holder);
    let Turn::Waits { before: 0, held } = ask(&store, &waits).await else {
        panic!("it is held");
    };
    assert!(held.contains("runs resume"), "{held}");
    let late = deployment(3, "shared");
    let refused = store.take_on(&late, entry(&late, "submitted")).await;
    let Err(refused @ StoreError::Held { .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        refused.to_string().contains("process has ended"),
        "{refused}"
    );
    let apart = on(&store, 4, "apart").await;
    assert_eq!(ask(&store, &apart).await, Turn::Come);
    // Taken over, it has the server still, and its old place.
    let left = store.take_over(Left::OnSites).await.unwrap();
    assert_eq!(ask(&store, &left[0]).await, Turn::Come);
    over(&store, &left[0]).await;
    assert_eq!(ask(&store, &waits).await, Turn::Come);
}
