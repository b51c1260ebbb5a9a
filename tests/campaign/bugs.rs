//! Bugs that are planted, so that the campaign proves that it would find them. Each is what a careless author would have
//! written, put around the real parts: none of them is in the program.

use std::sync::Arc;

use async_trait::async_trait;
use drivers::provider::ObjectId;
use drivers::provider::cloudflare::RecordFilter;
use hosting::Ends;
use saga::{
    Direction, Facts, Forward, Journal, JournalError, Look, Object, Outcome, Record, Status, Step,
    Undoing, Undone,
};
use serde::{Deserialize, Serialize};
use vocab::{RollbackLevel, RunId, Span, Text};
use world::SiteOrder;

/// A planted bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bug {
    /// The effect first, the journal afterwards.
    RecordAfterEffect,
    /// Not there at the first look counts as never there.
    NoSettle,
    /// No answer counts as not done.
    UnknownIsFailed,
    /// What was under way when the process ended is forgotten.
    IntentForgotten,
    /// Each process names what it makes anew.
    NameByProcess,
    /// A taking back that was not answered is not repeated.
    UndoNotRepeated,
    /// A taking back that was under way when the process ended is taken for done.
    UndoTakenForDone,
    /// What is done is not written down in time, and is done again without a look.
    NoLookFirst,
    /// Whose a record is, is not looked at before it is deleted.
    NoMarkCheck,
    /// How far it goes back is forgotten with the process.
    LevelForgotten,
    /// Who else stands on a server is not looked at before it is deleted.
    NeighbourForgotten,
    /// A name that was led elsewhere is not led back.
    NotLedBack,
    /// Half of a backup stays where it lies.
    HalfKept,
    /// A server that was switched off is not switched on again.
    LeftOff,
    /// A server that was made larger stays so.
    LeftLarge,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::RecordAfterEffect,
        Self::NoSettle,
        Self::UnknownIsFailed,
        Self::IntentForgotten,
        Self::NameByProcess,
        Self::UndoNotRepeated,
        Self::UndoTakenForDone,
        Self::NoLookFirst,
        Self::NoMarkCheck,
        Self::LevelForgotten,
        Self::NeighbourForgotten,
        Self::NotLedBack,
        Self::HalfKept,
        Self::LeftOff,
        Self::LeftLarge,
    ];
}

/// The order as the bug makes it.
pub fn order(bug: Option<Bug>, mut order: SiteOrder) -> SiteOrder {
    if bug == Some(Bug::NameByProcess) {
        // Another id for each process: the time of its start.
        let now = drivers::clock::now();
        let mut bytes = *order.site.deployment.0.as_bytes();
        bytes[8..].copy_from_slice(&now.0.to_be_bytes());
        bytes[8] = 0x80;
        order.site.deployment = RunId(uuid::Uuid::from_bytes(bytes));
    }
    order
}

/// The journal as the bug makes it.
pub fn journal(bug: Option<Bug>, inner: Arc<dyn Journal>) -> Arc<dyn Journal> {
    match bug {
        Some(
            bug @ (Bug::RecordAfterEffect
            | Bug::IntentForgotten
            | Bug::UndoTakenForDone
            | Bug::LevelForgotten),
        ) => Arc::new(BadJournal { bug, inner }),
        _ => inner,
    }
}

struct BadJournal {
    bug: Bug,
    inner: Arc<dyn Journal>,
}

#[async_trait]
impl Journal for BadJournal {
    async fn load(&self, saga: RunId) -> Result<(Status, Vec<Record>), JournalError> {
        let (mut status, mut records) = self.inner.load(saga).await?;
        for record in &mut records {
            match self.bug {
                Bug::IntentForgotten if matches!(record.forward, Forward::Intended { .. }) => {
                    record.forward = Forward::Failed(Text::line("not finished"));
                }
                Bug::UndoTakenForDone if matches!(record.undo, Undoing::Intended { .. }) => {
                    record.undo = Undoing::Done(Text::line("deleted"));
                }
                _ => {}
            }
        }
        if self.bug == Bug::LevelForgotten && status.direction != Direction::Forward {
            status.direction = Direction::Back(RollbackLevel::Soft);
        }
        Ok((status, records))
    }

    async fn write(&self, saga: RunId, step: usize, record: &Record) -> Result<(), JournalError> {
        let intent =
            matches!(record.forward, Forward::Intended { .. }) && record.undo == Undoing::Waiting;
        if self.bug == Bug::RecordAfterEffect && intent {
            return Ok(());
        }
        self.inner.write(saga, step, record).await
    }

    async fn turn(&self, saga: RunId, status: &Status) -> Result<(), JournalError> {
        self.inner.turn(saga, status).await
    }
}

/// A step as the bug makes it.
pub fn step(
    bug: Option<Bug>,
    inner: Arc<dyn Step>,
    order: &SiteOrder,
    ends: &Ends,
) -> Arc<dyn Step> {
    match bug {
        Some(bug) => Arc::new(BadStep {
            bug,
            inner,
            order: order.clone(),
            ends: ends.clone(),
        }),
        None => inner,
    }
}

struct BadStep {
    bug: Bug,
    inner: Arc<dyn Step>,
    order: SiteOrder,
    ends: Ends,
}

impl BadStep {
    /// Deletes the site's server, whoever else stands there.
    async fn delete_server(&self) -> Outcome {
        if let Ok(id) = self.order.site.objects.server.parse() {
            drop(self.ends.hetzner.delete_server(id).await);
        }
        Outcome::Done(Object::default())
    }

    /// Deletes whatever answers to the site's name.
    async fn delete_by_name(&self) -> Undone {
        let Some(zone) = ObjectId::new(&self.order.site.objects.zone) else {
            return Undone::Not(Text::line("no zone"));
        };
        let filter = RecordFilter::default();
        let Ok(records) = self.ends.cloudflare.records(&zone, &filter).await else {
            return Undone::Unknown(Text::line("no answer"));
        };
        let domain = self.order.site.domain.as_str();
        for record in records
            .iter()
            .filter(|record| record.name.ends_with(domain))
        {
            drop(self.ends.cloudflare.delete_record(&zone, &record.id).await);
        }
        Undone::Done(Text::line("deleted"))
    }
}

#[async_trait]
impl Step for BadStep {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn undone_from(&self) -> Option<RollbackLevel> {
        self.inner.undone_from()
    }

    fn one_way(&self) -> bool {
        self.inner.one_way()
    }

    fn settle(&self) -> Span {
        if self.bug == Bug::NoSettle {
            return Span::ZERO;
        }
        self.inner.settle()
    }

    async fn look(&self, facts: &Facts) -> Look {
        if self.bug == Bug::NoLookFirst {
            return Look::Absent;
        }
        self.inner.look(facts).await
    }

    async fn left(&self, facts: &Facts) -> Look {
        self.inner.left(facts).await
    }

    async fn perform(&self, facts: &Facts, key: &str) -> Outcome {
        if self.bug == Bug::NeighbourForgotten && self.name() == "end server" {
            return self.delete_server().await;
        }
        match self.inner.perform(facts, key).await {
            Outcome::Unknown(why) if self.bug == Bug::UnknownIsFailed => Outcome::Not(why),
            other => other,
        }
    }

    async fn undo(&self, facts: &Facts, object: &Object) -> Undone {
        if self.bug == Bug::NoMarkCheck && self.name() == "record" {
            return self.delete_by_name().await;
        }
        if self.bug == Bug::NotLedBack && self.name() == "repoint" {
            return Undone::Done(Text::line("nothing to take back"));
        }
        if self.bug == Bug::HalfKept && self.name() == "take" {
            return Undone::Done(Text::line("nothing to take back"));
        }
        if self.bug == Bug::LeftOff && self.name() == "power off" {
            return Undone::Done(Text::line("nothing to take back"));
        }
        if self.bug == Bug::LeftLarge && self.name() == "resize" {
            return Undone::Done(Text::line("nothing to take back"));
        }
        match self.inner.undo(facts, object).await {
            Undone::Unknown(why) if self.bug == Bug::UndoNotRepeated => Undone::Done(why),
            other => other,
        }
    }
}
