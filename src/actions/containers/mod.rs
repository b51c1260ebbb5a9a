//! Actions on containers: one file a verb; what they share is in [`planning`] (intent → plan) and [`change`] (step → effect).
//!
//! A verb says in its file what it is called, how hard it is to take back, which states it makes sense in, which call it
//! makes and by what one sees that it happened. Nothing else knows one verb from another.

mod change;
pub(crate) mod command;
mod dependents;
mod kill;
mod pause;
mod planning;
mod remove;
mod restart;
pub(crate) mod shell;
mod start;
mod stop;
mod unpause;

use async_trait::async_trait;
use drivers::Docker;
use vocab::{Container, ContainerId, ContainerKey, ContainerState, Span, Time};
use world::plan::{Expectation, StepCall};
use world::{ContainerVerb, Reversibility};

pub(crate) use change::Change;
pub(crate) use planning::plan;

/// How long a process is given to end by itself before it is ended.
const STOP_GRACE: Span = Span::seconds(10);

/// How long a container may take to run, and to be healthy where it has a health check.
const HEALTHY_WITHIN: Span = Span::minutes(2);

/// How long anything else may take to be seen.
const SEEN_WITHIN: Span = Span::seconds(10);

/// How one sees that a container runs.
const LOOKS_UNTIL_IT_RUNS: &str =
    "looks until it runs, and its health check passes where it has one";

/// How one sees that a container has ended.
const LOOKS_UNTIL_IT_HAS_ENDED: &str = "looks until its process has ended";

/// What a verb is like, whichever container it is for.
pub(crate) struct Manner {
    /// How hard it is to take back.
    pub reversibility: Reversibility,
    /// The letter that confirms it, where it is disruptive.
    pub letter: Option<char>,
    /// What takes it back.
    pub inverse: Option<ContainerVerb>,
    /// Whether something that uses the container will notice.
    pub interrupts: bool,
    /// How its success will be seen, in words.
    pub verification: &'static str,
    /// How long one container takes, about.
    pub expected: Span,
    /// How long the call may take.
    pub deadline: Span,
}

impl Manner {
    /// One that interrupts, that no letter confirms and that nothing takes back.
    const fn new(reversibility: Reversibility, verification: &'static str, expected: Span) -> Self {
        Self {
            reversibility,
            letter: None,
            inverse: None,
            interrupts: true,
            verification,
            expected,
            deadline: Span::seconds(10),
        }
    }
}

/// A verb for containers.
#[async_trait]
pub(crate) trait ContainerAction: Send + Sync {
    /// Which.
    fn verb(&self) -> ContainerVerb;

    /// What is the same for every container.
    fn manner(&self) -> Manner;

    /// Why it makes no sense in this state, with what to do instead; reads after the container's name.
    fn unfit(&self, state: ContainerState) -> Option<&'static str>;

    /// What the operator should know of this container first; reads after its name.
    fn caution(&self, _container: &Container) -> Option<&'static str> {
        None
    }

    /// Steps before its own, for a container in this state.
    fn prepared_by(&self, _state: ContainerState) -> Option<&'static dyn ContainerAction> {
        None
    }

    /// Its step, in words.
    fn step(&self) -> String {
        self.verb().word().to_owned()
    }

    /// The exact call.
    fn exact(&self, id: &ContainerId) -> String {
        format!("POST /containers/{id}/{}", self.verb().word())
    }

    /// What is to be seen afterwards, and for how long it is looked for.
    fn expects(&self, key: &ContainerKey, container: &Container) -> (Expectation, Span);

    /// The call.
    async fn call(&self, docker: &dyn Docker, id: &ContainerId) -> drivers::error::Result<()>;

    /// Whether it happened: the container before and now, `None` when it is gone.
    fn happened(&self, before: &Container, now: Option<&Container>) -> bool;
}

/// The action of a verb.
pub(crate) fn action(verb: ContainerVerb) -> &'static dyn ContainerAction {
    match verb {
        ContainerVerb::Start => &start::Start,
        ContainerVerb::Stop => &stop::Stop,
        ContainerVerb::Restart => &restart::Restart,
        ContainerVerb::Pause => &pause::Pause,
        ContainerVerb::Unpause => &unpause::Unpause,
        ContainerVerb::Kill => &kill::Kill,
        ContainerVerb::Remove => &remove::Remove,
    }
}

/// The call of a verb as a step's data.
fn call_of(verb: ContainerVerb, key: &ContainerKey) -> StepCall {
    StepCall::Container {
        verb,
        key: key.clone(),
    }
}

/// That it runs, since later than a moment where one is given.
fn running(key: &ContainerKey, since: Option<Time>) -> (Expectation, Span) {
    let key = key.clone();
    (Expectation::Running { key, since }, HEALTHY_WITHIN)
}

/// That its process has ended.
fn stopped(key: &ContainerKey) -> (Expectation, Span) {
    (Expectation::Stopped { key: key.clone() }, SEEN_WITHIN)
}

/// Whether it is there, in this state.
fn is_in(now: Option<&Container>, state: ContainerState) -> bool {
    now.is_some_and(|now| now.state == state)
}

/// Whether its process has ended and Docker is not about to start it again.
fn has_ended(state: ContainerState) -> bool {
    matches!(
        state,
        ContainerState::Created | ContainerState::Exited | ContainerState::Dead
    )
}
