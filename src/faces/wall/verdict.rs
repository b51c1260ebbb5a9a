//! The verdict: one word for the whole fleet.

use ui::{Role, Sign};
use vocab::Time;
use world::query::attention::{About, Concern, Severity};
use world::{ServiceState, World};

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
    /// A node or a service is down.
    Down,
    /// More than half of the sources are silent since then: nothing else on the wall can be relied on.
    Blind(Time),
}

impl Verdict {
    /// From what needs attention and how much is seen.
    pub fn of(world: &World, concerns: &[Concern], sight: &Sight, now: Time) -> Self {
        if sight.waiting || sight.all == 0 {
            return Self::Waiting;
        }
        if let Some(since) = sight.blind {
            return Self::Blind(since);
        }
        if concerns.iter().any(|concern| {
            concern.severity == Severity::Critical && is_down(world, &concern.about, now)
        }) {
            return Self::Down;
        }
        let grave = concerns
            .iter()
            .any(|concern| concern.severity >= Severity::Warning);
        if grave { Self::AtRisk } else { Self::Ok }
    }

    /// Its word with a shape of its own, so that colour comes last.
    pub const fn sign(self) -> Sign {
        let (glyph, word, role) = match self {
            Self::Waiting => ("◌", "WAITING", Role::Unknown),
            Self::Ok => ("●", "OK", Role::Ok),
            Self::AtRisk => ("◆", "AT RISK", Role::Warn),
            Self::Down => ("▲", "DOWN", Role::Bad),
            Self::Blind(_) => ("×", "BLIND", Role::Bad),
        };
        Sign { glyph, word, role }
    }
}

fn is_down(world: &World, about: &About, now: Time) -> bool {
    match about {
        About::Node(name) => world
            .nodes
            .get(name)
            .is_some_and(|node| node.link.down_since().is_some()),
        About::Service(name) => world
            .services
            .get(name)
            .is_some_and(|service| service.state(now) == ServiceState::Down),
        About::Container(_) | About::Run(_) | About::Site(_) | About::Console(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use vocab::Span;
    use world::query::concerns;

    use super::*;
    use crate::fixture::{NOW, at_risk, empty, ok, trouble, waiting};
    use crate::sight::sight;

    fn verdict(world: &World, now: Time) -> Verdict {
        Verdict::of(world, &concerns(world, now), &sight(world, now), now)
    }

    #[test]
    fn every_verdict_has_its_world() {
        assert_eq!(verdict(&ok(), NOW), Verdict::Ok);
        assert_eq!(verdict(&at_risk(), NOW), Verdict::AtRisk);
        assert_eq!(verdict(&trouble(), NOW), Verdict::Down);
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
            Verdict::Blind(NOW),
        ];
        for (index, one) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                assert_ne!(one.sign().glyph, other.sign().glyph);
            }
        }
    }
}
