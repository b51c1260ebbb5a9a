//! Where in the log one looks: at its end, following, or held at a line. A place is a line's identity, never a
//! number, so that nothing moves under the reader when lines come, are found or go.

use ui::Action;
use world::logs::{Direction, EntryId, LogBuffer, LogView};

/// The place. Horizontal scrolling is part of it, and following does not touch it.
#[derive(Debug, Default)]
pub struct Place {
    held: Option<Held>,
    /// Cells scrolled to the right.
    pub left: usize,
    /// Entries the pane showed when it was last drawn.
    pub page: usize,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    cursor: EntryId,
    /// The entry on the last row.
    bottom: EntryId,
}

impl Place {
    /// Whether the newest line is followed.
    pub const fn follows(&self) -> bool {
        self.held.is_none()
    }

    /// Follows from now on.
    pub fn follow(&mut self) {
        self.held = None;
    }

    /// Stays where it is from now on.
    pub fn hold(&mut self, view: &LogView, buffer: &LogBuffer) {
        if self.held.is_none()
            && let Some(last) = view
                .len()
                .checked_sub(1)
                .and_then(|last| view.id_at(buffer, last))
        {
            self.held = Some(Held {
                cursor: last,
                bottom: last,
            });
        }
    }

    /// The selected entry, while held.
    pub fn cursor(&self) -> Option<EntryId> {
        self.held.map(|held| held.cursor)
    }

    /// Position behind the last entry that is shown.
    pub fn end(&self, view: &LogView, buffer: &LogBuffer) -> usize {
        match self.held {
            None => view.len(),
            // At the beginning, a whole page is shown as long as there is one.
            Some(held) => (view.position(buffer, held.bottom) + 1)
                .max(self.page.min(view.len()))
                .min(view.len()),
        }
    }

    /// Entries below the last row: those not seen yet.
    pub fn unseen(&self, view: &LogView, buffer: &LogBuffer) -> usize {
        view.len() - self.end(view, buffer)
    }

    /// Moves the cursor to an entry of the view and shows it.
    pub fn go(&mut self, id: EntryId, view: &LogView, buffer: &LogBuffer) {
        self.hold(view, buffer);
        let end = self.end(view, buffer);
        let position = view.position(buffer, id).min(view.len().saturating_sub(1));
        let page = self.page.max(1);
        let bottom = if position + 1 > end {
            position
        } else if position + page < end {
            // Shown in the middle of the pane when it was out of sight.
            position
                + if end - position > 2 * page {
                    page / 2
                } else {
                    page - 1
                }
        } else {
            end - 1
        };
        let bottom = bottom.min(view.len().saturating_sub(1));
        if let Some(bottom) = view.id_at(buffer, bottom) {
            self.held = Some(Held { cursor: id, bottom });
        }
    }

    /// Scrolls; whether the action was one of scrolling.
    pub fn act(&mut self, action: Action, view: &LogView, buffer: &LogBuffer) -> bool {
        let page = self.page.max(1);
        let (back, by) = match action {
            Action::ListUp => (true, 1),
            Action::ListDown => (false, 1),
            Action::ListPageUp => (true, page),
            Action::ListPageDown => (false, page),
            Action::ListHalfUp => (true, page / 2 + 1),
            Action::ListHalfDown => (false, page / 2 + 1),
            Action::ListTop => (true, view.len()),
            Action::ListBottom => {
                self.follow();
                return true;
            }
            Action::ListLeft => {
                self.left = self.left.saturating_sub(8);
                return true;
            }
            Action::ListRight => {
                self.left = (self.left + 8).min(16 * 1024);
                return true;
            }
            _ => return false,
        };
        // Down from the newest line is still following.
        if view.is_empty() || (self.follows() && !back) {
            return true;
        }
        self.hold(view, buffer);
        let last = view.len() - 1;
        let now = self
            .cursor()
            .map_or(last, |cursor| view.position(buffer, cursor).min(last));
        let to = if back {
            now.saturating_sub(by)
        } else {
            (now + by).min(last)
        };
        if let Some(id) = view.id_at(buffer, to) {
            self.go(id, view, buffer);
        }
        true
    }

    /// Goes to what `find` finds before or behind the cursor; whether there was something.
    pub fn seek(
        &mut self,
        direction: Direction,
        view: &LogView,
        buffer: &LogBuffer,
        find: impl Fn(EntryId, Direction) -> Option<EntryId>,
    ) -> bool {
        let Some(last) = buffer.last() else {
            return false;
        };
        // While following, looking back begins with the newest line itself.
        let from = self.cursor().unwrap_or(EntryId {
            arrival: last.arrival + 1,
            ..last
        });
        let found = find(from, direction);
        if let Some(id) = found {
            self.go(id, view, buffer);
        }
        found.is_some()
    }
}
