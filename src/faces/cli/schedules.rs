//! `wheelhouse schedules`: what is done by itself, how it went and when it is done next; run it now, pause or resume it.

use std::time::Duration;

use serde::Serialize;
use vocab::{ScheduleName, Text, Time, due};
use world::{Executor, ScheduleState, ScheduleVerb, Turn, TurnEnd, World};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::{moment, rfc3339, took};
use crate::print::{Cell, Table, Tone, piece};
use crate::settle;

/// How long it may take until a turn that was asked for begins.
const BEGINS_WITHIN: Duration = Duration::from_secs(30);

/// How long a turn is waited for.
const ENDS_WITHIN: Duration = Duration::from_hours(24);

/// Options.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is done with a schedule.
#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Have a turn of it begun now, and wait for its end
    #[command(after_long_help = crate::exit::HELP)]
    Run {
        /// The schedule
        name: ScheduleName,
    },
    /// Begin no turn of it until it is resumed
    #[command(after_long_help = crate::exit::HELP)]
    Pause {
        /// The schedule
        name: ScheduleName,
        /// Until then: 30m, 3d, friday, 17:00, or a moment such as 2026-11-21T14:02:08Z
        #[arg(long, value_name = "WHEN")]
        until: Option<String>,
    },
    /// Begin its turns again
    #[command(after_long_help = crate::exit::HELP)]
    Resume {
        /// The schedule
        name: ScheduleName,
    },
}

/// A schedule in JSON.
#[derive(Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    what: &'a str,
    when: &'a str,
    /// `running`, `paused`, `failed` (the newest turn), `waiting` (for the first), `fine`.
    state: &'static str,
    /// Whether the fleet file declares it.
    declared: bool,
    /// When the next turn is; null while nobody is there to begin it.
    next: Option<String>,
    running_since: Option<String>,
    last: Option<Last<'a>>,
    paused_by: Option<&'a str>,
    paused_until: Option<String>,
}

/// Its newest turn that is over, in JSON.
#[derive(Debug, Serialize)]
struct Last<'a> {
    begun: String,
    took_seconds: f64,
    result: TurnEnd,
    words: &'a str,
}

impl<'a> Row<'a> {
    fn of(schedule: &'a ScheduleState, now: Time) -> Self {
        let record = &schedule.record;
        let pause = record.paused.as_ref().filter(|_| record.is_paused(now));
        Self {
            name: schedule.name.as_str(),
            what: &schedule.what,
            when: &schedule.when,
            state: schedule.word(now),
            declared: schedule.declared,
            next: schedule.next.map(rfc3339),
            running_since: schedule.running.map(rfc3339),
            last: record.last.as_ref().map(|turn| Last {
                begun: rfc3339(turn.begun),
                took_seconds: turn.took.as_seconds_f64(),
                result: turn.end,
                words: &turn.words,
            }),
            paused_by: pause.map(|pause| pause.by.user.as_str()),
            paused_until: pause.and_then(|pause| pause.until).map(rfc3339),
        }
    }
}

/// Lists them, or does something with one.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    match &options.verb {
        None => list(options.json, context),
        Some(Verb::Run { name }) => run_now(name, context).await,
        Some(Verb::Pause { name, until }) => {
            let now = context.watch.now();
            let zone = &context.console.zone;
            let said = until.as_deref();
            let said = said.map(|until| due::moment(until, due::Edge::Morning, now, zone));
            let until = said
                .transpose()
                .map_err(|error| Error::Usage(Text::line(error)))?;
            if until.is_some_and(|until| until <= now) {
                return Err(Error::Usage(
                    "--until lies in the past: say when it is to go on".into(),
                ));
            }
            change(name, ScheduleVerb::Pause { until }, context).await?;
            let words = match until {
                Some(until) => format!("until {}", moment(until, &context.console.zone)),
                None => format!("until `wheelhouse schedules resume {name}`"),
            };
            let words = format!("{name} is paused {words}");
            context.console.out.say(Tone::Plain, words)?;
            Ok(Exit::Fine)
        }
        Some(Verb::Resume { name }) => {
            change(name, ScheduleVerb::Resume, context).await?;
            let words = format!("{name} is resumed");
            context.console.out.say(Tone::Plain, words)?;
            Ok(Exit::Fine)
        }
    }
}

async fn change(
    name: &ScheduleName,
    verb: ScheduleVerb,
    context: &Context,
) -> Result<Option<Executor>> {
    let command = context.command.as_ref().ok_or(Error::ReadOnly)?;
    Ok(command.schedule(name.clone(), verb).await?)
}

/// Asks for a turn and follows it to its end.
async fn run_now(name: &ScheduleName, context: &mut Context) -> Result<Exit> {
    let asked = context.watch.now();
    let executor = change(name, ScheduleVerb::Run, context).await?;
    let who = executor.map_or_else(
        || "nothing runs schedules at present, so it is begun here".to_owned(),
        |executor| format!("asked {}", who(&executor)),
    );
    context.console.err.say(Tone::Dim, who)?;
    let state = |world: &World| {
        let mut all = world.schedules.iter();
        all.find(|schedule| schedule.name == *name).cloned()
    };
    let begun = |world: &World, _: Time| {
        let record = state(world).map(|schedule| schedule.record);
        record.is_none_or(|record| record.begun.is_some_and(|begun| begun >= asked))
    };
    let ended = |world: &World, _: Time| {
        let last = state(world).and_then(|schedule| schedule.record.last);
        last.is_some_and(|turn| turn.begun >= asked)
    };
    let Context {
        watch, interrupts, ..
    } = context;
    let following = async {
        Ok(settle::until(watch.as_mut(), BEGINS_WITHIN, begun).await?
            && settle::until(watch.as_mut(), ENDS_WITHIN, ended).await?)
    };
    let over = interrupts.guard(following).await?;
    let last = state(context.watch.world()).and_then(|schedule| schedule.record.last);
    let Some(turn) = last.filter(|_| over) else {
        let words = format!(
            "{name} has not begun or not ended: `wheelhouse schedules` shows how it stands"
        );
        return Err(Error::OutcomeUnknown(Text::line(words)));
    };
    context.console.out.line(&[
        piece(tone(&turn), turn.end.word()),
        piece(Tone::Plain, format!(" in {}", took(turn.took))),
        piece(Tone::Plain, said(&turn)),
    ])?;
    Ok(match turn.end {
        TurnEnd::Done | TurnEnd::Nothing => Exit::Fine,
        TurnEnd::Failed => Exit::Wrong,
        TurnEnd::Interrupted => Exit::Unknown,
    })
}

/// What came of a turn, behind its end.
pub(crate) fn said(turn: &Turn) -> String {
    if turn.words.is_empty() {
        String::new()
    } else {
        format!(": {}", turn.words)
    }
}

/// The executor in words: `serve (pid 4711)`.
pub(crate) fn who(executor: &Executor) -> String {
    let kind = match executor.kind {
        world::ExecutorKind::Console => "a console",
        world::ExecutorKind::Serve => "serve",
    };
    format!("{kind} (pid {})", executor.pid)
}

/// The tone of how a turn ended.
pub(crate) const fn tone(turn: &Turn) -> Tone {
    match turn.end {
        TurnEnd::Done => Tone::Good,
        TurnEnd::Nothing => Tone::Dim,
        TurnEnd::Failed => Tone::Bad,
        TurnEnd::Interrupted => Tone::Warn,
    }
}

fn list(json: bool, context: &mut Context) -> Result<Exit> {
    let (world, now) = (context.watch.world(), context.watch.now());
    let console = &mut context.console;
    if json {
        let rows: Vec<Row<'_>> = world
            .schedules
            .iter()
            .map(|schedule| Row::of(schedule, now))
            .collect();
        console.out.json(&rows)?;
        return Ok(Exit::Fine);
    }
    if world.schedules.is_empty() {
        let words = "no schedules: write [[schedules]] with name, do, and every or cron into the fleet file";
        console.out.say(Tone::Plain, words)?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&[
        "SCHEDULE", "WHEN", "LAST", "RESULT", "TOOK", "NEXT", "STATE", "WHAT",
    ]);
    for schedule in &world.schedules {
        let last = schedule.record.last.as_ref();
        let state = schedule.word(now);
        let state_tone = match state {
            "failed" => Tone::Bad,
            "paused" => Tone::Warn,
            "fine" => Tone::Good,
            _ => Tone::Plain,
        };
        table.row(vec![
            Cell::of(schedule.name.as_str()),
            Cell::from(&schedule.when),
            Cell::of(last.map_or_else(|| "-".to_owned(), |turn| moment(turn.begun, &console.zone))),
            last.map_or_else(
                || Cell::of("-"),
                |turn| Cell::of(turn.end.word()).tone(tone(turn)),
            ),
            Cell::figure(last.map(|turn| took(turn.took))),
            Cell::of(
                schedule
                    .next
                    .map_or_else(|| "-".to_owned(), |next| moment(next, &console.zone)),
            ),
            Cell::of(state).tone(state_tone),
            Cell::from(&schedule.what),
        ]);
    }
    table.print(&mut console.out, 0)?;
    if let Some(executor) = &world.executor {
        let since = moment(executor.since, &console.zone);
        let words = format!("{} runs them since {since}", who(executor));
        console.err.say(Tone::Dim, words)?;
    } else {
        let words =
            "nothing runs them at present: start `wheelhouse serve`, or leave a console open";
        console.err.say(Tone::Warn, words)?;
    }
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests {
    use vocab::Span;
    use world::{
        Actor, Event, ExecutorKind, Face, Fact, Pause, ScheduleRecord, ScheduleState as State,
    };

    use super::*;
    use crate::testing::{NOW, Scene, ago, said, scene};

    fn schedule(name: &str, what: &str, when: &str) -> State {
        State {
            name: ScheduleName::new(name).unwrap(),
            what: what.into(),
            when: when.into(),
            declared: false,
            next: Some(NOW + Span::minutes(6)),
            running: None,
            record: ScheduleRecord::new(ago(Span::days(9))),
        }
    }

    fn schedules() -> Vec<State> {
        let mut sweep = schedule("sweep", "look for orphans at the providers", "every 15m");
        sweep.record.begun = Some(ago(Span::minutes(9)));
        sweep.record.last = Some(Turn {
            begun: ago(Span::minutes(9)),
            took: Span::millis(740),
            end: TurnEnd::Done,
            words: "no orphan".into(),
        });
        let mut nightly = schedule(
            "nightly",
            "back up the sites that are due",
            "daily at 03:00 UTC",
        );
        nightly.record.paused = Some(Pause {
            by: Actor {
                user: "operator".into(),
                face: Face::Console,
            },
            since: ago(Span::hours(3)),
            until: None,
        });
        nightly.next = None;
        vec![nightly, sweep]
    }

    fn scheduled(executor: bool) -> Scene {
        let mut scene = scene();
        let executor = executor.then(|| Executor {
            kind: ExecutorKind::Serve,
            pid: 4711,
            since: ago(Span::hours(5)),
            here: false,
        });
        for fact in [
            Fact::ExecutorSeen(executor),
            Fact::SchedulesSeen(schedules()),
        ] {
            scene.watch.apply(&Event { at: NOW, fact });
        }
        scene.command.look_at(scene.watch.world_copy());
        scene
    }

    #[tokio::test(start_paused = true)]
    async fn lists_who_runs_what_and_when() {
        insta::assert_snapshot!(
            "schedules",
            said(&["schedules"], scheduled(true)).await.all()
        );
        let json = said(&["schedules", "--json"], scheduled(true)).await;
        insta::assert_snapshot!("schedules_json", json.all());
        let nobody = said(&["schedules"], scheduled(false)).await;
        assert!(
            nobody.err.contains("nothing runs them at present"),
            "{}",
            nobody.err
        );
        let none = said(&["schedules"], scene()).await;
        assert!(none.out.contains("[[schedules]]"), "{}", none.out);
    }

    #[tokio::test(start_paused = true)]
    async fn runs_pauses_and_resumes() {
        let ran = said(&["schedules", "run", "sweep"], scheduled(true)).await;
        assert_eq!(ran.exit, Exit::Fine);
        assert!(ran.err.contains("asked serve (pid 4711)"), "{}", ran.err);
        assert_eq!(ran.out, "done in 1.2s: 3 runs\n");
        let paused = said(
            &["schedules", "pause", "sweep", "--until", "2h"],
            scheduled(true),
        )
        .await;
        assert_eq!(
            (
                paused.exit,
                paused.out.starts_with("sweep is paused until ")
            ),
            (Exit::Fine, true)
        );
        let past = [
            "schedules",
            "pause",
            "sweep",
            "--until",
            "2020-01-01T00:00:00Z",
        ];
        assert_eq!(said(&past, scheduled(true)).await.exit, Exit::Usage);
        let unknown = said(&["schedules", "resume", "rear"], scheduled(true)).await;
        assert_eq!(unknown.exit, Exit::NotFound);
        let mut locked = scheduled(true);
        locked.read_only = true;
        assert_eq!(
            said(&["schedules", "run", "sweep"], locked).await.exit,
            Exit::Refused
        );
    }
}
