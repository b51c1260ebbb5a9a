//! A line that is typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::{Input, InputRequest};

use crate::pane::Look;
use crate::styles::Role;
use crate::widgets::text::put;

/// The most characters of a typed line.
const LONGEST: usize = 1000;

/// Edits the line as shells do; whether the key was one of editing.
pub fn edit(input: &mut Input, key: &KeyEvent) -> bool {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let request = match (key.code, ctrl) {
        (KeyCode::Char('a'), true) | (KeyCode::Home, _) => InputRequest::GoToStart,
        (KeyCode::Char('e'), true) | (KeyCode::End, _) => InputRequest::GoToEnd,
        (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
        (KeyCode::Char('u'), true) => InputRequest::DeleteLine,
        (KeyCode::Char('k'), true) => InputRequest::DeleteTillEnd,
        (KeyCode::Char('h'), true) | (KeyCode::Backspace, _) => InputRequest::DeletePrevChar,
        (KeyCode::Delete, _) => InputRequest::DeleteNextChar,
        (KeyCode::Left, false) => InputRequest::GoToPrevChar,
        (KeyCode::Right, false) => InputRequest::GoToNextChar,
        (KeyCode::Left, true) => InputRequest::GoToPrevWord,
        (KeyCode::Right, true) => InputRequest::GoToNextWord,
        (KeyCode::Char(c), false) if !c.is_control() && input.value().len() < LONGEST => {
            InputRequest::InsertChar(c)
        }
        _ => return false,
    };
    input.handle(request);
    true
}

/// Puts pasted text in at the cursor: one line of it, without anything a terminal would obey.
pub fn paste(input: &mut Input, text: &str) {
    let first = text.lines().next().unwrap_or_default();
    for c in vocab::Text::line(first)
        .chars()
        .take(LONGEST.saturating_sub(input.value().len()))
    {
        input.handle(InputRequest::InsertChar(c));
    }
}

/// Draws the line with its cursor into one row.
pub fn line_input(buffer: &mut Buffer, area: Rect, look: &Look<'_>, input: &Input) {
    if area.width < 2 || area.height == 0 {
        return;
    }
    let scroll = input.visual_scroll(usize::from(area.width) - 1);
    let mut shown = String::new();
    let mut skipped = 0;
    for c in input.value().chars() {
        if skipped < scroll {
            skipped += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        } else {
            shown.push(c);
        }
    }
    put(
        buffer,
        area.x,
        area.y,
        area.width,
        look.styles.ink(Role::Input, shown),
    );
    let cursor = (input.visual_cursor().max(scroll) - scroll) as u16;
    if let Some(cell) = buffer.cell_mut((area.x + cursor.min(area.width - 1), area.y)) {
        cell.set_style(look.styles.of(Role::InputCursor));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_as_shells_do_and_takes_one_clean_line() {
        let mut input = Input::default();
        for c in "hello world".chars() {
            assert!(edit(&mut input, &KeyEvent::from(KeyCode::Char(c))));
        }
        edit(
            &mut input,
            &KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL),
        );
        assert_eq!(input.value(), "hello ");
        paste(&mut input, "a\x1b[2Jb\nsecond");
        assert_eq!(input.value(), "hello a\u{fffd}b");
        assert!(!edit(&mut input, &KeyEvent::from(KeyCode::Enter)));
    }
}
