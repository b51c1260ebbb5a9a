//! Which containers are to be inspected, and at most a few at a time.

use std::collections::{HashSet, VecDeque};

use vocab::ContainerId;

/// How many inspects an engine is asked at once.
const AT_ONCE: usize = 4;

/// A queue without doubles. One that changes while it is being inspected is inspected once more.
#[derive(Debug, Default)]
pub struct Inspections {
    waiting: VecDeque<ContainerId>,
    flying: HashSet<ContainerId>,
    again: HashSet<ContainerId>,
}

impl Inspections {
    /// Wants one inspected soon: before everything that waits when `urgent`.
    pub fn want(&mut self, id: &ContainerId, urgent: bool) {
        if self.flying.contains(id) {
            self.again.insert(id.clone());
            return;
        }
        if let Some(at) = self.waiting.iter().position(|waiting| waiting == id) {
            if !urgent {
                return;
            }
            self.waiting.remove(at);
        }
        if urgent {
            self.waiting.push_front(id.clone());
        } else {
            self.waiting.push_back(id.clone());
        }
    }

    /// The next to ask for, unless enough are being asked for.
    pub fn begin(&mut self) -> Option<ContainerId> {
        if self.flying.len() >= AT_ONCE {
            return None;
        }
        let id = self.waiting.pop_front()?;
        self.flying.insert(id.clone());
        Some(id)
    }

    /// It was answered.
    pub fn end(&mut self, id: &ContainerId) {
        self.flying.remove(id);
        if self.again.remove(id) {
            self.waiting.push_back(id.clone());
        }
    }

    /// It is gone: no need to ask.
    pub fn forget(&mut self, id: &ContainerId) {
        self.waiting.retain(|waiting| waiting != id);
        self.again.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u32) -> ContainerId {
        ContainerId::new(&format!("{n:012x}")).expect("an id")
    }

    #[test]
    fn few_at_a_time_urgent_first_none_twice() {
        let mut inspections = Inspections::default();
        for n in [1, 2, 3, 4, 5, 1] {
            inspections.want(&id(n), false);
        }
        inspections.want(&id(5), true);
        let begun: Vec<ContainerId> = std::iter::from_fn(|| inspections.begin()).collect();
        assert_eq!(begun, [id(5), id(1), id(2), id(3)]);
        inspections.want(&id(1), true);
        inspections.end(&id(1));
        inspections.forget(&id(4));
        assert_eq!(
            inspections.begin(),
            Some(id(1)),
            "changed while it was asked for"
        );
        inspections.end(&id(1));
        assert_eq!(inspections.begin(), None, "all asked for");
    }
}
