//! Pages: lines that scroll, for details, help and outputs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::registry::Action;
use crate::widgets::text::put;

/// Where a page is scrolled to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Page {
    top: usize,
    left: usize,
    rows: usize,
    lines: usize,
}

impl Page {
    /// Scrolls; whether the action was one of scrolling.
    pub fn act(&mut self, action: Action) -> bool {
        let (rows, last) = (
            self.rows.max(1),
            self.lines.saturating_sub(self.rows.max(1)),
        );
        self.top = match action {
            Action::ListDown => self.top + 1,
            Action::ListUp => self.top.saturating_sub(1),
            Action::ListTop => 0,
            Action::ListBottom => last,
            Action::ListPageDown => self.top + rows,
            Action::ListPageUp => self.top.saturating_sub(rows),
            Action::ListHalfDown => self.top + (rows / 2).max(1),
            Action::ListHalfUp => self.top.saturating_sub((rows / 2).max(1)),
            Action::ListLeft => {
                self.left = self.left.saturating_sub(8);
                self.top
            }
            Action::ListRight => {
                self.left += 8;
                self.top
            }
            _ => return false,
        }
        .min(last);
        true
    }

    /// Whether the last line was drawn.
    pub const fn is_at_end(&self) -> bool {
        self.top + self.rows >= self.lines
    }

    /// `12 of 80` when there is more than fits.
    pub fn position(&self) -> Option<String> {
        (self.lines > self.rows).then(|| {
            format!(
                "{} of {}",
                (self.top + self.rows).min(self.lines),
                self.lines
            )
        })
    }

    /// Draws the lines with one column of padding on each side.
    pub fn draw(&mut self, buffer: &mut Buffer, area: Rect, lines: Vec<Line<'static>>) {
        self.rows = usize::from(area.height);
        self.lines = lines.len();
        self.top = self.top.min(self.lines.saturating_sub(self.rows));
        let widest = lines.iter().map(Line::width).max().unwrap_or(0);
        let room = usize::from(area.width.saturating_sub(2));
        self.left = self.left.min(widest.saturating_sub(room));
        for (y, line) in (area.y..area.bottom()).zip(lines.into_iter().skip(self.top)) {
            put(
                buffer,
                area.x + 1,
                y,
                area.width.saturating_sub(2),
                shifted(line, self.left),
            );
        }
    }
}

/// A line without its first so many cells.
fn shifted(line: Line<'static>, cells: usize) -> Line<'static> {
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthStr;
    if cells == 0 {
        return line;
    }
    let mut left = cells;
    let mut spans = Vec::new();
    for mut span in line.spans {
        if left > 0 {
            let mut rest = String::new();
            for glyph in span.content.graphemes(true) {
                if left == 0 {
                    rest.push_str(glyph);
                } else {
                    left = left.saturating_sub(glyph.width());
                }
            }
            span.content = rest.into();
        }
        spans.push(span);
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrolls_within_its_lines() {
        let mut page = Page {
            rows: 10,
            lines: 25,
            ..Page::default()
        };
        assert!(page.act(Action::ListBottom));
        assert_eq!(page.top, 15);
        page.act(Action::ListDown);
        assert_eq!(
            (page.top, page.position().as_deref()),
            (15, Some("25 of 25"))
        );
        page.act(Action::ListPageUp);
        assert_eq!(page.top, 5);
        assert!(!page.act(Action::ListOpen));
    }

    #[test]
    fn scrolls_sideways_by_cells() {
        assert_eq!(shifted(Line::from("abc日本"), 4).to_string(), "本");
        assert_eq!(
            shifted(Line::from(vec!["ab".into(), "cd".into()]), 3).to_string(),
            "d"
        );
    }
}
