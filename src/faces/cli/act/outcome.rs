//! How a run ended: its last line, and the exit code.

use world::{Run, RunState, StepState};

use super::record::{RunRecord, step_words};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::took;
use crate::print::{Tone, piece};

/// The exit code after a run.
pub(crate) const fn after(run: &Run) -> Exit {
    match run.state {
        RunState::Verified | RunState::Done => Exit::Fine,
        RunState::Failed | RunState::RolledBack => Exit::Wrong,
        RunState::Cancelled => Exit::Interrupted,
        RunState::Unknown
        | RunState::NeedsOperator
        | RunState::RollingBack
        | RunState::Grace { .. }
        | RunState::Queued { .. }
        | RunState::Running
        | RunState::Cancelling => Exit::Unknown,
    }
}

/// Prints how it ended.
pub(super) fn print(run: &Run, json: bool, context: &mut Context) -> Result<Exit> {
    let out = &mut context.console.out;
    if json {
        closed_is_fine(out.json(&RunRecord::whole(run)))?;
        return Ok(after(run));
    }
    let tone = match after(run) {
        Exit::Fine => Tone::Good,
        Exit::Wrong => Tone::Bad,
        _ => Tone::Warn,
    };
    let took = run.ended.map_or_else(String::new, |ended| {
        format!(" in {}", took(ended.since(run.taken)))
    });
    closed_is_fine(out.line(&[
        piece(tone, run.state.word()),
        piece(Tone::Plain, format!(": {}{took}", run.plan.title)),
        piece(Tone::Dim, format!("  run {}", run.id().short())),
    ]))?;
    Ok(after(run))
}

/// A run goes on and ends as it does, also when nobody reads of it any more.
pub(super) fn closed_is_fine(printed: Result<()>) -> Result<()> {
    match printed {
        Err(Error::Closed) => Ok(()),
        other => other,
    }
}

/// Why and after how long a step ended, for a grid.
pub(crate) fn reason_and_time(state: &StepState) -> (String, Option<String>) {
    match state {
        StepState::Done { took: span, note } => (note.to_string(), Some(took(*span))),
        StepState::Failed { took: span, reason } => (reason.to_string(), Some(took(*span))),
        StepState::Unknown { reason } => (reason.to_string(), None),
        state => (step_words(state).1, None),
    }
}
