//! Text in a limited number of cells.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::pane::Look;
use crate::styles::Role;

/// The text in at most `width` cells, cut between whole glyphs with an ellipsis.
pub fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for glyph in text.graphemes(true) {
        let next = glyph.width();
        if used + next + 1 > width {
            break;
        }
        out.push_str(glyph);
        used += next;
    }
    if width > 0 {
        out.push('…');
    }
    out
}

/// A line in at most `width` cells, cut with an ellipsis in the style of the piece that is cut.
pub fn fit_line(line: Line<'static>, width: usize) -> Line<'static> {
    if line.width() <= width {
        return line;
    }
    let mut left = width;
    let mut spans = Vec::new();
    for span in line.spans {
        let wide = span.content.width();
        if wide < left {
            left -= wide;
            spans.push(span);
        } else {
            // What is behind is longer than the room, so this piece must leave a cell for the ellipsis.
            let text = if wide == left {
                format!("{} ", span.content)
            } else {
                span.content.into_owned()
            };
            spans.push(Span::styled(fit(&text, left), span.style));
            break;
        }
    }
    Line::from(spans)
}

/// Draws a line at a place, in at most `width` cells; returns the column behind it.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, width: u16, line: impl Into<Line<'static>>) -> u16 {
    if !buffer.area.contains((x, y).into()) {
        return x;
    }
    let line = fit_line(line.into(), usize::from(width));
    buffer
        .set_line(
            x,
            y,
            &line,
            width.min(buffer.area.right().saturating_sub(x)),
        )
        .0
}

/// Words and the spaces between them, in their order.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_other = |c: char| c.is_whitespace() != first.is_whitespace();
        let (word, behind) = rest.split_at(rest.find(is_other).unwrap_or(rest.len()));
        rest = behind;
        Some(word)
    })
}

/// Breaks a text into lines of at most `width` cells at spaces; a word longer than a line is broken between glyphs.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut used = 0;
        for word in words(paragraph) {
            let wide = word.width();
            if used + wide > width {
                if !line.trim().is_empty() {
                    lines.push(std::mem::take(&mut line).trim_end().to_owned());
                }
                line.clear();
                used = 0;
                if word.trim().is_empty() {
                    continue;
                }
            }
            for glyph in word.graphemes(true) {
                if used + glyph.width() > width {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push_str(glyph);
                used += glyph.width();
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Two blocks of lines side by side, the right one beginning at column `at`.
pub fn beside(
    left: Vec<Line<'static>>,
    right: Vec<Line<'static>>,
    at: usize,
) -> Vec<Line<'static>> {
    let rows = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    (0..rows)
        .map(|_| {
            let mut line = fit_line(left.next().unwrap_or_default(), at.saturating_sub(1));
            if let Some(right) = right.next() {
                line.spans
                    .push(Span::raw(" ".repeat(at.saturating_sub(line.width()))));
                line.spans.extend(right.spans);
            }
            line
        })
        .collect()
}

/// What an empty pane says: why it is empty, and what to do about it.
pub fn message(buffer: &mut Buffer, area: Rect, look: &Look<'_>, first: &str, then: &str) {
    if area.width < 4 || area.height == 0 {
        return;
    }
    let width = area.width - 2;
    let mut lines: Vec<(Role, String)> = wrap(first, usize::from(width))
        .into_iter()
        .map(|line| (Role::Text, line))
        .collect();
    lines.extend(
        wrap(then, usize::from(width))
            .into_iter()
            .map(|line| (Role::Dim, line)),
    );
    for (y, (role, line)) in (area.y..area.bottom()).zip(lines) {
        put(buffer, area.x + 1, y, width, look.styles.ink(role, line));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cuts_between_whole_glyphs() {
        assert_eq!(fit("acme/app", 8), "acme/app");
        assert_eq!(fit("acme/app", 6), "acme/…");
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit("ab", 0), "");
        let line = Line::from(vec![Span::raw("abc"), Span::raw("def")]);
        assert_eq!(fit_line(line.clone(), 3).to_string(), "ab…");
        assert_eq!(fit_line(line, 5).to_string(), "abcd…");
    }

    #[test]
    fn wraps_at_spaces() {
        assert_eq!(
            wrap("no such socket: /run/docker.sock", 16),
            ["no such socket:", "/run/docker.sock"]
        );
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("write [[a]] too", 8), ["write", "[[a]]", "too"]);
    }

    proptest! {
        #[test]
        fn never_wider_than_asked(text in "\\PC{0,40}", width in 0_usize..30) {
            prop_assert!(fit(&text, width).width() <= width);
            let line = fit_line(Line::from(vec![Span::raw(text.clone()), Span::raw(text)]), width);
            prop_assert!(line.width() <= width, "{:?}", line);
        }
    }
}
