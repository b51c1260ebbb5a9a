//! Lists of labels and values, as details show them.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::styles::{Role, Styles};

/// Labels and values one below the other, the values in one column; made into lines of a page.
pub struct Pairs<'a> {
    styles: &'a Styles,
    width: usize,
    lines: Vec<Line<'static>>,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "values are made on the spot, and a reference at each call would be noise"
)]
impl<'a> Pairs<'a> {
    /// With labels of at most so many cells.
    pub const fn new(styles: &'a Styles, width: usize) -> Self {
        Self {
            styles,
            width,
            lines: Vec::new(),
        }
    }

    /// A label and pieces of value.
    pub fn line(&mut self, label: &str, value: Vec<Span<'static>>) -> &mut Self {
        let gap = " ".repeat(self.width.saturating_sub(label.width()) + 2);
        let mut spans = vec![self.styles.ink(Role::Dim, format!("{label}{gap}"))];
        spans.extend(value);
        self.lines.push(Line::from(spans));
        self
    }

    /// A label and a value.
    pub fn text(&mut self, label: &str, value: impl ToString) -> &mut Self {
        let value = self.styles.ink(Role::Text, value.to_string());
        self.line(label, vec![value])
    }

    /// A label, a value and a dim remark.
    pub fn noted(&mut self, label: &str, value: impl ToString, note: impl ToString) -> &mut Self {
        let value = self.styles.ink(Role::Text, value.to_string());
        let note = self
            .styles
            .ink(Role::Dim, format!("  {}", note.to_string()));
        self.line(label, vec![value, note])
    }

    /// An empty line.
    pub fn gap(&mut self) -> &mut Self {
        self.lines.push(Line::default());
        self
    }

    /// A heading.
    pub fn heading(&mut self, text: &str) -> &mut Self {
        self.lines
            .push(Line::from(self.styles.bold(Role::Strong, text.to_owned())));
        self
    }

    /// The lines.
    pub fn lines(self) -> Vec<Line<'static>> {
        self.lines
    }
}
