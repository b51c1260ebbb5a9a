//! The command line and palette in one: a typed command is done as typed; anything else finds actions, views and objects.
//!
//! Flow: text → `parse` (a command with its objects, or why not) | `find` (what fits, best first) → [`super::Answer`].

mod find;
mod parse;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use tui_input::Input;
use ui::widgets::frame::{Frame, frame};
use ui::widgets::{edit, input, line_input, put};
use ui::{Action, Look, Role, Seen};
use vocab::Text;

pub use parse::Command;

use parse::parse;

use super::{Answer, Keys, place};
use find::{Entry, find};

/// The most entries that are offered.
const OFFERED: usize = 200;

/// The command line.
pub struct Palette {
    input: Input,
    found: Vec<Entry>,
    selected: usize,
    history: Vec<String>,
    /// How far back in the history the line is from, 0 for a new one.
    back: usize,
    note: Option<Text>,
    /// The names of all themes.
    themes: Vec<String>,
}

impl Palette {
    /// An empty line; `history` holds earlier ones, the newest last, `themes` the names of all themes.
    pub fn new(seen: Seen<'_>, history: Vec<String>, themes: Vec<String>) -> Self {
        let mut palette = Self {
            input: Input::default(),
            found: Vec::new(),
            selected: 0,
            history,
            back: 0,
            note: None,
            themes,
        };
        palette.search(seen);
        palette
    }

    fn search(&mut self, seen: Seen<'_>) {
        self.found = find(self.input.value(), seen, &self.themes, OFFERED);
        self.selected = 0;
        self.note = None;
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, action: Option<Action>, seen: Seen<'_>) -> Answer {
        match action {
            Some(Action::InputCancel) => return Answer::Close,
            Some(Action::InputAccept) => return self.accept(seen),
            Some(Action::InputNext) => self.step(true, seen),
            Some(Action::InputPrevious) => self.step(false, seen),
            Some(Action::InputComplete) => {
                if let Some(entry) = self.found.get(self.selected) {
                    self.input = Input::new(entry.typed());
                    self.search(seen);
                }
            }
            _ => {
                if edit(&mut self.input, key) {
                    self.back = 0;
                    self.search(seen);
                }
            }
        }
        Answer::Stay
    }

    /// Moves among what was found; above its first line, back into the history.
    fn step(&mut self, down: bool, seen: Seen<'_>) {
        let from_history = self.back > 0 || self.input.value().is_empty();
        match (down, from_history) {
            (false, true) if self.selected == 0 && self.back < self.history.len() => {
                self.recall(self.back + 1, seen);
            }
            (true, true) if self.back > 0 => self.recall(self.back - 1, seen),
            (true, _) => {
                self.selected = (self.selected + 1).min(self.found.len().saturating_sub(1));
            }
            (false, _) => self.selected = self.selected.saturating_sub(1),
        }
    }

    fn recall(&mut self, back: usize, seen: Seen<'_>) {
        self.back = back;
        let line = self
            .history
            .iter()
            .rev()
            .nth(back.wrapping_sub(1))
            .cloned()
            .unwrap_or_default();
        self.input = Input::new(line);
        self.search(seen);
    }

    fn accept(&mut self, seen: Seen<'_>) -> Answer {
        let text = self.input.value().trim().to_owned();
        match parse(&text, seen, &self.themes) {
            Ok(Some(command)) => Answer::Command(text, command),
            Err(reason) => {
                self.note = Some(reason);
                Answer::Stay
            }
            Ok(None) => {
                if let Some(entry) = self.found.get(self.selected) {
                    let typed = if text.is_empty() { entry.typed() } else { text };
                    return Answer::Command(typed, entry.command());
                }
                self.note = Some("nothing is called so; tab completes, ? lists all keys".into());
                Answer::Stay
            }
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, seen: Seen<'_>) -> Answer {
        input::paste(&mut self.input, text);
        self.search(seen);
        Answer::Stay
    }

    /// Draws it.
    pub fn draw(&mut self, buffer: &mut Buffer, screen: Rect, look: &Look<'_>, keys: Keys<'_>) {
        let styles = look.styles;
        let area = place(
            buffer,
            screen,
            look,
            (90, 22.min(screen.height.saturating_sub(4)).max(5)),
        );
        let mut spec = Frame::dialog(":", "command");
        spec.extra = vec![styles.ink(
            Role::Dim,
            "restart NAME · logs NAME · run @NODE COMMAND · any view, object or action",
        )];
        let inside = frame(buffer, area, look, spec);
        if inside.height == 0 {
            return;
        }
        let x = put(
            buffer,
            inside.x + 1,
            inside.y,
            inside.width.saturating_sub(2),
            styles.bold(Role::Key, ": "),
        );
        line_input(
            buffer,
            Rect {
                x,
                y: inside.y,
                width: inside.right().saturating_sub(x + 1),
                height: 1,
            },
            look,
            &self.input,
        );
        if let Some(note) = &self.note {
            put(
                buffer,
                inside.x + 1,
                inside.y + 1,
                inside.width.saturating_sub(2),
                styles.ink(Role::Warn, note.to_string()),
            );
        }
        self.draw_found(buffer, inside, look, keys);
    }

    fn draw_found(&self, buffer: &mut Buffer, inside: Rect, look: &Look<'_>, keys: Keys<'_>) {
        let styles = look.styles;
        let rows = usize::from(inside.height.saturating_sub(2));
        let first = (self.selected + 1).saturating_sub(rows);
        for (y, (index, entry)) in
            (inside.y + 2..inside.bottom()).zip(self.found.iter().enumerate().skip(first))
        {
            let key = entry
                .action()
                .and_then(|action| keys.map.keys_of(keys.scopes, action))
                .unwrap_or_default();
            let line = vec![
                styles.ink(
                    Role::Accent,
                    if index == self.selected { "▌ " } else { "  " },
                ),
                styles.ink(Role::Text, format!("{:<24} ", entry.name())),
                styles.ink(Role::Dim, format!("{:<10} ", entry.kind())),
                styles.bold(Role::Key, format!("{key:<6} ")),
                styles.ink(Role::Dim, entry.note().to_owned()),
            ];
            put(
                buffer,
                inside.x,
                y,
                inside.width.saturating_sub(1),
                Line::from(line),
            );
            if index == self.selected {
                buffer.set_style(
                    Rect {
                        x: inside.x,
                        y,
                        width: inside.width,
                        height: 1,
                    },
                    styles.of(Role::Selection),
                );
            }
        }
    }
}
