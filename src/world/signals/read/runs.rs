//! Figures of runs: stuck, unknown, waiting for an operator.

use vocab::rule::Figure;
use vocab::{Text, Time};

use super::Readings;
use crate::plan::StepCall;
use crate::run::{Run, RunState, StepState};

pub(super) fn read(run: &Run, now: Time, readings: &mut Readings) {
    let since = run.ended.unwrap_or(run.taken);
    match run.state {
        RunState::Unknown => {
            let words = "the console or the link ended in mid-step; look at the object";
            readings.flag(Figure::RunUnknown).since(since).words(words);
        }
        RunState::NeedsOperator => {
            readings
                .flag(Figure::RunNeedsOperator)
                .since(since)
                .words(stuck(run));
        }
        RunState::Running | RunState::Cancelling | RunState::RollingBack => {
            under_way(run, now, readings);
        }
        _ => {}
    }
}

/// What is stuck, and what of it is left.
fn stuck(run: &Run) -> Text {
    let mut steps = run.steps.iter().filter_map(|step| match &step.state {
        StepState::Stuck { reason, left } => Some(match left {
            Some(left) => Text::line(format!("{} {} is left: {reason}", left.kind, left.name)),
            None => reason.clone(),
        }),
        StepState::Unknown { reason } => Some(reason.clone()),
        _ => None,
    });
    steps
        .next()
        .unwrap_or_else(|| Text::line("it could not be taken back whole"))
}

/// A step that is under way for longer than it may take. A shell takes as long as whoever sits at it.
fn under_way(run: &Run, now: Time, readings: &mut Readings) {
    for (step, planned) in run.steps.iter().zip(&run.plan.steps) {
        let (StepState::Running { since } | StepState::Undoing { since }) = step.state else {
            continue;
        };
        if matches!(planned.call, StepCall::Handover { .. }) || planned.deadline.0 <= 0 {
            continue;
        }
        let takes = now.since(since);
        readings
            .add(
                Figure::RunStepTakes,
                takes.0 as f64 * 100.0 / planned.deadline.0 as f64,
            )
            .since(since + planned.deadline)
            .words(format!("{} for {takes}", planned.title));
        return;
    }
}
