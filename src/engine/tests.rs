//! The engine as a whole, over a small simulated fleet and a store of its own: what is asked, what is refused, and what
//! the watcher sees of it.

use std::sync::Arc;
use std::time::Duration;

use sources::demo::{Simulation, Size};
use store::{Options, Store};
use tempfile::TempDir;
use vocab::{ContainerKey, ContainerState, Span, Text};
use world::{
    Actor, Confirmation, Consent, ContainerVerb, Face, Intent, Plan, RefusalKind, RunState, World,
};

use crate::{Fabric, Handle, NodePlan, Setup, Subscription, start};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

struct Bench {
    handle: Handle,
    seen: Subscription,
    _folder: TempDir,
}

impl Bench {
    /// An engine over one machine with three containers; with a journal or without.
    async fn new(journal: bool) -> Self {
        let size = Size {
            nodes: 1,
            containers: 3,
            sites: 2,
            log_rate: 1.0,
            seed: 1,
        };
        let simulation = Arc::new(Simulation::new(size, drivers::clock::now()));
        let plan = |actor: &sources::demo::Actor| NodePlan {
            profile: actor.profile.clone(),
            connection: actor.connection.clone(),
            identity: "simulated".to_owned(),
        };
        let fabric = Fabric {
            name: Text::line("test"),
            nodes: simulation.actors.iter().map(plan).collect(),
            services: Vec::new(),
            discover: false,
            hosting: Err("no providers".into()),
            terms: Some(simulation.terms.clone()),
            backup_rules: None,
            token_ends: Vec::new(),
            rules: Vec::new(),
            maintenance: Vec::new(),
            schedules: Vec::new(),
            autopilot: world::autopilot::Policy::default(),
            weights: world::Weights::default(),
            alerts: Vec::new(),
            simulation: Some(simulation),
        };
        let folder = tempfile::tempdir().unwrap();
        let store = if journal {
            let options = Options::new(drivers::clock::now());
            Some(Store::open(folder.path(), options).await.unwrap().0)
        } else {
            None
        };
        let handle = start(Setup {
            fabric,
            store,
            notices: Vec::new(),
            refresh: Span::seconds(2),
            grace: Span::seconds(2),
            role: crate::Role::Staying(world::ExecutorKind::Console),
        });
        let seen = handle.subscribe().await.unwrap();
        let mut bench = Self {
            handle,
            seen,
            _folder: folder,
        };
        bench
            .until(|world| {
                let inspected = world.containers.values().filter(|c| c.details.is_some());
                inspected.count() == 3 && world.nodes.values().all(|node| node.link.is_up())
            })
            .await;
        bench
    }

    /// Follows the world until it is so.
    async fn until(&mut self, so: impl Fn(&World) -> bool) {
        let waiting = async {
            while !so(&self.seen.world) {
                let event = self.seen.changes.recv().await.unwrap();
                self.seen.world.apply(&event);
            }
        };
        assert!(
            tokio::time::timeout(PATIENCE, waiting).await.is_ok(),
            "it came to be so"
        );
    }

    fn key(&self, name: &str) -> ContainerKey {
        let mut all = self.seen.world.containers.values();
        all.find(|tracked| tracked.container.name == *name)
            .unwrap()
            .key
            .clone()
    }

    fn state(&self, key: &ContainerKey) -> ContainerState {
        self.seen.world.containers[key].container.state
    }

    async fn plan(&self, verb: ContainerVerb, key: &ContainerKey) -> Plan {
        let actor = Actor {
            user: Text::line("operator"),
            face: Face::Internal,
        };
        let intent = Intent::Containers {
            verb,
            targets: vec![key.clone()],
        };
        self.handle.plan(intent, actor).await.unwrap()
    }

    /// Plans, submits with the right letter and waits for the end.
    async fn run(&mut self, verb: ContainerVerb, key: &ContainerKey) -> RunState {
        let plan = self.plan(verb, key).await;
        let Confirmation::Letter(letter) = plan.confirmation else {
            panic!("{verb:?} wants a letter")
        };
        self.handle
            .submit(plan.id, Consent::Letter(letter))
            .await
            .unwrap();
        self.until(|world| {
            world
                .runs
                .get(&plan.id)
                .is_some_and(|run| run.state.is_over())
        })
        .await;
        self.seen.world.runs[&plan.id].state.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_is_confirmed_journalled_verified_and_audited() {
    let mut bench = Bench::new(true).await;
    let key = bench.key("n8n");
    let before = bench.seen.world.containers[&key].container.started;
    let plan = bench.plan(ContainerVerb::Restart, &key).await;
    for wrong in [
        Consent::Letter('x'),
        Consent::Grace,
        Consent::Typed(Text::line("n8n")),
    ] {
        let refused = bench.handle.submit(plan.id, wrong).await.unwrap_err();
        assert_eq!(refused.kind, RefusalKind::Consent, "{refused}");
    }
    assert!(bench.seen.world.runs.is_empty(), "nothing was begun");
    assert_eq!(
        bench.run(ContainerVerb::Restart, &key).await,
        RunState::Verified
    );
    bench
        .until(|world| world.containers[&key].container.started > before)
        .await;
    bench.until(|world| world.audit.len() >= 2).await;
    let verbs: Vec<String> = bench
        .seen
        .world
        .audit
        .iter()
        .map(|line| line.verb.to_string())
        .collect();
    assert_eq!(verbs, ["submitted", "verified"]);
    let journalled = bench.handle.runs(10).await.unwrap();
    assert_eq!(
        journalled.first().map(|run| run.state.clone()),
        Some(RunState::Verified)
    );
    assert!(
        bench
            .handle
            .submit(plan.id, Consent::Letter('r'))
            .await
            .is_ok(),
        "the other plan is still good once"
    );
    let again = bench
        .handle
        .submit(plan.id, Consent::Letter('r'))
        .await
        .unwrap_err();
    assert_eq!(again.kind, RefusalKind::Stale, "and only once");
    bench.handle.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_cannot_be_read_is_not_an_empty_one() {
    let bench = Bench::new(true).await;
    assert_eq!(bench.handle.choices().await, Ok(Vec::new()));
    bench.handle.store.clone().unwrap().close().await;
    let refusals = [
        bench.handle.audit(9).await.unwrap_err(),
        bench.handle.runs(9).await.unwrap_err(),
        bench.handle.happenings(None, 9).await.unwrap_err(),
        bench.handle.choices().await.unwrap_err(),
    ];
    for refusal in refusals {
        assert_eq!(refusal.kind, RefusalKind::Journal, "{}", refusal.text);
        assert!(refusal.text.starts_with("the journal cannot be read: "));
    }
    bench.handle.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_plan_is_good_however_many_were_only_looked_at() {
    let bench = Bench::new(true).await;
    let key = bench.key("n8n");
    let first = bench.plan(ContainerVerb::Restart, &key).await;
    while drivers::clock::now() <= first.made {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut newest = first.id;
    for _ in 0..100 {
        newest = bench.plan(ContainerVerb::Restart, &key).await.id;
    }
    let submit = |id| bench.handle.submit(id, Consent::Letter('r'));
    let refused = submit(first.id).await.unwrap_err();
    assert_eq!(refused.kind, RefusalKind::Stale, "it has given way");
    submit(newest).await.unwrap();
    bench.handle.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_can_be_taken_back_in_its_grace_window() {
    let mut bench = Bench::new(true).await;
    let key = bench.key("postgres");
    assert_eq!(
        bench.run(ContainerVerb::Stop, &key).await,
        RunState::Verified
    );
    bench
        .until(|world| world.containers[&key].container.state == ContainerState::Exited)
        .await;
    let plan = bench.plan(ContainerVerb::Start, &key).await;
    bench.handle.submit(plan.id, Consent::Grace).await.unwrap();
    let held = bench.plan(ContainerVerb::Start, &key).await;
    let refused = bench
        .handle
        .submit(held.id, Consent::Script)
        .await
        .unwrap_err();
    assert_eq!(
        refused.kind,
        RefusalKind::Conflict,
        "one run at a time on an object: {refused}"
    );
    let actor = Actor {
        user: Text::line("operator"),
        face: Face::Internal,
    };
    bench.handle.cancel(plan.id, actor).await.unwrap();
    bench
        .until(|world| {
            world
                .runs
                .get(&plan.id)
                .is_some_and(|run| run.state == RunState::Cancelled)
        })
        .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(
        bench.state(&key),
        ContainerState::Exited,
        "it was never started"
    );
    let last = bench.plan(ContainerVerb::Start, &key).await;
    bench.handle.submit(last.id, Consent::Grace).await.unwrap();
    bench
        .until(|world| {
            world
                .runs
                .get(&last.id)
                .is_some_and(|run| run.state == RunState::Verified)
        })
        .await;
    bench.handle.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_journal_nothing_is_changed() {
    let bench = Bench::new(false).await;
    let key = bench.key("n8n");
    let plan = bench.plan(ContainerVerb::Restart, &key).await;
    let refused = bench
        .handle
        .submit(plan.id, Consent::Letter('r'))
        .await
        .unwrap_err();
    assert_eq!(refused.kind, RefusalKind::Journal);
    bench.handle.shutdown().await;
}
