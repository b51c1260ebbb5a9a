//! What is read of a machine when, the same for this one and for those over SSH.

use drivers::{DriverError, clock};
use tokio::time::{Instant, sleep_until};
use vocab::{HostCondition, HostSample, NodeName, Origin, Process, Span};
use world::{About, Fact};

use crate::{Context, NodeTarget};

/// How often disks, temperatures and units are read.
const CONDITION_EVERY: Span = Span::seconds(30);

/// How often processes are listed while somebody looks at them.
const PROCESSES_EVERY: Span = Span::seconds(2);

/// How soon after the first reading of counters the second is made, so that rates are on the screen at once.
const FIRST_RATES: Span = Span::millis(300);

/// A listing of processes: those shown, and how many there are.
pub type ProcessList = (Vec<Process>, u32);

/// A machine that can be read. An error ends the watching; what could not be read this time is `None`.
pub trait Machine {
    /// By what its figures are observed.
    const ORIGIN: Origin;

    /// What changes from second to second; `None` on the first reading, which has nothing to compare with.
    async fn sample(&mut self) -> Result<Option<HostSample>, DriverError>;

    /// Disks, temperatures, units.
    async fn condition(&mut self) -> Result<Option<HostCondition>, DriverError>;

    /// Processes, the busiest first.
    async fn processes(&mut self) -> Result<Option<ProcessList>, DriverError>;
}

/// When each thing is next read.
struct Due {
    sample: Instant,
    condition: Instant,
    processes: Instant,
}

/// Reads a machine until it fails (`Err`) or the engine is gone (`Ok`). `sampled` hears of every sample, for a link that
/// counts successes.
pub async fn watch<M: Machine>(
    context: &Context,
    target: &NodeTarget,
    machine: &mut M,
    mut sampled: impl FnMut(),
) -> Result<(), DriverError> {
    let mut interest = context.interest.clone();
    let mut eyes = context.looks.eyes();
    let mine =
        |about: &About| matches!(about, About::Node(node) if *node == target.node).then_some(());
    let now = Instant::now();
    // Rates first: asking systemd may take its time.
    let mut due = Due {
        sample: now,
        condition: now + FIRST_RATES.duration(),
        processes: now,
    };
    loop {
        let processes = interest
            .borrow_and_update()
            .processes
            .contains(&target.node);
        let now = Instant::now();
        if due.sample <= now {
            let sample = machine.sample().await?;
            let wait = if sample.is_some() {
                clock::now().about(context.refresh)
            } else {
                FIRST_RATES
            };
            due.sample = now + wait.duration();
            if let Some(sample) = sample {
                sampled();
                let fact = Fact::NodeSampled {
                    node: target.node.clone(),
                    sample: Box::new(sample),
                    every: context.refresh,
                    origin: M::ORIGIN,
                };
                if !context.send(fact).await {
                    return Ok(());
                }
            }
        }
        if !slower(context, &target.node, machine, &mut due, processes).await? {
            return Ok(());
        }
        let mut next = due.sample.min(due.condition);
        if processes {
            next = next.min(due.processes);
        }
        tokio::select! {
            () = sleep_until(next) => {}
            changed = interest.changed() => if changed.is_err() { return Ok(()) },
            _ = eyes.next(mine) => {
                let now = Instant::now();
                due.sample = now;
                due.condition = now;
            }
        }
    }
}

/// Reads what is not due with every sample. `false` when the engine is gone.
async fn slower<M: Machine>(
    context: &Context,
    node: &NodeName,
    machine: &mut M,
    due: &mut Due,
    processes: bool,
) -> Result<bool, DriverError> {
    let now = Instant::now();
    if due.condition <= now {
        due.condition = now + CONDITION_EVERY.duration();
        if let Some(condition) = machine.condition().await? {
            let condition = Box::new(condition);
            let fact = Fact::NodeConditionRead {
                node: node.clone(),
                condition,
                every: CONDITION_EVERY,
                origin: M::ORIGIN,
            };
            if !context.send(fact).await {
                return Ok(false);
            }
        }
    }
    if processes && due.processes <= now {
        due.processes = now + PROCESSES_EVERY.duration();
        if let Some((processes, total)) = machine.processes().await? {
            let every = PROCESSES_EVERY;
            let fact = Fact::ProcessesListed {
                node: node.clone(),
                processes,
                total,
                every,
                origin: M::ORIGIN,
            };
            if !context.send(fact).await {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
