//! The one that is killed: begins a run on a site, or goes on with the one that it finds, with the real journal on disk and
//! the real clients. Only the server that it logs in on and the visitor that looks at the site are played.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use drivers::provider::{Access, Cloudflare, Hetzner, Pace, Stripe};
use hosting::{Affiliate, Book, Ends, Keys, Offer, Waits};
use saga::{Context, End, Journal, Step};
use serde::{Deserialize, Serialize};
use store::{AuditEntry, Options, Store};
use tokio_util::sync::CancellationToken;
use vocab::{AffiliateName, Currency, Domain, Money, Region, Secret, Span, Text};
use world::{Actor, Face, Run, RunState, Site, SiteRequest, World};

use crate::bugs::{self, Bug};
use crate::death::{Death, MortalJournal, MortalStep};
use crate::played::{PlayedMachines, PlayedVisits};

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
    /// Whether the site does not answer, so that the run turns back.
    pub silent: bool,
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

/// Long enough for what the sandbox carries out late, short enough for thousands of runs.
const SETTLE: Span = Span::millis(300);

struct Books(Store);

#[async_trait]
impl Book for Books {
    async fn put(&self, site: &Site) -> Result<(), Text> {
        self.0.put_site(site).await.map_err(|error| words(&error))
    }

    async fn remove(&self, domain: &Domain) -> Result<(), Text> {
        self.0
            .remove_site(domain)
            .await
            .map_err(|error| words(&error))
    }

    async fn get(&self, domain: &Domain) -> Result<Option<Site>, Text> {
        let sites = self.0.sites().await.map_err(|error| words(&error))?;
        Ok(sites.into_iter().find(|site| site.domain == *domain))
    }
}

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
    let steps: Vec<Arc<dyn Step>> = hosting::steps(
        &run.plan,
        &bugs::order(errand.bug, order.clone()),
        &ends,
        books,
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
    let context = Context {
        journal,
        progress: Arc::new(|_| {}),
        cancel: CancellationToken::new(),
        shutdown: CancellationToken::new(),
        clock: drivers::clock::now,
        pace: saga::Pace {
            look_every: Span::millis(10),
            retry_first: Span::millis(20),
            retry_longest: Span::millis(200),
            budget: Span::seconds(20),
            attempts: errand.attempts,
        },
    };
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
            order.verb == errand.request.verb() && order.site.domain == *errand.request.domain()
        })
    });
    Ok(newest.map_or(Found::Nothing, |run| Found::Over(code(&run.state))))
}

async fn begin(store: &Store, ends: &Ends, errand: &Errand) -> Result<Option<Run>, Text> {
    let mut world = World::default();
    for site in store.sites().await.map_err(|error| words(&error))? {
        world.sites.insert(site.domain.clone(), site);
    }
    let by = Actor {
        user: Text::line("campaign"),
        face: Face::Internal,
    };
    let now = drivers::clock::now();
    let planned = hosting::plan(&world, ends, &errand.request, by.clone(), now).await;
    let Ok(plan) = planned else {
        return Ok(None);
    };
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
    let access = |(url, token): &(String, String)| Access {
        pace: Pace {
            answer: std::time::Duration::from_millis(80),
            deadline: std::time::Duration::from_secs(5),
            first_wait: std::time::Duration::from_millis(20),
            first_look: std::time::Duration::from_millis(20),
            longest_look: std::time::Duration::from_millis(100),
            breaker: drivers::provider::BreakerPace {
                failures: 1_000,
                within: std::time::Duration::from_secs(1),
                probe: std::time::Duration::from_millis(50),
            },
            ..Pace::default()
        },
        ..Access::new(url.clone(), Secret::new(token.clone()))
    };
    let keys = Keys::new(errand.state.join("keys"));
    Ok(Ends {
        hetzner: Hetzner::new(access(&errand.hetzner)).map_err(|error| words(&error))?,
        cloudflare: Cloudflare::new(access(&errand.cloudflare)).map_err(|error| words(&error))?,
        stripe: Stripe::new(access(&(
            format!("{}/v1", errand.stripe.0),
            errand.stripe.1.clone(),
        )))
        .map_err(|error| words(&error))?,
        machines: Arc::new(PlayedMachines::new(errand.state.join("server"))),
        keys,
        visits: Arc::new(PlayedVisits {
            silent: errand.silent,
        }),
        offer: offer(&errand.state)?,
        installation: crate::INSTALLATION.to_owned(),
        name_server: None,
        waits: Waits {
            server: Span::seconds(5),
            login: Span::seconds(1),
            name: Span::seconds(1),
            answer: Span::millis(1),
            settle: [SETTLE; 3],
        },
    })
}

fn offer(state: &Path) -> Result<Offer, Text> {
    Ok(Offer {
        price: Money::from_smallest(1_500, Currency::USD),
        server_cost: Money::from_smallest(1_000, Currency::EUR),
        server_type: "cx23".into(),
        image: "debian-12".into(),
        certificates: "internal".into(),
        keep_releases: 5,
        affiliates: vec![Affiliate {
            name: AffiliateName::new("acme").map_err(|error| words(&error))?,
            region: Region::EuCentral,
            email: None,
        }],
        releases: state.join("releases"),
    })
}
