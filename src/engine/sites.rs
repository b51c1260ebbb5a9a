//! Runs on sites: they are carried on to their end over any number of starts, and shown step by step as other runs are.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use hosting::{Book, Ends};
use saga::{End, Progress};
use store::Store;
use tokio_util::sync::CancellationToken;
use vocab::{Domain, RunId, Text, Time};
use world::plan::StepCall;
use world::{
    Actor, Backup, Fact, Plan, Refusal, RefusalKind, Run, RunState, ServerPrices, Site,
    SiteRequest, StepProgress, StepState, World,
};

use crate::core::Core;
use crate::left;
use crate::runs::ActiveRun;
use crate::teller::Teller;
use crate::turn::Waited;

/// Makes the plan of an order.
pub(crate) async fn plan(
    world: &World,
    hosting: Result<Arc<Ends>, Text>,
    request: &SiteRequest,
    by: Actor,
    now: Time,
) -> Result<Plan, Refusal> {
    if world.demo {
        played(request)?;
    }
    let ends = hosting.map_err(|why| Refusal::new(RefusalKind::Invalid, why))?;
    hosting::plan(world, &ends, request, by, now).await
}

/// Whether a demo plays what is wished: its servers do, and nobody plays the providers and what lies in files. Said
/// before anything is begun that would wait for an answer for ever.
fn played(request: &SiteRequest) -> Result<(), Refusal> {
    match request {
        SiteRequest::Restart { .. } | SiteRequest::Renew { .. } => Ok(()),
        other => {
            let words = format!(
                "the demo plays servers and no providers: it cannot {} {}; `wheelhouse sandbox` plays them",
                other.verb().word(),
                other.domain()
            );
            Err(Refusal::new(RefusalKind::Invalid, words))
        }
    }
}

/// The store as the books of the sites; the world is told of every change.
pub(crate) struct Books {
    store: Store,
    events: kit::queue::Sender<world::Event>,
}

#[async_trait]
impl Book for Books {
    async fn put(&self, site: &Site) -> Result<(), Text> {
        self.store
            .put_site(site)
            .await
            .map_err(|error| words(&error))?;
        self.tell(Fact::SiteBooked(Box::new(site.clone()))).await;
        Ok(())
    }

    async fn remove(&self, domain: &Domain) -> Result<(), Text> {
        self.store
            .remove_site(domain)
            .await
            .map_err(|error| words(&error))?;
        self.tell(Fact::SiteGone(domain.clone())).await;
        Ok(())
    }

    async fn get(&self, domain: &Domain) -> Result<Option<Site>, Text> {
        self.store.site(domain).await.map_err(|error| words(&error))
    }

    async fn put_backup(&self, backup: &Backup) -> Result<(), Text> {
        self.store
            .put_backup(backup)
            .await
            .map_err(|error| words(&error))?;
        self.tell(Fact::BackupBooked(Box::new(backup.clone())))
            .await;
        Ok(())
    }

    async fn remove_backup(&self, id: RunId) -> Result<(), Text> {
        self.store
            .remove_backup(id)
            .await
            .map_err(|error| words(&error))?;
        self.tell(Fact::BackupGone(id)).await;
        Ok(())
    }

    async fn backups(&self, domain: &Domain) -> Result<Vec<Backup>, Text> {
        let backups = self.store.backups().await.map_err(|error| words(&error))?;
        let of_site = backups
            .into_iter()
            .filter(|backup| backup.domain == *domain);
        Ok(of_site.collect())
    }

    async fn all(&self) -> Result<Vec<Site>, Text> {
        self.store.sites().await.map_err(|error| words(&error))
    }

    async fn prices(&self) -> Result<Option<ServerPrices>, Text> {
        let prices = self.store.server_prices().await;
        prices.map_err(|error| words(&error))
    }

    async fn put_prices(&self, prices: &ServerPrices) -> Result<(), Text> {
        let kept = self.store.put_server_prices(prices).await;
        kept.map_err(|error| words(&error))?;
        self.tell(Fact::ServersPriced(Box::new(prices.clone())))
            .await;
        Ok(())
    }
}

impl Books {
    /// The books of a store, whose changes are told there.
    pub fn new(teller: &Teller) -> Arc<Self> {
        Arc::new(Self {
            store: teller.store.clone(),
            events: teller.events.clone(),
        })
    }

    async fn tell(&self, fact: Fact) {
        let at = drivers::clock::now();
        // The engine's end is the end of telling; the store has it.
        drop(self.events.send(world::Event { at, fact }).await);
    }
}

fn words(error: &store::StoreError) -> Text {
    Text::line(error.to_string())
}

/// What a run on a site is carried on with.
pub(crate) struct SiteRun {
    pub hosting: Result<Arc<Ends>, Text>,
    /// Nodes of the fleet that may look at sites too.
    witnesses: Vec<(Text, Arc<dyn drivers::Host>)>,
    pub(crate) cancel: CancellationToken,
    pub(crate) shutdown: CancellationToken,
}

impl Core {
    /// What the next run on a site is carried on with.
    pub(crate) fn site_run(&self, cancel: CancellationToken) -> SiteRun {
        SiteRun {
            hosting: self.fabric.hosting.clone(),
            witnesses: self.witnesses(),
            cancel,
            shutdown: self.cancel_of_runs.clone(),
        }
    }

    /// The nodes that answer, but for this machine: it looks by itself.
    fn witnesses(&self) -> Vec<(Text, Arc<dyn drivers::Host>)> {
        let connections = self
            .connections
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let others = connections.iter().filter(|(name, connection)| {
            let node = self.world.nodes.get(*name);
            connection.host.reached_by() != "local" && node.is_some_and(|node| node.link.is_up())
        });
        others
            .map(|(name, connection)| (Text::line(name.as_str()), connection.host.clone()))
            .collect()
    }

    /// Goes on with a run on a site whose process ended in the middle.
    pub(crate) fn resume(&mut self, run: Run, store: Store) {
        // A cancel of its own: the engine's end must not turn the run back.
        let cancel = CancellationToken::new();
        self.active
            .insert(run.id(), ActiveRun::of_site(cancel.clone(), &run));
        let teller = Teller {
            events: self.events.clone(),
            store,
        };
        let site = self.site_run(cancel);
        self.tasks.spawn(async move {
            teller.tell(Fact::RunRecorded(Box::new(run.clone()))).await;
            site.carry_on(&teller, run).await;
        });
    }
}

impl Core {
    /// The books as another process has left them.
    pub(crate) async fn read_books(&mut self) {
        let Some(store) = self.store.clone() else {
            return;
        };
        let (Ok(sites), Ok(backups)) = (store.sites().await, store.backups().await) else {
            return;
        };
        let known: BTreeSet<&Domain> = sites.iter().map(|site| &site.domain).collect();
        let gone: Vec<Domain> = self.world.sites.keys().cloned().collect();
        for domain in gone.into_iter().filter(|domain| !known.contains(domain)) {
            self.observe(Fact::SiteGone(domain));
        }
        let kept: BTreeSet<RunId> = backups.iter().map(|backup| backup.id).collect();
        let gone: Vec<RunId> = self.world.backups.keys().copied().collect();
        for id in gone.into_iter().filter(|id| !kept.contains(id)) {
            self.observe(Fact::BackupGone(id));
        }
        // Backups before their sites: a site that has none is an alarm.
        for backup in backups {
            if self.world.backups.get(&backup.id) != Some(&backup) {
                self.observe(Fact::BackupBooked(Box::new(backup)));
            }
        }
        for site in sites {
            if self.world.sites.get(&site.domain) != Some(&site) {
                self.observe(Fact::SiteBooked(Box::new(site)));
            }
        }
        self.booked = true;
    }
}

impl SiteRun {
    /// The open ends, with those who may look at sites too.
    fn seen_from_elsewhere(&self, ends: &Ends) -> Ends {
        Ends {
            witnesses: self.witnesses.clone(),
            ..ends.clone()
        }
    }

    /// Carries the run on to its end, or to the end of the process.
    pub async fn carry_on(self, teller: &Teller, run: Run) {
        let ends = match &self.hosting {
            Ok(ends) => ends,
            Err(why) => return teller.end(&run, RunState::NeedsOperator, why).await,
        };
        let Some(order) = run.plan.order() else {
            return;
        };
        if hosting::knows(order) {
            match self.wait(teller, &run, ends.offer.at_once).await {
                Waited::Come => {}
                Waited::Cancelled => {
                    let words = "taken back before it began";
                    return teller.end(&run, RunState::Cancelled, words).await;
                }
                Waited::Stopped(why) => return leave(teller, &run, &why).await,
            }
        }
        let books = Books::new(teller);
        let ends = &self.seen_from_elsewhere(ends);
        let shown = Mutex::new(run.steps.iter().map(|step| step.state.clone()).collect());
        let end = loop {
            let end = self.drive(teller, &run, ends, books.clone(), &shown).await;
            let End::Interrupted(why) = &end else {
                break end;
            };
            if self.shutdown.is_cancelled() || !hosting::knows(order) {
                break end;
            }
            tracing::warn!(run = %run.id(), %why, "a run on a site waits for its journal");
            let again = left::journal_again(&teller.store, run.id());
            if !self
                .shutdown
                .run_until_cancelled(again)
                .await
                .unwrap_or(false)
            {
                break end;
            }
        };
        let words = match &end {
            End::Complete(_) => run.plan.verification.to_string(),
            End::RolledBack { why, .. } | End::NeedsOperator { why, .. } => why.to_string(),
            End::Interrupted(why) => return leave(teller, &run, why).await,
        };
        teller
            .end(&run, hosting::state_of(&end, order), &words)
            .await;
    }

    /// Drives the run on from what the journal holds of it, and shows every move.
    async fn drive(
        &self,
        teller: &Teller,
        run: &Run,
        ends: &Ends,
        books: Arc<dyn Book>,
        shown: &Mutex<Vec<StepState>>,
    ) -> End {
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let context = saga::Context {
            journal: Arc::new(teller.store.clone()),
            progress: Arc::new(move |progress| drop(told.send(progress))),
            cancel: self.cancel.clone(),
            shutdown: self.shutdown.clone(),
            clock: drivers::clock::now,
            pace: saga::Pace::default(),
        };
        let telling = async {
            while let Some(progress) = heard.recv().await {
                show(teller, run, shown, progress).await;
            }
        };
        let driving = async {
            let end = hosting::carry_on(&run.plan, ends, books, &context).await;
            drop(context);
            end
        };
        tokio::join!(driving, telling).0
    }
}

/// Leaves a run: it is still open in the journal, and the next start goes on with it. Its turn is for the next one.
async fn leave(teller: &Teller, run: &Run, why: &Text) {
    tracing::info!(run = %run.id(), %why, "a run on a site is left for the next start");
    if let Err(error) = teller.store.rest(run.id()).await {
        // It counts no more once this process is gone.
        tracing::warn!(run = %run.id(), %error, "its turn could not be given back");
    }
    // Only told: in the journal it is still open.
    let state = RunState::Unknown;
    let run = run.id();
    teller.tell(Fact::RunMoved { run, state }).await;
}

/// A record of a run's step, as it is shown.
pub(crate) fn shown_as(
    run: &Run,
    step: usize,
    record: &saga::Record,
    before: &StepState,
    at: Time,
) -> StepState {
    let planned = run.plan.steps.get(step).map(|step| &step.call);
    match (run.plan.order(), planned) {
        (Some(order), Some(StepCall::Site(step))) => {
            hosting::shown(order, *step, record, before, at)
        }
        // No step of a site: nothing of it is in a saga.
        _ => before.clone(),
    }
}

/// Shows a move of the saga as a move of the run.
async fn show(teller: &Teller, run: &Run, shown: &Mutex<Vec<StepState>>, progress: Progress) {
    let at = drivers::clock::now();
    match progress {
        Progress::Step { step, record } => {
            let state = {
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(before) = shown.get_mut(step) else {
                    return;
                };
                *before = shown_as(run, step, &record, before, at);
                before.clone()
            };
            teller.step_moved(run, step, state, None).await;
        }
        Progress::Waits { step, why } => {
            let fact = Fact::StepMoved {
                run: run.id(),
                step,
                state: shown.lock().unwrap_or_else(PoisonError::into_inner)[step].clone(),
                output: Some(Text::block(format!("waits: {why}\n"))),
            };
            teller.tell(fact).await;
        }
        Progress::Moves { step, done, of } => {
            let fact = Fact::StepProgressed {
                run: run.id(),
                step,
                progress: StepProgress { done, of },
            };
            teller.tell(fact).await;
        }
        Progress::Turned(status) => {
            let state = RunState::RollingBack;
            tracing::info!(run = %run.id(), why = %status.why, "a run turns back");
            let run = run.id();
            if let Err(error) = teller.store.run_state(run, &state, None, None).await {
                tracing::error!(%run, %error, "that a run turns back could not be journalled");
            }
            teller.tell(Fact::RunMoved { run, state }).await;
        }
    }
}
