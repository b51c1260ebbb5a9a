//! A watch over a world that changes when it is told.

use async_trait::async_trait;
use link::{Gone, Reading, Watch};
use tokio::sync::mpsc;
use vocab::{LogBatch, LogItem, LogRequest, Time};
use world::priorities::Choice;
use world::{
    AuditCheck, AuditLine, Event, Happening, Interest, ItemId, Point, Refusal, Run, SeriesKey,
    World,
};

use super::{fleet, items};

/// Sees a world of its own; events sent to it are taken in by [`Watch::changed`].
pub(crate) struct FakeWatch {
    world: World,
    now: Time,
    events: mpsc::UnboundedReceiver<Event>,
    /// What is found when the audit log is checked.
    pub check: AuditCheck,
    /// What weights are learnt from.
    pub choices: Vec<Choice>,
    /// What the history knows of any figure.
    pub past: Vec<Point>,
    /// Why the journal cannot be read, when it cannot.
    pub unread: Option<Refusal>,
}

impl FakeWatch {
    pub fn new(events: &[Event], now: Time) -> (mpsc::UnboundedSender<Event>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut watch = Self {
            world: World::default(),
            now,
            events: receiver,
            check: AuditCheck::Whole(fleet::audit().len() as u64),
            choices: Vec::new(),
            past: Vec::new(),
            unread: None,
        };
        for event in events {
            watch.apply(event);
        }
        (sender, watch)
    }

    pub fn apply(&mut self, event: &Event) {
        drop(self.world.apply(event));
    }

    /// Changes the world past every event.
    pub fn change(&mut self, how: impl FnOnce(&mut World)) {
        how(&mut self.world);
    }

    pub fn world_copy(&self) -> World {
        self.world.clone()
    }

    /// What is read of the journal, where it can be.
    fn read<T: Send + 'static>(&self, found: T) -> Reading<Result<T, Refusal>> {
        let read = self.unread.clone().map_or(Ok(found), Err);
        Box::pin(std::future::ready(read))
    }
}

#[async_trait]
impl Watch for FakeWatch {
    fn world(&self) -> &World {
        &self.world
    }

    fn now(&self) -> Time {
        self.now
    }

    async fn changed(&mut self) -> Result<(), Gone> {
        let event = self.events.recv().await.ok_or(Gone)?;
        self.apply(&event);
        Ok(())
    }

    fn set_interest(&self, _: Interest) {}

    fn logs(&self, request: LogRequest) -> mpsc::Receiver<LogBatch> {
        let (sender, receiver) = mpsc::channel(4);
        let items = asked_for(fleet::log(&request.source), &request);
        tokio::spawn(async move {
            drop(
                sender
                    .send(LogBatch {
                        source: request.source,
                        items,
                        skipped: 0,
                    })
                    .await,
            );
            if request.follow {
                sender.closed().await;
            }
        });
        receiver
    }

    async fn history(&self, _: SeriesKey, from: Time, until: Time) -> Vec<Point> {
        let within = |point: &&Point| from <= point.at && point.at < until;
        self.past.iter().filter(within).copied().collect()
    }

    fn runs(&self, limit: usize) -> Reading<Result<Vec<Run>, Refusal>> {
        self.read(fleet::runs().into_iter().take(limit).collect())
    }

    fn audit(&self, limit: usize) -> Reading<Result<Vec<AuditLine>, Refusal>> {
        self.read(fleet::audit().into_iter().rev().take(limit).collect())
    }

    fn happenings(
        &self,
        item: Option<ItemId>,
        limit: usize,
    ) -> Reading<Result<Vec<Happening>, Refusal>> {
        let of_item = |one: &Happening| item.as_ref().is_none_or(|item| one.item == *item);
        let found = items::happenings().into_iter().filter(of_item).take(limit);
        self.read(found.collect())
    }

    fn choices(&self) -> Reading<Result<Vec<Choice>, Refusal>> {
        self.read(self.choices.clone())
    }

    async fn verify_audit(&self) -> AuditCheck {
        self.check.clone()
    }
}

/// The part of a log that was asked for.
fn asked_for(items: Vec<LogItem>, request: &LogRequest) -> Vec<LogItem> {
    let at = |item: &LogItem| match item {
        LogItem::Line(line) => line.at,
        LogItem::Gap { at, .. } => *at,
    };
    let kept: Vec<LogItem> = items
        .into_iter()
        .filter(|item| request.since.is_none_or(|since| at(item) >= since))
        .filter(|item| request.until.is_none_or(|until| at(item) <= until))
        .collect();
    let skip = request
        .tail
        .map_or(0, |tail| kept.len().saturating_sub(tail as usize));
    kept.into_iter().skip(skip).collect()
}
