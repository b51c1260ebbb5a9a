//! Key hints: the key in the accent, what it does beside it.

use ratatui::text::{Line, Span};

use crate::styles::{Role, Styles};

/// Hints in a row, as many as fit into `width` cells.
pub fn hints(styles: &Styles, width: usize, pairs: &[(String, String)]) -> Line<'static> {
    let mut line = Line::default();
    for (key, title) in pairs {
        let before = if line.spans.is_empty() { "" } else { "   " };
        let next = [
            Span::raw(before),
            styles.bold(Role::Key, key.clone()),
            styles.ink(Role::BarDim, format!(" {title}")),
        ];
        let wide: usize = next.iter().map(Span::width).sum();
        if line.width() + wide > width {
            break;
        }
        line.spans.extend(next);
    }
    line
}
