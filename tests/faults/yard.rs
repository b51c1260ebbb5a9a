//! A yard: one sandbox, one journal, and the real way from a wish to its end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use drivers::probe::Served;
use drivers::provider::Pace;
use hosting::{Book, Ends, FromHere, Visits};
use saga::{Context, End, Progress, Step};
use store::{AuditEntry, Options, Store};
use tokio_util::sync::CancellationToken;
use vocab::{Domain, RollbackLevel, Text, Time};
use world::{
    Actor, DeployRequest, Face, Placement, Plan, Refusal, RefusalKind, Run, RunState, SiteRequest,
    World,
};

use crate::parts::{self, Books};
use crate::providers::Providers;

/// The site that is made and removed again and again.
pub const DOMAIN: &str = "shop.example.com";

/// How long the making of a server takes here.
const LATENCY: Duration = Duration::from_millis(5);

/// How long an answer is waited for here: longer than a busy machine takes for one.
pub const ANSWER: Duration = Duration::from_millis(600);

/// How often a plan is tried again.
const PLANNED: usize = 10;

/// A yard.
pub struct Yard {
    /// The sandbox.
    pub providers: Arc<Providers>,
    /// The ends that runs are carried on with.
    pub ends: Ends,
    /// The journal and the books.
    pub store: Store,
    /// How patiently sagas are driven.
    pub pace: saga::Pace,
    folder: tempfile::TempDir,
    wishes: AtomicU64,
}

/// What a saga is stopped by.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    /// An operator wants it back.
    pub cancel: CancellationToken,
    /// The process is to end.
    pub shutdown: CancellationToken,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The run as it was taken on.
    pub run: Run,
    /// How its saga ended.
    pub end: End,
    /// How that is shown.
    pub state: RunState,
}

/// Puts something around a step: its number in the plan, and the step.
pub type Around<'a> = &'a (dyn Fn(usize, Arc<dyn Step>) -> Arc<dyn Step> + Sync);

/// The steps as they are.
pub fn as_they_are(_: usize, step: Arc<dyn Step>) -> Arc<dyn Step> {
    step
}

fn words(error: &impl ToString) -> Text {
    Text::line(error.to_string())
}

impl Yard {
    /// A yard with a sandbox of its own, where names really resolve and every site answers.
    pub async fn open() -> Result<Self, Text> {
        let providers = Arc::new(Providers::open(LATENCY).await?);
        Self::beside(providers, &parts::patience(ANSWER), crate::INSTALLATION).await
    }

    /// A yard of an installation at providers that it may share with others.
    pub async fn beside(
        providers: Arc<Providers>,
        patience: &Pace,
        installation: &str,
    ) -> Result<Self, Text> {
        let folder = tempfile::tempdir().map_err(|error| words(&error))?;
        let doors = ["hetzner", "cloudflare", "stripe"].map(|name| providers.access(name));
        let visits: Arc<dyn Visits> = Arc::new(Guests);
        let mut ends = parts::ends(doors.each_ref(), folder.path(), visits, patience)?;
        installation.clone_into(&mut ends.installation);
        ends.name_server = Some(providers.dns());
        let store = open_store(&folder.path().join("state")).await?;
        Ok(Self {
            providers,
            ends,
            store,
            pace: parts::pace(4),
            folder,
            wishes: AtomicU64::new(0),
        })
    }

    /// Where the journal lies.
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The process ends and the next one begins, with the journal that it finds: the runs that it takes over.
    pub async fn restart(&mut self) -> Result<Vec<Run>, Text> {
        self.store.clone().close().await;
        self.store = open_store(&self.state()).await?;
        self.store
            .open_runs_of_dead_processes()
            .await
            .map_err(|error| words(&error))
    }

    /// The wish for a site with files that no other has.
    pub fn deployment(&self, domain: &str, level: RollbackLevel) -> Result<SiteRequest, Text> {
        Ok(SiteRequest::Deploy(DeployRequest {
            domain: Domain::new(domain).map_err(|error| words(&error))?,
            files: self.files()?,
            affiliate: "acme".to_owned(),
            kind: None,
            region: None,
            // Each on its own, so that what is left can be counted.
            placement: Placement::New,
            level,
        }))
    }

    /// The wish for other files.
    pub fn release(&self, domain: &str) -> Result<SiteRequest, Text> {
        Ok(SiteRequest::Release {
            domain: Domain::new(domain).map_err(|error| words(&error))?,
            files: self.files()?,
        })
    }

    /// The wish for its removal.
    pub fn removal(&self, domain: &str) -> Result<SiteRequest, Text> {
        Ok(SiteRequest::Delete {
            domain: Domain::new(domain).map_err(|error| words(&error))?,
        })
    }

    fn files(&self) -> Result<PathBuf, Text> {
        let number = self.wishes.fetch_add(1, Ordering::SeqCst);
        let folder = self.folder.path().join(format!("files-{number}"));
        std::fs::create_dir_all(&folder).map_err(|error| words(&error))?;
        std::fs::write(folder.join("index.html"), format!("<p>hello {number}"))
            .map_err(|error| words(&error))?;
        Ok(folder)
    }

    /// The plan of a wish, or why there is none. Makes nothing.
    pub async fn plan(&self, wish: &SiteRequest) -> Result<Plan, Refusal> {
        let unread = |error: Text| Refusal::new(RefusalKind::Journal, error);
        let mut world = World::default();
        let sites = self
            .store
            .sites()
            .await
            .map_err(|error| unread(words(&error)))?;
        for site in sites {
            world.sites.insert(site.domain.clone(), site);
        }
        hosting::plan(&world, &self.ends, wish, operator(), now()).await
    }

    /// Takes the run of a wish on: from here on the journal holds it.
    pub async fn begin(&self, wish: &SiteRequest) -> Result<Run, Text> {
        let mut planned = self.plan(wish).await;
        // On a busy machine an answer may come too late for a plan; nothing was begun then.
        for _ in 0..PLANNED {
            match &planned {
                Err(refusal) if refusal.kind == RefusalKind::Unreachable => {}
                _ => break,
            }
            planned = self.plan(wish).await;
        }
        let plan = planned.map_err(|refusal| refusal.text)?;
        let run = Run::new(plan, RunState::Running, now());
        let entry = AuditEntry {
            at: now(),
            by: operator(),
            run: Some(run.id()),
            verb: Text::line("submitted"),
            subject: run.plan.title.clone(),
            detail: Text::default(),
        };
        self.store
            .take_on(&run, entry)
            .await
            .map_err(|error| words(&error))?;
        Ok(run)
    }

    /// Carries a run on from whatever the journal holds of it.
    pub async fn carry_on(
        &self,
        run: &Run,
        stops: &Stops,
        around: Around<'_>,
    ) -> Result<Ended, Text> {
        let order = run.plan.order().ok_or_else(|| Text::line("no order"))?;
        let books: Arc<dyn Book> = Arc::new(Books(self.store.clone()));
        let context = Context {
            journal: Arc::new(self.store.clone()),
            progress: Arc::new(|_: Progress| {}),
            cancel: stops.cancel.clone(),
            shutdown: stops.shutdown.clone(),
            clock: now,
            pace: self.pace,
        };
        let all: Vec<Arc<dyn Step>> =
            hosting::steps(&run.plan, order, &self.ends, books, &context.progress)
                .into_iter()
                .enumerate()
                .map(|(index, step)| around(index, step))
                .collect();
        let end = saga::drive(run.id(), &all, order.level, &context).await;
        let state = hosting::state_of(&end, order);
        if !matches!(end, End::Interrupted(_)) {
            self.store
                .run_state(run.id(), &state, Some(now()), None)
                .await
                .map_err(|error| words(&error))?;
        }
        Ok(Ended {
            run: run.clone(),
            end,
            state,
        })
    }

    /// From a wish to its end, undisturbed but by what the providers do.
    pub async fn fulfil(&self, wish: &SiteRequest) -> Result<Ended, Text> {
        let run = self.begin(wish).await?;
        self.carry_on(&run, &Stops::default(), &as_they_are).await
    }

    /// A site that is there, live and billed.
    pub async fn site(&self, domain: &str) -> Result<(), Text> {
        let ended = self
            .fulfil(&self.deployment(domain, RollbackLevel::Full)?)
            .await?;
        match ended.state {
            RunState::Verified => Ok(()),
            _ => Err(Text::line(format!("{:?}", ended.end))),
        }
    }
}

fn now() -> Time {
    drivers::clock::now()
}

fn operator() -> Actor {
    Actor {
        user: Text::line("operator"),
        face: Face::Internal,
    }
}

async fn open_store(folder: &Path) -> Result<Store, Text> {
    let (store, _) = Store::open(folder, Options::new(now()))
        .await
        .map_err(|error| words(&error))?;
    Ok(store)
}

/// Guests who really ask the name servers, and find every site well.
struct Guests;

#[async_trait::async_trait]
impl Visits for Guests {
    async fn resolves(
        &self,
        domain: &Domain,
        address: &str,
        server: Option<std::net::SocketAddr>,
    ) -> Result<(), Text> {
        FromHere.resolves(domain, address, server).await
    }

    async fn answers(&self, _: &Domain, _: &str, _: Option<&[u8]>) -> Result<Text, Text> {
        Ok(Text::line("200"))
    }

    async fn closed(&self, _: &Domain, _: &str, _: Option<&[u8]>) -> Result<Text, Text> {
        Ok(Text::line("503"))
    }

    async fn certificate(&self, domain: &Domain, _: &str) -> Result<Served, Text> {
        Ok(Served {
            serial: Text::line(domain.as_str()),
            until: now(),
        })
    }
}
