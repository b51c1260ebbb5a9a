//! Questions with two answers: whether to leave while something runs, whether to unlock, whether to do this with a schedule
//! or ask it of the autopilot.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ui::widgets::frame::{Frame, frame};
use ui::widgets::put;
use ui::widgets::text::wrap;
use ui::{Action, Look, Role};
use vocab::ScheduleName;
use world::{AutopilotRequest, ScheduleVerb};

use super::{Answer, button, place};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Whether to leave while these runs are under way.
    Leave(Vec<String>),
    /// Whether changes are to be possible again.
    Unlock,
    /// Whether to do this with the schedule, which does that.
    Schedule(ScheduleName, ScheduleVerb, String),
    /// Whether to ask this of the autopilot, and what it comes to.
    Autopilot(AutopilotRequest, String),
}

/// The letter that agrees.
const fn letter_of(verb: ScheduleVerb) -> &'static str {
    match verb {
        ScheduleVerb::Run => "r",
        ScheduleVerb::Pause { .. } => "p",
        ScheduleVerb::Resume => "u",
    }
}

/// What is asked of the autopilot: the letter that agrees, and its word.
const fn asked(request: &AutopilotRequest) -> (&'static str, &'static str) {
    match request {
        AutopilotRequest::Stop => ("s", "stop"),
        AutopilotRequest::Start => ("s", "start"),
        AutopilotRequest::Trust(_) => ("t", "trust"),
        AutopilotRequest::Distrust(_) => ("t", "withdraw"),
    }
}

/// A question with two answers.
pub struct Quit {
    question: Question,
}

impl Quit {
    /// Asks.
    pub const fn new(question: Question) -> Self {
        Self { question }
    }

    /// Takes a key.
    pub fn key(&self, key: &KeyEvent, action: Option<Action>) -> Answer {
        match (&self.question, key.code, action) {
            (_, _, Some(Action::DialogCancel | Action::DialogPress)) => Answer::Close,
            (Question::Leave(_), KeyCode::Char('q'), _) => Answer::Quit,
            (Question::Unlock, KeyCode::Char('L'), _) => Answer::Unlock,
            (Question::Schedule(name, verb, _), KeyCode::Char(letter), _)
                if letter_of(*verb).starts_with(letter) =>
            {
                Answer::Schedule(name.clone(), *verb)
            }
            (Question::Autopilot(request, _), KeyCode::Char(letter), _)
                if asked(request).0.starts_with(letter) =>
            {
                Answer::Autopilot(request.clone())
            }
            _ => Answer::Stay,
        }
    }

    /// Draws it.
    pub fn draw(&self, buffer: &mut Buffer, screen: Rect, look: &Look<'_>) {
        let (name, words, key, yes) = match &self.question {
            Question::Leave(runs) => (
                "leave",
                format!(
                    "Still under way: {}. The step in flight ends first; no further step is begun.",
                    runs.join(", ")
                ),
                "q",
                "leave",
            ),
            Question::Unlock => (
                "unlock",
                "Changes to the fleet become possible again, each with its plan.".to_owned(),
                "L",
                "unlock",
            ),
            Question::Schedule(name, verb, what) => {
                let words = match verb {
                    ScheduleVerb::Run => format!(
                        "A turn of {name} begins now: {what}. Its runs are in the journal like any other."
                    ),
                    ScheduleVerb::Pause { .. } => {
                        format!("No turn of {name} begins until it is resumed: {what}.")
                    }
                    ScheduleVerb::Resume => format!("The turns of {name} begin again: {what}."),
                };
                ("schedule", words, letter_of(*verb), verb.word())
            }
            Question::Autopilot(request, words) => {
                let (letter, word) = asked(request);
                ("autopilot", words.clone(), letter, word)
            }
        };
        let width = screen.width.min(70);
        let lines = wrap(&words, usize::from(width.saturating_sub(6)));
        let area = place(buffer, screen, look, (width, lines.len() as u16 + 5));
        let inside = frame(buffer, area, look, Frame::dialog("", name));
        let top = u16::from(inside.height > 3);
        for (y, line) in (inside.y + top..inside.bottom()).zip(lines) {
            put(
                buffer,
                inside.x + 2,
                y,
                inside.width.saturating_sub(3),
                look.styles.ink(Role::Text, line),
            );
        }
        let mut line = button(look, key, yes);
        line.extend(button(look, "esc", "stay"));
        put(
            buffer,
            inside.x + 2,
            inside.bottom().saturating_sub(1),
            inside.width.saturating_sub(3),
            Line::from(line),
        );
    }
}
