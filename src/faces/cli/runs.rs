//! `wheelhouse runs`: what was done, by whom, and how it ended; or one run with its steps and their output.

use std::collections::BTreeMap;

use vocab::{RunId, Text};
use world::{Run, RunState, StepState};

use crate::act::{RunRecord, print_plan, step_words};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::{moment, took};
use crate::print::{Cell, Console, Table, Tone, piece};
use crate::resolve;

/// The fewest digits of an id that may stand for it.
const SHORTEST_ID: usize = 4;

/// So many runs are looked through for an id.
const SEARCHED: usize = 10_000;

/// Options.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    /// What to do with a run, where it is not to be shown
    #[command(subcommand)]
    verb: Option<resolve::Verb>,
    /// Show this one in full: its id, or the last digits of it
    id: Option<String>,
    /// At most so many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Options {
    /// Whether it is to go on with a run, to its end.
    pub(crate) const fn resumes(&self) -> bool {
        matches!(self.verb, Some(resolve::Verb::Resume(_)))
    }
}

/// Reads the journal and prints.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    if let Some(verb) = &options.verb {
        return resolve::run(verb, context).await;
    }
    let wanted = if options.id.is_some() {
        SEARCHED
    } else {
        options.limit
    };
    let runs = read(context, wanted).await?;
    let console = &mut context.console;
    if let Some(id) = &options.id {
        let run = find(&runs, id)?;
        if options.json {
            console.out.json(&RunRecord::whole(run))?;
        } else {
            print_one(run, console)?;
        }
        return Ok(Exit::Fine);
    }
    let newest = runs.values().rev().take(options.limit);
    if options.json {
        console
            .out
            .json(&newest.map(RunRecord::brief).collect::<Vec<_>>())?;
    } else {
        print_all(newest, console)?;
    }
    Ok(Exit::Fine)
}

/// At most so many runs of the journal, with those the world holds.
async fn read(context: &mut Context, most: usize) -> Result<BTreeMap<RunId, Run>> {
    let mut runs: BTreeMap<RunId, Run> = BTreeMap::new();
    let reading = async { Ok(context.watch.runs(most).await?) };
    for run in context.interrupts.guard(reading).await? {
        runs.insert(run.id(), run);
    }
    // What the world holds is newer than what the journal told.
    let world = &context.watch.world().runs;
    runs.extend(world.iter().map(|(id, run)| (*id, run.clone())));
    Ok(runs)
}

/// One run by its id or the last digits of it.
pub(crate) async fn one(context: &mut Context, given: &str) -> Result<Run> {
    let runs = read(context, SEARCHED).await?;
    find(&runs, given).cloned()
}

/// A run by its id or the last digits of it.
fn find<'a>(runs: &'a BTreeMap<RunId, Run>, given: &str) -> Result<&'a Run> {
    let digits = given.to_lowercase();
    let matches = |id: &RunId| {
        let plain = id.0.simple().to_string();
        id.to_string() == digits || digits.len() >= SHORTEST_ID && plain.ends_with(&digits)
    };
    let found: Vec<&Run> = runs
        .iter()
        .filter(|(id, _)| matches(id))
        .map(|(_, run)| run)
        .collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Error::NotFound(Text::line(format!(
            "there is no run {given}: `wheelhouse runs` lists them"
        )))),
        several => Err(Error::Usage(Text::line(format!(
            "{given} means {} runs; write more of its digits",
            several.len()
        )))),
    }
}

const fn tone(state: &RunState) -> Tone {
    match state {
        RunState::Verified | RunState::Done => Tone::Good,
        RunState::Failed | RunState::NeedsOperator => Tone::Bad,
        RunState::Unknown | RunState::RollingBack => Tone::Warn,
        RunState::Grace { .. }
        | RunState::Queued { .. }
        | RunState::Running
        | RunState::Cancelling
        | RunState::Cancelled
        | RunState::RolledBack => Tone::Plain,
    }
}

fn print_all<'a>(runs: impl Iterator<Item = &'a Run>, console: &mut Console) -> Result<()> {
    let mut table = Table::new(&["RUN", "WHEN", "WHO", "STATE", "STEPS", "TOOK", "WHAT"]);
    for run in runs {
        let (over, all) = run.progress();
        table.row(vec![
            Cell::of(run.id().short()).tone(Tone::Dim),
            Cell::of(moment(run.taken, &console.zone)),
            Cell::from(&run.plan.by.user),
            Cell::of(run.state.word()).tone(tone(&run.state)),
            Cell::figure(Some(format!("{over}/{all}"))),
            Cell::figure(run.ended.map(|ended| took(ended.since(run.taken)))),
            Cell::from(&run.plan.title),
        ]);
    }
    if table.is_empty() {
        return console.out.say(Tone::Plain, "nothing was done yet");
    }
    table.print(&mut console.out, 0)
}

fn print_one(run: &Run, console: &mut Console) -> Result<()> {
    let taken = moment(run.taken, &console.zone);
    let out = &mut console.out;
    out.line(&[
        piece(tone(&run.state), run.state.word()),
        piece(
            Tone::Plain,
            format!(
                ": {taken}, by {} from the {}",
                run.plan.by.user,
                run.plan.by.face.word()
            ),
        ),
        piece(Tone::Dim, format!("  run {}", run.id())),
    ])?;
    if let Some(words) = run.state.waits() {
        out.say(Tone::Warn, words)?;
    }
    print_plan(&run.plan, out)?;
    out.say(Tone::Dim, "what happened:")?;
    for (planned, record) in run.plan.steps.iter().zip(&run.steps) {
        let (word, rest) = step_words(&record.state);
        let tone = match record.state {
            StepState::Done { .. } => Tone::Good,
            StepState::Failed { .. } => Tone::Bad,
            _ => Tone::Plain,
        };
        let name = run
            .plan
            .objects
            .get(planned.object)
            .map_or("", |object| object.name.as_str());
        out.line(&[
            piece(Tone::Plain, format!("  {name}: {} ", planned.title)),
            piece(tone, word),
            piece(Tone::Dim, rest),
        ])?;
        if let StepState::Stuck {
            left: Some(left), ..
        } = &record.state
        {
            out.line(&[piece(
                Tone::Bad,
                format!("    ! {}", resolve::left_words(left)),
            )])?;
        }
        for line in record.output.lines() {
            out.line(&[piece(Tone::Dim, "    | "), piece(Tone::Plain, line)])?;
        }
    }
    if run.state == RunState::NeedsOperator && run.plan.order().is_some() {
        let short = run.id().short();
        out.say(
            Tone::Warn,
            format!(
                "three ways out: `wheelhouse runs resolve {short} --retry`, `--removed` when you have removed it, or \
                 `--keep --reason WHY`"
            ),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{said, scene};

    #[tokio::test(start_paused = true)]
    async fn lists_and_shows_one() {
        insta::assert_snapshot!("runs", said(&["runs"], scene()).await.all());
        insta::assert_snapshot!("runs_json", said(&["runs", "--json"], scene()).await.all());
        insta::assert_snapshot!("runs_one", said(&["runs", "0001"], scene()).await.all());
        let whole = said(&["runs", "0001", "--json"], scene()).await.json();
        assert_eq!(whole["objects"][0]["steps"][0]["state"], "done");
        assert_eq!(said(&["runs", "abcd"], scene()).await.exit, Exit::NotFound);
        assert_eq!(said(&["runs", "0000"], scene()).await.exit, Exit::NotFound);
        assert_eq!(
            said(&["runs", "--limit", "1", "--json"], scene())
                .await
                .json()
                .as_array()
                .map(Vec::len),
            Some(1)
        );
    }
}
