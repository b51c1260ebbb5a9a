//! `wheelhouse autopilot`: what may run by itself, what did, what would; stop it, and let it go on.

use std::sync::Arc;

use serde::Serialize;
use vocab::{Text, Time};
use world::autopilot::{Attempt, Decision, Mode, TRIES, decide, permits};
use world::priorities::Origin;
use world::{AutopilotRequest, Item, World, query};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::{count, moment, rfc3339};
use crate::print::{Cell, Pairs, Table, Tone};
use crate::{settle, status, top};

/// What the help says besides.
pub const HELP: &str = "What may run by itself is written in the fleet file, under [autopilot] and [[autopilot.allow]]. \
Runs begin by themselves only where a console stays open or `wheelhouse serve` runs; what cannot be taken back never does. \
A stop is obeyed by every process within two seconds and holds until `wheelhouse autopilot start`, which also forgives what \
failed before. After three failures a fix asks, and its record says that it does not help: `wheelhouse autopilot trust` has it \
tried again on an item, or wherever the policy allows it, until it has failed three times more. The record stays as it is.";

/// The most attempts that are listed.
const LISTED: usize = 20;

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum Verb {
    /// Say whether anything runs by itself, and what was tried (the default)
    Status,
    /// Let nothing begin by itself from now on, in any process; runs in their grace window are taken back
    Stop,
    /// Let it go on, and forgive what failed before
    Start,
    /// Have a fix tried again that was given back after failures, on an item or wherever it is allowed: you have looked
    Trust {
        /// The item, or the word of a fix such as restart-container
        #[arg(value_name = "ITEM|FIX")]
        what: String,
        /// Trust it no more: the record alone counts again
        #[arg(long)]
        withdraw: bool,
    },
    /// Say what would run by itself now, and why all else would not; changes nothing
    Would,
}

/// How the autopilot stands.
#[derive(Debug, Serialize)]
struct Standing<'a> {
    mode: &'static str,
    stopped: Option<Stopped<'a>>,
    budget_per_hour: Option<String>,
    runs_per_hour: u32,
    allowances: usize,
    under_way: usize,
    trusted: Vec<TrustRow<'a>>,
    attempts: Vec<Row<'a>>,
}

/// What an operator trusts in spite of the record.
#[derive(Debug, Serialize)]
struct TrustRow<'a> {
    what: &'a Text,
    at: String,
    by: &'a Text,
    /// How often it has failed since; at three the trust is used up.
    failed_since: usize,
}

#[derive(Debug, Serialize)]
struct Stopped<'a> {
    at: String,
    by: &'a Text,
}

/// An attempt.
#[derive(Debug, Serialize)]
struct Row<'a> {
    begun: String,
    run: String,
    item: &'a Text,
    fix: &'a Text,
    title: &'a Text,
    by: &'a Text,
    automatic: bool,
    /// `closed`, `still wrong`, `unseen`, `not run`; null while that is not known.
    outcome: Option<&'static str>,
    words: Option<&'a Text>,
}

impl<'a> Row<'a> {
    fn of(attempt: &'a Attempt) -> Self {
        Self {
            begun: rfc3339(attempt.begun),
            run: attempt.run.to_string(),
            item: &attempt.item.0,
            fix: &attempt.fix,
            title: &attempt.title,
            by: &attempt.by.user,
            automatic: attempt.is_automatic(),
            outcome: attempt.outcome().map(world::autopilot::Outcome::word),
            words: attempt.end.as_ref().map(|end| &end.words),
        }
    }
}

/// What would be done about an item.
#[derive(Debug, Serialize)]
struct Would {
    item: Text,
    title: Text,
    /// `run`, `wait` or `ask`.
    decision: &'static str,
    why: Text,
    /// When a wait is over.
    until: Option<String>,
    /// The title of the plan that would run.
    plan: Option<Text>,
}

/// Does what the subcommand says.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    match options.verb.as_ref().unwrap_or(&Verb::Status) {
        Verb::Trust { what, withdraw } => trust(what, *withdraw, options.json, context).await,
        Verb::Status => status(options.json, context),
        Verb::Stop => switch(AutopilotRequest::Stop, options.json, context).await,
        Verb::Start => switch(AutopilotRequest::Start, options.json, context).await,
        Verb::Would => would(options.json, context).await,
    }
}

fn status(json: bool, context: &mut Context) -> Result<Exit> {
    let world = context.watch.world();
    let autopilot = &world.autopilot;
    let policy = &autopilot.policy;
    let stopped = autopilot.switch.stopped.as_ref();
    let newest = autopilot.attempts.values().rev().take(LISTED);
    let standing = Standing {
        mode: policy.mode.word(),
        stopped: stopped.map(|(at, by)| Stopped {
            at: rfc3339(*at),
            by,
        }),
        budget_per_hour: policy.budget.map(|budget| budget.to_string()),
        runs_per_hour: policy.runs,
        allowances: policy.allow.len(),
        under_way: autopilot.under_way().count(),
        trusted: autopilot
            .switch
            .trusted
            .iter()
            .map(|(what, trust)| TrustRow {
                what,
                at: rfc3339(trust.at),
                by: &trust.by,
                failed_since: autopilot.failures_since_trust(what),
            })
            .collect(),
        attempts: newest.map(Row::of).collect(),
    };
    let console = &mut context.console;
    if json {
        console.out.json(&standing)?;
        return Ok(Exit::Fine);
    }
    let mut pairs = Pairs::default();
    let (tone, words) = match (policy.mode, stopped) {
        (_, Some((at, by))) => (
            Tone::Warn,
            format!("stopped by {by} at {}", moment(*at, &console.zone)),
        ),
        (Mode::Off, None) => (Tone::Plain, "off".to_owned()),
        (Mode::DryRun, None) => (Tone::Plain, "dry run: says what it would do".to_owned()),
        (Mode::On, None) => (Tone::Good, "on".to_owned()),
    };
    pairs.toned("autopilot", tone, words);
    let allowed = count(policy.allow.len(), "[[autopilot.allow]]");
    pairs.add("allowed", allowed);
    pairs.add("runs", format!("at most {} an hour", policy.runs));
    if let Some(budget) = policy.budget {
        pairs.add("budget", format!("{budget} an hour at the same time"));
    }
    pairs.add("under way", standing.under_way.to_string());
    for (what, trust) in &autopilot.switch.trusted {
        let failed = autopilot.failures_since_trust(what);
        let since = moment(trust.at, &console.zone);
        let used = if failed >= TRIES { ", used up" } else { "" };
        let words = format!(
            "{what} by {} since {since}, failed {failed} of {TRIES} times{used}",
            trust.by
        );
        pairs.add("trusted", words);
    }
    pairs.print(&mut console.out)?;
    if standing.attempts.is_empty() {
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&["BEGUN", "WHAT", "BY", "ITEM", "OUTCOME", "WORDS"]);
    for attempt in autopilot.attempts.values().rev().take(LISTED) {
        let end = attempt.end.as_ref();
        table.row(vec![
            Cell::of(moment(attempt.begun, &console.zone)),
            Cell::of(&attempt.title),
            Cell::of(&attempt.by.user),
            Cell::of(&attempt.item.0),
            Cell::of(end.map_or("under way", |end| end.outcome.word())),
            Cell::of(end.map_or("", |end| end.words.as_str())),
        ]);
    }
    table.print(&mut console.out, 0)?;
    Ok(Exit::Fine)
}

/// Trusts a fix by its word or an item, or does so no more.
async fn trust(given: &str, withdraw: bool, json: bool, context: &mut Context) -> Result<Exit> {
    let seen = settle::until(&mut *context.watch, settle::GLANCE, status::complete);
    context.interrupts.guard(seen).await?;
    let (world, now) = (context.watch.world(), context.watch.now());
    let known = world.autopilot.knows(given) || world.autopilot.switch.trusted.contains_key(given);
    let what = if known {
        Text::line(given)
    } else {
        top::find(world, given, now)?.id.0.clone()
    };
    let request = if withdraw {
        AutopilotRequest::Distrust(what)
    } else {
        AutopilotRequest::Trust(what)
    };
    switch(request, json, context).await
}

async fn switch(request: AutopilotRequest, json: bool, context: &mut Context) -> Result<Exit> {
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    command.autopilot(request.clone()).await?;
    if json {
        return status(true, context);
    }
    let out = &mut context.console.out;
    match request {
        AutopilotRequest::Trust(what) => {
            let words = format!("{what} is tried again where the policy allows it, until it has failed {TRIES} times more");
            out.say(Tone::Good, words)?;
        }
        AutopilotRequest::Distrust(what) => {
            out.say(Tone::Good, format!("{what}: the record alone counts again"))?;
        }
        AutopilotRequest::Stop => out.say(
            Tone::Good,
            "stopped: nothing begins by itself until `wheelhouse autopilot start`",
        )?,
        AutopilotRequest::Start => match context.watch.world().autopilot.policy.mode {
            Mode::On => out.say(Tone::Good, "it may go on; what failed before is forgiven")?,
            Mode::Off | Mode::DryRun => out.say(
                Tone::Warn,
                "nothing stops it any more, but the fleet file does not say mode = \"on\" under [autopilot]",
            )?,
        },
    }
    Ok(Exit::Fine)
}

/// The minute of the day by the policy's clock.
fn minute(world: &World, context: &Context, now: Time) -> u16 {
    let zone = world.autopilot.policy.timezone.as_deref();
    let zone = zone.and_then(|name| jiff::tz::TimeZone::get(name).ok());
    let there = now
        .timestamp()
        .to_zoned(zone.unwrap_or_else(|| context.console.zone.clone()));
    u16::from(there.hour().unsigned_abs()) * 60 + u16::from(there.minute().unsigned_abs())
}

async fn would(json: bool, context: &mut Context) -> Result<Exit> {
    context
        .interrupts
        .guard(settle::containers(&mut *context.watch, None))
        .await?;
    let (world, now) = (context.watch.world(), context.watch.now());
    let minute = minute(world, context, now);
    let items: Vec<Arc<Item>> = query::items(world, now)
        .iter()
        .filter(|item| matches!(item.origin, Origin::Signal { .. }))
        .cloned()
        .collect();
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        let decision = decide(world, &item, now, minute);
        rows.push(row(world, context, &item, decision).await);
    }
    let out = &mut context.console.out;
    if json {
        out.json(&rows)?;
        return Ok(Exit::Fine);
    }
    if rows.is_empty() {
        out.say(Tone::Plain, "nothing is wrong: there is nothing to mend")?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&["WOULD", "ITEM", "PLAN", "WHY"]);
    for row in &rows {
        let tone = match row.decision {
            "run" => Tone::Good,
            "wait" => Tone::Warn,
            _ => Tone::Plain,
        };
        table.row(vec![
            Cell::of(row.decision).tone(tone),
            Cell::of(&row.title),
            Cell::of(row.plan.as_deref().unwrap_or_default()),
            Cell::of(&row.why),
        ]);
    }
    table.print(out, 0)?;
    Ok(Exit::Fine)
}

/// What is decided of an item; a fix that would run is planned, because only its plan tells whether it may.
async fn row(world: &World, context: &Context, item: &Item, decision: Decision) -> Would {
    let mut row = Would {
        item: item.id.0.clone(),
        title: item.title.clone(),
        decision: decision.word(),
        why: decision.why().clone(),
        until: None,
        plan: None,
    };
    match (decision, &context.command) {
        (Decision::Wait { until, .. }, _) => row.until = Some(rfc3339(until)),
        (Decision::Run { fix, .. }, Some(command)) => {
            let planned = command.plan(*fix).await;
            let allowed = planned
                .map_err(|refusal| refusal.text)
                .and_then(|plan| permits(world, item, &plan).map(|_| plan));
            match allowed {
                Ok(plan) => row.plan = Some(plan.title),
                Err(why) => {
                    row.decision = "ask";
                    row.why = why;
                }
            }
        }
        _ => {}
    }
    row
}
