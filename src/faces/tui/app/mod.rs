//! The console without its terminal: what is shown, what a key does, what comes back.
//!
//! Pure as the world is: keys, messages and the present come in, [`Demand`]s go out, and `draw` fills a buffer. So every
//! test can press keys and read the screen.
//!
//! Flow: event → `route` (dialog | filter | keymap) → `act` (global action | pane → outcome) → demands.
//! Message → `take`. World → `draw`.

mod act;
mod draw;
mod route;
mod take;
mod told;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;

use config::keymap::Chord;
use config::{Config, Diagnostic, Report, Theme};
use jiff::tz::TimeZone;
use ratatui::layout::Rect;
use tui_input::Input;
use ui::{KeyMap, Pane, Past, Recalled, Role, Seen, Styles, View};
use vocab::{LogRequest, Money, RunId, ScheduleName, Span, Text, Time};
use world::query::Income;
use world::{
    About, AutopilotRequest, Consent, Intent, Interest, ItemId, MarkRequest, NoteRequest, Plan,
    Refusal, ScheduleVerb, WayOut,
};

use crate::dialogs::{Dialog, Form, Listing};
use crate::panes::PANES;

/// How long a message stays, unless a key is pressed.
const MESSAGE: Span = Span::seconds(8);

/// The most lines of command history.
const HISTORY: usize = 100;

/// What the loop is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Demand {
    /// Make a plan.
    Plan(Intent),
    /// Take a plan on.
    Submit(Box<Plan>, Consent),
    /// Take a run back.
    Cancel(RunId),
    /// Do this with these items.
    Mark(Vec<ItemId>, MarkRequest),
    /// Write this note.
    Note(Box<NoteRequest>),
    /// Ask this of the autopilot, in every process.
    Autopilot(AutopilotRequest),
    /// Take this way out of a run that needs an operator.
    Resolve(RunId, WayOut),
    /// Do this with a schedule.
    Schedule(ScheduleName, ScheduleVerb),
    /// Plan a shell, hand the terminal over, and take it back.
    Shell(Intent),
    /// Put text into the clipboard.
    Copy(String),
    /// Write a file and say where.
    Export {
        /// Its name without a folder.
        name: String,
        /// What is written.
        text: String,
    },
    /// Load the theme of this name.
    Theme(String),
    /// List the folder that is called so in a typed path.
    Folder(String),
    /// Read what the journal holds of the past.
    Recall(Past),
    /// Read these logs in place of what was read before.
    Read(Vec<LogRequest>),
    /// Capture the mouse, or let it go.
    Mouse(bool),
    /// Draw the whole screen anew.
    Redraw,
    /// Stop as ctrl-z does.
    Suspend,
    /// End.
    Quit,
}

/// What came back.
#[derive(Debug)]
pub enum Message {
    /// A plan was made, or why not.
    Planned(Result<Box<Plan>, Refusal>),
    /// A plan was taken on, or why not.
    Submitted(Text, Result<(), Refusal>),
    /// A run was taken back, or why not.
    Cancelled(Result<(), Refusal>),
    /// This was done with items, or why not.
    Marked(Text, Result<(), Refusal>),
    /// The autopilot does as it was asked, or why not.
    Switched(AutopilotRequest, Result<(), Refusal>),
    /// A way out was taken, or why not.
    Resolved(Result<(), Refusal>),
    /// Something to say.
    Said(Text, Role),
    /// A file was written, or why not.
    Exported(Result<PathBuf, Text>),
    /// The journal was read.
    Recalled(Recalled),
    /// A folder was listed.
    Listed(Listing),
    /// A theme was loaded, and what is wrong with it.
    Themed(Box<(Theme, Report)>),
    /// The files of the user were read again.
    Reloaded(Box<(Config, Report)>),
    /// A shell was taken on and may have the terminal now.
    Handover(Box<Plan>),
    /// The engine has ended.
    Gone,
}

/// Something said at the bottom of the screen.
#[derive(Debug, Clone)]
struct Said {
    text: Text,
    role: Role,
    until: Time,
}

/// Where one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    view: View,
    focus: View,
}

/// The header's money, and what it was reckoned from: the second, how many sites there were, whether terms were known.
struct Reckoned {
    basis: (i64, usize, bool),
    income: Option<Income>,
    /// What is in danger in an hour.
    danger: Option<Money>,
}

/// The console.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of a session, each asked alone"
)]
pub struct App {
    config: Config,
    problems: Vec<Diagnostic>,
    styles: Styles,
    /// The name of the theme that was chosen by hand.
    theme: Option<String>,
    keys: KeyMap,
    zone: TimeZone,
    plain: bool,
    panes: Vec<Box<dyn Pane>>,
    place: Place,
    last: Place,
    dialogs: Vec<Dialog>,
    /// The form that was closed last, until what it asks for is taken on.
    draft: Option<Box<Form>>,
    filter: Option<Input>,
    pressed: Vec<Chord>,
    said: Option<Said>,
    history: VecDeque<String>,
    /// The runs that were begun here: those that end when this console does.
    own: BTreeSet<RunId>,
    can_change: bool,
    locked: bool,
    mouse: bool,
    gone: bool,
    interrupted: bool,
    areas: Vec<(View, Rect)>,
    income: Option<Reckoned>,
    /// When a key was pressed last.
    last_key: Option<Time>,
    /// The last key that was written down.
    told_key: Option<Time>,
    /// Since when nobody was at the keys the last time that was long.
    away: Option<Time>,
}

impl App {
    /// A console with these settings. `can_change` is whether there is a link to ask for changes through.
    pub fn new(
        config: Config,
        report: &Report,
        can_change: bool,
        plain: bool,
        zone: TimeZone,
    ) -> Self {
        let place = Place {
            view: View::Overview,
            focus: View::Top,
        };
        let locked = config.settings.read_only;
        let mouse = config.settings.mouse;
        let mut app = Self {
            styles: Styles::new(&config.theme),
            theme: None,
            keys: KeyMap::default(),
            config: Config::default(),
            problems: Vec::new(),
            zone,
            plain,
            panes: PANES.iter().map(|make| make()).collect(),
            place,
            last: place,
            dialogs: Vec::new(),
            draft: None,
            filter: None,
            pressed: Vec::new(),
            said: None,
            history: VecDeque::new(),
            own: BTreeSet::new(),
            can_change,
            locked,
            mouse,
            gone: false,
            interrupted: false,
            areas: Vec::new(),
            income: None,
            last_key: None,
            told_key: None,
            away: None,
        };
        app.configure(config, report);
        app
    }

    /// Takes settings, theme and keys; what is wrong with them is kept for the notices.
    fn configure(&mut self, config: Config, report: &Report) {
        let (keys, unknown) = KeyMap::new(&config.keymap);
        self.keys = keys;
        self.problems = report.iter().cloned().chain(unknown).collect();
        for pane in &mut self.panes {
            pane.configure(&config.settings);
        }
        // A theme that was chosen by hand stays until the settings name another.
        let named = &config.settings.theme;
        if self.theme.is_none() || *named != self.config.settings.theme {
            self.theme = None;
            self.dress(&config.theme);
        }
        self.config = config;
    }

    /// Draws in this theme from now on.
    fn dress(&mut self, theme: &Theme) {
        self.styles = if self.plain {
            Styles::new(&config::theme::load("plain", None, &mut Report::default()))
        } else {
            Styles::new(theme)
        };
    }

    /// Whether the mouse is to be captured.
    pub const fn mouse(&self) -> bool {
        self.mouse
    }

    /// What is to be observed for what is on the screen.
    pub fn interest(&self, seen: Seen<'_>) -> Interest {
        let mut interest = Interest::default();
        for (view, _) in &self.areas {
            if let Some(pane) = self.panes.iter().find(|pane| pane.view() == *view) {
                pane.interest(seen, &mut interest);
            }
        }
        interest
    }

    /// Whether the newest line of a log is watched as it comes.
    pub fn follows(&self) -> bool {
        let mut shown = self.areas.iter();
        shown.any(|(view, _)| {
            let mut panes = self.panes.iter();
            panes.any(|pane| pane.view() == *view && pane.follows())
        })
    }

    /// When the screen looks different though nothing happens; beside the clock, which turns every second.
    pub fn changes_at(&self, now: Time) -> Option<Time> {
        self.dialogs
            .last()
            .and_then(|dialog| dialog.changes_at(now))
    }

    /// Whether nothing can be changed, by the session's nature or because it is locked.
    fn read_only(&self) -> bool {
        self.locked || !self.can_change
    }

    fn views(&self) -> Vec<View> {
        self.panes.iter().map(|pane| pane.view()).collect()
    }

    fn pane(&mut self, view: View) -> Option<&mut Box<dyn Pane>> {
        self.panes.iter_mut().find(|pane| pane.view() == view)
    }

    fn focused(&mut self) -> Option<&mut Box<dyn Pane>> {
        self.pane(self.place.focus)
    }

    const fn whole(&self) -> bool {
        !matches!(self.place.view, View::Overview)
    }

    fn say(&mut self, text: impl Into<Text>, role: Role, now: Time) {
        self.said = Some(Said {
            text: text.into(),
            role,
            until: now + MESSAGE,
        });
    }

    /// Asks for a plan to be taken on.
    fn submit(&mut self, plan: Box<Plan>, consent: Consent) -> Vec<Demand> {
        self.own.insert(plan.id);
        vec![Demand::Submit(plan, consent)]
    }

    /// Goes somewhere, and remembers where one came from.
    fn go(&mut self, view: View) {
        let focus = if view == View::Overview {
            self.place.focus
        } else {
            view
        };
        let next = Place { view, focus };
        if next != self.place {
            self.last = std::mem::replace(&mut self.place, next);
        }
    }

    /// Goes to an object's own pane and opens it there.
    fn jump(&mut self, about: &About) -> bool {
        let view = match about {
            About::Node(_) => View::Nodes,
            About::Container(_) => View::Containers,
            About::Service(_) => View::Services,
            About::Run(_) => View::Runs,
            About::Site(_) => View::Sites,
            About::Server(_)
            | About::Region(_)
            | About::Provider(_)
            | About::Console(_)
            | About::Elsewhere(_) => {
                return false;
            }
            About::Schedule(_) => View::Schedules,
        };
        self.go(view);
        if let Some(pane) = self.pane(view) {
            pane.show(about);
        }
        true
    }

    /// What panes want to read, and forms to know, since they were last asked.
    pub fn requests(&mut self) -> Vec<Demand> {
        let reads = self.panes.iter_mut().filter_map(|pane| pane.requests());
        let mut demands: Vec<Demand> = reads.map(Demand::Read).collect();
        let past = self.panes.iter_mut().filter_map(|pane| pane.past());
        demands.extend(past.map(Demand::Recall));
        if let Some(Dialog::Form(form)) = self.dialogs.last_mut() {
            demands.extend(form.wants().map(Demand::Folder));
        }
        demands
    }
}
