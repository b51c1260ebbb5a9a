//! The one process that writes history, and what it has not written yet.

use std::fs::File;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use world::{Point, SeriesKey};

use crate::folder::Folder;
use crate::history::gather::{Gather, STEP};
use crate::history::tier::Tier;
use crate::history::write::{self, Numbers};
use crate::options::Keep;

/// How often history is written.
const EVERY: Duration = Duration::from_secs(10);

/// The history's writer.
#[derive(Debug)]
pub(crate) struct Recorder {
    tiers: [Tier; 4],
    bytes: u64,
    gather: Gather,
    numbers: Numbers,
    /// Held by the one process that writes.
    lock: Option<File>,
    /// The newest time among the last points, in seconds: upkeep goes by the data's clock.
    newest: i64,
    /// When to write, or to ask for the lock, next.
    due: Option<Instant>,
}

impl Recorder {
    /// One that has nothing to write yet, and holds no lock before it has.
    pub(crate) fn new(keep: &Keep) -> Self {
        Self {
            tiers: Tier::all(keep),
            bytes: keep.bytes,
            gather: Gather::default(),
            numbers: Numbers::default(),
            lock: None,
            newest: 0,
            due: None,
        }
    }

    /// The tiers, finest first.
    pub(crate) const fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// Takes points in, when this process is the one that writes or becomes so; else they are another's to write.
    pub(crate) fn add(&mut self, folder: &Folder, points: Vec<(SeriesKey, Point)>, now: Instant) {
        if self.lock.is_none() {
            if self.due.is_some_and(|due| now < due) {
                return;
            }
            self.lock = folder.recorder_lock();
        }
        self.due.get_or_insert(now + EVERY);
        if self.lock.is_none() {
            self.due = Some(now + EVERY);
            return;
        }
        // Of these points alone: after the clock was set back, an older maximum would have the present pruned as old.
        let newest = points.iter().map(|(_, point)| point.at.seconds()).max();
        self.newest = newest.unwrap_or(self.newest);
        for (key, point) in points {
            self.gather.add(key, point);
        }
    }

    /// How long until something is to be written; `None` when nothing waits.
    pub(crate) fn wait(&self, now: Instant) -> Option<Duration> {
        let waits = self.lock.is_some() && !self.gather.is_empty();
        self.due
            .filter(|_| waits)
            .map(|due| due.saturating_duration_since(now))
    }

    /// Writes what is complete and does the upkeep; all of it when the store is being closed. What cannot be written is
    /// dropped: the next seconds bring more, and memory is bounded.
    pub(crate) fn write(
        &mut self,
        connection: &mut Connection,
        now: Instant,
        closing: bool,
    ) -> rusqlite::Result<()> {
        if self.lock.is_none() || self.gather.is_empty() {
            return Ok(());
        }
        self.due = Some(now + EVERY);
        let until = if closing { i64::MAX } else { self.newest };
        let gathered = self.gather.take(until);
        let upkeep = self.newest - STEP;
        let written = write::write(
            connection,
            &mut self.numbers,
            &gathered,
            &self.tiers,
            self.bytes,
            upkeep,
        );
        if written.is_err() {
            // Numbers given within the failed transaction were never kept.
            self.numbers.clear();
        }
        written
    }
}
