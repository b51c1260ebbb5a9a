//! The three ways out of a run that could not see to everything: what is left, what it costs, and what each way does.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use tui_input::Input;
use ui::widgets::frame::{Frame, frame, rule};
use ui::widgets::text::wrap;
use ui::widgets::{Page, edit, line_input, put};
use ui::{Action, Look, Role, Seen};
use vocab::{RunId, Text, Time};
use world::run::StepState;
use world::{LeftOver, Run, RunState, WayOut};

use super::plan::UNREAD;
use super::{Answer, button, place};

/// The dialog.
pub struct WaysOut {
    run: RunId,
    /// Why it is kept, while that is being typed.
    reason: Option<Input>,
    page: Page,
    note: Option<Text>,
    /// When it was first drawn.
    drawn: Option<Time>,
}

impl WaysOut {
    /// For a run; an error in words when it needs nobody.
    pub fn new(run: RunId, seen: Seen<'_>) -> Result<Self, Text> {
        match seen.world.runs.get(&run) {
            Some(known) if known.state == RunState::NeedsOperator => Ok(Self {
                run,
                reason: None,
                page: Page::default(),
                note: None,
                drawn: None,
            }),
            Some(known) => Err(Text::line(format!(
                "{} needs no operator: it is {}",
                known.plan.title,
                known.state.word()
            ))),
            None => Err(Text::line(format!(
                "the run is older than what is held here: wheelhouse runs resolve {}",
                run.short()
            ))),
        }
    }

    fn counts(&self, now: Time) -> bool {
        self.drawn.is_some_and(|drawn| now >= drawn + UNREAD)
    }

    /// When its keys begin to count, while they do not and it is on the screen.
    pub fn counts_at(&self, now: Time) -> Option<Time> {
        let drawn = self.drawn.filter(|_| !self.counts(now));
        drawn.map(|drawn| drawn + UNREAD)
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, action: Option<Action>, now: Time) -> Answer {
        self.note = None;
        if action == Some(Action::DialogCancel) {
            return if self.reason.take().is_some() {
                Answer::Stay
            } else {
                Answer::Close
            };
        }
        if let Some(reason) = &mut self.reason {
            if action != Some(Action::DialogPress) {
                edit(reason, key);
                return Answer::Stay;
            }
            let why = Text::line(reason.value().trim());
            if why.is_empty() {
                self.note = Some("say why, for whoever finds it later".into());
                return Answer::Stay;
            }
            return Answer::Resolve(self.run, WayOut::Keep(why));
        }
        let modified = key
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match key.code {
            // Typed before it could be read: it was meant for something else.
            _ if modified || !self.counts(now) => {}
            KeyCode::Char('r') => return Answer::Resolve(self.run, WayOut::Retry),
            KeyCode::Char('g') => return Answer::Resolve(self.run, WayOut::Removed),
            KeyCode::Char('k') => {
                self.reason = Some(Input::default());
                return Answer::Stay;
            }
            _ => {}
        }
        match action {
            Some(Action::DialogPress) => Answer::Close,
            Some(action) => {
                self.page.act(action);
                Answer::Stay
            }
            None => Answer::Stay,
        }
    }

    /// Takes pasted text, as a reason only.
    pub fn paste(&mut self, text: &str) {
        if let Some(reason) = &mut self.reason {
            ui::widgets::input::paste(reason, text);
        }
    }

    /// Draws it; the keys are dim until they count.
    pub fn draw(&mut self, buffer: &mut Buffer, screen: Rect, seen: Seen<'_>, look: &Look<'_>) {
        let drawn = self.drawn.filter(|drawn| *drawn <= seen.now);
        self.drawn = drawn.or(Some(seen.now));
        let width = screen.width.min(100);
        let Some(run) = seen.world.runs.get(&self.run) else {
            return;
        };
        let lines = lines(run, look, usize::from(width.saturating_sub(6)));
        let area = place(buffer, screen, look, (width, lines.len() as u16 + 7));
        let mut spec = Frame::dialog("F", run.plan.title.to_string());
        spec.extra = vec![look.styles.ink(Role::Bad, run.state.word())];
        let inside = frame(buffer, area, look, spec);
        if inside.height < 4 {
            return;
        }
        let body = Rect {
            x: inside.x + 1,
            y: inside.y + 1,
            width: inside.width.saturating_sub(2),
            height: inside.height - 4,
        };
        self.page.draw(buffer, body, lines);
        rule(buffer, area, inside.bottom() - 3, look, Role::DialogBorder);
        let foot = Rect {
            x: inside.x + 2,
            y: inside.bottom() - 2,
            width: inside.width.saturating_sub(3),
            height: 1,
        };
        self.draw_foot(buffer, foot, seen.now, look);
    }

    fn draw_foot(&self, buffer: &mut Buffer, area: Rect, now: Time, look: &Look<'_>) {
        if let Some(reason) = &self.reason {
            let ask = look.styles.ink(Role::Dim, "kept, because  ");
            let x = put(buffer, area.x, area.y, area.width, ask);
            let width = area.right().saturating_sub(x);
            line_input(buffer, Rect { x, width, ..area }, look, reason);
        } else {
            let mut line: Vec<Ink<'static>> = [
                button(look, "r", "try again"),
                button(look, "g", "gone: I removed it"),
                button(look, "k", "keep it"),
            ]
            .concat();
            if !self.counts(now) {
                for piece in &mut line {
                    piece.style = look.styles.of(Role::Dim);
                }
            }
            line.extend(button(look, "esc", "not now"));
            put(buffer, area.x, area.y, area.width, Line::from(line));
        }
        if let Some(note) = &self.note {
            let note = look.styles.ink(Role::Warn, note.to_string());
            put(buffer, area.x, area.y + 1, area.width, note);
        }
    }
}

/// What is left of each step and why, and what the three ways come to.
fn lines(run: &Run, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut lines = Vec::new();
    for (step, record) in run.plan.steps.iter().zip(&run.steps) {
        let StepState::Stuck { reason, left } = &record.state else {
            continue;
        };
        lines.push(Line::from(vec![
            styles.ink(Role::Bad, "! "),
            styles.bold(Role::Strong, step.title.to_string()),
        ]));
        if let Some(left) = left {
            lines.push(leftover(left, look));
        }
        let why = wrap(reason, width.saturating_sub(4)).into_iter();
        lines.extend(why.map(|part| Line::from(styles.ink(Role::Dim, format!("  {part}")))));
        lines.push(Line::default());
    }
    for (key, words) in [
        (
            "r",
            "the steps that are stuck are done again, from where they stopped",
        ),
        (
            "g",
            "it is looked for first; when it is gone, the run goes on without it",
        ),
        (
            "k",
            "it stays and goes on costing; for 30 days nobody is told of it again",
        ),
    ] {
        lines.push(Line::from(vec![
            styles.bold(Role::Key, format!("{key}  ")),
            styles.ink(Role::Text, words),
        ]));
    }
    lines
}

fn leftover(left: &LeftOver, look: &Look<'_>) -> Line<'static> {
    let mut line = vec![look.styles.ink(
        Role::Text,
        format!("  {} {}, id {}", left.kind, left.name, left.id),
    )];
    if let Some(monthly) = &left.monthly {
        line.push(look.styles.ink(Role::Money, format!("  {monthly} a month")));
    }
    Line::from(line)
}
