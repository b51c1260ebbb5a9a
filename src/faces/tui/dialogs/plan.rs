//! The plan dialog: exactly what would be done, to what, how it is taken back, and what has to be pressed or typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use tui_input::Input;
use ui::widgets::frame::{Frame, frame, rule};
use ui::widgets::text::wrap;
use ui::widgets::{Page, edit, fit, line_input, put};
use ui::{Action, Look, Role, Seen};
use vocab::{Span, Text, Time};
use world::query::concerns;
use world::{Confirmation, Consent, Plan};

use super::{Answer, button, place};
use crate::words;

/// What has the keys in a dialog that asks for a name: at first what does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    Cancel,
    Name,
    Go,
}

/// How long a plan is on the screen before its keys count: what is typed ahead is no consent.
const UNREAD: Span = Span::millis(400);

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
        let lines = self.lines(seen, look, usize::from(width.saturating_sub(6)));
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

    fn lines(&self, seen: Seen<'_>, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
        let mut lines = why(&self.plan, seen, look, width);
        lines.extend(steps(&self.plan, look, width));
        lines.push(Line::default());
        lines.extend(touches(&self.plan, look, width));
        lines.extend(undo(&self.plan, seen, look));
        for warning in &self.plan.warnings {
            for (index, part) in wrap(warning, width.saturating_sub(9))
                .into_iter()
                .enumerate()
            {
                let label = if index == 0 { "Warning " } else { "        " };
                lines.push(Line::from(vec![
                    look.styles.bold(Role::Warn, label),
                    look.styles.ink(Role::Warn, part),
                ]));
            }
        }
        lines
    }
}

fn label(look: &Look<'_>, word: &str) -> Ink<'static> {
    look.styles.ink(Role::Dim, format!("{word:<8}"))
}

/// The concern the plan answers to, when there is one.
fn why(plan: &Plan, seen: Seen<'_>, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let found = concerns(seen.world, seen.now)
        .into_iter()
        .find(|concern| concern.fix.as_ref() == Some(&plan.intent));
    let Some(concern) = found else {
        return Vec::new();
    };
    let age = seen.now.since(concern.since);
    let detail = fit(&concern.detail, width.saturating_sub(12));
    vec![
        Line::from(vec![
            label(look, "Why"),
            look.styles.bold(Role::Strong, concern.title.to_string()),
            look.styles.ink(Role::Text, format!(" for {age}")),
        ]),
        Line::from(vec![label(look, ""), look.styles.ink(Role::Dim, detail)]),
        Line::default(),
    ]
}

/// Each step in words with its exact call beside it, object by object.
fn steps(plan: &Plan, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut lines = Vec::new();
    let mut object = None;
    let column = (width / 2).clamp(12, 52);
    for (index, step) in plan.steps.iter().enumerate() {
        if plan.objects.len() > 1 && object != Some(step.object) {
            object = Some(step.object);
            if let Some(of) = plan.objects.get(step.object) {
                let head = if index == 0 { "Steps" } else { "" };
                lines.push(Line::from(vec![
                    label(look, head),
                    styles.bold(Role::Strong, of.name.to_string()),
                    styles.ink(Role::Dim, format!(" on {}", of.node)),
                ]));
            }
        }
        let head = if index == 0 && plan.objects.len() <= 1 {
            "Steps"
        } else {
            ""
        };
        let title = fit(&step.title, column.saturating_sub(2));
        let gap = " ".repeat(column.saturating_sub(Ink::raw(title.clone()).width()));
        lines.push(Line::from(vec![
            label(look, head),
            styles.ink(Role::Dim, format!("{:<3}", index + 1)),
            styles.ink(Role::Text, format!("{title}{gap}")),
            styles.ink(Role::Dim, short_ids(&step.exact)),
        ]));
    }
    if !plan.verification.is_empty() {
        lines.push(Line::from(vec![
            label(look, ""),
            styles.ink(Role::Ok, "✓  "),
            styles.ink(Role::Text, plan.verification.to_string()),
        ]));
    }
    lines
}

/// A call with its 64-digit ids cut to twelve, so that the verb behind them is seen; the journal has them whole.
fn short_ids(exact: &str) -> String {
    const SHOWN: usize = 12;
    let mut out = String::with_capacity(exact.len());
    let mut rest = exact;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let (id, tail) = rest.split_at(digits);
        if digits >= 32 {
            out.push_str(&id[..SHOWN]);
            out.push('…');
        } else {
            out.push_str(id);
        }
        let mut letters = tail.chars();
        out.extend(letters.next());
        rest = letters.as_str();
    }
    out
}

/// Everything it touches, by name: never a category.
fn touches(plan: &Plan, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let styles = look.styles;
    let nodes: std::collections::BTreeSet<_> =
        plan.objects.iter().map(|object| &object.node).collect();
    let sum = format!(
        "{} on {}",
        words::count(plan.objects.len(), "object"),
        words::count(nodes.len(), "node")
    );
    let order = if plan.one_by_one {
        ", one after another"
    } else {
        ""
    };
    let mut lines = vec![Line::from(vec![
        label(look, "Touches"),
        styles.ink(Role::Text, format!("{sum}{order}")),
    ])];
    for object in &plan.objects {
        let rest = format!("  on {}  {}", object.node, object.detail);
        lines.push(Line::from(vec![
            label(look, ""),
            styles.ink(Role::Dim, format!("{} ", object.kind)),
            styles.ink(Role::Text, object.name.to_string()),
            styles.ink(
                Role::Dim,
                fit(
                    &rest,
                    width.saturating_sub(10 + object.kind.width() + object.name.width()),
                ),
            ),
        ]));
    }
    lines
}

fn undo(plan: &Plan, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let words = match (&plan.inverse, plan.reversibility) {
        (Some(inverse), _) => styles.ink(Role::Text, words::intent(seen.world, inverse)),
        (None, world::Reversibility::Irreversible) => {
            styles.bold(Role::Bad, "none: what is gone stays gone")
        }
        (None, _) => styles.ink(Role::Text, "none needed: nothing is lost"),
    };
    vec![Line::from(vec![label(look, "Undo"), words])]
}
