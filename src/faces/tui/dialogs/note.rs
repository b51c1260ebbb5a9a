//! Something to read: why a figure says what it says, what the console has to say of itself, the settings in force.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ui::widgets::Page;
use ui::widgets::frame::{Frame, frame};
use ui::widgets::text::wrap;
use ui::{Action, Figure, Look, Role};
use unicode_width::UnicodeWidthStr;

use super::{Answer, place};

/// A line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A figure with its source.
    Figure(Figure),
    /// Words, grave or not.
    Words {
        /// What is said.
        text: String,
        /// Whether something does not work because of it.
        grave: bool,
    },
}

/// Something to read.
pub struct Note {
    key: &'static str,
    name: String,
    subject: String,
    items: Vec<Item>,
    page: Page,
}

impl Note {
    /// Where figures come from.
    pub fn why(subject: String, figures: Vec<Figure>) -> Self {
        let items = figures.into_iter().map(Item::Figure).collect();
        Self {
            key: "w",
            name: "why".to_owned(),
            subject,
            items,
            page: Page::default(),
        }
    }

    /// Words about the console itself.
    pub fn of(name: &str, subject: String, items: Vec<Item>) -> Self {
        Self {
            key: "",
            name: name.to_owned(),
            subject,
            items,
            page: Page::default(),
        }
    }

    /// Takes a key.
    pub fn key(&mut self, action: Option<Action>) -> Answer {
        match action {
            Some(Action::DialogCancel | Action::DialogPress) => Answer::Close,
            Some(action) => {
                self.page.act(action);
                Answer::Stay
            }
            None => Answer::Stay,
        }
    }

    /// Draws it.
    pub fn draw(&mut self, buffer: &mut Buffer, screen: Rect, look: &Look<'_>) {
        let width = screen.width.min(100);
        let lines = self.lines(look, usize::from(width.saturating_sub(6)));
        let area = place(buffer, screen, look, (width, lines.len() as u16 + 4));
        let mut spec = Frame::dialog(self.key, self.name.clone());
        spec.extra = vec![look.styles.ink(Role::Dim, self.subject.clone())];
        spec.note = Line::from(
            look.styles.ink(
                Role::Dim,
                self.page
                    .position()
                    .unwrap_or_else(|| "esc closes".to_owned()),
            ),
        );
        let inside = frame(buffer, area, look, spec);
        let top = u16::from(inside.height > 3);
        let body = Rect {
            x: inside.x + 1,
            y: inside.y + top,
            width: inside.width.saturating_sub(2),
            height: inside.height - top,
        };
        self.page.draw(buffer, body, lines);
    }

    fn lines(&self, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
        let styles = look.styles;
        let figures = self.items.iter().filter_map(|item| {
            if let Item::Figure(figure) = item {
                Some(figure)
            } else {
                None
            }
        });
        let (label, value) = figures.fold((0, 0), |(label, value), figure| {
            (
                label.max(figure.label.width()),
                value.max(figure.value.width()),
            )
        });
        let value = value.min(30);
        let mut lines = Vec::new();
        for item in &self.items {
            match item {
                Item::Figure(figure) => {
                    let before = label + value + 4;
                    for (index, part) in wrap(&figure.source, width.saturating_sub(before).max(10))
                        .into_iter()
                        .enumerate()
                    {
                        let (name, says) = if index == 0 {
                            (figure.label.as_str(), figure.value.as_str())
                        } else {
                            ("", "")
                        };
                        lines.push(Line::from(vec![
                            styles.ink(Role::Dim, format!("{name:<label$}  ")),
                            styles.ink(Role::Text, format!("{says:<value$}  ")),
                            styles.ink(Role::Dim, part),
                        ]));
                    }
                }
                Item::Words { text, grave } => {
                    let role = if *grave { Role::Warn } else { Role::Text };
                    lines.extend(
                        wrap(text, width)
                            .into_iter()
                            .map(|line| Line::from(styles.ink(role, line))),
                    );
                }
            }
        }
        lines
    }
}
