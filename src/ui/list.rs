//! The state of a list: which row is selected, which are marked, how it is sorted and filtered.
//!
//! Rows are known by key, not by number, so that the selection stays on its object while the list moves under it.

use std::collections::BTreeSet;

use crate::filter::Filter;
use crate::registry::Action;

/// What a click on a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// There is no row.
    Nothing,
    /// The row is the selected one now.
    Selected,
    /// It was the selected one already.
    Again,
}

/// The state of a list whose rows are known by `K`.
#[derive(Debug, Clone)]
pub struct List<K> {
    selected: Option<K>,
    /// Whether anybody has moved here: until then the first row is the selected one, whichever it is.
    held: bool,
    index: usize,
    offset: usize,
    rows: usize,
    marks: BTreeSet<K>,
    anchor: Option<K>,
    /// The column it is sorted by.
    pub sort: usize,
    /// Whether the order is turned round.
    pub reverse: bool,
    /// What is let through.
    pub filter: Filter,
}

impl<K> Default for List<K> {
    fn default() -> Self {
        Self {
            selected: None,
            held: false,
            index: 0,
            offset: 0,
            rows: 1,
            marks: BTreeSet::new(),
            anchor: None,
            sort: 0,
            reverse: false,
            filter: Filter::default(),
        }
    }
}

impl<K: Ord + Clone> List<K> {
    /// Brings the selection in line with the rows there are now: where the selected row went, its neighbour is taken.
    pub fn settle(&mut self, keys: &[K]) -> Option<usize> {
        if keys.is_empty() {
            self.index = 0;
            self.offset = 0;
            return None;
        }
        let found = self
            .selected
            .as_ref()
            .and_then(|wanted| keys.iter().position(|key| key == wanted))
            .filter(|_| self.held);
        self.select(keys, found.unwrap_or(self.index));
        Some(self.index)
    }

    /// The same before drawing into so many rows; returns the first row to draw and the selected one.
    pub fn view(&mut self, keys: &[K], rows: usize) -> (usize, Option<usize>) {
        self.rows = rows.max(1);
        let selected = self.settle(keys);
        if self.index < self.offset {
            self.offset = self.index;
        } else if self.index >= self.offset + self.rows {
            self.offset = self.index + 1 - self.rows;
        }
        self.offset = self.offset.min(keys.len().saturating_sub(self.rows));
        (self.offset, selected)
    }

    fn select(&mut self, keys: &[K], index: usize) {
        self.index = index.min(keys.len().saturating_sub(1));
        self.selected = keys.get(self.index).cloned();
    }

    /// Selects a row by its key, whether it is there yet or not.
    pub fn choose(&mut self, key: K) {
        self.selected = Some(key);
        self.held = true;
    }

    /// The selected key.
    pub const fn selected(&self) -> Option<&K> {
        self.selected.as_ref()
    }

    /// Selects the row drawn so many rows below the first.
    pub fn press(&mut self, row: usize, keys: &[K]) -> Pressed {
        let Some(key) = keys.get(self.offset + row) else {
            return Pressed::Nothing;
        };
        let again = self.selected.as_ref() == Some(key);
        self.select(keys, self.offset + row);
        self.held = true;
        if again {
            Pressed::Again
        } else {
            Pressed::Selected
        }
    }

    /// Whether a row is marked.
    pub fn is_marked(&self, key: &K) -> bool {
        self.marks.contains(key)
    }

    /// How many rows are marked.
    pub fn marked(&self) -> usize {
        self.marks.len()
    }

    /// What a change applies to: the marked rows that are still there and shown, else the selected one.
    pub fn targets(&self, keys: &[K]) -> Vec<K> {
        let marked: Vec<K> = keys
            .iter()
            .filter(|key| self.marks.contains(key))
            .cloned()
            .collect();
        if marked.is_empty() {
            self.selected
                .iter()
                .filter(|key| keys.contains(key))
                .cloned()
                .collect()
        } else {
            marked
        }
    }

    /// Leaves one layer: marks first, then the filter. Whether there was one.
    pub fn back(&mut self) -> bool {
        if !self.marks.is_empty() {
            self.marks.clear();
            self.anchor = None;
            return true;
        }
        let filtered = !self.filter.text().is_empty();
        self.filter.set("");
        filtered
    }

    /// Moves, marks and sorts; whether the action was one of these. `columns` is how many it can be sorted by.
    pub fn act(&mut self, action: Action, keys: &[K], columns: usize) -> bool {
        self.settle(keys);
        let (index, last, page) = (self.index, keys.len().saturating_sub(1), self.rows);
        let target = match action {
            Action::ListDown | Action::SearchNext => index + 1,
            Action::ListUp | Action::SearchPrevious => index.saturating_sub(1),
            Action::ListTop => 0,
            Action::ListBottom => last,
            Action::ListPageDown => index + page,
            Action::ListPageUp => index.saturating_sub(page),
            Action::ListHalfDown => index + (page / 2).max(1),
            Action::ListHalfUp => index.saturating_sub((page / 2).max(1)),
            Action::ListMark => {
                self.toggle();
                index + 1
            }
            Action::ListMarkRange => {
                self.mark_range(keys);
                index
            }
            Action::ListSort => {
                self.sort = (self.sort + 1) % columns.max(1);
                index
            }
            Action::ListReverse => {
                self.reverse = !self.reverse;
                index
            }
            _ => return false,
        };
        if !matches!(action, Action::ListSort | Action::ListReverse) {
            self.select(keys, target);
            self.held = true;
        }
        true
    }

    fn toggle(&mut self) {
        if let Some(key) = &self.selected {
            if !self.marks.remove(key) {
                self.marks.insert(key.clone());
            }
            self.anchor = Some(key.clone());
        }
    }

    fn mark_range(&mut self, keys: &[K]) {
        let from = self
            .anchor
            .as_ref()
            .and_then(|anchor| keys.iter().position(|key| key == anchor))
            .unwrap_or(self.index);
        let (first, last) = (from.min(self.index), from.max(self.index));
        self.marks
            .extend(keys.iter().take(last + 1).skip(first).cloned());
        self.anchor = self.selected.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_stays_on_its_object() {
        let mut list = List::default();
        let keys = ["a", "b", "c", "d"];
        list.act(Action::ListDown, &keys, 1);
        assert_eq!(list.selected(), Some(&"b"));
        assert_eq!(
            list.settle(&["b", "c", "a"]),
            Some(0),
            "it moved up and is followed"
        );
        assert_eq!(
            list.settle(&["c", "a"]),
            Some(0),
            "it went, its neighbour is taken"
        );
        assert_eq!(list.settle(&[]), None);
    }

    #[test]
    fn the_first_row_is_selected_until_somebody_moves() {
        let mut list = List::default();
        list.settle(&["b"]);
        list.settle(&["a", "b"]);
        assert_eq!(list.selected(), Some(&"a"));
        list.act(Action::ListDown, &["a", "b"], 1);
        list.settle(&["0", "a", "b"]);
        assert_eq!(list.selected(), Some(&"b"));
    }

    #[test]
    fn marks_and_ranges() {
        let mut list = List::default();
        let keys = ["a", "b", "c", "d"];
        list.settle(&keys);
        list.act(Action::ListMark, &keys, 1);
        list.act(Action::ListDown, &keys, 1);
        list.act(Action::ListMarkRange, &keys, 1);
        assert_eq!(list.targets(&keys), ["a", "b", "c"]);
        assert_eq!(
            list.targets(&["a", "d"]),
            ["a"],
            "what is filtered away is not touched"
        );
        assert!(list.back());
        assert_eq!(list.targets(&keys), ["c"]);
    }

    #[test]
    fn the_selected_row_is_in_view() {
        let mut list = List::default();
        let keys: Vec<u32> = (0..100).collect();
        list.act(Action::ListBottom, &keys, 1);
        assert_eq!(list.view(&keys, 10), (90, Some(99)));
        list.act(Action::ListUp, &keys, 1);
        assert_eq!(list.view(&keys, 10), (90, Some(98)));
        list.act(Action::ListPageUp, &keys, 1);
        assert_eq!(list.view(&keys, 10), (88, Some(88)));
        assert_eq!(list.view(&keys, 500), (0, Some(88)));
    }
}
