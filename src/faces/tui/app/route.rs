//! From keys, pasted text and the mouse to actions: what lies on top has them first.

use crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::layout::Position;
use ui::keys::chord;
use ui::widgets::{edit, input};
use ui::{Action, Lookup, Outcome, Role, Seen, View};

use super::{App, Demand};
use crate::dialogs::{Answer, Command, Dialog};

impl App {
    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, seen: Seen<'_>) -> Vec<Demand> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.said = None;
        self.touched(seen);
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            match key.code {
                KeyCode::Char('c') => return self.interrupt(seen),
                KeyCode::Char('z') => return vec![Demand::Suspend],
                _ => {}
            }
        }
        self.interrupted = false;
        if !self.dialogs.is_empty() {
            return self.dialog_key(key, seen);
        }
        if self.filter.is_some() {
            self.filter_key(key);
            return Vec::new();
        }
        let Some(chord) = chord(key) else {
            return Vec::new();
        };
        self.pressed.push(chord);
        let scopes = self.scopes();
        match self.keys.lookup(&scopes, &self.pressed) {
            Lookup::Matched(action) => {
                self.pressed.clear();
                self.perform(action, seen)
            }
            Lookup::Pending(_) => Vec::new(),
            Lookup::NotFound => {
                self.pressed.clear();
                Vec::new()
            }
        }
    }

    /// ctrl-c drops what is being typed or asked; twice in a row it ends the console.
    fn interrupt(&mut self, seen: Seen<'_>) -> Vec<Demand> {
        if self.interrupted {
            return vec![Demand::Quit];
        }
        self.interrupted = true;
        self.pressed.clear();
        let closed = self.dialogs.pop();
        let nothing = closed.is_none();
        self.uncover(closed, false);
        if nothing && self.filter.take().is_none() {
            self.say("ctrl-c again ends the console", Role::Text, seen.now);
        }
        Vec::new()
    }

    /// The keymap's scopes of what has the keys, narrow before wide.
    pub(super) fn scopes(&self) -> Vec<&'static str> {
        let pane = self
            .panes
            .iter()
            .find(|pane| pane.view() == self.place.focus);
        let mut scopes: Vec<&'static str> =
            pane.map(|pane| pane.scopes().to_vec()).unwrap_or_default();
        if self.place.view == View::Overview {
            scopes.push("pane.overview");
        }
        scopes.push("global");
        scopes
    }

    fn dialog_key(&mut self, key: &KeyEvent, seen: Seen<'_>) -> Vec<Demand> {
        let Some(dialog) = self.dialogs.last_mut() else {
            return Vec::new();
        };
        let action =
            chord(key).and_then(|chord| match self.keys.lookup(dialog.scopes(), &[chord]) {
                Lookup::Matched(action) => Some(action),
                _ => None,
            });
        // A keymap cannot take the way out away.
        let action =
            action.or_else(|| (key.code == KeyCode::Esc).then_some(way_out(dialog.scopes())));
        let answer = dialog.key(key, action, seen);
        self.answer(answer, seen)
    }

    fn answer(&mut self, answer: Answer, seen: Seen<'_>) -> Vec<Demand> {
        if !matches!(answer, Answer::Stay | Answer::Plan(_)) {
            let closed = self.dialogs.pop();
            self.uncover(closed, matches!(answer, Answer::Submit(..)));
        }
        match answer {
            Answer::Stay | Answer::Close => Vec::new(),
            Answer::Act(action) => self.perform(action, seen),
            Answer::Plan(intent) | Answer::Ask(intent) => self.settle(Outcome::Ask(intent), seen),
            Answer::Command(text, command) => self.command(text, command, seen),
            Answer::Submit(plan, consent) => self.submit(plan, consent),
            Answer::Mark(items, request) => {
                self.draft = None;
                vec![Demand::Mark(items, request)]
            }
            Answer::Note(request) => {
                self.draft = None;
                vec![Demand::Note(Box::new(request))]
            }
            Answer::Autopilot(request) => vec![Demand::Autopilot(request)],
            Answer::Schedule(name, verb) => vec![Demand::Schedule(name, verb)],
            Answer::Resolve(run, way) => vec![Demand::Resolve(run, way)],
            Answer::Quit => vec![Demand::Quit],
            Answer::Unlock => {
                self.locked = false;
                self.say("unlocked", Role::Text, seen.now);
                Vec::new()
            }
        }
    }

    /// A form that is closed is kept until its plan is taken on; one whose plan was agreed to goes with the plan, one
    /// whose plan was not goes on.
    fn uncover(&mut self, closed: Option<Dialog>, agreed: bool) {
        if let Some(Dialog::Form(form)) = closed {
            self.draft = Some(form);
            return;
        }
        if agreed && matches!(self.dialogs.last(), Some(Dialog::Form(_))) {
            let form = self.dialogs.pop();
            self.uncover(form, false);
        } else if let Some(Dialog::Form(form)) = self.dialogs.last_mut() {
            form.resume();
        }
    }

    fn command(&mut self, text: String, command: Command, seen: Seen<'_>) -> Vec<Demand> {
        self.history.retain(|line| *line != text);
        self.history.push_back(text);
        if self.history.len() > super::HISTORY {
            self.history.pop_front();
        }
        match command {
            Command::Action(action) => self.perform(action, seen),
            Command::View(view, filter) => {
                self.go(view);
                if let Some((text, filter)) =
                    filter.zip(self.focused().and_then(|pane| pane.filter()))
                {
                    filter.set(&text);
                }
                Vec::new()
            }
            Command::Jump(about) => self.settle(Outcome::Jump(about), seen),
            Command::Ask(intent) => self.settle(Outcome::Ask(intent), seen),
            Command::Shell(intent) => self.settle(Outcome::Shell(intent), seen),
            Command::Note(text) => self.note(text, seen),
            Command::Theme(name) => vec![Demand::Theme(name)],
            Command::Logs(sources) => self.settle(Outcome::Logs(sources), seen),
        }
    }

    fn filter_key(&mut self, key: &KeyEvent) {
        let action = chord(key).and_then(|chord| match self.keys.lookup(&["input"], &[chord]) {
            Lookup::Matched(action) => Some(action),
            _ => None,
        });
        let action = action.or_else(|| (key.code == KeyCode::Esc).then_some(Action::InputCancel));
        match action {
            Some(Action::InputAccept) => {
                self.filter = None;
                return;
            }
            Some(Action::InputCancel) => {
                self.filter = None;
                self.set_filter("");
                return;
            }
            Some(Action::InputNext | Action::InputPrevious | Action::InputComplete) => return,
            _ => {}
        }
        let Some(line) = &mut self.filter else { return };
        edit(line, key);
        let text = line.value().to_owned();
        self.set_filter(&text);
    }

    fn set_filter(&mut self, text: &str) {
        if let Some(filter) = self.focused().and_then(|pane| pane.filter()) {
            filter.set(text);
        }
    }

    /// Takes pasted text: into what is being typed, else nowhere, so that a paste cannot press keys.
    pub fn paste(&mut self, text: &str, seen: Seen<'_>) -> Vec<Demand> {
        if let Some(dialog) = self.dialogs.last_mut() {
            let answer = dialog.paste(text, seen);
            return self.answer(answer, seen);
        }
        if let Some(line) = &mut self.filter {
            input::paste(line, text);
            let text = line.value().to_owned();
            self.set_filter(&text);
        } else {
            self.say(
                "pasted text is not taken as keys; / or : first",
                Role::Text,
                seen.now,
            );
        }
        Vec::new()
    }

    /// Takes the mouse: a click selects, a second one opens, the wheel moves.
    pub fn mouse_event(&mut self, event: MouseEvent, seen: Seen<'_>) -> Vec<Demand> {
        if !self.dialogs.is_empty() {
            return Vec::new();
        }
        let at = Position::new(event.column, event.row);
        let Some((view, area)) = self
            .areas
            .iter()
            .find(|(_, area)| area.contains(at))
            .copied()
        else {
            return Vec::new();
        };
        let whole = self.whole();
        let outcome = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.place.focus = view;
                let (column, row) = (
                    event.column.saturating_sub(area.x + 1),
                    event.row.saturating_sub(area.y + 1),
                );
                let inside = event.row > area.y && event.row + 1 < area.bottom();
                self.pane(view)
                    .filter(|_| inside)
                    .map(|pane| pane.click(column, row, seen, whole))
            }
            MouseEventKind::ScrollDown => self
                .pane(view)
                .map(|pane| pane.act(Action::ListDown, seen, whole)),
            MouseEventKind::ScrollUp => self
                .pane(view)
                .map(|pane| pane.act(Action::ListUp, seen, whole)),
            _ => None,
        };
        outcome
            .map(|outcome| self.settle(outcome, seen))
            .unwrap_or_default()
    }
}

fn way_out(scopes: &[&str]) -> Action {
    if scopes == ["input"] {
        Action::InputCancel
    } else {
        Action::DialogCancel
    }
}
