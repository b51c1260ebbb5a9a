//! Runs and the audit log.

use vocab::{Text, Time};

use crate::event::{Event, Fact};
use crate::run::{RunState, StepRecord};
use crate::world::{RUNS_KEPT, World};

/// The most bytes of a step's output that are kept in memory.
const OUTPUT_KEPT: usize = 64 * 1024;

pub(super) fn reduce(world: &mut World, event: &Event) {
    match &event.fact {
        Fact::RunRecorded(run) => {
            world.runs.insert(run.id(), (**run).clone());
            forget(world);
        }
        Fact::StepMoved {
            run,
            step,
            state,
            output,
        } => {
            if let Some(record) = world
                .runs
                .get_mut(run)
                .and_then(|run| run.steps.get_mut(*step))
            {
                record.state = state.clone();
                record.progress = None;
                if let Some(more) = output {
                    append(record, more);
                }
            }
        }
        Fact::StepProgressed {
            run,
            step,
            progress,
        } => {
            if let Some(record) = world
                .runs
                .get_mut(run)
                .and_then(|run| run.steps.get_mut(*step))
            {
                record.progress = Some(*progress);
            }
        }
        Fact::RunMoved { run, state } => moved(world, *run, state, event.at),
        Fact::Audited(line)
            if world
                .audit
                .last()
                .is_none_or(|last| line.sequence > last.sequence) =>
        {
            world.audit.push(line.clone());
        }
        _ => {}
    }
}

fn moved(world: &mut World, run: vocab::RunId, state: &RunState, at: Time) {
    if let Some(run) = world.runs.get_mut(&run) {
        run.state = state.clone();
        run.ended = state.is_over().then_some(at);
    }
}

/// Adds output, keeping the end.
fn append(record: &mut StepRecord, more: &Text) {
    let mut all = format!("{}{more}", record.output);
    if all.len() > OUTPUT_KEPT {
        let mut cut = all.len() - OUTPUT_KEPT;
        while !all.is_char_boundary(cut) {
            cut += 1;
        }
        all = all.split_off(cut);
    }
    record.output = Text::block(all);
}

/// Lets the oldest runs that are over go.
fn forget(world: &mut World) {
    while world.runs.len() > RUNS_KEPT {
        let Some(oldest) = world
            .runs
            .iter()
            .find(|(_, run)| run.state.is_over())
            .map(|(id, _)| *id)
        else {
            return;
        };
        world.runs.remove(&oldest);
    }
}
