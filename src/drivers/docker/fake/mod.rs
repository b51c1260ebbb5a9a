//! An engine without a machine: containers in memory that obey every call of [`super::Docker`], for the labelled demo and for
//! tests. What its programs print and use is told by a [`Behaviour`].

mod calls;
mod state;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;
use vocab::{
    Container, ContainerDetails, ContainerHappening, ContainerId, ContainerSample, ContainerState,
    EngineFacts, Output, Span, Time,
};

use super::{EngineEvent, ExecOutput, Prunable, RawLine};
use crate::clock::now;
use crate::error::{DriverError, Result};
use state::{Simulated, State, apply_to, conflict, missing, time_of_line};

/// Events that are kept for those who ask with `since`, and that a slow reader may fall behind.
const EVENTS_KEPT: usize = 1024;

/// What the programs in simulated containers do.
pub trait Behaviour: Send + Sync + 'static {
    /// What a running container uses at a moment.
    fn sample(&self, container: &Container, at: Time) -> ContainerSample;

    /// How long after one line its program writes the next; at least a millisecond.
    fn line_period(&self, container: &Container) -> Span;

    /// Its `number`th line since it was made.
    fn line(&self, container: &Container, number: u64) -> (Output, String);

    /// What a command run inside it comes to.
    fn execute(&self, container: &Container, command: &[String]) -> ExecOutput;
}

struct Shared {
    facts: EngineFacts,
    behaviour: Box<dyn Behaviour>,
    state: Mutex<State>,
    events: broadcast::Sender<EngineEvent>,
}

/// The engine; cheap to clone, all clones are the same one.
#[derive(Clone)]
pub struct SimulatedEngine(Arc<Shared>);

impl SimulatedEngine {
    /// An engine with these containers, and with objects besides them that a prune would remove.
    pub fn new(
        facts: EngineFacts,
        containers: Vec<(Container, ContainerDetails)>,
        objects: Vec<Prunable>,
        behaviour: impl Behaviour,
    ) -> Self {
        let containers = containers
            .into_iter()
            .map(|(container, details)| {
                let from = container.started.or(container.created).unwrap_or(Time(0));
                let to = if container.state.is_up() {
                    None
                } else {
                    container.finished.or(Some(from))
                };
                (
                    container.id.clone(),
                    Simulated {
                        container,
                        details,
                        ran: vec![(from, to)],
                    },
                )
            })
            .collect();
        let state = State {
            containers,
            objects,
            past: VecDeque::new(),
            silent: None,
        };
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        Self(Arc::new(Shared {
            facts,
            behaviour: Box::new(behaviour),
            state: Mutex::new(state),
            events,
        }))
    }

    /// Lets something happen to a container by itself: a crash, a change of health, a want of memory. Nothing when it
    /// does not exist.
    pub fn happen(&self, id: &ContainerId, happening: ContainerHappening) {
        let mut state = self.lock();
        // Gone by now: it cannot happen any more.
        drop(self.apply(&mut state, id, happening));
    }

    /// Lets every call fail with `trouble` and ends the streams, until it is called with `None`.
    pub fn fail(&self, trouble: Option<DriverError>) {
        let failing = trouble.is_some();
        self.lock().silent = trouble;
        if failing {
            // Readers of the streams wake at the next event; this one is about nobody they know.
            if let Ok(id) = ContainerId::new("000000000000") {
                drop(self.0.events.send(EngineEvent {
                    at: now(),
                    id,
                    happening: ContainerHappening::Changed,
                }));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is complete before the lock is let go, so a panic elsewhere spoils nothing.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, when the engine answers.
    fn answering(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.lock();
        match &state.silent {
            Some(trouble) => Err(trouble.clone()),
            None => Ok(state),
        }
    }

    /// Changes the state as the happening says, and tells the readers of events.
    fn apply(
        &self,
        state: &mut State,
        id: &ContainerId,
        happening: ContainerHappening,
    ) -> Result<()> {
        let at = now();
        if happening == ContainerHappening::Removed {
            state.containers.remove(id).ok_or_else(|| missing(id))?;
        } else {
            let simulated = state.containers.get_mut(id).ok_or_else(|| missing(id))?;
            apply_to(simulated, &happening, at);
        }
        let event = EngineEvent {
            at,
            id: id.clone(),
            happening,
        };
        if state.past.len() == EVENTS_KEPT {
            state.past.pop_front();
        }
        state.past.push_back(event.clone());
        // Nobody listens: nothing to tell.
        drop(self.0.events.send(event));
        Ok(())
    }

    /// Applies happenings in order when the container's state allows it; `already` is well without any.
    fn steer(
        &self,
        id: &ContainerId,
        verb: &str,
        allowed: &[ContainerState],
        already: &[ContainerState],
        happenings: impl IntoIterator<Item = ContainerHappening>,
    ) -> Result<()> {
        let mut state = self.answering()?;
        let now_in = state
            .containers
            .get(id)
            .ok_or_else(|| missing(id))?
            .container
            .state;
        if already.contains(&now_in) {
            return Ok(());
        }
        if !allowed.contains(&now_in) {
            return Err(conflict(id, verb, now_in));
        }
        for happening in happenings {
            self.apply(&mut state, id, happening)?;
        }
        Ok(())
    }

    fn set_state(
        &self,
        id: &ContainerId,
        verb: &str,
        from: ContainerState,
        to: ContainerState,
    ) -> Result<()> {
        let mut state = self.answering()?;
        let simulated = state.containers.get_mut(id).ok_or_else(|| missing(id))?;
        if simulated.container.state != from {
            return Err(conflict(id, verb, simulated.container.state));
        }
        simulated.container.state = to;
        self.apply(&mut state, id, ContainerHappening::Changed)
    }

    /// A line by its number and whether the process ran when it was due; `None` when the container is gone.
    fn line_at(&self, id: &ContainerId, number: u64) -> Result<Option<(RawLine, bool)>> {
        let state = self.answering()?;
        let Some(simulated) = state.containers.get(id) else {
            return Ok(None);
        };
        let at = time_of_line(&*self.0.behaviour, &simulated.container, number);
        let (output, text) = self.0.behaviour.line(&simulated.container, number);
        Ok(Some((
            RawLine {
                at,
                output,
                bytes: text.into_bytes(),
            },
            simulated.ran_at(at),
        )))
    }
}
