//! Schedules over this machine with stores of their own: turns that come by themselves, what operators say, and which of
//! two engines over one store does it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use drivers::host::LocalHost;
use drivers::{Connection, EngineAddress};
use schedule::{Rule, Schedule, Work};
use store::{Options, Store};
use vocab::{NodeName, ScheduleName, Span, Text};
use world::{
    Actor, ExecutorKind, Face, NodeProfile, RefusalKind, RunState, ScheduleState, ScheduleVerb,
    TurnEnd, World,
};

use crate::{Fabric, Handle, NodePlan, Role, Setup, Subscription, start};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn name(text: &str) -> ScheduleName {
    ScheduleName::new(text).unwrap()
}

fn operator() -> Actor {
    Actor {
        user: Text::line("operator"),
        face: Face::Internal,
    }
}

/// Runs a command on this machine every so often.
fn schedule(called: &str, command: &[&str], every: Span) -> Schedule {
    Schedule {
        name: name(called),
        work: Work::Command {
            nodes: vec![NodeName::new("here").unwrap()],
            command: command.iter().map(ToString::to_string).collect(),
        },
        rule: Rule::every(every),
        declared: false,
    }
}

struct Ground {
    handle: Handle,
    seen: Subscription,
}

impl Ground {
    async fn new(folder: &Path, role: Role, schedules: Vec<Schedule>) -> Self {
        let here = NodePlan {
            profile: NodeProfile {
                role: Text::line("compute"),
                local: true,
                reached_by: Text::line("this machine"),
                ..NodeProfile::new(NodeName::new("here").unwrap())
            },
            connection: Arc::new(Connection::new(Arc::new(LocalHost), EngineAddress::None)),
            identity: "here".to_owned(),
        };
        let options = Options::new(drivers::clock::now());
        let handle = start(Setup {
            fabric: Fabric {
                name: Text::line("test"),
                nodes: vec![here],
                services: Vec::new(),
                discover: false,
                hosting: Err("no providers".into()),
                terms: None,
                backup_rules: None,
                token_ends: Vec::new(),
                rules: Vec::new(),
                maintenance: Vec::new(),
                schedules,
                autopilot: world::autopilot::Policy::default(),
                weights: world::Weights::default(),
                alerts: Vec::new(),
                simulation: None,
            },
            store: Some(Store::open(folder, options).await.unwrap().0),
            notices: Vec::new(),
            refresh: Span::seconds(2),
            grace: Span::seconds(2),
            role,
        });
        let seen = handle.subscribe().await.unwrap();
        let mut ground = Self { handle, seen };
        ground
            .until(|world| world.nodes.values().all(|node| node.link.is_up()))
            .await;
        ground
    }

    /// Follows the world until it is so.
    async fn until(&mut self, so: impl Fn(&World) -> bool) {
        let waiting = async {
            while !so(&self.seen.world) {
                let event = self.seen.changes.recv().await.unwrap();
                self.seen.world.apply(&event);
            }
        };
        let came = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(
            came.is_ok(),
            "it came to be so: {:?}",
            self.seen.world.schedules
        );
    }

    fn is_executor(world: &World) -> bool {
        world
            .executor
            .as_ref()
            .is_some_and(|executor| executor.here)
    }

    async fn say(&self, called: &str, verb: ScheduleVerb) -> Result<(), RefusalKind> {
        let said = self.handle.schedule(name(called), verb, operator()).await;
        said.map(drop).map_err(|refusal| refusal.kind)
    }
}

fn state<'a>(world: &'a World, called: &str) -> &'a ScheduleState {
    let mut all = world.schedules.iter();
    all.find(|schedule| schedule.name.as_str() == called)
        .unwrap()
}

fn ended(world: &World, called: &str) -> Option<TurnEnd> {
    state(world, called)
        .record
        .last
        .as_ref()
        .map(|turn| turn.end)
}

const CONSOLE: Role = Role::Staying(ExecutorKind::Console);
const SERVE: Role = Role::Staying(ExecutorKind::Serve);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn turns_come_by_themselves_through_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let schedules = vec![
        schedule("bad", &["false"], Span::seconds(8)),
        schedule("good", &["true"], Span::seconds(8)),
    ];
    let mut ground = Ground::new(folder.path(), CONSOLE, schedules).await;
    ground
        .until(|world| ended(world, "good").is_some() && ended(world, "bad").is_some())
        .await;
    let world = &ground.seen.world;
    assert_eq!(ended(world, "good"), Some(TurnEnd::Done));
    assert_eq!(ended(world, "bad"), Some(TurnEnd::Failed));
    let first = state(world, "good").record.last.clone().unwrap();
    assert_eq!(first.words, "1 run");
    let why = &state(world, "bad").record.last.as_ref().unwrap().words;
    assert!(why.contains("failed"), "{why}");
    let by = |user: &str| {
        world
            .runs
            .values()
            .filter(|run| run.plan.by.user == *user)
            .count()
    };
    assert_eq!((by("schedule good"), by("schedule bad")), (1, 1));
    let run = world
        .runs
        .values()
        .find(|run| run.plan.by.user == "schedule good")
        .unwrap();
    assert_eq!(
        (run.plan.by.face, &run.state),
        (Face::Schedule, &RunState::Done)
    );
    ground
        .until(|world| {
            let last = state(world, "good").record.last.as_ref();
            last.is_some_and(|turn| turn.begun > first.begun)
        })
        .await;
    let again = state(&ground.seen.world, "good")
        .record
        .last
        .clone()
        .unwrap();
    assert!(
        again.begun.since(first.begun) >= Span::seconds(8),
        "never before it is due"
    );
    let audited = ground.handle.audit(50).await.unwrap();
    assert!(
        audited
            .iter()
            .any(|line| line.by.user == "schedule good" && line.verb == "done")
    );
    ground.handle.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_gives_way_to_serve_and_takes_over_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let schedules = || vec![schedule("good", &["true"], Span::seconds(3))];
    let mut console = Ground::new(folder.path(), CONSOLE, schedules()).await;
    console.until(Ground::is_executor).await;
    let mut serve = Ground::new(folder.path(), SERVE, schedules()).await;
    let since = Instant::now();
    serve.until(Ground::is_executor).await;
    console.until(|world| !Ground::is_executor(world)).await;
    assert!(
        since.elapsed() < Duration::from_secs(10),
        "{:?}",
        since.elapsed()
    );
    let seen = console.seen.world.executor.clone().unwrap();
    assert_eq!(seen.kind, ExecutorKind::Serve);
    // Its own runs and what operators say to schedules work as ever.
    console.say("good", ScheduleVerb::Run).await.unwrap();
    let second = Ground::new(folder.path(), SERVE, schedules()).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(
        second
            .seen
            .world
            .executor
            .as_ref()
            .is_some_and(|executor| !executor.here)
    );
    second.handle.shutdown().await;
    let since = Instant::now();
    serve.handle.shutdown().await;
    console.until(Ground::is_executor).await;
    assert!(
        since.elapsed() < Duration::from_secs(10),
        "{:?}",
        since.elapsed()
    );
    // One turn after another, in whatever process: no two begun in one interval.
    let runs = console.handle.runs(100).await.unwrap();
    let mut begun: Vec<_> = runs
        .iter()
        .filter(|run| run.plan.by.user == "schedule good")
        .map(|run| run.taken)
        .collect();
    begun.sort_unstable();
    assert!(begun.len() > 1, "{begun:?}");
    let asked = 1;
    let close = begun
        .windows(2)
        .filter(|pair| pair[1].since(pair[0]) < Span::millis(2_500));
    assert!(close.count() <= asked, "{begun:?}");
    console.handle.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_run_pause_and_resume() {
    let folder = tempfile::tempdir().unwrap();
    let rare = || {
        let mut rare = schedule("rare", &["true"], Span::days(1));
        rare.declared = true;
        vec![rare]
    };
    let passing = Ground::new(folder.path(), Role::Passing, rare()).await;
    assert_eq!(
        passing.say("rear", ScheduleVerb::Run).await,
        Err(RefusalKind::NotFound)
    );
    assert_eq!(
        passing.say("rare", ScheduleVerb::Resume).await,
        Err(RefusalKind::Invalid)
    );
    // Nobody runs schedules: what is asked for is done here.
    passing.say("rare", ScheduleVerb::Run).await.unwrap();
    let mut passing = passing;
    passing
        .until(|world| ended(world, "rare") == Some(TurnEnd::Done))
        .await;
    let first = state(&passing.seen.world, "rare").record.begun;
    passing.handle.shutdown().await;

    let mut console = Ground::new(folder.path(), CONSOLE, rare()).await;
    console.until(Ground::is_executor).await;
    let next = |world: &World| state(world, "rare").next;
    console.until(|world| next(world).is_some()).await;
    let day = first.map(|first| first + Span::days(1));
    assert_eq!(
        next(&console.seen.world),
        day,
        "a whole interval after it was begun"
    );
    console
        .say("rare", ScheduleVerb::Pause { until: None })
        .await
        .unwrap();
    console.until(|world| next(world).is_none()).await;
    // Asked for by somebody, it is done also while it is paused.
    console.say("rare", ScheduleVerb::Run).await.unwrap();
    console
        .until(|world| state(world, "rare").record.begun > first)
        .await;
    console
        .until(|world| state(world, "rare").running.is_none())
        .await;
    console.say("rare", ScheduleVerb::Resume).await.unwrap();
    console.until(|world| next(world).is_some()).await;
    let verbs: Vec<String> = console
        .handle
        .audit(50)
        .await
        .unwrap()
        .into_iter()
        .filter(|line| line.subject == "schedule rare")
        .map(|line| line.verb.to_string())
        .collect();
    assert_eq!(verbs, ["resumed", "turn asked", "paused", "turn asked"]);
    console.handle.shutdown().await;
}
