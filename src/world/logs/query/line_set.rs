//! A set of line numbers of one block.

/// A bit for each line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LineSet {
    words: Vec<u64>,
}

impl LineSet {
    /// No line of `len`.
    pub(super) fn none(len: usize) -> Self {
        Self {
            words: vec![0; len.div_ceil(64)],
        }
    }

    /// Puts a line in; it is below the set's length.
    pub(super) fn insert(&mut self, line: usize) {
        if let Some(word) = self.words.get_mut(line / 64) {
            *word |= 1 << (line % 64);
        }
    }

    /// Takes a line out.
    pub(super) fn take_out(&mut self, line: usize) {
        if let Some(word) = self.words.get_mut(line / 64) {
            *word &= !(1 << (line % 64));
        }
    }

    /// Whether none is in.
    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Keeps those that are in `other` too.
    pub(super) fn keep(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Puts those in that are in `other`.
    pub(super) fn add(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Takes those out that are in `other`.
    pub(super) fn remove(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// The lines in it, rising.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                left &= left.wrapping_sub(1);
                (bit < 64).then_some(index * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        let mut odd = LineSet::none(130);
        let mut small = LineSet::none(130);
        for line in 0..130 {
            if line % 2 == 1 {
                odd.insert(line);
            }
            if line < 4 {
                small.insert(line);
            }
        }
        let mut both = odd.clone();
        both.keep(&small);
        assert_eq!(both.iter().collect::<Vec<_>>(), [1, 3]);
        odd.remove(&small);
        assert_eq!(odd.iter().next(), Some(5));
        assert_eq!(odd.iter().last(), Some(129));
        odd.take_out(129);
        odd.take_out(1_000);
        assert_eq!(odd.iter().last(), Some(127));
        odd.add(&small);
        assert_eq!(odd.iter().nth(2), Some(2));
        assert!(LineSet::none(0).is_empty());
    }
}
