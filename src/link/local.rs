//! The link to an engine in the same process.

use std::sync::Arc;

use async_trait::async_trait;
use engine::{Handle, Subscription};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::mpsc;
use vocab::{ChannelName, LogBatch, LogRequest, RunId, ScheduleName, Text, Time};
use world::priorities::Choice;
use world::{
    Actor, AuditCheck, AuditLine, AutopilotRequest, Consent, Delivery, Event, Executor,
    FoundBackups, Happening, Intent, Interest, ItemId, Mark, MarkRequest, NoteRequest, Plan, Point,
    Refusal, Run, ScheduleVerb, SeriesKey, WayOut, Weights, World,
};

use crate::{Command, Gone, Reading, Watch};

/// Sees a local engine.
pub struct LocalWatch {
    handle: Handle,
    subscription: Subscription,
}

impl LocalWatch {
    /// Begins to watch: takes a copy of the world as it is now.
    pub async fn new(handle: Handle) -> Result<Self, Gone> {
        let subscription = handle.subscribe().await.ok_or(Gone)?;
        Ok(Self {
            handle,
            subscription,
        })
    }

    /// Takes in everything that is queued. A watcher that fell behind starts again from a fresh copy.
    async fn drain(&mut self, first: Arc<Event>) -> Result<(), Gone> {
        let mut next = Ok(first);
        loop {
            match next {
                Ok(event) => drop(self.subscription.world.apply(&event)),
                Err(TryRecvError::Empty) => return Ok(()),
                Err(TryRecvError::Lagged(_)) => return self.resubscribe().await,
                Err(TryRecvError::Closed) => return Err(Gone),
            }
            next = self.subscription.changes.try_recv();
        }
    }

    async fn resubscribe(&mut self) -> Result<(), Gone> {
        self.subscription = self.handle.subscribe().await.ok_or(Gone)?;
        Ok(())
    }
}

#[async_trait]
impl Watch for LocalWatch {
    fn world(&self) -> &World {
        &self.subscription.world
    }

    fn now(&self) -> Time {
        self.handle.now()
    }

    async fn changed(&mut self) -> Result<(), Gone> {
        match self.subscription.changes.recv().await {
            Ok(event) => self.drain(event).await,
            Err(RecvError::Lagged(_)) => self.resubscribe().await,
            Err(RecvError::Closed) => Err(Gone),
        }
    }

    fn set_interest(&self, interest: Interest) {
        self.subscription.interest.send_replace(interest);
        self.handle.interest_changed();
    }

    fn logs(&self, request: LogRequest) -> mpsc::Receiver<LogBatch> {
        self.handle.logs(request)
    }

    async fn history(&self, key: SeriesKey, from: Time, until: Time) -> Vec<Point> {
        self.handle.history(key, from, until).await
    }

    fn runs(&self, limit: usize) -> Reading<Result<Vec<Run>, Refusal>> {
        let handle = self.handle.clone();
        Box::pin(async move { handle.runs(limit).await })
    }

    fn audit(&self, limit: usize) -> Reading<Result<Vec<AuditLine>, Refusal>> {
        let handle = self.handle.clone();
        Box::pin(async move { handle.audit(limit).await })
    }

    fn happenings(
        &self,
        item: Option<ItemId>,
        limit: usize,
    ) -> Reading<Result<Vec<Happening>, Refusal>> {
        let handle = self.handle.clone();
        Box::pin(async move { handle.happenings(item, limit).await })
    }

    fn choices(&self) -> Reading<Result<Vec<Choice>, Refusal>> {
        let handle = self.handle.clone();
        Box::pin(async move { handle.choices().await })
    }

    async fn verify_audit(&self) -> AuditCheck {
        self.handle.verify_audit().await
    }
}

/// Asks a local engine for changes, in the name of one actor.
pub struct LocalCommand {
    handle: Handle,
    actor: Actor,
}

impl LocalCommand {
    /// Everything asked through it is journalled under this actor.
    pub const fn new(handle: Handle, actor: Actor) -> Self {
        Self { handle, actor }
    }
}

#[async_trait]
impl Command for LocalCommand {
    async fn plan(&self, intent: Intent) -> Result<Plan, Refusal> {
        self.handle.plan(intent, self.actor.clone()).await
    }

    async fn submit(&self, plan: RunId, consent: Consent) -> Result<(), Refusal> {
        self.handle.submit(plan, consent).await
    }

    async fn cancel(&self, run: RunId) -> Result<(), Refusal> {
        self.handle.cancel(run, self.actor.clone()).await
    }

    async fn resolve(&self, run: RunId, way: WayOut) -> Result<(), Refusal> {
        self.handle.resolve(run, way, self.actor.clone()).await
    }

    async fn autopilot(&self, request: AutopilotRequest) -> Result<(), Refusal> {
        self.handle.autopilot(request, self.actor.clone()).await
    }

    async fn test_alerts(&self, channel: Option<ChannelName>) -> Result<Vec<Delivery>, Refusal> {
        self.handle.test_alerts(channel, self.actor.clone()).await
    }

    async fn find_backups(&self) -> Result<FoundBackups, Refusal> {
        self.handle.find_backups().await
    }

    async fn schedule(
        &self,
        name: ScheduleName,
        verb: ScheduleVerb,
    ) -> Result<Option<Executor>, Refusal> {
        self.handle.schedule(name, verb, self.actor.clone()).await
    }

    async fn mark(&self, item: ItemId, request: MarkRequest) -> Result<Mark, Refusal> {
        self.handle.mark(item, request, self.actor.clone()).await
    }

    async fn note(&self, request: NoteRequest) -> Result<ItemId, Refusal> {
        self.handle.note(request, self.actor.clone()).await
    }

    async fn remove_note(&self, id: Text) -> Result<(), Refusal> {
        self.handle.remove_note(id, self.actor.clone()).await
    }

    async fn weigh(&self, weights: Option<Weights>) -> Result<(), Refusal> {
        self.handle.weigh(weights, self.actor.clone()).await
    }

    async fn attended(&self) {
        self.handle.attended().await;
    }

    async fn shell_ended(&self, run: RunId, status: Option<i32>) -> Result<(), Refusal> {
        self.handle.shell_ended(run, status).await
    }
}
