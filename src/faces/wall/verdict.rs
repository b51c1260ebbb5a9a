//! The verdict: one word for the whole fleet.

use std::sync::Arc;

use ui::{Role, Sign};
use vocab::{Severity, Time};
use world::priorities::{Origin, Visibility};
use world::query::in_danger;
use world::signals::Kind;
use world::{About, Item, World};

use crate::sight::Sight;

/// How the fleet does, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was heard yet, or there is nothing to hear from.
    Waiting,
    /// Nothing needs attention.
    Ok,
    /// Something will hurt, or hurts without anything being down.
    AtRisk,
    /// Something does not run, and nothing is known to be lost by it.
    Down,
    /// What does not run, or is not paid, costs money every hour.
    LosingMoney,
    /// More than half of the sources are silent since then: nothing else on the wall can be relied on.
    Blind(Time),
}

impl Verdict {
    /// From all items and how much is seen.
    pub fn of(world: &World, items: &[Arc<Item>], sight: &Sight) -> Self {
        if sight.waiting || sight.all == 0 {
            return Self::Waiting;
        }
        if let Some(since) = sight.blind {
            return Self::Blind(since);
        }
        if in_danger(items).is_some() {
            return Self::LosingMoney;
        }
        let mut seen = items
            .iter()
            .filter(|item| !matches!(item.visibility, Visibility::Maintenance | Visibility::Quiet));
        if seen.clone().any(|item| is_down(world, item)) {
            return Self::Down;
        }
        let grave = |item: &Arc<Item>| {
            item.visibility == Visibility::Shown && item.severity >= Severity::Warning
        };
        if seen.any(grave) {
            Self::AtRisk
        } else {
            Self::Ok
        }
    }

    /// Its word with a shape of its own, so that colour comes last.
    pub const fn sign(self) -> Sign {
        let (glyph, word, role) = match self {
            Self::Waiting => ("◌", "WAITING", Role::Unknown),
            Self::Ok => ("●", "OK", Role::Ok),
            Self::AtRisk => ("◆", "AT RISK", Role::Warn),
            Self::Down => ("▼", "DOWN", Role::Bad),
            Self::LosingMoney => ("▲", "LOSING MONEY", Role::Bad),
            Self::Blind(_) => ("×", "BLIND", Role::Bad),
        };
        Sign { glyph, word, role }
    }
}

/// Whether an item says that a machine or what it serves does not answer, and it is known to be so. A container that comes
/// and goes is a risk until something does.
fn is_down(world: &World, item: &Item) -> bool {
    let Origin::Signal { id, .. } = &item.origin else {
        return false;
    };
    let serves = matches!(
        item.about,
        About::Node(_) | About::Service(_) | About::Site(_) | About::Server(_) | About::Region(_)
    );
    let signal = world.signals.get(id);
    let kind = signal.map(|signal| signal.kind);
    serves
        && kind == Some(Kind::Availability)
        && item.severity == Severity::Critical
        && item.certain
}

#[cfg(test)]
mod tests {
    use vocab::Span;
    use world::query::items;

    use super::*;
    use crate::fixture::{NOW, at_risk, empty, losing, ok, trouble, waiting};
    use crate::sight::sight;

    fn verdict(world: &World, now: Time) -> Verdict {
        Verdict::of(world, &items(world, now), &sight(world, now))
    }

    #[test]
    fn every_verdict_has_its_world() {
        assert_eq!(verdict(&ok(), NOW), Verdict::Ok);
        assert_eq!(verdict(&at_risk(), NOW), Verdict::AtRisk);
        assert_eq!(verdict(&trouble(), NOW), Verdict::Down);
        assert_eq!(verdict(&losing(), NOW), Verdict::LosingMoney);
        assert_eq!(verdict(&waiting(), NOW), Verdict::Waiting);
        assert_eq!(
            verdict(&empty(), NOW),
            Verdict::Waiting,
            "what is not known is not well"
        );
        assert!(matches!(
            verdict(&ok(), NOW + Span::minutes(5)),
            Verdict::Blind(_)
        ));
    }

    #[test]
    fn no_two_share_a_shape() {
        let all = [
            Verdict::Waiting,
            Verdict::Ok,
            Verdict::AtRisk,
            Verdict::Down,
            Verdict::LosingMoney,
            Verdict::Blind(NOW),
        ];
        for (index, one) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                assert_ne!(one.sign().glyph, other.sign().glyph);
            }
        }
    }
}
