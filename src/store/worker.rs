//! The thread that owns the connection: answers one request after another and writes history in between.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::watch;
use vocab::Text;
use world::{Point, SeriesKey};

use crate::error::{Failure, StoreError, is_fatal};
use crate::folder::Folder;
use crate::history::recorder::Recorder;
use crate::journal::read::Cursor;
use crate::opened::Opened;
use crate::opening::{self, Open};
use crate::options::Options;

/// Something to do on the thread.
pub(crate) enum Job {
    /// Answer a call.
    Call(Box<dyn FnOnce(&mut Worker) + Send>),
    /// Take points in.
    Record(Vec<(SeriesKey, Point)>),
    /// Write everything and close the file.
    Close,
}

/// What the thread owns.
pub(crate) struct Worker {
    folder: Folder,
    pub(crate) file: Text,
    pub(crate) open: Open,
    pub(crate) recorder: Recorder,
    pub(crate) cursor: Cursor,
    trouble: watch::Sender<Option<StoreError>>,
    /// The disk failed under the connection: it is opened again before its next use.
    broken: bool,
    /// Damage was met: the file is not marked as closed, so that the next opening checks all of it.
    damaged: bool,
}

impl Worker {
    /// Opens the file in the folder.
    pub(crate) fn open(
        folder: &Path,
        options: &Options,
        trouble: watch::Sender<Option<StoreError>>,
    ) -> Result<(Self, Opened), StoreError> {
        let folder = Folder::make(folder)?;
        let (open, opened) = opening::open(&folder, options)?;
        let file = folder.file_text();
        let cursor =
            Cursor::at_end(&open.connection).map_err(|error| Failure::Sql(error).said(&file))?;
        let recorder = Recorder::new(&options.keep);
        let worker = Self {
            folder,
            file,
            open,
            recorder,
            cursor,
            trouble,
            broken: false,
            damaged: false,
        };
        Ok((worker, opened))
    }

    /// Serves until the store is closed or every handle is gone.
    pub(crate) fn serve(mut self, jobs: &Receiver<Job>) {
        loop {
            let job = match self.recorder.wait(Instant::now()) {
                Some(wait) => jobs.recv_timeout(wait),
                None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match job {
                Ok(Job::Call(call)) => call(&mut self),
                Ok(Job::Record(points)) => self.recorder.add(&self.folder, points, Instant::now()),
                Ok(Job::Close) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self
                .recorder
                .wait(Instant::now())
                .is_some_and(|wait| wait.is_zero())
            {
                self.write_history(false);
            }
        }
        self.close();
    }

    /// Does something with the connection; what goes wrong is put into words and remembered.
    pub(crate) fn with<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        if self.broken {
            self.open.connection = opening::reopen(&self.folder)
                .map_err(|error| Failure::Sql(error).said(&self.file))?;
            // What tells whether others have written counts anew on a new connection.
            self.cursor.doubt();
            self.broken = false;
        }
        work(self).map_err(|failure| {
            self.broken = is_fatal(&failure);
            let error = failure.said(&self.file);
            self.damaged |= error.is_damage();
            error
        })
    }

    /// The connection, for calls that change something.
    pub(crate) const fn connection(&mut self) -> &mut Connection {
        &mut self.open.connection
    }

    /// Writes history; whether that works is told when it changes.
    pub(crate) fn write_history(&mut self, closing: bool) {
        let written = self.with(|worker| {
            let now = Instant::now();
            Ok(worker
                .recorder
                .write(&mut worker.open.connection, now, closing)?)
        });
        let trouble = written.err();
        if let Some(error) = &trouble {
            tracing::warn!(%error, "history not written");
        }
        self.trouble.send_if_modified(|before| {
            let changed = *before != trouble;
            *before = trouble;
            changed
        });
    }

    /// Writes what is left and takes this process's row away: the mark of a clean close.
    fn close(mut self) {
        self.write_history(true);
        let id = self.open.id;
        if self.damaged {
            return;
        }
        let left = self.with(|worker| {
            worker
                .open
                .connection
                .execute("DELETE FROM openings WHERE id = ?", [id])?;
            Ok(())
        });
        if let Err(error) = left {
            tracing::warn!(%error, "store not closed cleanly");
        }
        // The lock on the users' file must outlive the connection.
        let Open {
            connection, users, ..
        } = self.open;
        if let Err((_, error)) = connection.close() {
            tracing::warn!(%error, "store not closed cleanly");
        }
        drop(users);
    }
}
