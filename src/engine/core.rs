//! The loop: one order for everything that happens.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use kit::queue;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vocab::{RunId, ServiceSpec, Span, Text};
use world::{Event, Fact, Interest, Notice, NoticeKind, Plan, Point, SeriesKey, World};

use crate::Setup;
use crate::fleet::{Fabric, NodeTasks};
use crate::handle::{Handle, Request, Subscription};
use crate::runs::ActiveRun;

/// Events that may wait for the loop before sources have to.
const INTAKE: usize = 4096;

/// Events a watcher may lag behind before it has to take a fresh copy.
const CHANGES: usize = 8192;

/// How often runs and audit lines of other processes are looked for, and the store is given what there is for the history.
const FOREIGN_EVERY: Duration = Duration::from_secs(2);

/// Everything the loop owns.
pub(crate) struct Core {
    pub(crate) world: World,
    pub(crate) fabric: Fabric,
    pub(crate) store: Option<store::Store>,
    pub(crate) events: queue::Sender<Event>,
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) probes: watch::Sender<Vec<ServiceSpec>>,
    pub(crate) visits: watch::Sender<Vec<sources::SiteTarget>>,
    pub(crate) plans: HashMap<RunId, Plan>,
    pub(crate) active: HashMap<RunId, ActiveRun>,
    pub(crate) tasks: TaskTracker,
    /// Ends what watches.
    pub(crate) cancel: CancellationToken,
    /// Lets no run begin a further step; its own token, because runs must see their last step end.
    pub(crate) cancel_of_runs: CancellationToken,
    pub(crate) connections: Arc<RwLock<Arc<drivers::Connections>>>,
    pub(crate) grace: Span,
    /// Whether runs on sites that were left are gone on with.
    pub(crate) takes_over: bool,
    /// Points for the history that the store has not been given yet.
    pub(crate) points: Vec<(SeriesKey, Point)>,
    changes: broadcast::Sender<Arc<Event>>,
    watchers: Vec<watch::Receiver<Interest>>,
    interest: watch::Sender<Interest>,
    nodes: NodeTasks,
}

/// Starts an engine; it runs until [`Handle::shutdown`] or until every handle is gone.
pub fn start(setup: Setup) -> Handle {
    let (events, intake) = queue::channel(INTAKE);
    let (requests, asked) = mpsc::channel(256);
    let (interest, interest_seen) = watch::channel(Interest::default());
    let (probes, probes_seen) = watch::channel(Vec::new());
    let (visits, visits_seen) = watch::channel(Vec::new());
    let cancel = CancellationToken::new();
    let tasks = TaskTracker::new();
    let nodes = NodeTasks::new(
        tasks.clone(),
        cancel.clone(),
        events.clone(),
        interest_seen,
        setup.refresh,
    );
    let connections = Arc::new(RwLock::new(Arc::new(drivers::Connections::new())));
    let handle = Handle {
        requests: requests.clone(),
        connections: connections.clone(),
        store: setup.store.clone(),
        cancel: cancel.clone(),
    };
    let mut core = Core {
        world: World::default(),
        fabric: setup.fabric,
        store: setup.store,
        events,
        requests,
        probes,
        visits,
        plans: HashMap::new(),
        active: HashMap::new(),
        tasks,
        cancel,
        cancel_of_runs: CancellationToken::new(),
        connections,
        grace: setup.grace,
        takes_over: setup.takes_over,
        points: Vec::new(),
        changes: broadcast::channel(CHANGES).0,
        watchers: Vec::new(),
        interest,
        nodes,
    };
    for notice in setup.notices {
        core.observe(Fact::Noticed(notice));
    }
    core.watch_services(probes_seen);
    core.watch_store();
    core.watch_orphans();
    core.watch_business(visits_seen);
    core.watch_left();
    core.follow_fabric();
    tokio::spawn(core.run(intake, asked));
    handle
}

impl Core {
    async fn run(mut self, mut intake: queue::Receiver<Event>, mut asked: mpsc::Receiver<Request>) {
        self.recover().await;
        let first = tokio::time::Instant::now() + drivers::clock::now().until_pulse().duration();
        let mut foreign = tokio::time::interval_at(first, FOREIGN_EVERY);
        foreign.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                request = asked.recv() => match request {
                    Some(Request::Shutdown(done)) => {
                        self.shut_down(&mut intake).await;
                        // Whoever asked may be gone by now.
                        let _ = done.send(());
                        return;
                    }
                    Some(request) => self.answer(request),
                    None => return,
                },
                event = intake.recv() => {
                    let Some(event) = event else { return };
                    self.apply(event);
                    let replaced = intake.replaced();
                    if replaced > self.world.replaced {
                        self.observe(Fact::SamplesReplaced { total: replaced });
                    }
                }
                _ = foreign.tick() => {
                    self.record();
                    self.read_foreign().await;
                }
            }
        }
    }

    /// Applies an event, carries out what follows from it and tells the watchers.
    pub(crate) fn apply(&mut self, event: Event) {
        if let Fact::RunMoved { run, state } = &event.fact
            && state.is_over()
        {
            self.active.remove(run);
        }
        for effect in self.world.apply(&event) {
            self.carry_out(effect);
        }
        // Nobody watching is no error.
        drop(self.changes.send(Arc::new(event)));
    }

    /// Applies a fact that the engine itself knows, now.
    pub(crate) fn observe(&mut self, fact: Fact) {
        self.apply(Event {
            at: drivers::clock::now(),
            fact,
        });
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Subscribe(reply) => self.subscribe(reply),
            Request::InterestChanged => self.merge_interest(),
            Request::Plan(intent, actor, reply) => self.plan(intent, actor, reply),
            Request::Planned(plan) => self.planned(*plan),
            Request::Sweep => self.sweep(),
            Request::FindBackups(reply) => self.find_backups(reply),
            Request::LookForLeft => self.look_for_left(),
            Request::Left(runs) => self.resume_all(runs),
            Request::Submit(plan, consent, reply) => self.submit(plan, &consent, reply),
            Request::Cancel(run, actor, reply) => self.cancel_run(run, actor, reply),
            Request::Resolve(run, way, actor, reply) => self.resolve_run(run, way, actor, reply),
            Request::ShellEnded(run, status, reply) => self.shell_ended(run, status, reply),
            Request::Reload(fabric, notices) => {
                self.fabric = *fabric;
                self.replace_notices(notices);
                self.follow_fabric();
            }
            Request::Shutdown(_) => {}
        }
    }

    fn subscribe(&mut self, reply: oneshot::Sender<Subscription>) {
        let (interest, seen) = watch::channel(Interest::default());
        self.watchers.push(seen);
        let subscription = Subscription {
            world: self.world.clone(),
            changes: self.changes.subscribe(),
            interest,
        };
        drop(reply.send(subscription));
    }

    /// What any of the watchers looks at; those that are gone no longer count.
    fn merge_interest(&mut self) {
        self.watchers
            .retain(|watcher| watcher.has_changed().is_ok());
        let all = self
            .watchers
            .iter()
            .fold(Interest::default(), |all, watcher| {
                all.and(&watcher.borrow())
            });
        self.interest.send_if_modified(|now| {
            let other = *now != all;
            if other {
                *now = all;
            }
            other
        });
    }

    /// What is wrong with the configuration now, in place of what was.
    fn replace_notices(&mut self, notices: Vec<Notice>) {
        let kind = NoticeKind::Configuration;
        let before = self.world.notices.values();
        let old: Vec<Text> = before
            .filter(|notice| notice.kind == kind)
            .map(|notice| notice.subject.clone())
            .collect();
        for subject in old {
            self.observe(Fact::NoticeCleared { kind, subject });
        }
        for notice in notices {
            self.observe(Fact::Noticed(notice));
        }
    }

    /// Brings nodes and services in line with the fabric.
    fn follow_fabric(&mut self) {
        self.observe(self.fabric.declared());
        let terms = self.fabric.terms.clone().map(Box::new);
        self.observe(Fact::TermsDeclared(terms));
        let rules = self.fabric.backup_rules.clone().map(Box::new);
        self.observe(Fact::BackupsDeclared(rules));
        let connections = Arc::new(self.nodes.follow(&self.fabric));
        *self
            .connections
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = connections;
    }

    /// A context for a source that is not of one node.
    pub(crate) fn context(&self) -> sources::Context {
        self.nodes.context()
    }

    fn watch_services(&mut self, specs: watch::Receiver<Vec<ServiceSpec>>) {
        let context = self.context();
        let (events, cancel) = (self.events.clone(), self.cancel.clone());
        if let Some(simulation) = self.fabric.simulation.clone() {
            crate::supervise::supervise(
                &self.tasks,
                "the simulation".into(),
                events,
                cancel,
                move || sources::demo::run(context.clone(), simulation.clone()),
            );
        } else {
            crate::supervise::supervise(
                &self.tasks,
                "the service source".into(),
                events,
                cancel,
                move || {
                    sources::services::watch(
                        context.clone(),
                        drivers::probe::Prober::new(),
                        specs.clone(),
                    )
                },
            );
        }
    }

    /// Tells when the history cannot be written, and when it can again.
    fn watch_store(&self) {
        let Some(store) = &self.store else { return };
        let mut trouble = store.trouble();
        let (events, cancel) = (self.events.clone(), self.cancel.clone());
        self.tasks.spawn(async move {
            let subject = Text::line("history");
            loop {
                tokio::select! {
                    () = cancel.cancelled() => return,
                    changed = trouble.changed() => if changed.is_err() { return },
                }
                let now = trouble
                    .borrow_and_update()
                    .as_ref()
                    .map(ToString::to_string);
                let fact = match now {
                    Some(text) => Fact::Noticed(Notice {
                        kind: NoticeKind::Store,
                        subject: subject.clone(),
                        text: Text::line(text),
                        grave: true,
                    }),
                    None => Fact::NoticeCleared {
                        kind: NoticeKind::Store,
                        subject: subject.clone(),
                    },
                };
                if events
                    .send(Event {
                        at: drivers::clock::now(),
                        fact,
                    })
                    .await
                    .is_err()
                {
                    return;
                }
            }
        });
    }

    /// Ends: sources first, then runs get ten seconds, then the store is told to finish.
    async fn shut_down(&mut self, intake: &mut queue::Receiver<Event>) {
        self.cancel_of_runs.cancel();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while !self.active.is_empty() {
            match tokio::time::timeout_at(deadline, intake.recv()).await {
                Ok(Some(event)) => self.apply(event),
                Ok(None) | Err(_) => break,
            }
        }
        let hosts = self.nodes.hosts();
        self.cancel.cancel();
        self.tasks.close();
        let closing = futures::future::join_all(hosts.iter().map(|host| host.close()));
        // A host that does not let go is left to the operating system.
        drop(tokio::time::timeout(Duration::from_secs(2), closing).await);
        drop(tokio::time::timeout(Duration::from_secs(2), self.tasks.wait()).await);
        self.record();
        if let Some(store) = self.store.take() {
            store.close().await;
        }
    }
}
