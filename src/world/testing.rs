//! What several tests of the world need: the shipped rules without their waits.

use vocab::{Rule, Span, Time};

use crate::query::items;
use crate::{Event, Fact, World};

/// The shipped rules, each true at once and over at once: what they say is tested, not how long they wait.
pub fn rules() -> Vec<Rule> {
    let mut rules = config::rules::shipped();
    for rule in &mut rules {
        rule.hold = Span::ZERO;
        rule.calm = Span::ZERO;
    }
    rules
}

/// The lines of all items that the rules find in a world as it is.
pub fn titles(world: &World, now: Time) -> Vec<String> {
    let mut judged = world.clone();
    judged.apply(&Event {
        at: now,
        fact: Fact::RulesDeclared(rules()),
    });
    items(&judged, now)
        .iter()
        .map(|item| item.title.to_string())
        .collect()
}
