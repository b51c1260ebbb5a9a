//! Link: how a face sees the world ([`Watch`]) and asks for a change ([`Command`]).
//!
//! May import: `engine` (local), `world`, `vocab`, `kit`. May not: ratatui, drivers, the store.
//!
//! A wall or a read-only session is given a `Watch` and no `Command`, so that it cannot change anything by type.

mod local;
mod tail;

use std::pin::Pin;

use async_trait::async_trait;
use tokio::sync::mpsc;
use vocab::{ChannelName, LogBatch, LogRequest, RunId, ScheduleName, Text, Time};
use world::priorities::Choice;
use world::{
    AuditCheck, AuditLine, AutopilotRequest, Consent, Delivery, Executor, FoundBackups, Happening,
    Intent, Interest, ItemId, Mark, MarkRequest, NoteRequest, Plan, Point, Refusal, Run,
    ScheduleVerb, SeriesKey, WayOut, Weights, World,
};

pub use local::{LocalCommand, LocalWatch};
pub use tail::tail;

/// The engine has ended; nothing more will change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the engine has ended")]
pub struct Gone;

/// Something being read. It stands by itself, so that the watch can go on meanwhile.
pub type Reading<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Seeing: a copy of the world that follows the engine's. Cheap to read, never blocks the engine.
#[async_trait]
pub trait Watch: Send {
    /// The world as of the last [`Self::changed`].
    fn world(&self) -> &World;

    /// The present by the engine's clock: what ages are counted from.
    fn now(&self) -> Time;

    /// Waits until there is something new and takes in all of it. Cancel-safe.
    async fn changed(&mut self) -> Result<(), Gone>;

    /// Says what is being looked at now; replaces what this watcher said before.
    fn set_interest(&self, interest: Interest);

    /// Reads a log. Batches come until the source ends, or for ever when it is followed; dropping the receiver ends it.
    /// A reader that is too slow loses the oldest lines and is told how many.
    fn logs(&self, request: LogRequest) -> mpsc::Receiver<LogBatch>;

    /// Points of a series between two moments, as fine as the store still has them.
    async fn history(&self, key: SeriesKey, from: Time, until: Time) -> Vec<Point>;

    /// The runs of the journal, those that the world does not hold too, newest first, at most `limit`.
    fn runs(&self, limit: usize) -> Reading<Result<Vec<Run>, Refusal>>;

    /// The lines of the audit log, those that the world does not hold too, newest first, at most `limit`.
    fn audit(&self, limit: usize) -> Reading<Result<Vec<AuditLine>, Refusal>>;

    /// What became of items, those that the world does not hold too, the oldest first: the newest so many, of one or of
    /// all.
    fn happenings(
        &self,
        item: Option<ItemId>,
        limit: usize,
    ) -> Reading<Result<Vec<Happening>, Refusal>>;

    /// The items that were seen to while others stood above them, the oldest first: what weights are learnt from.
    fn choices(&self) -> Reading<Result<Vec<Choice>, Refusal>>;

    /// Checks every line of the audit log, those that the world does not hold too.
    async fn verify_audit(&self) -> AuditCheck;
}

/// Asking for a change. A wish becomes a plan; a plan with the right consent becomes a run; what comes of it is seen
/// through the [`Watch`].
#[async_trait]
pub trait Command: Send + Sync {
    /// Makes a plan. Changes nothing; may look (a prune lists what would go).
    async fn plan(&self, intent: Intent) -> Result<Plan, Refusal>;

    /// Takes a plan on. Returns when it is journalled, not when it is done.
    async fn submit(&self, plan: RunId, consent: Consent) -> Result<(), Refusal>;

    /// Takes a run back: in its grace window as if it had never been; later, no further step is begun.
    async fn cancel(&self, run: RunId) -> Result<(), Refusal>;

    /// Decides what becomes of what a run could not see to ([`world::RunState::NeedsOperator`]). Returns when that is
    /// journalled; the run goes on by itself.
    async fn resolve(&self, run: RunId, way: WayOut) -> Result<(), Refusal>;

    /// Stops the autopilot or lets it go on, for every process. Returns when that is written down.
    async fn autopilot(&self, request: AutopilotRequest) -> Result<(), Refusal>;

    /// Sends a test by a channel of alerts, or by all of them: what came of each. Returns when that is written down.
    async fn test_alerts(&self, channel: Option<ChannelName>) -> Result<Vec<Delivery>, Refusal>;

    /// Reads what lies at the place for backups, and notes in the books what they do not have. Changes nothing else.
    async fn find_backups(&self) -> Result<FoundBackups, Refusal>;

    /// Does this with a schedule. Returns when it is written down. A turn that is asked for is begun by the executor, which
    /// is told, or in this process when there is none.
    async fn schedule(
        &self,
        name: ScheduleName,
        verb: ScheduleVerb,
    ) -> Result<Option<Executor>, Refusal>;

    /// Does something with an item: its mark as it is then. Returns when it is written down.
    async fn mark(&self, item: ItemId, request: MarkRequest) -> Result<Mark, Refusal>;

    /// Writes a note, or what another system reported: the id of its item. A note of the same id is replaced.
    async fn note(&self, request: NoteRequest) -> Result<ItemId, Refusal>;

    /// Removes a note.
    async fn remove_note(&self, id: Text) -> Result<(), Refusal>;

    /// Has items scored by learnt weights; `None` goes back to those of the fleet file.
    async fn weigh(&self, weights: Option<Weights>) -> Result<(), Refusal>;

    /// Tells that an operator is at the keys. Returns when it is written down, where there is a journal.
    async fn attended(&self);

    /// Tells that the shell of a handover run has ended with this status.
    async fn shell_ended(&self, run: RunId, status: Option<i32>) -> Result<(), Refusal>;
}
