//! Maintenance windows: what was announced raises no line while it lasts.

use serde::{Deserialize, Serialize};
use vocab::rule::fits;
use vocab::{Span, Text, Time};

use crate::about::About;
use crate::world::World;

/// A maintenance window: once, or again and again. It always ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// What it is called.
    pub name: Text,
    /// When it begins, the first time.
    pub from: Time,
    /// How long it lasts.
    pub lasts: Span,
    /// After how long it begins again; `None` when it is but once.
    pub every: Option<Span>,
    /// Objects whose name or whose `kind/name` one of these patterns (`*` stands for anything) fits; all when empty.
    pub only: Vec<Text>,
}

impl Maintenance {
    /// Until when it lasts, when it does at `now`.
    pub fn until(&self, now: Time) -> Option<Time> {
        if now < self.from {
            return None;
        }
        let begun = match self.every.filter(|every| every.0 > 0) {
            Some(every) => now - Span(now.since(self.from).0 % every.0),
            None => self.from,
        };
        let until = begun + self.lasts;
        (now < until).then_some(until)
    }

    /// Whether it will never be again.
    pub fn is_over(&self, now: Time) -> bool {
        self.every.is_none() && self.from + self.lasts <= now
    }

    /// Whether it is for an object.
    pub fn is_for(&self, about: &About) -> bool {
        let name = about.name();
        let whole = about.to_string();
        self.only.is_empty()
            || self
                .only
                .iter()
                .any(|only| fits(only, &name) || fits(only, &whole))
    }
}

/// The window that an object is in at `now`, and until when: one of its own, or of what it stands on.
pub fn covering<'w>(world: &'w World, about: &About, now: Time) -> Option<(&'w Maintenance, Time)> {
    let running = |window: &'w Maintenance| Some((window, window.until(now)?));
    let windows: Vec<(&Maintenance, Time)> = world.maintenance.iter().filter_map(running).collect();
    if windows.is_empty() {
        return None;
    }
    let mut objects = vec![about.clone()];
    objects.extend(super::topology::ancestors(world, about).iter().cloned());
    let covers = |(window, _): &(&Maintenance, Time)| objects.iter().any(|one| window.is_for(one));
    windows.into_iter().find(covers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_and_come_again() {
        let at = |minutes| Time(0) + Span::minutes(minutes);
        let once = Maintenance {
            name: "move".into(),
            from: at(10),
            lasts: Span::minutes(5),
            every: None,
            only: vec!["web-*".into(), "site/shop.*".into()],
        };
        assert_eq!(once.until(at(9)), None);
        assert_eq!(once.until(at(10)), Some(at(15)));
        assert_eq!(once.until(at(15)), None);
        assert!(once.is_over(at(15)) && !once.is_over(at(14)));
        let weekly = Maintenance {
            every: Some(Span::minutes(60)),
            ..once.clone()
        };
        assert_eq!(weekly.until(at(132)), Some(at(135)));
        assert_eq!(weekly.until(at(136)), None);
        assert!(!weekly.is_over(at(999)));
        let node = About::Node(vocab::NodeName::new("web-1").unwrap());
        assert!(once.is_for(&node));
        assert!(!once.is_for(&About::network()));
    }
}
