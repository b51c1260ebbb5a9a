//! The rules in force, and how often each has been met.

use serde_json::{Value, json};

use super::rule::{Kind, ProviderName, Rule};
use crate::exchange::Request;

/// Rules that may be in force at once.
const MOST: usize = 1_000;

/// There would be more rules than can be in force.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("there may be at most {MOST} faults")]
pub struct TooMany;

/// The rules in force.
#[derive(Debug, Default)]
pub struct Faults(Vec<Counted>);

#[derive(Debug)]
struct Counted {
    rule: Rule,
    /// Calls that matched.
    matched: u32,
    /// Calls that went wrong.
    met: u32,
}

impl Faults {
    /// Adds rules behind those there are. Refuses them when there would be too many.
    pub fn add(&mut self, rules: Vec<Rule>) -> Result<(), TooMany> {
        if self.0.len() + rules.len() > MOST {
            return Err(TooMany);
        }
        self.0.extend(rules.into_iter().map(|rule| Counted {
            rule,
            matched: 0,
            met: 0,
        }));
        Ok(())
    }

    /// Removes all rules.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What happens to a call. Every rule that matches counts it; the first one whose turn it is decides.
    pub fn meet(&mut self, provider: ProviderName, request: &Request) -> Option<Kind> {
        let mut chosen = None;
        for counted in &mut self.0 {
            let Counted { rule, matched, met } = counted;
            if !rule.matches(provider, request) {
                continue;
            }
            *matched += 1;
            let is_its_turn = *matched > rule.after() && (rule.times() == 0 || *met < rule.times());
            if chosen.is_none() && is_its_turn {
                *met += 1;
                chosen = Some(rule.kind.clone());
            }
        }
        chosen
    }

    /// Whether any rule shows the past of this provider.
    pub fn look_back(&self, provider: ProviderName) -> bool {
        let looks = |counted: &Counted| {
            counted.rule.provider() == provider && matches!(counted.rule.kind, Kind::Stale(_))
        };
        self.0.iter().any(looks)
    }

    /// All rules with their counts.
    pub fn shown(&self) -> Value {
        let shown = |counted: &Counted| {
            json!({
                "rule": counted.rule.written(),
                "matched": counted.matched,
                "met": counted.met,
            })
        };
        self.0.iter().map(shown).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::from_json;
    use crate::hetzner::Twist;
    use crate::hetzner::testing::get;

    #[test]
    fn a_rule_waits_and_ends() {
        let mut faults = Faults::default();
        let rules = json!({"faults": [
            {"provider": "hetzner", "path": "/servers", "after": 1, "times": 2, "kind": "cut"},
        ]});
        let rules = from_json(rules.to_string().as_bytes()).unwrap();
        faults.add(rules).unwrap();
        let mut meet = |path| faults.meet(ProviderName::Hetzner, &get(path)).is_some();
        let seen = ["/servers", "/actions", "/servers", "/servers/7", "/servers"].map(&mut meet);
        assert_eq!(seen, [false, false, true, true, false]);
        assert!(
            faults
                .meet(ProviderName::Stripe, &get("/servers"))
                .is_none()
        );
        assert_eq!(faults.shown()[0]["met"], 2);
    }

    #[test]
    fn the_first_rule_whose_turn_it_is_decides() {
        let mut faults = Faults::default();
        let rules = json!({"faults": [
            {"provider": "hetzner", "kind": "sold_out"},
            {"provider": "hetzner", "kind": "locked", "times": 0},
        ]});
        let rules = from_json(rules.to_string().as_bytes()).unwrap();
        faults.add(rules).unwrap();
        let mut meet = || faults.meet(ProviderName::Hetzner, &get("/servers"));
        assert_eq!(meet(), Some(Kind::Twist(Twist::SoldOut)));
        assert_eq!(meet(), Some(Kind::Twist(Twist::Locked)));
        assert_eq!(meet(), Some(Kind::Twist(Twist::Locked)));
    }
}
