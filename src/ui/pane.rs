//! Panes: the parts of the screen that show something and can be steered.
//!
//! A pane draws the world and turns actions into [`Outcome`]s. It never sends, waits, reads a clock or opens a file.

use config::Settings;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use vocab::{Domain, LogBatch, LogRequest, LogSource, LogTail, RunId, ScheduleName, Text, Time};
use world::About;
use world::{
    AuditLine, AutopilotRequest, Happening, Intent, Interest, ItemId, MarkRequest, Run,
    ScheduleVerb, World,
};

use crate::filter::Filter;
use crate::registry::Action;
use crate::styles::Styles;

/// What the screen shows: all panes, or one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// All panes at once.
    Overview,
    /// The ten things that matter now.
    Top,
    /// Nodes.
    Nodes,
    /// Containers.
    Containers,
    /// Services.
    Services,
    /// Runs and the audit log.
    Runs,
    /// Logs.
    Logs,
    /// Hosted sites.
    Sites,
    /// What the sites bring.
    Revenue,
    /// What is done by itself.
    Schedules,
}

impl View {
    /// All of them, by number.
    pub const ALL: [Self; 10] = [
        Self::Overview,
        Self::Top,
        Self::Nodes,
        Self::Containers,
        Self::Services,
        Self::Runs,
        Self::Logs,
        Self::Sites,
        Self::Revenue,
        Self::Schedules,
    ];

    /// The digit that leads to it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Its name, as shown and as typed on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Top => "top",
            Self::Nodes => "nodes",
            Self::Containers => "containers",
            Self::Services => "services",
            Self::Runs => "runs",
            Self::Logs => "logs",
            Self::Sites => "sites",
            Self::Revenue => "revenue",
            Self::Schedules => "schedules",
        }
    }

    /// What its frame says.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Top => "top ten",
            _ => self.word(),
        }
    }

    /// By its name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.word() == word)
    }
}

/// The world and the present it is looked at from.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// What is known.
    pub world: &'a World,
    /// What ages are counted from.
    pub now: Time,
}

/// How things are drawn.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The theme.
    pub styles: &'a Styles,
    /// The zone of the times that are shown.
    pub zone: &'a TimeZone,
    /// Whether the pane has the keys.
    pub focused: bool,
    /// Whether the pane has the screen to itself: then it may show a detail beside its list.
    pub whole: bool,
}

impl Look<'_> {
    /// A moment of today: `14:02:11`.
    pub fn clock(&self, time: Time) -> String {
        time.timestamp()
            .to_zoned(self.zone.clone())
            .strftime("%H:%M:%S")
            .to_string()
    }

    /// A moment of any day: `2026-11-21 14:02`.
    pub fn date(&self, time: Time) -> String {
        time.timestamp()
            .to_zoned(self.zone.clone())
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    }
}

/// What a frame says of its pane.
#[derive(Debug, Clone, Default)]
pub struct Title {
    /// Dim words behind the name: counts, the filter, the order.
    pub extra: Vec<Ink<'static>>,
    /// Dim words at the right end: position, a second count.
    pub note: Line<'static>,
}

/// A figure and where it comes from, for "why".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it is: `cpu`.
    pub label: String,
    /// What it says: `41%`.
    pub value: String,
    /// Where it comes from, how old it is, or what was run to get it.
    pub source: String,
}

impl Figure {
    /// A figure from its parts.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values are made on the spot, and a reference at each call would be noise"
    )]
    pub fn new(label: impl Into<String>, value: impl ToString, source: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.to_string(),
            source: source.into(),
        }
    }
}

/// A change that something has to be asked for before it can be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A new site.
    Deploy,
    /// New files for this site.
    Release(Domain),
    /// This site, or a part of it, as a backup has it.
    Restore(Domain),
    /// Another place for this site.
    Move(Domain),
    /// Another domain for this site.
    Rename(Domain),
    /// Until when these items are not to be shown, and why.
    Snooze(Vec<ItemId>),
    /// Who sees to these items instead, and until when.
    Delegate(Vec<ItemId>),
    /// What is to be written to these items.
    Remark(Vec<ItemId>),
    /// A note of the operator, which becomes an item.
    Note,
}

impl Wish {
    /// Whether it is of items, and not of a change to the fleet.
    pub const fn is_of_items(&self) -> bool {
        matches!(
            self,
            Self::Snooze(_) | Self::Delegate(_) | Self::Remark(_) | Self::Note
        )
    }
}

/// A change that one of several has to be chosen for before it can be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// A kept release of this site, to be served again.
    Release(Domain),
    /// A way out of this run, which could not see to everything.
    WayOut(RunId),
}

/// What an action on a pane comes to. Data: the console does it, asks for it, or refuses it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The pane has no use for the action.
    Ignored,
    /// Done; the pane may look different now.
    Done,
    /// Make a plan of this and show it.
    Ask(Intent),
    /// Ask for what this needs, then make a plan of it.
    Fill(Wish),
    /// Have one of several chosen, then make a plan of it.
    Choose(Pick),
    /// Do this with these items.
    Mark(Vec<ItemId>, MarkRequest),
    /// Give the pane the whole screen.
    Whole,
    /// Hand the terminal over for this.
    Shell(Intent),
    /// Ask this of the autopilot, once it is agreed to: what is said then of what it comes to.
    Autopilot(AutopilotRequest, Text),
    /// Do this with a schedule, once it is agreed to.
    Schedule(ScheduleName, ScheduleVerb),
    /// Take this run back.
    Undo(RunId),
    /// Go to this object in its own pane.
    Jump(About),
    /// Read these logs in the logs pane.
    Logs(Vec<LogSource>),
    /// Put this into the clipboard.
    Copy(String),
    /// Write this text to a file of this name in the state folder, and say where.
    Export {
        /// The file's name without its folder.
        name: String,
        /// What is written.
        text: String,
    },
    /// Say why nothing happened.
    Say(Text),
}

/// What is asked for beyond what the world holds: of the journal at most so many, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Past {
    /// Runs.
    Runs(usize),
    /// Lines of the audit log.
    Audit(usize),
    /// What became of this item, or of all.
    Happenings(Option<ItemId>, usize),
    /// The newest lines of a log, once.
    Tail(LogRequest),
}

/// What the journal holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Recalled {
    /// Runs, the newest first.
    Runs(Vec<Run>),
    /// Lines of the audit log, the newest first.
    Audit(Vec<AuditLine>),
    /// What became of this item, or of all, the oldest first.
    Happenings(Option<ItemId>, Vec<Happening>),
    /// The end of a log.
    Tail(LogSource, LogTail),
}

/// A part of the screen.
pub trait Pane {
    /// Which view it is.
    fn view(&self) -> View;

    /// The keymap's scopes of what is shown in it now, narrow before wide, without `global`.
    fn scopes(&self) -> &'static [&'static str];

    /// What its frame says.
    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title;

    /// Draws it into the inside of its frame; the first and last column are left as padding but for selection marks.
    fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer);

    /// Does something. `whole` is whether the pane has the screen to itself.
    fn act(&mut self, action: Action, seen: Seen<'_>, whole: bool) -> Outcome;

    /// Leaves the innermost layer: a detail, marks, a filter. Whether there was one.
    fn back(&mut self) -> bool;

    /// Selects an object and opens its detail.
    fn show(&mut self, _about: &About) {}

    /// Selects an object in its list.
    fn select(&mut self, _about: &About) {}

    /// Takes the user's preferences, at the start and whenever they were read again.
    fn configure(&mut self, _settings: &Settings) {}

    /// Its filter, when it has one.
    fn filter(&mut self) -> Option<&mut Filter> {
        None
    }

    /// What a change or a jump applies to: the marked objects, else the selected one.
    fn targets(&mut self, _seen: Seen<'_>) -> Vec<About> {
        Vec::new()
    }

    /// Whether an action makes sense with the selection: the menu offers only what does.
    fn offers(&mut self, _action: Action, _seen: Seen<'_>) -> bool {
        true
    }

    /// Where the figures of the selected row come from.
    fn why(&mut self, _seen: Seen<'_>) -> Vec<Figure> {
        Vec::new()
    }

    /// Adds what it wants observed while it is on the screen.
    fn interest(&self, _seen: Seen<'_>, _interest: &mut Interest) {}

    /// A click at this place inside its frame; a second click on the same row opens it.
    fn click(&mut self, _column: u16, _row: u16, _seen: Seen<'_>, _whole: bool) -> Outcome {
        Outcome::Ignored
    }

    /// Reads these logs from now on, in place of what it read before.
    fn read(&mut self, _sources: Vec<LogSource>) {}

    /// What it wants to read from now on; `Some` once, when it has changed. An empty list ends all reading.
    fn requests(&mut self) -> Option<Vec<LogRequest>> {
        None
    }

    /// Whether it shows lines as they come: then they are brought at once, else with the clock.
    fn follows(&self) -> bool {
        false
    }

    /// Takes in lines that were read.
    fn take(&mut self, _batch: LogBatch) {}

    /// What it wants to know of the past; `Some` once, when the end of what it knows was seen.
    fn past(&mut self) -> Option<Past> {
        None
    }

    /// Takes in what the journal holds.
    fn recall(&mut self, _recalled: &Recalled) {}
}
