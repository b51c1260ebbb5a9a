//! How much the wall really sees: its sources, their ages, and whether so many are silent that it is blind.

use vocab::{Freshness, Span, Stamped, Time};
use world::{Link, World};

/// Something figures come from: a node, or the probes of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The node's or the service's name.
    pub name: String,
    /// When it last said anything.
    pub last: Option<Time>,
    /// Whether that is too long ago to be believed.
    pub stale: bool,
}

/// What all sources together come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    /// The silent ones, the longest silent first.
    pub silent: Vec<Source>,
    /// How many there are in all.
    pub all: usize,
    /// The age of the oldest figure that is still believed.
    pub oldest: Span,
    /// Since when more than half are silent, when they are.
    pub blind: Option<Time>,
    /// Whether nothing was ever heard and nothing has failed: the wall has just begun.
    pub waiting: bool,
}

/// Looks at every source.
pub fn sight(world: &World, now: Time) -> Sight {
    let nodes = world
        .nodes
        .iter()
        .map(|(name, node)| source(name.as_str(), node.sample.as_ref(), now));
    let services = world
        .services
        .iter()
        .map(|(name, service)| source(name.as_str(), service.last.as_ref(), now));
    let (mut silent, speaking): (Vec<Source>, Vec<Source>) =
        nodes.chain(services).partition(|source| source.stale);
    silent.sort_by(|a, b| (a.last, &a.name).cmp(&(b.last, &b.name)));
    let all = silent.len() + speaking.len();
    let oldest = speaking
        .iter()
        .filter_map(|source| source.last)
        .min()
        .map_or(Span::ZERO, |last| now.since(last));
    let waiting = all > 0
        && speaking.is_empty()
        && silent.iter().all(|source| source.last.is_none())
        && world.nodes.values().all(|node| {
            matches!(
                node.link,
                Link::Unknown | Link::Connecting { last: None, .. } | Link::Up { .. }
            )
        });
    // The one that made the silent ones more than half: since then.
    let blind =
        (silent.len() * 2 > all && !waiting).then(|| silent[all / 2].last.unwrap_or(Time(0)));
    Sight {
        silent,
        all,
        oldest,
        blind,
        waiting,
    }
}

fn source<T>(name: &str, stamped: Option<&Stamped<T>>, now: Time) -> Source {
    Source {
        name: name.to_owned(),
        last: stamped.map(|stamped| stamped.at),
        stale: stamped.is_none_or(|stamped| stamped.freshness(now) != Freshness::Fresh),
    }
}

impl Sight {
    /// One line of how old what is shown may be.
    pub fn words(&self, now: Time) -> String {
        if self.all == 0 {
            return "nothing is watched".to_owned();
        }
        if self.silent.is_empty() {
            return format!("all figures < {} old", bound(self.oldest));
        }
        let silent = format!("no data from {} of {}", self.silent.len(), self.all);
        match self.silent.iter().filter_map(|source| source.last).min() {
            Some(last) => format!("{silent}, oldest {}", now.since(last)),
            None => silent,
        }
    }
}

/// A bound above an age that seldom changes, so that the line is calm.
fn bound(age: Span) -> String {
    let seconds = age.as_seconds();
    let steps = [3, 6, 12, 30, 60, 120, 300, 600, 1800, 3600];
    steps.into_iter().find(|step| seconds < *step).map_or_else(
        || format!("{} h", seconds / 3600 + 1),
        |step| {
            if step < 120 {
                format!("{step} s")
            } else {
                format!("{} m", step / 60)
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, empty, ok, trouble, waiting};

    #[test]
    fn fresh_figures_have_a_bound() {
        let sight = sight(&ok(), NOW);
        assert_eq!((sight.silent.len(), sight.blind), (0, None));
        assert_eq!(sight.words(NOW), "all figures < 12 s old");
    }

    #[test]
    fn silent_sources_are_counted() {
        let sight = sight(&trouble(), NOW);
        assert!(!sight.silent.is_empty() && sight.blind.is_none());
        assert_eq!(sight.words(NOW), "no data from 2 of 9, oldest 3m");
    }

    #[test]
    fn more_than_half_silent_is_blind_since_the_one_too_many() {
        let later = NOW + Span::minutes(3);
        let sight = sight(&ok(), later);
        assert_eq!(sight.silent.len(), sight.all);
        let blind = sight.blind.expect("blind");
        assert!(blind <= NOW && blind > NOW - Span::minutes(2), "{blind}");
    }

    #[test]
    fn the_first_moment_is_not_blindness() {
        assert!(sight(&waiting(), NOW).waiting);
        assert_eq!(sight(&empty(), NOW).words(NOW), "nothing is watched");
        assert_eq!(sight(&empty(), NOW).blind, None);
    }

    #[test]
    fn bounds_are_calm() {
        assert_eq!(bound(Span::millis(900)), "3 s");
        assert_eq!(bound(Span::seconds(11)), "12 s");
        assert_eq!(bound(Span::seconds(60)), "2 m");
        assert_eq!(bound(Span::hours(3)), "4 h");
    }
}
