//! One line taken apart: where it is from, its fields, and all of its text.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ui::widgets::{Page, Pairs};
use ui::{Action, Look};
use world::logs::{Entry, fields};

/// The page of one line.
pub struct Fields {
    head: Vec<(&'static str, String)>,
    found: Vec<fields::Field>,
    text: String,
    page: Page,
}

impl Fields {
    /// Takes a line apart.
    pub fn new(entry: &Entry, source: &str) -> Self {
        let head = vec![
            ("time", entry.meta.id.at.to_string()),
            ("source", source.to_owned()),
            ("level", format!("{:?}", entry.meta.level).to_lowercase()),
            (
                "output",
                if entry.meta.output == vocab::Output::Out {
                    "standard output"
                } else {
                    "standard error"
                }
                .to_owned(),
            ),
        ];
        let text = entry.text.to_string();
        Self {
            head,
            found: fields::fields(&text),
            text,
            page: Page::default(),
        }
    }

    /// Scrolls; whether the action was one of scrolling.
    pub fn act(&mut self, action: Action) -> bool {
        self.page.act(action)
    }

    /// Draws it.
    pub fn draw(&mut self, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let widest = self
            .found
            .iter()
            .map(|field| field.name.width())
            .max()
            .unwrap_or(0);
        let mut pairs = Pairs::new(look.styles, widest.clamp(8, 32) + 2);
        for (name, value) in &self.head {
            pairs.text(name, value);
        }
        if !self.found.is_empty() {
            pairs.heading("fields");
            for field in &self.found {
                pairs.text(&field.name, &field.value);
            }
        }
        pairs.heading("text");
        let mut lines = pairs.lines();
        let width = usize::from(area.width.saturating_sub(2)).max(1);
        let wrapped = ui::widgets::text::wrap(&self.text, width);
        lines.extend(
            wrapped
                .into_iter()
                .map(|line| look.styles.ink(ui::Role::Text, line).into()),
        );
        self.page.draw(buffer, area, lines);
    }
}
