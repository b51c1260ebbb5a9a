//! The one that is killed: begins a run on a site, or goes on with the one that it finds, with the real journal on disk and
//! the real clients. Only the server that it logs in on and the visitor that looks at the site are played.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use faults::parts::{self, Books};
use faults::played::{Never, PlayedMachines, PlayedVisits};
use hosting::{Book, Ends};
use saga::{Context, End, Journal, Step};
use serde::{Deserialize, Serialize};
use store::{AuditEntry, Options, Store};
use tokio_util::sync::CancellationToken;
use vocab::{Span, Text};
use world::{Actor, Face, Plan, RefusalKind, Run, RunState, SiteRequest, World};

use crate::bugs::{self, Bug};
use crate::death::{Death, MortalJournal, MortalStep};

/// What a child is told, on its command line as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Errand {
    /// Where its journal lies.
    pub state: PathBuf,
    /// The providers: address and token.
    pub hetzner: (String, String),
    /// As above.
    pub cloudflare: (String, String),
    /// As above.
    pub stripe: (String, String),
    /// What is to be done, when nothing is under way.
    pub request: SiteRequest,
    /// How it dies.
    pub death: Death,
    /// What never comes about, so that the run turns back.
    pub never: Option<Never>,
    /// How often a step is tried.
    pub attempts: u32,
    /// A bug that is planted in it.
    pub bug: Option<Bug>,
}

/// How a child that was not killed ends.
pub const COMPLETE: u8 = 0;
/// As above.
pub const ROLLED_BACK: u8 = 10;
/// As above.
pub const NEEDS_OPERATOR: u8 = 11;
/// As above.
pub const INTERRUPTED: u8 = 12;
/// The plan was refused, so there is no run.
pub const REFUSED: u8 = 13;

/// How long an answer is waited for: the shorter, the more runs.
const ANSWER: Duration = Duration::from_millis(80);

/// How often a plan is tried.
const PLANNED: usize = 25;

fn words(error: &impl ToString) -> Text {
    Text::line(error.to_string())
}

/// Does the errand.
pub async fn run(errand: Errand) -> Result<ExitCode, Text> {
    let state = errand.state.clone();
    let (store, _) = Store::open(&state, Options::new(drivers::clock::now()))
        .await
        .map_err(|error| words(&error))?;
    let ends = ends(&errand)?;
    let run = match under_way(&store, &errand).await? {
        Found::Under(run) => *run,
        Found::Over(code) => return Ok(code.into()),
        Found::Nothing => match begin(&store, &ends, &errand).await? {
            Some(run) => run,
            None => return Ok(REFUSED.into()),
        },
    };
    let Some(order) = run.plan.order().cloned() else {
        return Err(Text::line("the journal holds a run of no site"));
    };
    let death = Arc::new(errand.death.armed());
    let books: Arc<dyn Book> = Arc::new(Books(store.clone()));
    let journal: Arc<dyn Journal> = Arc::new(MortalJournal {
        inner: bugs::journal(errand.bug, Arc::new(store.clone())),
        death: death.clone(),
    });
    let context = Context {
        journal,
        progress: Arc::new(|_| {}),
        cancel: CancellationToken::new(),
        shutdown: CancellationToken::new(),
        clock: drivers::clock::now,
        pace: parts::pace(errand.attempts),
    };
    let steps: Vec<Arc<dyn Step>> = hosting::steps(
        &run.plan,
        &bugs::order(errand.bug, order.clone()),
        &ends,
        books,
        &context.progress,
    )
    .into_iter()
    .map(|step| {
        let step = bugs::step(errand.bug, step, &order, &ends);
        Arc::new(MortalStep {
            inner: step,
            death: death.clone(),
        }) as Arc<dyn Step>
    })
    .collect();
    let end = saga::drive(run.id(), &steps, order.level, &context).await;
    if matches!(end, End::Interrupted(_)) {
        return Ok(INTERRUPTED.into());
    }
    let ended = hosting::state_of(&end, &order);
    let now = drivers::clock::now();
    store
        .run_state(run.id(), &ended, Some(now), None)
        .await
        .map_err(|error| words(&error))?;
    store.close().await;
    Ok(code(&ended).into())
}

const fn code(state: &RunState) -> u8 {
    match state {
        RunState::Verified => COMPLETE,
        RunState::RolledBack => ROLLED_BACK,
        _ => NEEDS_OPERATOR,
    }
}

enum Found {
    Under(Box<Run>),
    Over(u8),
    Nothing,
}

/// What the journal holds of this errand.
async fn under_way(store: &Store, errand: &Errand) -> Result<Found, Text> {
    let open = store
        .open_runs_of_dead_processes()
        .await
        .map_err(|error| words(&error))?;
    if let Some(run) = open.into_iter().next() {
        return Ok(Found::Under(Box::new(run)));
    }
    let known = store.runs(1).await.map_err(|error| words(&error))?;
    let newest = known.runs.first().filter(|run| {
        run.plan.order().is_some_and(|order| {
            order.verb == errand.request.verb() && order.domains().contains(errand.request.domain())
        })
    });
    Ok(newest.map_or(Found::Nothing, |run| Found::Over(code(&run.state))))
}

/// The plan of the errand. A provider that does not answer in the short time it has here is asked again.
async fn planned(world: &World, ends: &Ends, errand: &Errand, by: &Actor) -> Option<Plan> {
    for _ in 0..PLANNED {
        let now = drivers::clock::now();
        match hosting::plan(world, ends, &errand.request, by.clone(), now).await {
            Ok(plan) => return Some(plan),
            Err(refusal) if refusal.kind == RefusalKind::Unreachable => {}
            Err(_) => return None,
        }
    }
    None
}

async fn begin(store: &Store, ends: &Ends, errand: &Errand) -> Result<Option<Run>, Text> {
    let mut world = World::default();
    for site in store.sites().await.map_err(|error| words(&error))? {
        world.sites.insert(site.domain.clone(), site);
    }
    for backup in store.backups().await.map_err(|error| words(&error))? {
        world.backups.insert(backup.id, backup);
    }
    let by = Actor {
        user: Text::line("campaign"),
        face: Face::Internal,
    };
    let Some(plan) = planned(&world, ends, errand, &by).await else {
        return Ok(None);
    };
    let now = drivers::clock::now();
    let run = Run::new(plan, RunState::Running, now);
    let entry = AuditEntry {
        at: now,
        by,
        run: Some(run.id()),
        verb: Text::line("submitted"),
        subject: run.plan.title.clone(),
        detail: Text::default(),
    };
    store
        .take_on(&run, entry)
        .await
        .map_err(|error| words(&error))?;
    Ok(Some(run))
}

fn ends(errand: &Errand) -> Result<Ends, Text> {
    let doors = [&errand.hetzner, &errand.cloudflare, &errand.stripe];
    let visits = Arc::new(PlayedVisits {
        never: errand.never,
        certificate: errand.state.join("server.certificate"),
    });
    let mut ends = parts::ends(doors, &errand.state, visits, &parts::patience(ANSWER))?;
    // A played name resolves at once or never.
    ends.waits.name = Span::millis(50);
    let served = errand.state.join("server");
    ends.machines = Arc::new(PlayedMachines::new(served, errand.never));
    Ok(ends)
}
