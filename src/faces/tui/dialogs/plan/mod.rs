//! The plan dialog: exactly what would be done, to what, how it is taken back, and what has to be pressed or typed.

mod money;
mod words;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use tui_input::Input;
use ui::widgets::frame::{Frame, frame, rule};
use ui::widgets::{Page, edit, line_input, put};
use ui::{Action, Look, Role, Seen};
use vocab::{Span, Text, Time};
use world::{Confirmation, Consent, Plan};

use super::{Answer, button, place};

/// What has the keys in a dialog that asks for a name: at first what does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    Cancel,
    Name,
    Go,
}

/// How long a plan is on the screen before its keys count: what is typed ahead is no consent.
pub(super) const UNREAD: Span = Span::millis(400);

/// The order tab goes in.
const ORDER: [Focus; 3] = [Focus::Cancel, Focus::Name, Focus::Go];

/// A plan that asks for a letter or a name.
pub struct PlanDialog {
    plan: Plan,
    focus: Focus,
    name: Input,
    page: Page,
    note: Option<Text>,
    /// When it was first drawn.
    drawn: Option<Time>,
}

impl PlanDialog {
    /// Shows a plan.
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            focus: Focus::Cancel,
            name: Input::default(),
            page: Page::default(),
            note: None,
            drawn: None,
        }
    }

    /// When its keys begin to count, while they do not and it is on the screen.
    pub fn counts_at(&self, now: Time) -> Option<Time> {
        self.drawn
            .filter(|_| !self.counts(now))
            .map(|drawn| drawn + UNREAD)
    }

    fn counts(&self, now: Time) -> bool {
        self.drawn.is_some_and(|drawn| now >= drawn + UNREAD)
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, action: Option<Action>, now: Time) -> Answer {
        self.note = None;
        match action {
            Some(Action::DialogCancel) => return Answer::Close,
            Some(action) if self.page.act(action) => {}
            // Typed before the plan could be seen: it was meant for something else.
            _ if !self.counts(now) => {}
            Some(Action::DialogNext) => self.focus = self.turn(1),
            Some(Action::DialogPrevious) => self.focus = self.turn(2),
            Some(Action::DialogPress) => return self.press(),
            _ => return self.typed(key),
        }
        Answer::Stay
    }

    fn turn(&self, by: usize) -> Focus {
        if !matches!(self.plan.confirmation, Confirmation::TypedName(_)) {
            return Focus::Cancel;
        }
        let at = ORDER
            .iter()
            .position(|focus| *focus == self.focus)
            .unwrap_or(0);
        ORDER[(at + by) % ORDER.len()]
    }

    fn press(&mut self) -> Answer {
        match (self.focus, &self.plan.confirmation) {
            (Focus::Name | Focus::Go, Confirmation::TypedName(wanted)) => {
                let typed = Text::line(self.name.value());
                if typed == *wanted {
                    return Answer::Submit(Box::new(self.plan.clone()), Consent::Typed(typed));
                }
                self.note = Some(Text::line(format!("this is not \"{wanted}\"")));
                self.focus = Focus::Name;
                Answer::Stay
            }
            _ => Answer::Close,
        }
    }

    fn typed(&mut self, key: &KeyEvent) -> Answer {
        match &self.plan.confirmation {
            Confirmation::Letter(letter) => {
                let plain = !key
                    .modifiers
                    .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
                if plain && key.code == KeyCode::Char(*letter) {
                    return Answer::Submit(Box::new(self.plan.clone()), Consent::Letter(*letter));
                }
            }
            Confirmation::TypedName(_) if self.focus == Focus::Name => {
                edit(&mut self.name, key);
            }
            Confirmation::TypedName(_) => self.note = Some("tab moves to the name".into()),
            Confirmation::Grace(_) => {}
        }
        Answer::Stay
    }

    /// A name is typed, so that it is read: pasting is refused.
    pub fn paste(&mut self) -> Answer {
        if matches!(self.plan.confirmation, Confirmation::TypedName(_)) {
            self.note = Some("the name has to be typed, not pasted".into());
        }
        Answer::Stay
    }

    /// Draws it; the keys that consent are dim until they count.
    pub fn draw(&mut self, buffer: &mut Buffer, screen: Rect, seen: Seen<'_>, look: &Look<'_>) {
        // A clock that was put back begins anew.
        let drawn = self.drawn.filter(|drawn| *drawn <= seen.now);
        self.drawn = drawn.or(Some(seen.now));
        let width = screen
            .width
            .min(112)
            .max(screen.width.saturating_sub(8).min(112));
        let lines = words::lines(&self.plan, seen, look, usize::from(width.saturating_sub(6)));
        let height = (lines.len() as u16).saturating_add(7);
        let area = place(buffer, screen, look, (width, height));
        let mut spec = Frame::dialog("", self.plan.title.to_string());
        let expected = format!(
            "plan · {} · {} expected",
            self.plan.reversibility.word(),
            self.plan.expected
        );
        spec.extra = vec![look.styles.ink(Role::Dim, expected)];
        if let Some(position) = self.page.position() {
            spec.note = Line::from(
                look.styles
                    .ink(Role::Dim, format!("{position}, arrows scroll")),
            );
        }
        let inside = frame(buffer, area, look, spec);
        if inside.height < 4 {
            self.buttons(
                buffer,
                Rect {
                    y: inside.bottom().saturating_sub(1),
                    height: 1,
                    ..inside
                },
                seen.now,
                look,
            );
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
        self.buttons(
            buffer,
            Rect {
                x: inside.x + 2,
                y: inside.bottom() - 2,
                width: inside.width.saturating_sub(3),
                height: 1,
            },
            seen.now,
            look,
        );
        if let Some(note) = &self.note {
            put(
                buffer,
                inside.x + 2,
                inside.bottom() - 1,
                inside.width.saturating_sub(3),
                look.styles.ink(Role::Warn, note.to_string()),
            );
        }
    }

    fn buttons(&self, buffer: &mut Buffer, area: Rect, now: Time, look: &Look<'_>) {
        let styles = look.styles;
        let counts = self.counts(now);
        match &self.plan.confirmation {
            Confirmation::TypedName(wanted) => {
                let prompt = vec![
                    styles.ink(Role::Dim, "type "),
                    styles.bold(
                        if counts { Role::Bad } else { Role::Dim },
                        wanted.to_string(),
                    ),
                    styles.ink(Role::Dim, "  "),
                ];
                let x = put(buffer, area.x, area.y, area.width, Line::from(prompt));
                let field = Rect {
                    x,
                    width: (wanted.width() as u16 + 3).min(area.right().saturating_sub(x)),
                    ..area
                };
                if self.focus == Focus::Name {
                    line_input(buffer, field, look, &self.name);
                } else {
                    let rest = "_".repeat(
                        usize::from(field.width)
                            .saturating_sub(self.name.value().chars().count() + 1),
                    );
                    put(
                        buffer,
                        field.x,
                        field.y,
                        field.width,
                        styles.ink(Role::Dim, format!("{}{rest}", self.name.value())),
                    );
                }
                let mut line = Vec::new();
                for (focus, words) in [(Focus::Cancel, "cancel"), (Focus::Go, "do it")] {
                    let has = self.focus == focus;
                    let text = if has {
                        format!("▸ {words} ◂")
                    } else {
                        format!("  {words}  ")
                    };
                    line.push(if has {
                        styles.bold(Role::Accent, text)
                    } else {
                        styles.ink(Role::Dim, text)
                    });
                    line.push(Ink::raw("  "));
                }
                line.extend(button(look, "tab", "next"));
                let x = field.right() + 2;
                put(
                    buffer,
                    x,
                    area.y,
                    area.right().saturating_sub(x),
                    Line::from(line),
                );
            }
            Confirmation::Letter(letter) => {
                let mut line = button(look, &letter.to_string(), "run it");
                if !counts {
                    for piece in &mut line {
                        piece.style = styles.of(Role::Dim);
                    }
                }
                line.extend(button(look, "esc", "not now"));
                put(buffer, area.x, area.y, area.width, Line::from(line));
            }
            Confirmation::Grace(_) => {
                put(
                    buffer,
                    area.x,
                    area.y,
                    area.width,
                    Line::from(button(look, "esc", "close")),
                );
            }
        }
    }
}
