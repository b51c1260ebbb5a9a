//! `top --stats`: how well items were dealt with, beside the goals.

use serde::Serialize;
use vocab::Span;
use world::query::statistics::{GOAL_BY_ITSELF, GOAL_UNTOUCHED};
use world::query::{Statistics, statistics};

use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::print::words::count;
use crate::print::{Stream, Tone, piece};

/// Statistics are of so long.
const LOOKED_BACK: Span = Span::days(30);

/// So much of what became of items is looked through.
const LOOKED_THROUGH: usize = 100_000;

/// How well items were dealt with, as JSON.
#[derive(Debug, Serialize)]
struct Row {
    days: i64,
    raised: usize,
    over: usize,
    low: usize,
    low_without_a_person: usize,
    low_without_a_person_percent: Option<u32>,
    low_without_a_person_goal: u32,
    put_away: usize,
    fixes: usize,
    fixes_without_approval: usize,
    fixes_without_approval_percent: Option<u32>,
    fixes_without_approval_goal: u32,
    median_seconds: Option<i64>,
}

/// Reads what became of items, and prints how well they were dealt with.
pub(crate) async fn run(json: bool, context: &mut Context) -> Result<Exit> {
    let reading = async { Ok(context.watch.happenings(None, LOOKED_THROUGH).await?) };
    let happened = context.interrupts.guard(reading).await?;
    let (world, now) = (context.watch.world(), context.watch.now());
    let found = statistics(world, &happened, now - LOOKED_BACK);
    let out = &mut context.console.out;
    if json {
        out.json(&Row {
            days: LOOKED_BACK.as_seconds() / 86_400,
            raised: found.raised,
            over: found.over,
            low: found.low,
            low_without_a_person: found.low_untouched,
            low_without_a_person_percent: found.untouched_percent(),
            low_without_a_person_goal: GOAL_UNTOUCHED,
            put_away: found.archived,
            fixes: found.fixes,
            fixes_without_approval: found.fixes_by_itself,
            fixes_without_approval_percent: found.by_itself_percent(),
            fixes_without_approval_goal: GOAL_BY_ITSELF,
            median_seconds: found.median.map(Span::as_seconds),
        })?;
        return Ok(Exit::Fine);
    }
    print(&found, out)?;
    Ok(Exit::Fine)
}

fn print(found: &Statistics, out: &mut Stream) -> Result<()> {
    let said = format!(
        "in 30 days {} came up, {} are over",
        count(found.raised, "item"),
        found.over
    );
    out.say(Tone::Plain, said)?;
    let mut share = |words: String, percent: Option<u32>, goal: u32| match percent {
        None => out.line(&[piece(
            Tone::Dim,
            format!("  --  {words}; the goal is {goal} %"),
        )]),
        Some(percent) => {
            let tone = if percent >= goal {
                Tone::Good
            } else {
                Tone::Warn
            };
            out.line(&[
                piece(tone, format!("{percent:>3} %")),
                piece(Tone::Plain, format!(" {words}; the goal is {goal} %")),
            ])
        }
    };
    share(
        format!(
            "of low items needed no person: {} of {}, {} put away",
            found.low_untouched, found.low, found.archived
        ),
        found.untouched_percent(),
        GOAL_UNTOUCHED,
    )?;
    share(
        format!(
            "of fixes needed no approval: {} of {}",
            found.fixes_by_itself, found.fixes
        ),
        found.by_itself_percent(),
        GOAL_BY_ITSELF,
    )?;
    match found.median {
        Some(median) => out.say(Tone::Plain, format!("half of them are over after {median}")),
        None => out.say(Tone::Dim, "how long one takes is not known yet"),
    }
}
