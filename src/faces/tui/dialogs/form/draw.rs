//! How a form looks: a row for each field, what is wrong below it, and at the foot what may stand in the one with the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use ui::widgets::frame::{Frame, frame, rule};
use ui::widgets::text::wrap;
use ui::widgets::{fit, line_input, put};
use ui::{Look, Role, Wish};

use super::super::{button, place};
use super::Form;
use super::field::{Choice, Field, Value};
use crate::words::count;

/// The cells of a field's name.
const NAME: u16 = 13;

/// The rows at the foot: what may stand in the field.
const FOOT: u16 = 3;

/// The cells of the widest form.
const WIDEST: u16 = 96;

impl Form {
    fn title(&self) -> String {
        match self.wish() {
            Wish::Deploy => "deploy a site".to_owned(),
            Wish::Release(domain) => format!("release to {domain}"),
            Wish::Restore(domain) => format!("restore {domain}"),
            Wish::Move(domain) => format!("move {domain}"),
            Wish::Rename(domain) => format!("rename {domain}"),
            Wish::Snooze(items) => format!("snooze {}", count(items.len(), "item")),
            Wish::Delegate(items) => format!("delegate {}", count(items.len(), "item")),
            Wish::Remark(items) => format!("write to {}", count(items.len(), "item")),
            Wish::Note => "write a note".to_owned(),
        }
    }

    /// Draws it.
    pub fn draw(&self, buffer: &mut Buffer, screen: Rect, look: &Look<'_>) {
        let width = screen.width.min(WIDEST);
        let value = width.saturating_sub(NAME + 6);
        let errors: Vec<Vec<String>> = self
            .fields
            .iter()
            .map(|field| match &field.error {
                Some(error) => wrap(error, usize::from(value)),
                None => Vec::new(),
            })
            .collect();
        let rows = errors.iter().map(|lines| lines.len() as u16 + 1);
        let rows: u16 = rows.sum();
        let area = place(buffer, screen, look, (width, rows + FOOT + 7));
        let mut spec = Frame::dialog("", self.title());
        if self.is_waiting() {
            spec.extra = vec![look.styles.ink(Role::Auto, "the plan is being made …")];
        }
        let inside = frame(buffer, area, look, spec);
        if inside.height < 3 || inside.width < NAME + 8 {
            return;
        }
        let (buttons, foot) = (2, if inside.height > rows + 6 { FOOT } else { 1 });
        let body = Rect {
            x: inside.x + 2,
            y: inside.y + u16::from(inside.height > rows + 6),
            width: inside.width - 3,
            height: inside.height.saturating_sub(buttons + foot + 1),
        };
        self.draw_fields(buffer, body, look, &errors);
        let foot = Rect {
            y: inside.bottom() - buttons - foot,
            height: foot,
            ..body
        };
        self.draw_foot(buffer, foot, look);
        rule(buffer, area, inside.bottom() - 2, look, Role::DialogBorder);
        let mut line = button(
            look,
            "enter",
            if self.wish().is_of_items() {
                "do it"
            } else {
                "plan"
            },
        );
        line.extend(button(look, "tab", "next"));
        line.extend(button(look, "esc", "close, it is kept"));
        let y = inside.bottom() - 1;
        put(buffer, body.x, y, body.width, Line::from(line));
    }

    fn draw_fields(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        look: &Look<'_>,
        errors: &[Vec<String>],
    ) {
        // Where not all has room, the field with the keys is seen.
        let before = errors.iter().take(self.focus + 1);
        let needed: usize = before.map(|lines| lines.len() + 1).sum();
        let mut skip = needed.saturating_sub(usize::from(area.height));
        let mut y = area.y;
        for (index, (field, errors)) in self.fields.iter().zip(errors).enumerate() {
            if skip > 0 {
                skip = skip.saturating_sub(errors.len() + 1);
                continue;
            }
            let focused = index == self.focus && !self.is_waiting();
            if y < area.bottom() {
                draw_field(
                    buffer,
                    Rect {
                        y,
                        height: 1,
                        ..area
                    },
                    look,
                    field,
                    focused,
                );
            }
            y += 1;
            for error in errors {
                if y < area.bottom() {
                    let ink = look.styles.ink(Role::Bad, error.clone());
                    put(
                        buffer,
                        area.x + NAME,
                        y,
                        area.width.saturating_sub(NAME),
                        ink,
                    );
                }
                y += 1;
            }
        }
    }

    fn draw_foot(&self, buffer: &mut Buffer, area: Rect, look: &Look<'_>) {
        let width = usize::from(area.width);
        let lines: Vec<Ink<'static>> = match (&self.note, self.fields.get(self.focus)) {
            (Some(note), _) => wrap(note, width)
                .into_iter()
                .map(|line| look.styles.ink(Role::Warn, line))
                .collect(),
            (None, Some(field)) => foot(field, width)
                .into_iter()
                .map(|line| look.styles.ink(Role::Dim, line))
                .collect(),
            (None, None) => Vec::new(),
        };
        for (y, line) in (area.y..area.bottom()).zip(lines) {
            put(buffer, area.x, y, area.width, line);
        }
    }
}

fn draw_field(buffer: &mut Buffer, area: Rect, look: &Look<'_>, field: &Field, focused: bool) {
    let styles = look.styles;
    let name = if focused {
        styles.bold(Role::Accent, format!("▸ {}", field.name))
    } else {
        styles.ink(Role::Dim, format!("  {}", field.name))
    };
    put(buffer, area.x - 1, area.y, NAME, name);
    let value = Rect {
        x: area.x + NAME,
        width: area.width.saturating_sub(NAME),
        ..area
    };
    match (&field.value, field.edited()) {
        (_, Some(line)) if focused => line_input(buffer, value, look, line),
        (Value::Word(choices, chosen), _) => {
            let line = words(choices, *chosen, look, focused, usize::from(value.width));
            put(buffer, value.x, value.y, value.width, line);
        }
        _ => {
            let shown = if field.text().is_empty() {
                styles.ink(Role::Faint, "_".repeat(24.min(usize::from(value.width))))
            } else {
                styles.ink(Role::Text, field.text().to_owned())
            };
            put(buffer, value.x, value.y, value.width, shown);
        }
    }
}

/// All words with the chosen one standing out, where they have room; else the chosen one alone.
fn words(
    choices: &[Choice],
    chosen: usize,
    look: &Look<'_>,
    focused: bool,
    width: usize,
) -> Line<'static> {
    let styles = look.styles;
    let picked = |word: &str| {
        let role = if focused { Role::Accent } else { Role::Strong };
        styles.bold(role, format!("[{word}]"))
    };
    let all: Line<'static> = choices
        .iter()
        .enumerate()
        .flat_map(|(index, choice)| {
            let ink = if index == chosen {
                picked(&choice.word)
            } else {
                styles.ink(Role::Dim, format!(" {} ", choice.word))
            };
            [ink, Ink::raw(" ")]
        })
        .collect();
    if all.width() <= width {
        return all;
    }
    choices.get(chosen).map_or_else(Line::default, |choice| {
        let place = format!(" {} of {}", chosen + 1, choices.len());
        Line::from(vec![picked(&choice.word), styles.ink(Role::Dim, place)])
    })
}

/// What may stand in a field: the names a path can go on with, what there is to know of a word, else the hint.
fn foot(field: &Field, width: usize) -> Vec<String> {
    let offered = field.offered();
    if !offered.is_empty() {
        return wrap(&fit(&offered.join("   "), width * usize::from(FOOT)), width);
    }
    if let Value::Word(choices, chosen) = &field.value
        && let Some(choice) = choices.get(*chosen)
    {
        let mut lines = vec![format!("{}: {}", choice.word, choice.note)];
        if choices.len() > 1 {
            lines.push("arrows or a first letter choose".to_owned());
        }
        return lines;
    }
    wrap(field.hint, width)
}
