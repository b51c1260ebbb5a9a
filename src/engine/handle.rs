//! The handle: how the rest of the process talks to the engine's loop.

use std::sync::{Arc, PoisonError, RwLock};

use drivers::Connections;
use schedule::Schedule;
use sources::Doors;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use vocab::{ChannelName, LogBatch, LogRequest, RunId, ScheduleName, Text, Time};
use world::priorities::Choice;
use world::{
    Actor, AuditCheck, AuditLine, AutopilotRequest, Consent, Delivery, Event, Executor,
    FoundBackups, Happening, Intent, Interest, ItemId, Mark, MarkRequest, NoteRequest, Notice,
    Plan, Point, Refusal, RefusalKind, Run, RunWay, ScheduleVerb, SeriesKey, WayOut, Weights,
    World,
};

use crate::autopilot::FixStep;
use crate::executor::Attended;
use crate::fleet::Fabric;

/// Something asked of the loop.
pub(crate) enum Request {
    Subscribe(oneshot::Sender<Subscription>),
    InterestChanged,
    Plan(Intent, Actor, oneshot::Sender<Result<Plan, Refusal>>),
    Planned(Box<Plan>),
    Sweep(Option<oneshot::Sender<Result<usize, Text>>>),
    CompareReleases(oneshot::Sender<Result<usize, Text>>),
    VisitSites(ScheduleName),
    Attend,
    Attended(Option<Attended>),
    TurnEnded(ScheduleName, bool),
    Schedule(
        ScheduleName,
        ScheduleVerb,
        Actor,
        oneshot::Sender<Result<Option<Executor>, Refusal>>,
    ),
    Changed(Option<(Box<Schedule>, Option<Time>)>),
    Fix(FixStep),
    Autopilot(
        AutopilotRequest,
        Actor,
        oneshot::Sender<Result<(), Refusal>>,
    ),
    AlertTried(ChannelName, Option<Box<Delivery>>),
    TestAlerts(
        Option<ChannelName>,
        Actor,
        oneshot::Sender<Result<Vec<Delivery>, Refusal>>,
    ),
    LookForLeft,
    Left(Vec<Run>),
    Submit(RunId, Consent, oneshot::Sender<Result<(), Refusal>>),
    Cancel(RunId, Actor, oneshot::Sender<Result<(), Refusal>>),
    Mend(RunId, RunWay, Actor, oneshot::Sender<Result<(), Refusal>>),
    TakenUp(Box<Run>, RunWay),
    Resolve(RunId, WayOut, Actor, oneshot::Sender<Result<(), Refusal>>),
    FindBackups(oneshot::Sender<Result<FoundBackups, Refusal>>),
    Mark(
        ItemId,
        MarkRequest,
        Actor,
        oneshot::Sender<Result<Mark, Refusal>>,
    ),
    Note(NoteRequest, Actor, oneshot::Sender<Result<ItemId, Refusal>>),
    RemoveNote(Text, Actor, oneshot::Sender<Result<(), Refusal>>),
    Weigh(Option<Weights>, Actor, oneshot::Sender<Result<(), Refusal>>),
    ShellEnded(RunId, Option<i32>, oneshot::Sender<Result<(), Refusal>>),
    Reload(Box<Fabric>, Vec<Notice>),
    Shutdown(oneshot::Sender<()>),
}

/// A watcher's copy of the world and the events that follow it.
pub struct Subscription {
    /// The world as it was when the subscription began; the watcher applies the events to it.
    pub world: World,
    /// Every event since then. A watcher that lags behind subscribes anew.
    pub changes: broadcast::Receiver<Arc<Event>>,
    /// What this watcher looks at.
    pub interest: watch::Sender<Interest>,
}

/// The way to servers of sites, or why there is none and how to mend it.
pub(crate) type HostingWay = Result<Arc<dyn Doors>, Text>;

/// What could not be read is not nothing.
fn unread(error: &store::StoreError) -> Refusal {
    let words = format!("the journal cannot be read: {error}");
    Refusal::new(RefusalKind::Journal, words)
}

/// A way to the engine; cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) connections: Arc<RwLock<Arc<Connections>>>,
    pub(crate) doors: Arc<RwLock<HostingWay>>,
    pub(crate) store: Option<store::Store>,
    pub(crate) cancel: CancellationToken,
}

impl Handle {
    /// Begins to watch; `None` when the engine has ended.
    pub async fn subscribe(&self) -> Option<Subscription> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Request::Subscribe(reply)).await.ok()?;
        answer.await.ok()
    }

    /// The present, by the clock that events are stamped with.
    pub fn now(&self) -> Time {
        drivers::clock::now()
    }

    /// Tells that a watcher looks at something else. If the loop is too busy to hear it now, it hears it with the next
    /// change; the screen asks again as soon as the operator moves.
    pub fn interest_changed(&self) {
        drop(self.requests.try_send(Request::InterestChanged));
    }

    /// Makes a plan; changes nothing.
    pub async fn plan(&self, intent: Intent, actor: Actor) -> Result<Plan, Refusal> {
        self.ask(|reply| Request::Plan(intent, actor, reply)).await
    }

    /// Takes a plan on. Returns when it is journalled.
    pub async fn submit(&self, plan: RunId, consent: Consent) -> Result<(), Refusal> {
        self.ask(|reply| Request::Submit(plan, consent, reply))
            .await
    }

    /// Takes a run back, or lets no further step of it begin.
    pub async fn cancel(&self, run: RunId, actor: Actor) -> Result<(), Refusal> {
        self.ask(|reply| Request::Cancel(run, actor, reply)).await
    }

    /// Decides what becomes of what a run could not see to. Returns when that is journalled; the run goes on.
    pub async fn resolve(&self, run: RunId, way: WayOut, actor: Actor) -> Result<(), Refusal> {
        self.ask(|reply| Request::Resolve(run, way, actor, reply))
            .await
    }

    /// Stops the autopilot or lets it go on. Returns when that is written down; other processes obey within two seconds.
    pub async fn autopilot(&self, request: AutopilotRequest, actor: Actor) -> Result<(), Refusal> {
        self.ask(|reply| Request::Autopilot(request, actor, reply))
            .await
    }

    /// Sends a test by a channel, or by all; what came of each. Returns when that is written down.
    pub async fn test_alerts(
        &self,
        channel: Option<ChannelName>,
        actor: Actor,
    ) -> Result<Vec<Delivery>, Refusal> {
        self.ask(|reply| Request::TestAlerts(channel, actor, reply))
            .await
    }

    /// Reads what lies at the place for backups, and notes in the books what they do not have.
    pub async fn find_backups(&self) -> Result<FoundBackups, Refusal> {
        self.ask(Request::FindBackups).await
    }

    /// Looks for what is left at providers and belongs to nobody; how much that is. Each becomes a notice.
    pub(crate) async fn sweep(&self) -> Result<usize, Text> {
        let gone = |_| Text::line("the engine has ended");
        let (reply, answer) = oneshot::channel();
        let asked = self.requests.send(Request::Sweep(Some(reply))).await;
        asked.map_err(|_| Text::line("the engine has ended"))?;
        answer.await.map_err(gone)?
    }

    /// Asks each site's server which release it serves; how many sites were looked at, or which could not be.
    pub(crate) async fn compare_releases(&self) -> Result<usize, Text> {
        let gone = || Text::line("the engine has ended");
        let (reply, answer) = oneshot::channel();
        let asked = self.requests.send(Request::CompareReleases(reply)).await;
        asked.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Does this with a schedule. Returns when it is written down; a turn that is asked for is begun by the executor, which
    /// is told, or here when there is none.
    pub async fn schedule(
        &self,
        name: ScheduleName,
        verb: ScheduleVerb,
        actor: Actor,
    ) -> Result<Option<Executor>, Refusal> {
        self.ask(|reply| Request::Schedule(name, verb, actor, reply))
            .await
    }

    /// Does something with an item; its mark as it is then. Returns when it is written down.
    pub async fn mark(
        &self,
        item: ItemId,
        request: MarkRequest,
        actor: Actor,
    ) -> Result<Mark, Refusal> {
        self.ask(|reply| Request::Mark(item, request, actor, reply))
            .await
    }

    /// Writes a note, or what another system reported; the id of its item. Returns when it is written down.
    pub async fn note(&self, request: NoteRequest, actor: Actor) -> Result<ItemId, Refusal> {
        self.ask(|reply| Request::Note(request, actor, reply)).await
    }

    /// Removes a note. Returns when that is written down.
    pub async fn remove_note(&self, id: Text, actor: Actor) -> Result<(), Refusal> {
        self.ask(|reply| Request::RemoveNote(id, actor, reply))
            .await
    }

    /// Accepts learnt weights; `None` gives them up for those of the fleet file.
    pub async fn weigh(&self, weights: Option<Weights>, actor: Actor) -> Result<(), Refusal> {
        self.ask(|reply| Request::Weigh(weights, actor, reply))
            .await
    }

    /// What became of items, those that the world does not hold too, the oldest first: of one, or of all.
    /// Nothing without a journal; an error says why it could not be read.
    pub async fn happenings(
        &self,
        item: Option<ItemId>,
        limit: usize,
    ) -> Result<Vec<Happening>, Refusal> {
        match &self.store {
            Some(store) => store
                .happenings(item, limit)
                .await
                .map_err(|error| unread(&error)),
            None => Ok(Vec::new()),
        }
    }

    /// The items that were seen to while others stood above them, the oldest first; as [`Self::happenings`].
    pub async fn choices(&self) -> Result<Vec<Choice>, Refusal> {
        match &self.store {
            Some(store) => store.choices().await.map_err(|error| unread(&error)),
            None => Ok(Vec::new()),
        }
    }

    /// An operator is at the keys: kept, so that the next console tells what happened since.
    pub async fn attended(&self) {
        if let Some(store) = &self.store
            && let Err(error) = store.put_operator_seen(drivers::clock::now()).await
        {
            tracing::debug!(%error, "when an operator was last here is not written down");
        }
    }

    /// Tells that the shell of a handover run has ended.
    pub async fn shell_ended(&self, run: RunId, status: Option<i32>) -> Result<(), Refusal> {
        self.ask(|reply| Request::ShellEnded(run, status, reply))
            .await
    }

    /// Another fleet file was read: nodes and services come and go accordingly, what stays keeps its connection.
    /// `notices` is what is wrong with the files now, in place of what was wrong with them before.
    pub async fn reload(&self, fabric: Fabric, notices: Vec<Notice>) {
        drop(
            self.requests
                .send(Request::Reload(Box::new(fabric), notices))
                .await,
        );
    }

    /// Ends the engine: no new run, steps in flight get ten seconds, everything recorded is on disk when it returns.
    pub async fn shutdown(&self) {
        let (reply, done) = oneshot::channel();
        if self.requests.send(Request::Shutdown(reply)).await.is_ok() {
            drop(done.await);
        }
    }

    /// Reads a log of a node or of a server of sites.
    pub fn logs(&self, request: LogRequest) -> mpsc::Receiver<LogBatch> {
        let connections = self
            .connections
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let doors = self.doors.read().unwrap_or_else(PoisonError::into_inner);
        let ways = sources::logs::Ways {
            connections,
            doors: doors.clone(),
        };
        drop(doors);
        sources::logs::follow(ways, request, self.cancel.child_token())
    }

    /// Points of a series, as fine as the store still has them.
    pub async fn history(&self, key: SeriesKey, from: Time, until: Time) -> Vec<Point> {
        match &self.store {
            Some(store) => {
                let course = store.history(key, from, until, 2000).await;
                let point = |bucket: store::Bucket| Point {
                    at: bucket.at,
                    value: bucket.mean,
                };
                course.unwrap_or_default().into_iter().map(point).collect()
            }
            None => Vec::new(),
        }
    }

    /// Runs of the journal, newest first; as [`Self::happenings`].
    pub async fn runs(&self, limit: usize) -> Result<Vec<Run>, Refusal> {
        match &self.store {
            Some(store) => Ok(store
                .runs(limit)
                .await
                .map_err(|error| unread(&error))?
                .runs),
            None => Ok(Vec::new()),
        }
    }

    /// Lines of the audit log, newest first; as [`Self::happenings`].
    pub async fn audit(&self, limit: usize) -> Result<Vec<AuditLine>, Refusal> {
        match &self.store {
            Some(store) => store.audit(limit).await.map_err(|error| unread(&error)),
            None => Ok(Vec::new()),
        }
    }

    /// Checks the whole audit log against its chain of hashes.
    pub async fn verify_audit(&self) -> AuditCheck {
        let Some(store) = &self.store else {
            return AuditCheck::Unchecked("no store is open: there is no audit log".into());
        };
        match store.verify_audit().await {
            Ok(lines) => AuditCheck::Whole(lines),
            Err(store::StoreError::AuditBroken { line, what, .. }) => {
                AuditCheck::Broken { line, what }
            }
            Err(error) => AuditCheck::Unchecked(Text::line(error.to_string())),
        }
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, Refusal>>) -> Request,
    ) -> Result<T, Refusal> {
        let gone = || Refusal::new(RefusalKind::Stale, "the engine has ended");
        let (reply, answer) = oneshot::channel();
        self.requests
            .send(request(reply))
            .await
            .map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}
