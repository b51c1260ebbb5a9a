//! `wheelhouse serve`: the engine without a screen. It does what is done by itself and says in lines what it does.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use config::Report;
use serde::Serialize;
use tokio::sync::mpsc;
use vocab::{RunId, ScheduleName, Text, Time};
use world::{ExecutorKind, NoticeKind, Refusal, RefusalKind, RunState, TurnEnd, World};

use crate::context::{Context, Session};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::interrupts::Interrupts;
use crate::print::words::{count as count_of, moment, took};
use crate::print::{Console, Tone, piece};
use crate::schedules::{said, who};
use crate::{conclude, settle, warn_of_problems};

/// How long it may take to become the one that runs schedules: a console that does gives way at once.
const BECOMES: Duration = Duration::from_secs(20);

/// What the help says besides.
pub const HELP: &str = "SIGTERM and SIGINT end it: nothing more is begun, steps under way get ten seconds, and what is left is \
gone on with by the next. SIGHUP reads the fleet file again. There is one on a machine and state folder; a console beside it \
works as ever and runs no schedules.
Exit codes: 0 ended by a signal; 1 nothing can be written down, so nothing could be done; 5 another one runs already, or read-only.
As a systemd unit:
    [Service]
    Type=exec
    ExecStart=/usr/local/bin/wheelhouse serve
    ExecReload=kill -HUP $MAINPID
    Restart=on-failure";

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Print a line of JSON for each thing that happens
    #[arg(long)]
    json: bool,
}

/// Something that happened, as a line of JSON.
#[derive(Debug, Serialize)]
struct Line<'a> {
    at: String,
    /// `serve`, `reload`, `schedule`, `run` or `notice`.
    kind: &'static str,
    /// Which schedule, run or notice.
    subject: &'a str,
    /// `begun`, or how it ended.
    state: &'a str,
    words: &'a str,
}

/// Serves until a signal comes; prints what is done. What goes wrong is printed here and is in the code. Each report that
/// comes is of a fleet file that was read again.
pub async fn run(
    options: &Options,
    session: Session,
    reloads: mpsc::Receiver<Report>,
) -> io::Result<ExitCode> {
    let mut context = Context::over(session, Console::standard(), Interrupts::of_service());
    let ended = match warn_of_problems(&mut context) {
        Ok(()) => serve(options, &mut context, reloads).await,
        Err(error) => Err(error),
    };
    conclude(ended, &mut context.console).map(Into::into)
}

async fn serve(
    options: &Options,
    context: &mut Context,
    mut reloads: mpsc::Receiver<Report>,
) -> Result<Exit> {
    if context.command.is_none() {
        return Err(Error::ReadOnly);
    }
    become_executor(context).await?;
    let mut log = Log {
        json: options.json,
        told: Told::of(context.watch.world()),
    };
    let count = context.watch.world().schedules.len();
    let pid = std::process::id();
    let words = format!("pid {pid} runs {}", count_of(count, "schedule"));
    log.line(context, "serve", "serve", "begun", &words)?;
    loop {
        tokio::select! {
            biased;
            () = context.interrupts.next() => break,
            report = reloads.recv() => if let Some(report) = report {
                log.reloaded(context, &report)?;
            },
            changed = context.watch.changed() => {
                changed.map_err(|_| Error::Ended)?;
                log.tell(context)?;
            }
        }
    }
    let words = "nothing more is begun; steps under way get ten seconds";
    log.line(context, "serve", "serve", "ending", words)?;
    Ok(Exit::Fine)
}

/// Waits until this process is the one; an error when another `serve` is, or nothing can be written down.
async fn become_executor(context: &mut Context) -> Result<()> {
    let decided = |world: &World, _: Time| {
        let executor = world.executor.as_ref();
        executor.is_some_and(|executor| executor.here || executor.kind == ExecutorKind::Serve)
    };
    let Context {
        watch, interrupts, ..
    } = context;
    let waiting = settle::until(watch.as_mut(), BECOMES, decided);
    interrupts.guard(waiting).await?;
    let world = context.watch.world();
    match &world.executor {
        Some(executor) if executor.here => Ok(()),
        Some(executor) => {
            let since = moment(executor.since, &context.console.zone);
            let words = format!(
                "{} runs what is done by itself here since {since}: there is one at a time; end it first with `kill {}`",
                who(executor),
                executor.pid
            );
            Err(Refusal::new(RefusalKind::Conflict, words).into())
        }
        None => {
            let mut notices = world.notices.values();
            let store = notices.find(|notice| notice.kind == NoticeKind::Store);
            let why = store.map_or("the store did not answer", |notice| notice.text.as_str());
            let words = format!("nothing can be written down, so nothing can be done: {why}");
            Err(Error::File(Text::line(words)))
        }
    }
}

/// What was told already.
struct Told {
    runs: BTreeMap<RunId, RunState>,
    turns: BTreeMap<ScheduleName, (bool, Option<Time>)>,
    notices: BTreeSet<Text>,
    here: bool,
}

impl Told {
    fn of(world: &World) -> Self {
        let runs = world.runs.iter();
        let schedules = world.schedules.iter();
        Self {
            runs: runs.map(|(id, run)| (*id, run.state.clone())).collect(),
            turns: schedules
                .map(|schedule| {
                    let last = schedule.record.last.as_ref().map(|turn| turn.begun);
                    let turn = (schedule.running.is_some(), last);
                    (schedule.name.clone(), turn)
                })
                .collect(),
            notices: world.notices.keys().cloned().collect(),
            here: world
                .executor
                .as_ref()
                .is_some_and(|executor| executor.here),
        }
    }
}

struct Log {
    json: bool,
    told: Told,
}

impl Log {
    /// Tells what is new.
    fn tell(&mut self, context: &mut Context) -> Result<()> {
        let now = Told::of(context.watch.world());
        let was = std::mem::replace(&mut self.told, now);
        let world = context.watch.world();
        let mut lines: Vec<(&'static str, String, String, String)> = Vec::new();
        for schedule in &world.schedules {
            let (running, begun) = was.turns.get(&schedule.name).copied().unwrap_or_default();
            let name = schedule.name.to_string();
            if schedule.running.is_some() && !running {
                let what = schedule.what.to_string();
                lines.push(("schedule", name.clone(), "begun".to_owned(), what));
            }
            if let Some(turn) = &schedule.record.last
                && Some(turn.begun) != begun
            {
                let words = format!("in {}{}", took(turn.took), said(turn));
                lines.push(("schedule", name, turn.end.word().to_owned(), words));
            }
        }
        for (id, run) in &world.runs {
            if was.runs.get(id) != Some(&run.state) {
                let state = run.state.word().to_owned();
                lines.push(("run", id.short(), state, run.plan.title.to_string()));
            }
        }
        for (key, notice) in &world.notices {
            if !was.notices.contains(key) {
                let subject = notice.subject.to_string();
                lines.push(("notice", subject, "new".to_owned(), notice.text.to_string()));
            }
        }
        if was.here != self.told.here {
            let (state, words) = match &world.executor {
                Some(executor) if executor.here => ("begun", "runs schedules again".to_owned()),
                Some(executor) => ("waits", format!("{} runs schedules now", who(executor))),
                None => ("waits", "runs no schedules now".to_owned()),
            };
            lines.push(("serve", "serve".to_owned(), state.to_owned(), words));
        }
        for (kind, subject, state, words) in lines {
            self.line(context, kind, &subject, &state, &words)?;
        }
        Ok(())
    }

    fn reloaded(&self, context: &mut Context, report: &Report) -> Result<()> {
        let problems = report.iter().count();
        let words = match problems {
            0 => "read again".to_owned(),
            1 => "read again, with 1 problem".to_owned(),
            count => format!("read again, with {count} problems"),
        };
        self.line(context, "reload", "configuration", "done", &words)
    }

    fn line(
        &self,
        context: &mut Context,
        kind: &'static str,
        subject: &str,
        state: &str,
        words: &str,
    ) -> Result<()> {
        let at = context.watch.now();
        let out = &mut context.console.out;
        if self.json {
            let line = Line {
                at: at.to_string(),
                kind,
                subject,
                state,
                words,
            };
            out.json_line(&line)?;
        } else {
            let tone = match state {
                _ if state == TurnEnd::Failed.word() => Tone::Bad,
                "needs operator" | "unknown" | "interrupted" | "waits" => Tone::Warn,
                _ => Tone::Plain,
            };
            let about = if kind == subject {
                kind.to_owned()
            } else {
                format!("{kind} {subject}")
            };
            out.line(&[
                piece(Tone::Dim, format!("{} ", moment(at, &context.console.zone))),
                piece(Tone::Plain, format!("{about}: ")),
                piece(tone, state),
                piece(Tone::Plain, format!(": {words}")),
            ])?;
        }
        // Whoever follows a log reads it now.
        out.flush()
    }
}
