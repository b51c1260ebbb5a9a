//! Dialogs: what lies above the panes and has the keys while it does.
//!
//! A dialog turns keys into an [`Answer`]; it sends nothing and changes nothing by itself.

mod form;
mod help;
mod menu;
mod note;
mod palette;
mod pick;
mod plan;
mod quit;
mod ways_out;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ui::{Action, KeyMap, Look, Role, Seen};
use vocab::{RunId, ScheduleName, Time};
use world::{
    AutopilotRequest, Consent, Intent, ItemId, MarkRequest, NoteRequest, Plan, ScheduleVerb, WayOut,
};

pub use form::{Form, Listing};
pub use help::Help;
pub use menu::Menu;
pub use note::{Item, Note};
pub use palette::{Command, Palette};
pub use pick::Picker;
pub use plan::PlanDialog;
pub use quit::{Question, Quit};
pub use ways_out::WaysOut;

/// What a key in a dialog comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It stays.
    Stay,
    /// It goes.
    Close,
    /// It goes and this is done.
    Act(Action),
    /// It stays while a plan is made of this.
    Plan(Intent),
    /// It goes and a plan is made of this.
    Ask(Intent),
    /// It goes and this way out of the run is taken.
    Resolve(RunId, WayOut),
    /// It goes and this is done with these items.
    Mark(Vec<ItemId>, MarkRequest),
    /// It goes and this note is written.
    Note(NoteRequest),
    /// It goes and this is asked of the autopilot.
    Autopilot(AutopilotRequest),
    /// It goes and this is done with a schedule.
    Schedule(ScheduleName, ScheduleVerb),
    /// It goes and this typed command is done.
    Command(String, Command),
    /// It goes and the plan is taken on with this consent.
    Submit(Box<Plan>, Consent),
    /// The console ends.
    Quit,
    /// The console is unlocked.
    Unlock,
}

/// What a dialog is given beside the world.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// The keymap.
    pub map: &'a KeyMap,
    /// The scopes of what lies below, for keys that are shown.
    pub scopes: &'a [&'static str],
}

/// A dialog.
pub enum Dialog {
    /// A plan that asks.
    Plan(Box<PlanDialog>),
    /// What a change needs to know.
    Form(Box<Form>),
    /// One of several releases.
    Pick(Picker),
    /// What a run could not see to.
    WaysOut(WaysOut),
    /// What can be done with the selection.
    Menu(Menu),
    /// All keys.
    Help(Help),
    /// The command line.
    Palette(Palette),
    /// Something to read.
    Note(Note),
    /// A question about the console itself.
    Quit(Quit),
}

impl Dialog {
    /// Takes a key. `action` is what the keymap says of it in the dialog's scope.
    pub fn key(&mut self, key: &KeyEvent, action: Option<Action>, seen: Seen<'_>) -> Answer {
        match self {
            Self::Plan(dialog) => dialog.key(key, action, seen.now),
            Self::Form(dialog) => dialog.key(key, action, seen),
            Self::Pick(dialog) => dialog.key(action, seen),
            Self::WaysOut(dialog) => dialog.key(key, action, seen.now),
            Self::Menu(dialog) => dialog.key(key, action),
            Self::Help(dialog) => dialog.key(key, action),
            Self::Palette(dialog) => dialog.key(key, action, seen),
            Self::Note(dialog) => dialog.key(action),
            Self::Quit(dialog) => dialog.key(key, action),
        }
    }

    /// When it looks different though nothing happens.
    pub fn changes_at(&self, now: Time) -> Option<Time> {
        match self {
            Self::Plan(dialog) => dialog.counts_at(now),
            Self::WaysOut(dialog) => dialog.counts_at(now),
            _ => None,
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, seen: Seen<'_>) -> Answer {
        match self {
            Self::Plan(dialog) => dialog.paste(),
            Self::Help(dialog) => dialog.paste(text),
            Self::Palette(dialog) => dialog.paste(text, seen),
            Self::Form(dialog) => {
                dialog.paste(text);
                Answer::Stay
            }
            Self::WaysOut(dialog) => {
                dialog.paste(text);
                Answer::Stay
            }
            Self::Pick(_) | Self::Menu(_) | Self::Note(_) | Self::Quit(_) => Answer::Stay,
        }
    }

    /// The keymap's scopes of its keys, narrow before wide.
    pub const fn scopes(&self) -> &'static [&'static str] {
        match self {
            Self::Help(_) | Self::Palette(_) => &["input"],
            Self::Form(_) => &["form"],
            Self::Pick(_) => &["dialog", "list"],
            Self::Plan(_) | Self::WaysOut(_) | Self::Menu(_) | Self::Note(_) | Self::Quit(_) => {
                &["dialog"]
            }
        }
    }

    /// Draws it over the screen.
    pub fn draw(
        &mut self,
        buffer: &mut Buffer,
        screen: Rect,
        seen: Seen<'_>,
        look: &Look<'_>,
        keys: Keys<'_>,
    ) {
        match self {
            Self::Plan(dialog) => dialog.draw(buffer, screen, seen, look),
            Self::Form(dialog) => dialog.draw(buffer, screen, look),
            Self::Pick(dialog) => dialog.draw(buffer, screen, seen, look),
            Self::WaysOut(dialog) => dialog.draw(buffer, screen, seen, look),
            Self::Menu(dialog) => dialog.draw(buffer, screen, look),
            Self::Help(dialog) => dialog.draw(buffer, screen, look, keys),
            Self::Palette(dialog) => dialog.draw(buffer, screen, look, keys),
            Self::Note(dialog) => dialog.draw(buffer, screen, look),
            Self::Quit(dialog) => dialog.draw(buffer, screen, look),
        }
    }
}

/// Dims what lies below a dialog, between header and footer.
pub fn fade(buffer: &mut Buffer, area: Rect, look: &Look<'_>) {
    let faint = look.styles.of(Role::Faint);
    let ground = look.styles.of(Role::Screen);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.modifier = Modifier::empty();
                cell.set_style(ground).set_style(faint);
            }
        }
    }
}

/// The middle of the screen in this size, cleared; the whole screen where there is no more.
fn place(buffer: &mut Buffer, screen: Rect, look: &Look<'_>, (width, height): (u16, u16)) -> Rect {
    let (width, height) = (
        width.min(screen.width),
        height.min(screen.height.saturating_sub(2).max(1)),
    );
    let area = Rect::new(
        screen.x + (screen.width - width) / 2,
        screen.y
            + 1.min(screen.height.saturating_sub(height))
            + (screen.height.saturating_sub(2).saturating_sub(height)) / 2,
        width,
        height,
    )
    .intersection(buffer.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
    buffer.set_style(area, look.styles.of(Role::Screen));
    buffer.set_style(area, look.styles.of(Role::Dialog));
    area
}

/// A button of a dialog: its key and its words.
fn button(look: &Look<'_>, key: &str, words: &str) -> Vec<ratatui::text::Span<'static>> {
    vec![
        look.styles.bold(Role::Key, key.to_owned()),
        look.styles.ink(Role::Text, format!(" {words}     ")),
    ]
}
