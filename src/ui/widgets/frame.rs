//! Frames: a rounded border with the pane's number and name on it, dim words behind, a note at the right end.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::pane::Look;
use crate::styles::Role;
use crate::widgets::text::put;

/// What a frame says.
pub struct Frame {
    /// The key that leads to it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Dim words behind the name.
    pub extra: Vec<Span<'static>>,
    /// Words at the right end.
    pub note: Line<'static>,
    /// The role of its border.
    pub border: Role,
    /// The role of its name.
    pub title: Role,
}

impl Frame {
    /// A pane's frame.
    pub fn pane(key: impl Into<String>, name: impl Into<String>, focused: bool) -> Self {
        Self {
            key: key.into(),
            name: name.into(),
            extra: Vec::new(),
            note: Line::default(),
            border: if focused {
                Role::BorderFocus
            } else {
                Role::Border
            },
            title: if focused { Role::Accent } else { Role::Strong },
        }
    }

    /// A dialog's frame.
    pub fn dialog(key: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            border: Role::DialogBorder,
            title: Role::DialogTitle,
            ..Self::pane(key, name, true)
        }
    }
}

/// Draws a frame and returns its inside.
pub fn frame(buffer: &mut Buffer, area: Rect, look: &Look<'_>, frame: Frame) -> Rect {
    let area = area.intersection(buffer.area);
    if area.width < 2 || area.height < 2 {
        return Rect::new(area.x, area.y, 0, 0);
    }
    let border = look.styles.of(frame.border);
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x + 1..right {
        buffer[(x, area.y)].set_symbol("─").set_style(border);
        buffer[(x, bottom)].set_symbol("─").set_style(border);
    }
    for y in area.y + 1..bottom {
        buffer[(area.x, y)].set_symbol("│").set_style(border);
        buffer[(right, y)].set_symbol("│").set_style(border);
    }
    for (x, y, corner) in [
        (area.x, area.y, "╭"),
        (right, area.y, "╮"),
        (area.x, bottom, "╰"),
        (right, bottom, "╯"),
    ] {
        buffer[(x, y)].set_symbol(corner).set_style(border);
    }
    label(buffer, area, look, frame);
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
}

fn label(buffer: &mut Buffer, area: Rect, look: &Look<'_>, frame: Frame) {
    let room = area.width.saturating_sub(4);
    let mut spans = vec![Span::raw(" ")];
    if !frame.key.is_empty() {
        spans.push(look.styles.ink(Role::Dim, format!("{} ", frame.key)));
    }
    spans.push(look.styles.bold(frame.title, format!("{} ", frame.name)));
    let named = Line::from(spans.clone()).width();
    if !frame.extra.is_empty() {
        spans.extend(frame.extra);
        spans.push(Span::raw(" "));
    }
    let note = frame.note;
    let note_width = if note.width() == 0 {
        0
    } else {
        note.width() + 2
    };
    // The note gives way before the name does, the extra words before the note.
    let note_width = if named + note_width + 1 > usize::from(room) {
        0
    } else {
        note_width
    };
    let left = put(
        buffer,
        area.x + 2,
        area.y,
        room.saturating_sub(note_width as u16),
        Line::from(spans),
    );
    if note_width > 0 {
        let mut line = vec![Span::raw(" ")];
        line.extend(note.spans);
        line.push(Span::raw(" "));
        let x = (area.right() - 2)
            .saturating_sub(note_width as u16)
            .max(left);
        put(buffer, x, area.y, note_width as u16, Line::from(line));
    }
}

/// Draws a rule across a frame that was drawn before: `├──┤`.
pub fn rule(buffer: &mut Buffer, area: Rect, y: u16, look: &Look<'_>, role: Role) {
    if y <= area.y || y + 1 >= area.bottom() || area.width < 2 {
        return;
    }
    let style = look.styles.of(role);
    for x in area.x..area.right() {
        let symbol = if x == area.x {
            "├"
        } else if x + 1 == area.right() {
            "┤"
        } else {
            "─"
        };
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    }
}
