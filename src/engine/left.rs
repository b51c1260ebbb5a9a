//! Runs on sites that a process left while this one was there: a command in a shell that was killed, a journal that could
//! not be written for a while. They are gone on with here, where somebody stays to see them end.

use std::time::Duration;

use store::{Left, Store, StoreError};
use vocab::RunId;
use world::{Run, RunState};

use crate::core::Core;
use crate::executor::Role;
use crate::handle::Request;

/// How often it is looked for runs that were left.
const EVERY: Duration = Duration::from_secs(10);

/// After how long a journal that could not be written is tried again.
const JOURNAL_AGAIN: Duration = Duration::from_secs(5);

impl Core {
    /// Whose runs are taken over: what has no providers to go on with is left to one that has.
    pub(crate) fn left_here(&self) -> Left {
        let goes_on = self.is_executor() || self.role == Role::Resuming;
        if goes_on && self.fabric.hosting.is_ok() {
            Left::All
        } else {
            Left::NotOnSites
        }
    }

    /// Asks now and then for a look at what was left since the start.
    pub(crate) fn watch_left(&self) {
        if matches!(self.role, Role::Passing | Role::Acting | Role::Watching)
            || self.store.is_none()
        {
            return;
        }
        let (requests, cancel) = (self.requests.clone(), self.cancel.clone());
        self.tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = cancel.cancelled() => return,
                    () = tokio::time::sleep(EVERY) => {}
                }
                if requests.send(Request::LookForLeft).await.is_err() {
                    return;
                }
            }
        });
    }

    /// Looks for runs on sites that were left, in a task of its own.
    pub(crate) fn look_for_left(&self) {
        let Some(store) = self.store.clone() else {
            return;
        };
        if self.left_here() != Left::All || self.cancel_of_runs.is_cancelled() {
            return;
        }
        let requests = self.requests.clone();
        self.tasks.spawn(async move {
            // A journal that cannot be read now is read the next time.
            let left = store.take_over(Left::OnSites).await.unwrap_or_default();
            if !left.is_empty() {
                // The engine's end is the end of going on; the next one finds them.
                drop(requests.send(Request::Left(left)).await);
            }
        });
    }

    /// Goes on with all of these.
    pub(crate) fn resume_all(&mut self, runs: Vec<Run>) {
        let Some(store) = self.store.clone() else {
            return;
        };
        for run in runs {
            self.resume(run, store.clone());
        }
    }
}

/// Waits until the journal of a run can be written again. False when the run is another process's by now, or cannot be
/// gone on with at all.
pub(crate) async fn journal_again(store: &Store, run: RunId) -> bool {
    loop {
        tokio::time::sleep(JOURNAL_AGAIN).await;
        match store.run_state(run, &RunState::Running, None, None).await {
            Ok(_) => return true,
            Err(
                StoreError::NotOurs { .. }
                | StoreError::NoSuchRun { .. }
                | StoreError::Closed { .. },
            ) => {
                return false;
            }
            Err(_) => {}
        }
    }
}
