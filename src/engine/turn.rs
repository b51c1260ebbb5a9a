//! A run on a site waits for its turn: so many are driven at once as the fleet file allows, in whatever processes.

use std::time::Duration;

use saga::{Direction, Journal, Record};
use store::{StoreError, Turn};
use vocab::{RunId, Text};
use world::{Fact, Run, RunState};

use crate::core::Core;
use crate::sites::SiteRun;
use crate::teller::Teller;

/// How often the next ones ask whether their turn has come; who stands farther back asks up to [`SELDOM`] times less often.
const ASK: Duration = Duration::from_millis(250);

/// How much less often those ask who stand far back.
const SELDOM: u32 = 4;

/// How a wait ended.
pub(crate) enum Waited {
    /// The run's turn has come.
    Come,
    /// It was taken back before anything of it was begun.
    Cancelled,
    /// The process ends, or the run is another one's: why.
    Stopped(Text),
}

/// What of a wait was told to those who look on.
struct Told<'a> {
    teller: &'a Teller,
    run: &'a Run,
    /// The state last told, once the run has had to wait.
    state: Option<RunState>,
    /// Whether the journal says that nothing of the run was begun; known once it has had to wait.
    is_new: bool,
}

impl Core {
    /// How many runs come by now before those of other processes that wait.
    pub(crate) fn moved_up(&mut self, waiting: Vec<(RunId, usize)>) {
        for (run, now) in waiting {
            let state = self.world.runs.get(&run).map(|run| &run.state);
            if let Some(RunState::Queued { before, held }) = state
                && *before != now
                && !self.active.contains_key(&run)
            {
                let held = held.clone();
                let state = RunState::Queued { before: now, held };
                self.observe(Fact::RunMoved { run, state });
            }
        }
    }
}

impl SiteRun {
    /// Waits for the run's turn, and shows how many come before it.
    pub(crate) async fn wait(&self, teller: &Teller, run: &Run, at_once: usize) -> Waited {
        let mut told = Told {
            teller,
            run,
            state: None,
            is_new: false,
        };
        loop {
            let pause = match teller.store.ask_turn(run.id(), at_once).await {
                Ok(Turn::Come) => {
                    told.goes_on().await;
                    return Waited::Come;
                }
                Ok(Turn::Waits { before, held }) => {
                    told.waits(before, held).await;
                    let back = before.saturating_sub(at_once);
                    ASK * u32::try_from(back).map_or(SELDOM, |back| (back + 1).min(SELDOM))
                }
                Err(
                    error @ (StoreError::NotOurs { .. }
                    | StoreError::NoSuchRun { .. }
                    | StoreError::Closed { .. }),
                ) => return Waited::Stopped(Text::line(error.to_string())),
                Err(error) => {
                    tracing::warn!(run = %run.id(), %error, "a run on a site cannot ask for its turn");
                    ASK * SELDOM
                }
            };
            tokio::select! {
                biased;
                () = self.shutdown.cancelled() => {
                    return Waited::Stopped(Text::line("the console ends; the run waits for the next start"));
                }
                // What was begun is taken back when its turn comes, as all else.
                () = self.cancel.cancelled(), if told.is_new => return Waited::Cancelled,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}

impl Told<'_> {
    /// Tells where the run stands; in the journal it waits, too, when nothing of it was begun.
    async fn waits(&mut self, before: usize, held: Text) {
        let state = RunState::Queued { before, held };
        if self.state.as_ref() == Some(&state) {
            return;
        }
        if self.state.is_none() {
            self.is_new = is_new(&self.teller.store, self.run.id()).await;
            if self.is_new {
                self.write(&state).await;
            }
        }
        self.tell(state).await;
    }

    /// Tells that it goes on, when it has had to wait.
    async fn goes_on(&mut self) {
        if self.state.is_none() && !matches!(self.run.state, RunState::Queued { .. }) {
            return;
        }
        let state = match &self.run.state {
            RunState::Queued { .. } => RunState::Running,
            before => before.clone(),
        };
        self.write(&state).await;
        self.tell(state).await;
    }

    /// For those who look on alone: what is driven is told by its steps' records.
    async fn write(&self, state: &RunState) {
        let run = self.run.id();
        if let Err(error) = self.teller.store.run_state(run, state, None, None).await {
            tracing::warn!(%run, %error, "where a run is could not be journalled");
        }
    }

    async fn tell(&mut self, state: RunState) {
        self.state = Some(state.clone());
        let run = self.run.id();
        self.teller.tell(Fact::RunMoved { run, state }).await;
    }
}

/// Whether nothing of a run was ever begun. Where that cannot be read, something may have been.
async fn is_new(store: &store::Store, run: RunId) -> bool {
    match store.load(run).await {
        Ok((status, records)) => {
            status.direction == Direction::Forward
                && records.iter().all(|record| *record == Record::default())
        }
        Err(_) => false,
    }
}
