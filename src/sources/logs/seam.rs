//! Where a log is taken up again after a break: what has been seen already is not shown twice.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use vocab::Time;

/// For sources that can be asked for everything since a moment, that moment included (Docker).
#[derive(Debug, Default)]
pub(super) struct TimeSeam {
    last: Option<Time>,
    /// Hashes of the lines of the last moment.
    at_last: Vec<u64>,
    /// The same, while lines that were seen already may come again.
    again: Option<Vec<u64>>,
}

impl TimeSeam {
    /// The moment from which to ask on; `None` when nothing has been seen.
    pub(super) const fn since(&self) -> Option<Time> {
        self.last
    }

    /// The source begins again, at [`Self::since`].
    pub(super) fn resume(&mut self) {
        self.again = self.last.is_some().then(|| self.at_last.clone());
    }

    /// Whether a line is new; it is then remembered.
    pub(super) fn is_new(&mut self, at: Time, line: impl Hash) -> bool {
        let hash = hash_of(line);
        if let (Some(again), Some(last)) = (&mut self.again, self.last) {
            if at < last {
                return false;
            }
            if at > last {
                self.again = None;
            } else if let Some(index) = again.iter().position(|seen| *seen == hash) {
                again.swap_remove(index);
                return false;
            }
        }
        if self.last < Some(at) {
            self.last = Some(at);
            self.at_last.clear();
        }
        if self.last == Some(at) {
            self.at_last.push(hash);
        }
        true
    }
}

/// How many of the last lines are compared.
const RUN: usize = 16;

/// For sources that can only be asked for their last lines (`tail`).
#[derive(Debug, Default)]
pub(super) struct RunSeam {
    last: VecDeque<u64>,
}

impl RunSeam {
    /// Remembers a line.
    pub(super) fn saw(&mut self, line: &[u8]) {
        self.last.push_back(hash_of(line));
        if self.last.len() > RUN {
            self.last.pop_front();
        }
    }

    /// The lines of `lines` behind those that were seen last; `None` when those are not among them.
    pub(super) fn new_ones<'a>(&self, lines: &'a [Vec<u8>]) -> Option<&'a [Vec<u8>]> {
        let hashes: Vec<u64> = lines.iter().map(|line| hash_of(line.as_slice())).collect();
        let wanted: Vec<u64> = self.last.iter().copied().collect();
        // At the start of `lines` the run may be cut off, so the shorter and shorter ends of it are tried.
        (1..=wanted.len()).rev().find_map(|length| {
            let tail = &wanted[wanted.len() - length..];
            if length < wanted.len() {
                return hashes.starts_with(tail).then(|| &lines[length..]);
            }
            let at = hashes.windows(length).rposition(|window| window == tail)?;
            Some(&lines[at + length..])
        })
    }

    /// Whether nothing has been seen.
    pub(super) fn is_empty(&self) -> bool {
        self.last.is_empty()
    }
}

fn hash_of(line: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_last_moment_are_told_apart() {
        let mut seam = TimeSeam::default();
        assert_eq!(seam.since(), None);
        for (at, line) in [(1, "a"), (2, "b"), (2, "same"), (2, "same")] {
            assert!(seam.is_new(Time(at), line));
        }
        assert_eq!(seam.since(), Some(Time(2)));
        seam.resume();
        let again = [
            (1, "a"),
            (2, "b"),
            (2, "same"),
            (2, "same"),
            (2, "same"),
            (2, "c"),
            (3, "b"),
            (2, "late"),
        ];
        let new: Vec<_> = again
            .into_iter()
            .filter(|(at, line)| seam.is_new(Time(*at), line))
            .collect();
        assert_eq!(new, [(2, "same"), (2, "c"), (3, "b"), (2, "late")]);
    }

    #[test]
    fn the_end_of_a_file_is_found_again() {
        let lines = |text: &str| -> Vec<Vec<u8>> {
            text.split(' ')
                .map(|word| word.as_bytes().to_vec())
                .collect()
        };
        let mut seam = RunSeam::default();
        for line in lines("a b a b c") {
            seam.saw(&line);
        }
        assert_eq!(
            seam.new_ones(&lines("x a b a b c d e")),
            Some(&lines("d e")[..])
        );
        assert_eq!(
            seam.new_ones(&lines("b c d")),
            Some(&lines("d")[..]),
            "its beginning is out of reach"
        );
        assert_eq!(seam.new_ones(&lines("p q r")), None);
        assert_eq!(seam.new_ones(&lines("a b a b c")), Some(&[][..]));
    }
}
