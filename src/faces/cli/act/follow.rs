//! Following a run to its end: steps are printed as they move, ctrl-c cancels it, and is believed only when it is seen.

use std::sync::Arc;
use std::time::Duration;

use link::{Command, Gone};
use tokio::time::sleep;
use vocab::{RunId, Text, Time};
use world::{Plan, Run, RunState, StepState};

use super::Printed;
use super::outcome::closed_is_fine;
use super::record::step_words;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::interrupts::Interrupts;
use crate::print::{Console, Tone, piece};

/// How often the countdown is written over.
const TICK: Duration = Duration::from_secs(1);

/// Follows the run of a plan that was submitted until it is over.
pub(super) async fn follow(
    context: &mut Context,
    command: &Arc<dyn Command>,
    plan: &Plan,
    printed: Printed,
    json: bool,
) -> Result<Run> {
    let Context {
        watch,
        console,
        interrupts,
        ..
    } = context;
    let mut progress = Progress {
        shown: vec![StepState::Waiting; plan.steps.len()],
        printed,
        json,
        counting: false,
        waits: None,
    };
    let mut asked = false;
    loop {
        if let Some(run) = watch.world().runs.get(&plan.id) {
            // Where nobody reads any more the run is still followed: it goes on outside.
            closed_is_fine(progress.print(run, watch.now(), console))?;
            if run.state.is_over() {
                return Ok(run.clone());
            }
        }
        tokio::select! {
            changed = watch.changed() => changed.map_err(|Gone| lost_sight(plan.id))?,
            () = interrupts.next() => {
                if asked {
                    return Err(left(plan.id));
                }
                asked = true;
                cancel(command, plan.id, console, interrupts).await?;
            }
            () = sleep(TICK) => {}
        }
    }
}

/// Asks for the run to be cancelled. That it was over already is no error: its end is seen in a moment.
async fn cancel(
    command: &Arc<dyn Command>,
    run: RunId,
    console: &mut Console,
    interrupts: &mut Interrupts,
) -> Result<()> {
    closed_is_fine(console.err.say(
        Tone::Warn,
        "cancelling: what is under way ends first; ctrl-c again to leave",
    ))?;
    let cancelling = async {
        drop(command.cancel(run).await);
        Ok(())
    };
    interrupts.guard(cancelling).await.map_err(|_| left(run))
}

fn left(run: RunId) -> Error {
    Error::OutcomeUnknown(Text::line(format!(
        "left before the run was over: how it ended is not known here; see `wheelhouse runs {}`",
        run.short()
    )))
}

fn lost_sight(run: RunId) -> Error {
    Error::OutcomeUnknown(Text::line(format!(
        "the engine ended before the run was over: how it ended is not known; see `wheelhouse runs {}`",
        run.short()
    )))
}

/// What was printed of a run so far.
struct Progress {
    shown: Vec<StepState>,
    printed: Printed,
    json: bool,
    /// Whether the last line is one to be written over.
    counting: bool,
    /// What was said last of what it waits for.
    waits: Option<String>,
}

impl Progress {
    fn print(&mut self, run: &Run, now: Time, console: &mut Console) -> Result<()> {
        if let RunState::Grace { until } = run.state {
            self.counting = true;
            let left = (until.0 - now.0).max(0);
            let left = (left + 999) / 1000;
            return console.err.passing(format!(
                "{} in {left}s; ctrl-c takes it back",
                run.plan.title
            ));
        }
        if let Some(words) = run.state.waits() {
            return self.waiting(run, words, console);
        }
        self.waits = None;
        if std::mem::take(&mut self.counting) {
            console.err.passing("")?;
        }
        let moving = run.steps.iter().zip(&run.plan.steps);
        let moving = moving.filter(|(record, _)| matches!(record.state, StepState::Running { .. }));
        for (record, planned) in moving {
            if let Some(progress) = &record.progress {
                self.counting = true;
                let words = format!("  {}: {progress}", planned.title);
                console.err.passing(words)?;
            }
        }
        for (index, record) in run.steps.iter().enumerate() {
            let Some(before) = self.shown.get_mut(index) else {
                continue;
            };
            if std::mem::discriminant(before) == std::mem::discriminant(&record.state) {
                continue;
            }
            *before = record.state.clone();
            step(run, index, console)?;
            let over = !matches!(record.state, StepState::Waiting | StepState::Running { .. });
            if over && !self.json {
                output(run, index, self.printed, console)?;
            }
        }
        Ok(())
    }

    /// Says what a run waits for: on a terminal as it changes, elsewhere once.
    fn waiting(&mut self, run: &Run, words: String, console: &mut Console) -> Result<()> {
        let first = self.waits.is_none();
        if self.waits.as_ref() == Some(&words) {
            return Ok(());
        }
        let line = format!("{}: {words}; ctrl-c takes it back", run.plan.title);
        self.waits = Some(words);
        if console.err.is_terminal() {
            self.counting = true;
            return console.err.passing(line);
        }
        if first {
            return console.err.say(Tone::Dim, line);
        }
        Ok(())
    }
}

/// One line for a step that has moved.
fn step(run: &Run, index: usize, console: &mut Console) -> Result<()> {
    let planned = &run.plan.steps[index];
    let (word, rest) = step_words(&run.steps[index].state);
    let tone = match run.steps[index].state {
        StepState::Done { .. } => Tone::Good,
        StepState::Failed { .. } | StepState::Stuck { .. } => Tone::Bad,
        StepState::Unknown { .. } | StepState::Undoing { .. } => Tone::Warn,
        StepState::Waiting
        | StepState::Running { .. }
        | StepState::Undone { .. }
        | StepState::Skipped => Tone::Dim,
    };
    let name = run
        .plan
        .objects
        .get(planned.object)
        .map_or_else(String::new, |object| {
            if object.kind == "node" {
                format!("{}: ", object.node)
            } else {
                format!("{}/{}: ", object.node, object.name)
            }
        });
    console.err.line(&[
        piece(Tone::Plain, format!("  {name}{} ", planned.title)),
        piece(tone, word),
        piece(Tone::Dim, rest),
    ])
}

/// What a step printed, where it is to be shown.
fn output(run: &Run, index: usize, printed: Printed, console: &mut Console) -> Result<()> {
    let record = &run.steps[index];
    if record.output.is_empty() {
        return Ok(());
    }
    let node = run
        .plan
        .objects
        .get(run.plan.steps[index].object)
        .map(|object| object.node.as_str())
        .unwrap_or_default();
    let failed = matches!(
        record.state,
        StepState::Failed { .. } | StepState::Unknown { .. }
    );
    match printed {
        Printed::Raw => console.out.block(&record.output)?,
        Printed::ByNode => {
            for line in record.output.lines() {
                console.out.line(&[
                    piece(Tone::Strong, node),
                    piece(Tone::Dim, " | "),
                    piece(Tone::Plain, line),
                ])?;
            }
        }
        Printed::Failures if failed => {
            for line in record.output.lines() {
                console
                    .err
                    .line(&[piece(Tone::Dim, "    | "), piece(Tone::Plain, line)])?;
            }
        }
        Printed::Failures => {}
    }
    console.out.flush()
}
