//! Forms: what a change needs to know before it can be planned. What is wrong is said at its field; nothing that was
//! typed is lost when the plan is refused, given up or the form is closed.
//!
//! Flow: [`Wish`] → `wishes` (its fields) → keys → `wishes` (the intent) → [`super::Answer::Plan`].

mod draw;
mod field;
mod items;
mod restore;
mod wishes;

use config::Fleet;
use crossterm::event::KeyEvent;
use jiff::tz::TimeZone;
use ui::{Action, Seen, Wish};
use vocab::Text;

use super::Answer;

pub use field::Listing;

use field::Field;

/// A form.
#[derive(Debug, Clone)]
pub struct Form {
    wish: Wish,
    /// The zone of the moments that are typed.
    zone: TimeZone,
    fields: Vec<Field>,
    focus: usize,
    /// What is wrong with all of it.
    note: Option<Text>,
    /// Whether a plan is being made of it, or lies above it.
    waiting: bool,
}

impl Form {
    /// An empty form for a wish.
    pub fn new(wish: Wish, fleet: &Fleet, seen: Seen<'_>, zone: TimeZone) -> Self {
        Self {
            fields: wishes::fields(&wish, fleet, seen),
            wish,
            zone,
            focus: 0,
            note: None,
            waiting: false,
        }
    }

    /// What it is for.
    pub const fn wish(&self) -> &Wish {
        &self.wish
    }

    /// Whether anything was typed that would be missed.
    pub fn is_begun(&self) -> bool {
        let mut lines = self.fields.iter().filter_map(Field::edited);
        lines.any(|line| !line.value().is_empty())
    }

    /// Whether a plan is being made of it, or lies above it.
    pub const fn is_waiting(&self) -> bool {
        self.waiting
    }

    /// Has it take keys again, as it was.
    pub fn resume(&mut self) {
        self.waiting = false;
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, action: Option<Action>, seen: Seen<'_>) -> Answer {
        match action {
            Some(Action::DialogCancel) => return Answer::Close,
            // A plan is on its way, and must find what it was made of.
            _ if self.waiting => {}
            Some(Action::DialogPress) => return self.press(seen),
            Some(Action::DialogNext) => self.turn(1),
            Some(Action::DialogPrevious) => self.turn(self.fields.len().saturating_sub(1)),
            Some(Action::InputComplete) => {
                let completed = self.field().is_some_and(Field::complete);
                if !completed {
                    self.turn(1);
                }
            }
            _ => {
                self.note = None;
                if let Some(field) = self.field() {
                    field.key(key);
                }
            }
        }
        Answer::Stay
    }

    fn field(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.focus)
    }

    fn turn(&mut self, by: usize) {
        self.focus = (self.focus + by) % self.fields.len().max(1);
    }

    /// Makes an intent of it; what is wrong is said where it stands.
    fn press(&mut self, seen: Seen<'_>) -> Answer {
        self.note = None;
        for field in &mut self.fields {
            field.error = None;
        }
        if self.wish.is_of_items() {
            return match items::answer(&self.wish, &self.fields, seen, &self.zone) {
                Ok(answer) => answer,
                Err((at, why)) => {
                    self.complain(at, why);
                    Answer::Stay
                }
            };
        }
        match wishes::intent(&self.wish, &self.fields, seen) {
            Ok(intent) => {
                self.waiting = true;
                Answer::Plan(intent)
            }
            Err((at, why)) => {
                self.complain(at, why);
                Answer::Stay
            }
        }
    }

    fn complain(&mut self, at: usize, why: Text) {
        self.focus = at;
        if let Some(field) = self.field() {
            field.error = Some(why);
        }
    }

    /// The plan was refused: said at the field it speaks of, else below.
    pub fn refused(&mut self, why: Text) {
        self.waiting = false;
        let speaks_of = |field: &Field| {
            let text = field.text();
            let is_named = why.contains(&format!("the {}", field.name));
            is_named || text.len() > 2 && why.contains(text)
        };
        match self.fields.iter().position(speaks_of) {
            Some(at) => self.complain(at, why),
            None => self.note = Some(why),
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        if let Some(field) = self.fields.get_mut(self.focus).filter(|_| !self.waiting) {
            field.paste(text);
        }
    }

    /// The folder it wants to be listed, once.
    pub fn wants(&mut self) -> Option<String> {
        self.fields.iter_mut().find_map(Field::wants)
    }

    /// Takes a folder that was listed.
    pub fn listed(&mut self, listing: &Listing) {
        for field in &mut self.fields {
            field.listed(listing);
        }
    }
}
