//! Staged incidents: a small fleet whose parts are set by a script, and what its sources would say of it second by second.
//!
//! [`Parts`] say what is so; [`Stage`] turns them into events as the real sources do, each with its interval, what failed
//! and what was cut included; [`Script`] is a file that changes the parts at given seconds and says what must be listed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a script that cannot be read has nothing to test"
)]

mod business;
mod crowd;
mod parts;
mod script;
mod stage;

pub use crowd::{CROWDED_FROM, DISKS, NODES, crowded, crowded_stage};
pub use parts::{ContainerPart, NodePart, Outcome, Parts, ServicePart, SitePart, Way};
pub use script::{Script, Step};
pub use stage::{Heard, START, Stage, at};

use world::signals::Rule;
use world::{Event, Fact, World};

/// The rules that are shipped.
pub fn rules() -> Vec<Rule> {
    config::rules::shipped()
}

/// A world that is judged by the shipped rules and knows of nothing.
pub fn empty() -> World {
    let mut world = World::default();
    world.apply(&Event {
        at: at(0),
        fact: Fact::RulesDeclared(rules()),
    });
    world
}
