//! For tests: a small fleet, a watch and a command over it that do as told, and a console of paper.

mod command;
mod fleet;
mod items;
mod watch;

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Parser;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use vocab::{Span, Time};
use world::Event;

pub(crate) use command::{Ending, FakeCommand};
pub(crate) use watch::FakeWatch;

use crate::context::Context;
use crate::exit::Exit;
use crate::interrupts::Interrupts;
use crate::print::{Console, Input, Stream};
use crate::{Arguments, Session};

/// The present of every test: 2026-11-21T14:02:08Z.
pub(crate) const NOW: Time = Time(1_795_269_728_000);

/// So long ago.
pub(crate) fn ago(span: Span) -> Time {
    NOW - span
}

/// What is printed to, and can be read back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    pub fn text(&self) -> String {
        String::from_utf8(
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
        .unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A console that prints on paper without colour; `terminal` when somebody sits there and answers with the lines.
pub(crate) fn console(out: &Paper, err: &Paper, terminal: bool, lines: &[&str]) -> Console {
    Console {
        out: Stream::new(Box::new(out.clone()), false, false),
        err: Stream::new(Box::new(err.clone()), false, terminal),
        input: Input::given(terminal, lines),
        zone: TimeZone::UTC,
    }
}

/// A fleet and who sits before it.
pub(crate) struct Scene {
    pub watch: FakeWatch,
    pub command: Arc<FakeCommand>,
    pub now: Time,
    pub read_only: bool,
    /// The answers of somebody at a terminal; `None` when nobody sits there.
    pub answers: Option<Vec<&'static str>>,
    interrupts: Vec<Duration>,
}

/// Three nodes of which one is down, four containers, two services, two runs.
pub(crate) fn scene() -> Scene {
    Scene::over(&fleet::events())
}

/// The same with items: a disk that is full, a note, a deal of another system, and a backup that mends itself.
pub(crate) fn troubled() -> Scene {
    let mut troubled = scene();
    troubled.watch.change(items::raise);
    troubled
}

/// The same with a service that has stopped to answer, of which the history knows how it did.
pub(crate) fn failing() -> Scene {
    let mut failing = troubled();
    for event in fleet::failed("acme.example.com", "connection refused") {
        failing.watch.apply(&event);
    }
    failing.watch.change(items::raise_failing);
    failing.watch.past = fleet::answered();
    failing
}

impl Scene {
    /// A fleet of which nothing is known yet.
    pub fn fresh() -> Self {
        Self::over(&[fleet::declared(&["solo"], Vec::new())])
    }

    fn over(events: &[Event]) -> Self {
        let (sender, watch) = FakeWatch::new(events, NOW);
        let command = Arc::new(FakeCommand::new(sender, watch.world_copy()));
        Self {
            watch,
            command,
            now: NOW,
            read_only: false,
            answers: None,
            interrupts: Vec::new(),
        }
    }

    /// The node that was down comes back.
    pub fn mend(&mut self) {
        for event in fleet::mended() {
            self.watch.apply(&event);
        }
    }

    /// Presses ctrl-c after so long.
    pub fn interrupt_after(&mut self, wait: Duration) {
        self.interrupts.push(wait);
    }

    /// Somebody sits there and answers with these lines.
    #[must_use]
    pub fn answering(mut self, lines: &[&'static str]) -> Self {
        self.answers = Some(lines.to_vec());
        self
    }

    /// Runs end like this.
    #[must_use]
    pub fn ending(self, ending: Ending) -> Self {
        self.command.set_ending(ending);
        self
    }
}

/// What a command said.
pub(crate) struct Said {
    pub exit: Exit,
    pub out: String,
    pub err: String,
}

impl Said {
    /// All of it, for snapshots.
    pub fn all(&self) -> String {
        let mut all = format!("exit {}\n", self.exit.code());
        for (name, text) in [
            ("standard output", &self.out),
            ("standard error", &self.err),
        ] {
            if !text.is_empty() {
                write!(all, "--- {name}\n{text}").unwrap();
            }
        }
        all
    }

    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// Runs a command line over a scene.
pub(crate) async fn said(words: &[&str], scene: Scene) -> Said {
    let arguments = Arguments::try_parse_from([&["wheelhouse"], words].concat()).unwrap();
    let subcommand = arguments.command.unwrap();
    let (out, err) = (Paper::default(), Paper::default());
    let (press, pressed) = mpsc::channel(8);
    for wait in scene.interrupts {
        let press = press.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            press.send(()).await.ok();
        });
    }
    let session = Session {
        watch: Box::new(scene.watch),
        command: (!scene.read_only).then_some(scene.command as Arc<dyn link::Command>),
        logs: Vec::new(),
        affiliates: Vec::new(),
        providers: false,
        report: config::Report::default(),
    };
    let console = console(
        &out,
        &err,
        scene.answers.is_some(),
        &scene.answers.unwrap_or_default(),
    );
    let mut context = Context::over(session, console, Interrupts::of(pressed));
    let exit = crate::run_in(&subcommand, &mut context).await.unwrap();
    Said {
        exit,
        out: out.text(),
        err: err.text(),
    }
}
