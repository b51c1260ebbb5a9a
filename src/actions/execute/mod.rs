//! Execution: a run's steps, object by object, each journalled before and after.
//!
//! Flow: run → objects side by side or one by one → [`step`] (look, journal, effect in its own task, look again when no
//! definite answer came, journal) → facts to the engine → the run's end. Rules: nothing begins without the journal; an
//! answer that did not come is never "failed" until it was looked for; a cancel begins nothing more and drops nothing.

pub(crate) mod effect;
mod journal;
pub(crate) mod look;
mod step;
mod verify;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use drivers::Connections;
use futures::StreamExt;
use futures::stream;
use kit::queue;
use tokio_util::sync::CancellationToken;
use vocab::{RunId, Text, Time};
use world::plan::StepCall;
use world::{Event, Plan, PlannedStep, Run, RunState, StepState};

use self::look::Seen;
use self::step::Step;
use crate::draft::SIDE_BY_SIDE;

pub use journal::{Journal, JournalError};

/// What a run is carried out with. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The open ends to the nodes.
    pub connections: Arc<Connections>,
    /// Where every step is noted before it begins and when it has ended.
    pub journal: Arc<dyn Journal>,
    /// Where the steps' facts go.
    pub events: queue::Sender<Event>,
    /// Begins no further step; the one in flight ends first.
    pub cancel: CancellationToken,
    /// The clock for stamps, such as `drivers::clock::now`.
    pub clock: fn() -> Time,
}

/// Carries a run out and says how it ended. The caller has checked the consent and journalled the run, and tells the
/// world how the run moved on; this tells how its steps did. Dropping the future drops no step in flight: it ends and is
/// journalled, and none begins after it.
pub async fn execute(run: Run, context: Context) -> RunState {
    let id = run.id();
    let plan = Arc::new(run.plan);
    let stop = Stop {
        context: context.clone(),
        broken: Arc::new(AtomicBool::new(false)),
    };
    let objects = rows(&plan);
    let width = if plan.one_by_one { 1 } else { SIDE_BY_SIDE };
    let failed_before = Arc::new(AtomicBool::new(false));
    let ends: Vec<Vec<StepState>> = stream::iter(objects)
        .map(|steps| {
            let (plan, stop, failed_before) = (plan.clone(), stop.clone(), failed_before.clone());
            async move {
                let halted = plan.one_by_one && failed_before.load(Ordering::SeqCst);
                let states = row(id, &plan, &steps, &stop, halted).await;
                if states
                    .iter()
                    .any(|state| !matches!(state, StepState::Done { .. }))
                {
                    failed_before.store(true, Ordering::SeqCst);
                }
                states
            }
        })
        .buffer_unordered(width)
        .collect()
        .await;
    verdict(&plan, ends.iter().flatten())
}

/// The steps of each object, objects in the order of their first step.
fn rows(plan: &Plan) -> Vec<Vec<usize>> {
    let mut rows: Vec<(usize, Vec<usize>)> = Vec::new();
    for (index, step) in plan.steps.iter().enumerate() {
        match rows.iter_mut().find(|(object, _)| *object == step.object) {
            Some((_, steps)) => steps.push(index),
            None => rows.push((step.object, vec![index])),
        }
    }
    rows.into_iter().map(|(_, steps)| steps).collect()
}

/// What ends a run early.
#[derive(Clone)]
struct Stop {
    context: Context,
    /// The journal could not be written.
    broken: Arc<AtomicBool>,
}

impl Stop {
    fn is_set(&self) -> bool {
        self.context.cancel.is_cancelled() || self.broken.load(Ordering::SeqCst)
    }
}

/// The steps of one object in order; after one that is not done, the rest is skipped.
async fn row(
    run: RunId,
    plan: &Plan,
    steps: &[usize],
    stop: &Stop,
    halted: bool,
) -> Vec<StepState> {
    let mut states = Vec::with_capacity(steps.len());
    let mut before = Seen::Nothing;
    let mut going = !halted;
    for &index in steps {
        let Some(planned) = plan.steps.get(index) else {
            continue;
        };
        if !going || stop.is_set() {
            going = false;
            states.push(skip(run, index, stop).await);
            continue;
        }
        let work = Step {
            context: stop.context.clone(),
            run,
            index,
            ends: node_of(planned)
                .and_then(|node| stop.context.connections.get(node))
                .cloned(),
            planned: planned.clone(),
            before,
        };
        // In a task of its own, so that it ends and is journalled even when the run's own future is dropped.
        let state;
        (state, before) = match tokio::spawn(work.carry_out()).await {
            Ok(ended) => {
                if !ended.journalled {
                    stop.broken.store(true, Ordering::SeqCst);
                }
                (ended.state, ended.before)
            }
            Err(error) => (crashed(run, index, stop, &error).await, Seen::Nothing),
        };
        going = matches!(state, StepState::Done { .. });
        states.push(state);
    }
    states
}

/// A step that is not begun.
async fn skip(run: RunId, index: usize, stop: &Stop) -> StepState {
    end_without_task(run, index, stop, StepState::Skipped).await
}

/// A step whose task failed in the middle: what happened outside is not known.
async fn crashed(
    run: RunId,
    index: usize,
    stop: &Stop,
    error: &tokio::task::JoinError,
) -> StepState {
    tracing::error!(%run, index, %error, "a step's task failed");
    let reason = Text::line("the console failed in the middle of it: look at it before going on");
    end_without_task(run, index, stop, StepState::Unknown { reason }).await
}

async fn end_without_task(run: RunId, index: usize, stop: &Stop, state: StepState) -> StepState {
    if !stop.broken.load(Ordering::SeqCst)
        && let Err(error) = stop
            .context
            .journal
            .step_ended(run, index, &state, &Text::default())
            .await
    {
        tracing::warn!(%run, index, %error, "the journal did not take a step's end");
        stop.broken.store(true, Ordering::SeqCst);
    }
    step::tell(&stop.context, run, index, state.clone(), None).await;
    state
}

/// The node a step is about; a step of a run on a site, or about another run, is about none.
fn node_of(step: &PlannedStep) -> Option<&vocab::NodeName> {
    use world::plan::Expectation as E;
    Some(match &step.call {
        StepCall::Site(_) | StepCall::Run { .. } => return None,
        StepCall::Container { key, .. } | StepCall::ContainerCommand { key, .. } => &key.node,
        StepCall::RemoveObject { node, .. }
        | StepCall::CutLog { node, .. }
        | StepCall::RestartUnit { node, .. }
        | StepCall::Reboot { node }
        | StepCall::Reconnect { node }
        | StepCall::Command { node, .. }
        | StepCall::Handover { node, .. } => node,
        StepCall::Verify(expectation) => match &**expectation {
            E::Running { key, .. }
            | E::Stopped { key }
            | E::Paused { key }
            | E::Removed { key } => &key.node,
            E::ObjectRemoved { node, .. }
            | E::LogCut { node, .. }
            | E::UnitActive { node, .. }
            | E::Rebooted { node }
            | E::Answers { node } => node,
            E::RunEnded { .. } => return None,
        },
    })
}

/// How a run ended, by how its steps did. What is unknown outweighs what failed: it is what somebody must look at.
fn verdict<'a>(plan: &Plan, states: impl Iterator<Item = &'a StepState>) -> RunState {
    let states: Vec<&StepState> = states.collect();
    let any = |wanted: fn(&StepState) -> bool| states.iter().any(|state| wanted(state));
    if any(|state| matches!(state, StepState::Unknown { .. })) {
        RunState::Unknown
    } else if any(|state| matches!(state, StepState::Failed { .. })) {
        RunState::Failed
    } else if any(|state| !matches!(state, StepState::Done { .. })) {
        RunState::Cancelled
    } else if plan
        .steps
        .iter()
        .any(|step| matches!(step.call, StepCall::Verify(_)))
    {
        RunState::Verified
    } else {
        RunState::Done
    }
}
