//! The one loop of the console: input, the world, what came back, signals and the next due thing, then one frame.
//!
//! At rest it wakes once a second, for the clock. A key is drawn at once; what happens by itself four times a second.

mod clipboard;
mod demands;
mod folder;
mod handover;
mod lines;
mod notify;

use std::io;
use std::task::Poll;
use std::time::Duration;

use color_eyre::eyre::Context;
use crossterm::event::{Event, EventStream};
use futures::StreamExt;
use jiff::tz::TimeZone;
use link::Watch;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use ui::terminal::{Drawn, Guard, Happening, Modes, Screen, check};
use ui::{Past, Recalled, Seen};
use vocab::{LogBatch, Span};
use world::{Interest, Plan};

use crate::app::{App, Demand, Message};
use crate::reload;
use crate::session::{ExitReason, Session};
use demands::Tasks;
use lines::Lines;
use notify::Notifier;

/// A busy world is drawn at most this often: often enough to read, seldom enough for a slow link. Keys are drawn at once.
/// A little less than a pulse, so that what comes with one is drawn with it and does not wake the loop again.
const FRAME: Duration = Duration::from_millis(200);

/// Messages of tasks that wait to be taken in.
const MESSAGES: usize = 256;

/// SIGHUP: what a vanished terminal counts as.
const HUNG_UP: i32 = 1;

/// The most events of the terminal taken in before a frame is drawn.
const BURST: usize = 500;

/// Nobody waits longer for the end of a log.
const TAIL_WITHIN: Duration = Duration::from_secs(12);

/// Runs the console until the operator leaves, a signal comes, or the terminal is gone. Fails when there is no terminal to
/// draw on, with words that say so.
pub async fn run(session: Session) -> color_eyre::Result<ExitReason> {
    check()?;
    let (messages, receiver) = mpsc::channel(MESSAGES);
    let Session {
        watch,
        command,
        config,
        report,
        paths,
        exports,
        plain,
        reloaded,
    } = session;
    let notifier = Notifier::new(&config.fleet.alerts, watch.now());
    let app = App::new(
        config,
        &report,
        command.is_some(),
        plain,
        TimeZone::system(),
    );
    // Unbounded, because the watcher's thread must never wait; there are few happenings and the loop takes them first.
    let (tell, happenings) = mpsc::unbounded_channel();
    let modes = Modes {
        paste: true,
        focus: false,
        mouse: app.mouse(),
    };
    let guard = Guard::enter(modes, move |happening| {
        // Nobody listens any more only when the console has ended.
        let _ = tell.send(happening);
    })
    .wrap_err("the terminal cannot be taken over")?;
    let screen = guard
        .screen()
        .wrap_err("the terminal's size cannot be read")?;
    let themes = paths.themes.clone();
    let _watcher = reload::watch(paths, messages.clone(), reloaded);
    let console = Console {
        app,
        watch,
        tasks: Tasks::new(command, messages, exports, themes),
        lines: Lines::default(),
        notifier,
        guard,
        screen,
        interest: Interest::default(),
        handover: None,
        busy: false,
    };
    console.serve(happenings, receiver).await
}

struct Console {
    app: App,
    watch: Box<dyn Watch>,
    tasks: Tasks,
    lines: Lines,
    notifier: Notifier,
    guard: Guard,
    screen: Screen,
    interest: Interest,
    /// A shell that was taken on and is to have the terminal now.
    handover: Option<Box<Plan>>,
    /// Whether the terminal has not taken the last frame yet.
    busy: bool,
}

/// What woke the loop.
enum Woken {
    Happened(Option<Happening>),
    Input(Vec<io::Result<Event>>),
    World(bool),
    Message(Option<Message>),
    Lines(Vec<LogBatch>),
    Due,
}

impl Console {
    async fn serve(
        mut self,
        mut happenings: mpsc::UnboundedReceiver<Happening>,
        mut receiver: mpsc::Receiver<Message>,
    ) -> color_eyre::Result<ExitReason> {
        let mut events = Some(EventStream::new());
        let mut alive = true;
        let mut drawn = Instant::now();
        let mut dirty = !self.draw()?;
        loop {
            let due = self.due(dirty);
            let woken = tokio::select! {
                biased;
                happening = happenings.recv() => Woken::Happened(happening),
                read = next(&mut events) => Woken::Input(read),
                message = receiver.recv() => Woken::Message(message),
                changed = self.watch.changed(), if alive => Woken::World(changed.is_ok()),
                batches = self.lines.next() => Woken::Lines(batches),
                () = sleep_until(due) => Woken::Due,
            };
            let at_once = !matches!(woken, Woken::World(_) | Woken::Lines(_));
            if matches!(woken, Woken::World(false)) {
                alive = false;
            }
            if let Some(reason) = self.woken(woken, &mut receiver)? {
                return Ok(reason);
            }
            if let Some(plan) = self.handover.take() {
                // Whoever reads from the terminal now must be the shell alone.
                drop(events.take());
                if let Some(reason) = self.hand_over(&plan, &mut happenings).await? {
                    return Ok(reason);
                }
                events = Some(EventStream::new());
            }
            dirty = true;
            if at_once || drawn.elapsed() >= FRAME {
                dirty = !self.draw()?;
                drawn = Instant::now();
            }
        }
    }

    fn woken(
        &mut self,
        woken: Woken,
        receiver: &mut mpsc::Receiver<Message>,
    ) -> color_eyre::Result<Option<ExitReason>> {
        match woken {
            Woken::Input(read) => return self.input(read),
            Woken::Happened(None) => return Ok(Some(ExitReason::Signal(HUNG_UP))),
            Woken::Happened(Some(happening)) => match happening {
                Happening::HungUp => return Ok(Some(ExitReason::Signal(HUNG_UP))),
                Happening::Signal(number) => return Ok(Some(ExitReason::Signal(number))),
                Happening::Stop => self.guard.suspend()?,
                Happening::Continued => self.guard.resume()?,
                Happening::Writable => self.busy = false,
            },
            Woken::Message(Some(message)) => return self.messages(message, receiver),
            Woken::World(false) => return self.take(Message::Gone),
            Woken::Lines(batches) => self.app.lines(batches),
            Woken::Due => {
                let waiting = self.lines.waiting();
                self.app.lines(waiting);
            }
            Woken::World(true) | Woken::Message(None) => {}
        }
        Ok(None)
    }

    /// When something is to be drawn though nothing happens: with the next pulse, else with the clock's next second.
    fn due(&self, dirty: bool) -> Instant {
        let now = self.watch.now();
        let wait = if self.lines.at_pulse() || dirty && !self.busy {
            now.until_pulse()
        } else {
            Span::millis(1000 - now.0.rem_euclid(1000))
        };
        let change = self.app.changes_at(now).map(|at| at.since(now));
        let wait = change.map_or(wait, |change| change.min(wait));
        Instant::now() + wait.duration()
    }

    /// Takes in what was read.
    fn input(&mut self, read: Vec<io::Result<Event>>) -> color_eyre::Result<Option<ExitReason>> {
        for event in read {
            // What cannot be read from is gone, whether or not the watcher has noticed.
            let Ok(event) = event else {
                return Ok(Some(ExitReason::Signal(HUNG_UP)));
            };
            let now = self.watch.now();
            let seen = Seen {
                world: self.watch.world(),
                now,
            };
            let demands = match event {
                Event::Key(key) => self.app.key(&key, seen),
                Event::Paste(text) => self.app.paste(&text, seen),
                Event::Mouse(mouse) => self.app.mouse_event(mouse, seen),
                // The next frame asks for the size itself.
                Event::Resize(..) | Event::FocusGained | Event::FocusLost => Vec::new(),
            };
            if self.app.is_attended() {
                self.tasks.attended();
            }
            if let Some(reason) = self.demand(demands)? {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    fn messages(
        &mut self,
        first: Message,
        receiver: &mut mpsc::Receiver<Message>,
    ) -> color_eyre::Result<Option<ExitReason>> {
        let mut next = Some(first);
        for _ in 0..MESSAGES {
            let Some(message) = next.take() else { break };
            if let Some(reason) = self.take(message)? {
                return Ok(Some(reason));
            }
            next = receiver.try_recv().ok();
        }
        Ok(None)
    }

    fn take(&mut self, message: Message) -> color_eyre::Result<Option<ExitReason>> {
        if let Message::Handover(plan) = message {
            self.handover = Some(plan);
            return Ok(None);
        }
        let demands = self.app.take(message, self.watch.now());
        self.demand(demands)
    }

    /// Does what the app asked for; some of it by tasks that send messages back.
    fn demand(&mut self, demands: Vec<Demand>) -> color_eyre::Result<Option<ExitReason>> {
        let wanted = self.app.requests();
        for demand in demands.into_iter().chain(wanted) {
            match demand {
                Demand::Quit => return Ok(Some(ExitReason::Asked)),
                Demand::Mouse(on) => self.guard.set_mouse(on)?,
                Demand::Redraw => self.screen.redraw()?,
                Demand::Suspend => self.guard.suspend()?,
                Demand::Read(requests) => {
                    let logs = requests
                        .into_iter()
                        .map(|request| self.watch.logs(request))
                        .collect();
                    self.lines.read(logs);
                }
                Demand::Copy(text) => {
                    if let Some(message) = clipboard::copy(&text, &self.screen)? {
                        self.app.take(message, self.watch.now());
                    }
                }
                Demand::Recall(Past::Runs(limit)) => {
                    self.tasks.recall(self.watch.runs(limit), Recalled::Runs);
                }
                Demand::Recall(Past::Audit(limit)) => {
                    self.tasks.recall(self.watch.audit(limit), Recalled::Audit);
                }
                Demand::Recall(Past::Happenings(item, limit)) => {
                    let reading = self.watch.happenings(item.clone(), limit);
                    self.tasks
                        .recall(reading, move |found| Recalled::Happenings(item, found));
                }
                Demand::Recall(Past::Tail(request)) => {
                    let source = request.source.clone();
                    let reading = link::tail(self.watch.logs(request), TAIL_WITHIN);
                    // What is in the way of a log's end is told with it.
                    let reading = Box::pin(async move { Ok(reading.await) });
                    self.tasks
                        .recall(reading, move |found| Recalled::Tail(source, found));
                }
                Demand::Theme(name) => self.tasks.load_theme(name),
                Demand::Folder(typed) => self.tasks.list_folder(typed),
                Demand::Export { name, text } => self.tasks.export(name, text),
                demand => self.tasks.start(demand),
            }
        }
        Ok(None)
    }

    /// Draws a frame; whether the terminal took it.
    fn draw(&mut self) -> color_eyre::Result<bool> {
        let now = self.watch.now();
        let seen = Seen {
            world: self.watch.world(),
            now,
        };
        let app = &mut self.app;
        let drawn = self
            .screen
            .draw(|frame| app.draw(frame.buffer_mut(), seen))?;
        self.busy = drawn == Drawn::Busy;
        if let Some(bytes) = self.notifier.look(seen.world, now) {
            self.screen.send(bytes.as_bytes())?;
        }
        let interest = self.app.interest(seen);
        if interest != self.interest {
            self.watch.set_interest(interest.clone());
            self.interest = interest;
        }
        self.lines.watch(self.app.follows());
        // A pane chooses what to read when it is drawn; before that it has seen nothing to choose from.
        self.demand(Vec::new())?;
        Ok(!self.busy)
    }
}

/// What the terminal sent and all that waits behind it, so that a storm of it is drawn once.
async fn next(events: &mut Option<EventStream>) -> Vec<io::Result<Event>> {
    let Some(events) = events else {
        return std::future::pending().await;
    };
    // Always with the waker of the loop: the stream keeps the first one it is asked with until a key comes.
    std::future::poll_fn(|context| {
        let mut read = Vec::new();
        while read.len() < BURST {
            match events.poll_next_unpin(context) {
                Poll::Ready(Some(event)) => read.push(event),
                Poll::Ready(None) => {
                    read.push(Err(io::ErrorKind::UnexpectedEof.into()));
                    break;
                }
                Poll::Pending => break,
            }
        }
        if read.is_empty() {
            Poll::Pending
        } else {
            Poll::Ready(read)
        }
    })
    .await
}
