//! A crowded fleet: a thousand signals are open in it, for the test and the benches of load.

use world::World;

use crate::{NodePart, Parts, SitePart, Stage, empty};

/// How many nodes it has.
pub const NODES: usize = 100;

/// How many full disks each of them has, and so signals.
pub const DISKS: usize = 10;

/// A hundred nodes with ten full disks, ten containers and a site each. The figures move with every turn, and stay beyond
/// their bound.
pub fn crowded(turn: u64) -> Parts {
    let mut parts = Parts::default();
    for index in 0..NODES {
        let name = format!("web-{index:03}");
        let used = |disk: usize| 86 + (turn + u64::try_from(disk + index).unwrap_or_default()) % 8;
        let disks = (0..DISKS).map(|disk| (format!("/data-{disk}"), used(disk)));
        let node = NodePart {
            disks: disks.collect(),
            crowd: 10,
            ..NodePart::default()
        };
        let site = SitePart {
            on: name.clone(),
            ..SitePart::default()
        };
        parts
            .sites
            .insert(format!("shop-{index:03}.example.com"), site);
        parts.nodes.insert(name, node);
    }
    parts
}

/// The moment, in seconds, from which on all its signals are open.
pub const CROWDED_FROM: i64 = 60;

/// A stage that has played it so far, and its world.
pub fn crowded_stage() -> (Stage, World) {
    let mut stage = Stage::default();
    let world = stage.play(empty(), &[(0, crowded(0))], CROWDED_FROM);
    (stage, world)
}
