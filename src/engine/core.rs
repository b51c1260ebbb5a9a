//! The loop: one order for everything that happens.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use kit::queue;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vocab::{RunId, ServiceSpec, Span, Text};
use world::{About, Event, Fact, Interest, Notice, NoticeKind, Plan, Point, SeriesKey, World};

use crate::Setup;
use crate::alerts::Alerting;
use crate::autopilot::Pilot;
use crate::business::HostingDoors;
use crate::executor::Role;
use crate::fleet::{Fabric, NodeTasks};
use crate::handle::{Handle, HostingWay, Request, Subscription};
use crate::items::Unwritten;
use crate::runs::ActiveRun;
use crate::schedules::Schedules;

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
    /// What does not answer here, for those who look from elsewhere.
    pub(crate) view: watch::Sender<sources::vantage::View>,
    pub(crate) plans: HashMap<RunId, Plan>,
    pub(crate) active: HashMap<RunId, ActiveRun>,
    pub(crate) tasks: TaskTracker,
    /// Ends what watches.
    pub(crate) cancel: CancellationToken,
    /// Lets no run begin a further step; its own token, because runs must see their last step end.
    pub(crate) cancel_of_runs: CancellationToken,
    pub(crate) connections: Arc<RwLock<Arc<drivers::Connections>>>,
    /// The way to servers of sites, as logs are read by it.
    pub(crate) doors: Arc<RwLock<HostingWay>>,
    pub(crate) grace: Span,
    /// What this process is there for.
    pub(crate) role: Role,
    /// Whether it is being looked who does what is done by itself.
    pub(crate) attending: bool,
    pub(crate) schedules: Schedules,
    /// Whether the books of sites were read: until then no site is known, which is not the same as there being none.
    pub(crate) booked: bool,
    /// What the autopilot is at.
    pub(crate) pilot: Pilot,
    /// What is being sent.
    pub(crate) alerting: Alerting,
    /// What is to be written down of items.
    pub(crate) unwritten: Unwritten,
    /// Points for the history that the store has not been given yet.
    pub(crate) points: Vec<(SeriesKey, Point)>,
    changes: broadcast::Sender<Arc<Event>>,
    watchers: Vec<watch::Receiver<Interest>>,
    interest: watch::Sender<Interest>,
    nodes: NodeTasks,
}

/// The way to servers of sites.
fn way(fabric: &Fabric) -> HostingWay {
    let ends = fabric.hosting.clone()?;
    Ok(Arc::new(HostingDoors(ends)))
}

/// Starts an engine; it runs until [`Handle::shutdown`]: its own tasks ask it things too, so that handles which are gone
/// end nothing.
pub fn start(setup: Setup) -> Handle {
    let (events, intake) = queue::channel(INTAKE);
    let (requests, asked) = mpsc::channel(256);
    let (interest, interest_seen) = watch::channel(Interest::default());
    let (probes, probes_seen) = watch::channel(Vec::new());
    let (visits, visits_seen) = watch::channel(Vec::new());
    let (view, view_seen) = watch::channel(sources::vantage::View::default());
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
    let doors = Arc::new(RwLock::new(way(&setup.fabric)));
    let handle = Handle {
        requests: requests.clone(),
        connections: connections.clone(),
        doors: doors.clone(),
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
        view,
        plans: HashMap::new(),
        active: HashMap::new(),
        tasks,
        cancel,
        cancel_of_runs: CancellationToken::new(),
        connections,
        doors,
        grace: setup.grace,
        role: setup.role,
        attending: false,
        schedules: Schedules::default(),
        booked: false,
        pilot: Pilot::default(),
        alerting: Alerting::default(),
        unwritten: Unwritten::default(),
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
    core.watch_business(visits_seen);
    core.watch_from_elsewhere(view_seen);
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
                    self.attend();
                    self.keep_items().await;
                    self.read_foreign().await;
                    self.pass_time();
                    self.tell_alerts().await;
                    self.look_around();
                    self.take_turn();
                }
            }
        }
    }

    /// Applies an event, carries out what follows from it and tells the watchers.
    pub(crate) fn apply(&mut self, event: Event) {
        let mut ours = None;
        if let Fact::RunMoved { run, state } = &event.fact
            && state.is_over()
        {
            self.active.remove(run);
            ours = Some((*run, state.word()));
        }
        let ended = self.run_that_ends(&event.fact);
        for effect in self.world.apply(&event) {
            self.carry_out(effect);
        }
        if let Some(run) = ended.and_then(|run| self.world.runs.get(&run)) {
            // What the run touched is looked at again now: it is closed by evidence, and nobody waits for a turn.
            self.nodes.look(world::looks::after(&self.world, &run.plan));
        }
        if let Fact::AutopilotSwitched(switch) = &event.fact
            && switch.stopped.is_some()
        {
            self.halt();
        }
        if let Fact::SitesVisited { begun } = event.fact {
            self.round_ended(begun, event.at);
        }
        let event = Arc::new(event);
        // Nobody watching is no error.
        drop(self.changes.send(event.clone()));
        if let Fact::RunRecorded(run) = &event.fact
            && !run.state.is_over()
            && self.active.contains_key(&run.id())
        {
            self.fix_begun(run);
        }
        if let Some((run, word)) = ours {
            self.fix_ended(run, word);
        }
    }

    /// The run that is over with this fact and was not before, whoever carried it out.
    fn run_that_ends(&self, fact: &Fact) -> Option<RunId> {
        let (id, state) = match fact {
            Fact::RunMoved { run, state } => (*run, state),
            Fact::RunRecorded(run) => (run.id(), &run.state),
            _ => return None,
        };
        let before = self.world.runs.get(&id)?;
        (state.is_over() && !before.state.is_over()).then_some(id)
    }

    /// Applies a fact that the engine itself knows, now.
    pub(crate) fn observe(&mut self, fact: Fact) {
        self.apply(Event {
            at: drivers::clock::now(),
            fact,
        });
    }

    /// Lets time pass where nothing else happened and something waits for it.
    fn pass_time(&mut self) {
        if self
            .world
            .tracking
            .due()
            .is_some_and(|due| due <= drivers::clock::now())
        {
            self.observe(Fact::TimePassed);
        }
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Subscribe(reply) => self.subscribe(reply),
            Request::InterestChanged => self.merge_interest(),
            Request::Plan(intent, actor, reply) => self.plan(intent, actor, reply),
            Request::Planned(plan) => self.planned(*plan),
            Request::Sweep(reply) => self.sweep(reply),
            Request::CompareReleases(reply) => self.compare_releases(reply),
            Request::VisitSites(schedule) => {
                self.nodes.look([About::Schedule(schedule)].into());
            }
            Request::Attend => self.attend(),
            Request::Attended(attended) => self.attended(attended),
            Request::TurnEnded(name, begun) => self.turn_ended(&name, begun),
            Request::Schedule(name, verb, actor, reply) => {
                self.change_schedule(&name, verb, actor, reply);
            }
            Request::Changed(begin) => self.changed(begin),
            Request::FindBackups(reply) => self.find_backups(reply),
            Request::LookForLeft => self.look_for_left(),
            Request::Left(runs) => self.resume_all(runs),
            Request::Submit(plan, consent, reply) => self.submit(plan, &consent, reply),
            Request::Fix(step) => self.step_of_fix(step),
            Request::Autopilot(request, actor, reply) => {
                self.switch_autopilot(request, actor, reply);
            }
            Request::Cancel(run, actor, reply) => self.cancel_run(run, actor, reply),
            Request::Mend(run, way, actor, reply) => self.mend_run(run, way, actor, reply),
            Request::TakenUp(run, way) => self.taken_up(*run, way),
            Request::Resolve(run, way, actor, reply) => self.resolve_run(run, way, actor, reply),
            Request::AlertTried(channel, tried) => self.alert_tried(&channel, tried),
            Request::TestAlerts(channel, actor, reply) => {
                self.test_alerts(channel.as_ref(), &actor, reply);
            }
            Request::Mark(item, request, actor, reply) => self.mark(item, request, actor, reply),
            Request::Note(request, actor, reply) => self.note(request, actor, reply),
            Request::RemoveNote(id, actor, reply) => self.remove_note(id, actor, reply),
            Request::Weigh(weights, actor, reply) => self.weigh(weights, actor, reply),
            Request::ShellEnded(run, status, reply) => self.shell_ended(run, status, reply),
            Request::Reload(fabric, notices) => {
                self.fabric = *fabric;
                self.replace_notices(notices);
                self.follow_fabric();
                self.attend();
                self.reweigh();
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
        self.observe(Fact::TokensDeclared(self.fabric.token_ends.clone()));
        self.observe(Fact::MaintenanceDeclared(self.fabric.maintenance.clone()));
        self.observe(Fact::RulesDeclared(self.fabric.rules.clone()));
        let policy = Box::new(self.fabric.autopilot.clone());
        self.observe(Fact::AutopilotDeclared(policy));
        let channels = self.fabric.alerts.iter().map(|plan| plan.channel.clone());
        self.observe(Fact::AlertsDeclared(channels.collect()));
        let connections = Arc::new(self.nodes.follow(&self.fabric));
        *self
            .connections
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = connections;
        *self
            .doors
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = way(&self.fabric);
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
        self.give_up().await;
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
        self.keep_items().await;
        if let Some(store) = self.store.take() {
            store.close().await;
        }
    }
}
