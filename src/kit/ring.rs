//! The last so many values, oldest first.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// A bounded sequence: pushing onto a full one drops the oldest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ring<T> {
    values: VecDeque<T>,
    capacity: usize,
}

impl<T> Ring<T> {
    /// Holds at most `capacity` values; nothing is reserved before it is needed.
    pub const fn new(capacity: usize) -> Self {
        Self {
            values: VecDeque::new(),
            capacity,
        }
    }

    /// Adds the newest; hands back the oldest when it had to go.
    pub fn push(&mut self, value: T) -> Option<T> {
        let dropped = if self.values.len() >= self.capacity {
            self.values.pop_front()
        } else {
            None
        };
        if self.capacity > 0 {
            self.values.push_back(value);
        }
        dropped
    }

    /// Oldest first.
    pub fn iter(&self) -> std::collections::vec_deque::Iter<'_, T> {
        self.values.iter()
    }

    /// The newest.
    pub fn last(&self) -> Option<&T> {
        self.values.back()
    }

    /// The newest, to change in place.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        self.values.back_mut()
    }

    /// How many are held.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many can be held.
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.values.clear();
    }
}

impl<'a, T> IntoIterator for &'a Ring<T> {
    type Item = &'a T;
    type IntoIter = std::collections::vec_deque::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_newest() {
        let mut ring = Ring::new(3);
        assert_eq!(
            (1..=5).filter_map(|n| ring.push(n)).collect::<Vec<_>>(),
            [1, 2]
        );
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [3, 4, 5]);
        let mut none = Ring::new(0);
        none.push(1);
        assert!(none.is_empty());
    }
}
