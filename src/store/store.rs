//! The handle: asynchronous, cheap to clone, never blocks the caller's thread.

use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::timeout;
use vocab::{RunId, Text, Time};
use world::{AuditLine, Point, Run, RunState, SeriesKey, StepState};

use crate::audit::{self, AuditEntry};
use crate::error::{Failure, StoreError};
use crate::history::{self, Bucket};
use crate::journal::{Foreign, Left, Runs, Turn, queue, read, recovery, write};
use crate::opened::Opened;
use crate::options::Options;
use crate::worker::{Job, Worker};

/// How long an opening may take; a large file that was not closed is checked whole.
const OPENING: Duration = Duration::from_mins(1);

/// How long any other call may take; a write waits at most 5 s for another process.
const CALL: Duration = Duration::from_secs(20);

/// How many calls may wait.
const WAITING: usize = 256;

/// The store. When the last handle is dropped, what is left is written and the file closed.
#[derive(Debug, Clone)]
pub struct Store {
    jobs: SyncSender<Job>,
    file: Text,
    trouble: watch::Receiver<Option<StoreError>>,
}

impl Store {
    /// Opens `history.sqlite` in the folder, making what is not there, for its owner alone. [`Opened`] says what was
    /// found. Without a store the caller may still watch, but must change nothing.
    pub async fn open(folder: &Path, options: Options) -> Result<(Self, Opened), StoreError> {
        let (jobs, waiting) = sync_channel(WAITING);
        let (ready, opened) = oneshot::channel();
        let (trouble, trouble_receiver) = watch::channel(None);
        let folder = folder.to_owned();
        let file = Text::line(folder.join("history.sqlite").to_string_lossy().as_bytes());
        let spawned = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                match Worker::open(&folder, &options, trouble) {
                    Ok((worker, opened)) => {
                        // Nobody waits any more: the worker closes the file again at once, for its jobs have no sender.
                        drop(ready.send(Ok(opened)));
                        worker.serve(&waiting);
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
            });
        spawned.map_err(|error| StoreError::from_io(&file, &error))?;
        let store = Self {
            jobs,
            file,
            trouble: trouble_receiver,
        };
        let opened = timeout(OPENING, opened).await.map_err(|_| store.slow())?;
        let opened = opened.map_err(|_| store.closed())??;
        Ok((store, opened))
    }

    /// Keeps points of the history, without waiting. They are written every 10 s by the one process that holds the
    /// recorder's lock; when the store cannot keep up or the disk is full they are dropped ([`Store::trouble`] says so).
    pub fn record(&self, points: Vec<(SeriesKey, Point)>) {
        if let Err(TrySendError::Full(_)) = self.jobs.try_send(Job::Record(points)) {
            tracing::warn!(file = %self.file, "points of the history dropped: the disk is too slow");
        }
    }

    /// Why history cannot be written at present; `None` while it can.
    pub fn trouble(&self) -> watch::Receiver<Option<StoreError>> {
        self.trouble.clone()
    }

    /// The means of each series from `since` until `until`, oldest first, at most `most` a series.
    pub async fn restore(
        &self,
        keys: Vec<SeriesKey>,
        since: Time,
        until: Time,
        most: usize,
    ) -> Result<Vec<(SeriesKey, Vec<Point>)>, StoreError> {
        self.call(move |worker| {
            let (connection, tiers) = (&worker.open.connection, worker.recorder.tiers());
            let mut restored = Vec::with_capacity(keys.len());
            for key in keys {
                let course = history::read::course(connection, tiers, &key, since, until, most)?;
                let points = course.iter().map(|bucket| Point {
                    at: bucket.at,
                    value: bucket.mean,
                });
                restored.push((key, points.collect()));
            }
            Ok(restored)
        })
        .await
    }

    /// The course of a series, oldest first, at most `most` buckets, from the finest tier that reaches back to `from`;
    /// its newest end comes from the finer ones.
    pub async fn history(
        &self,
        key: SeriesKey,
        from: Time,
        until: Time,
        most: usize,
    ) -> Result<Vec<Bucket>, StoreError> {
        self.call(move |worker| {
            let (connection, tiers) = (&worker.open.connection, worker.recorder.tiers());
            Ok(history::read::course(
                connection, tiers, &key, from, until, most,
            )?)
        })
        .await
    }

    /// Writes a run down with its frozen plan, takes the objects it changes, and adds the audit line: all or nothing, on
    /// disk before it returns. [`StoreError::Held`] says who works on one of the objects already.
    pub async fn take_on(&self, run: &Run, entry: AuditEntry) -> Result<AuditLine, StoreError> {
        let run = run.clone();
        self.call(move |worker| {
            let (opening, file) = (worker.open.id, worker.file.clone());
            write::take_on(worker.connection(), opening, &run, entry, &file)
        })
        .await
    }

    /// Takes a run that is over, and waits for an operator, up again: it is this process's and holds what it changes, in
    /// this state, with the audit line; all or nothing. [`StoreError::Held`] says who works on one of the objects.
    pub async fn take_up(
        &self,
        run: &Run,
        state: &RunState,
        entry: AuditEntry,
    ) -> Result<AuditLine, StoreError> {
        let (run, state) = (run.clone(), state.clone());
        self.call(move |worker| {
            let (opening, file) = (worker.open.id, worker.file.clone());
            write::take_up(worker.connection(), opening, &run, &state, entry, &file)
        })
        .await
    }

    /// Writes down where a step is: before its effect begins, and after it ended. `output` is the end of all that it
    /// printed and replaces what was kept; `None` leaves it.
    pub async fn step(
        &self,
        run: RunId,
        index: usize,
        state: &StepState,
        output: Option<Text>,
    ) -> Result<(), StoreError> {
        let state = state.clone();
        self.call(move |worker| {
            let opening = worker.open.id;
            write::step(
                worker.connection(),
                opening,
                run,
                index,
                &state,
                output.as_ref(),
            )
        })
        .await
    }

    /// Writes down where a run is, with its audit line if there is one to add. A run that is over gives its objects back.
    pub async fn run_state(
        &self,
        run: RunId,
        state: &RunState,
        ended: Option<Time>,
        entry: Option<AuditEntry>,
    ) -> Result<Option<AuditLine>, StoreError> {
        let state = state.clone();
        self.call(move |worker| {
            let opening = worker.open.id;
            write::run_state(worker.connection(), opening, run, &state, ended, entry)
        })
        .await
    }

    /// Asks whether a run on a site may be driven: at most `at_once` of them are at a time, in all processes that have the
    /// file open, and the others wait in the order in which they were taken on. A turn that has come is the run's until it is
    /// over, its process is gone, or [`Store::rest`]. Meant to be asked a few times a second.
    pub async fn ask_turn(&self, run: RunId, at_once: usize) -> Result<Turn, StoreError> {
        self.call(move |worker| {
            let opening = worker.open.id;
            queue::ask(worker.connection(), opening, run, at_once)
        })
        .await
    }

    /// Gives the turn of a run of this process back, which goes on with it later or leaves it to another one.
    pub async fn rest(&self, run: RunId) -> Result<(), StoreError> {
        self.call(move |worker| {
            let opening = worker.open.id;
            write::rest(worker.connection(), opening, run)
        })
        .await
    }

    /// Adds a line to the audit log.
    pub async fn append_audit(&self, entry: AuditEntry) -> Result<AuditLine, StoreError> {
        self.call(move |worker| {
            let opening = worker.open.id;
            write::append_audit(worker.connection(), opening, entry)
        })
        .await
    }

    /// A run by its id; `None` when it is not there or cannot be understood.
    pub async fn run(&self, run: RunId) -> Result<Option<Run>, StoreError> {
        self.call(move |worker| read::shown(worker.connection(), &run.to_string()))
            .await
    }

    /// The newest runs, newest first, at most so many.
    pub async fn runs(&self, most: usize) -> Result<Runs, StoreError> {
        self.call(move |worker| read::newest(worker.connection(), most))
            .await
    }

    /// The newest lines of the audit log, newest first, at most so many.
    pub async fn audit(&self, most: usize) -> Result<Vec<AuditLine>, StoreError> {
        self.call(move |worker| audit::newest(worker.connection(), most))
            .await
    }

    /// Checks the whole audit log against its chain of hashes; how many lines it has.
    /// [`StoreError::AuditBroken`] names the first line that does not fit.
    pub async fn verify_audit(&self) -> Result<u64, StoreError> {
        self.call(|worker| {
            let file = worker.file.clone();
            audit::verify(worker.connection(), &file)
        })
        .await
    }

    /// Runs that are not over and whose process is gone: from now on this process's, which must end them as
    /// [`RunState::Unknown`] or find out what became of them. No other process gets the same ones.
    pub async fn open_runs_of_dead_processes(&self) -> Result<Vec<Run>, StoreError> {
        self.take_over(Left::All).await
    }

    /// The same, of these runs alone.
    pub async fn take_over(&self, which: Left) -> Result<Vec<Run>, StoreError> {
        self.call(move |worker| {
            let opening = worker.open.id;
            recovery::claim(worker.connection(), opening, which)
        })
        .await
    }

    /// Runs and audit lines that other processes wrote since the last call, or since the opening. Cheap when there are
    /// none; meant to be asked every second or two.
    pub async fn poll_foreign(&self) -> Result<Foreign, StoreError> {
        self.call(|worker| {
            worker
                .cursor
                .advance(&worker.open.connection, worker.open.id)
        })
        .await
    }

    /// Writes what is left and closes the file for all handles.
    pub async fn close(self) {
        let jobs = self.jobs.clone();
        let mut trouble = self.trouble.clone();
        drop(self);
        // A full queue must not keep the close out; the sender blocks, so another thread does it.
        drop(tokio::task::spawn_blocking(move || jobs.send(Job::Close)));
        // The thread's end of the channel goes when the file is closed.
        let ended = async { while trouble.changed().await.is_ok() {} };
        if timeout(CALL, ended).await.is_err() {
            tracing::warn!("store not closed in time");
        }
    }

    /// Has the thread do something and waits for its answer. What nobody waits for any more when its turn comes is not
    /// begun.
    pub(crate) async fn call<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Worker) -> Result<T, Failure> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Job::Call(Box::new(move |worker| {
            if !reply.is_closed() {
                let done = worker.with(work);
                drop(reply.send(done));
            }
        }));
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => self.slow(),
            TrySendError::Disconnected(_) => self.closed(),
        })?;
        let answer = timeout(CALL, answer).await.map_err(|_| self.slow())?;
        answer.map_err(|_| self.closed())?
    }

    fn slow(&self) -> StoreError {
        StoreError::Slow {
            file: self.file.clone(),
        }
    }

    fn closed(&self) -> StoreError {
        StoreError::Closed {
            file: self.file.clone(),
        }
    }
}
