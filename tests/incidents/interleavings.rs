//! The same events give the same list, whichever source is heard first; the surface is never longer than ten; what is not
//! known is never green; a source that fell silent closes nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use incidents::{Heard, Script, Stage, at, empty};
use proptest::prelude::*;
use world::priorities::Item;
use world::query::{SURFACE, items, surface};
use world::{Event, World};

/// Files whose course shows most of what can happen at once.
const FILES: [&str; 12] = [
    "node-dead",
    "network-gone",
    "service-flaps",
    "site-seen-elsewhere",
    "server-off",
    "node-confirmed",
    "maintenance",
    "site-down",
    "engine",
    "container-loop",
    "payments",
    "many",
];

fn script(name: &str) -> Script {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("files");
    Script::read(&folder.join(format!("{name}.toml")))
}

/// The facts of one second in another order: that of each source stays.
fn interleaved(heard: Vec<Heard>, seed: &mut u64) -> Vec<Heard> {
    let mut sources: BTreeMap<String, VecDeque<Heard>> = BTreeMap::new();
    for one in heard {
        sources
            .entry(one.source.clone())
            .or_default()
            .push_back(one);
    }
    let mut mixed = Vec::new();
    while !sources.is_empty() {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let next = usize::try_from(*seed >> 33).unwrap_or_default() % sources.len();
        let name = sources.keys().nth(next).cloned().unwrap_or_default();
        let source = sources.get_mut(&name);
        match source.and_then(VecDeque::pop_front) {
            Some(one) => mixed.push(one),
            None => drop(sources.remove(&name)),
        }
    }
    mixed
}

/// What a list says.
fn line(item: &Item) -> String {
    format!("{item:?}")
}

/// Plays a script in the order of the seed and hands back the list at the end of every tenth second.
fn lists(script: &Script, seed: u64) -> Vec<Vec<String>> {
    let course = script.course();
    let last = course
        .iter()
        .map(|(second, _)| *second)
        .max()
        .unwrap_or_default()
        .min(700);
    let mut stage = Stage::default();
    let mut world = empty();
    let mut lists = Vec::new();
    let mut dice = seed;
    let mut parts = course.iter().peekable();
    let mut now = &course[0].1;
    for second in 0..=last {
        while let Some((_, next)) = parts.next_if(|(from, _)| *from <= second) {
            now = next;
        }
        let heard = stage.tick(now);
        // What is declared comes first: nobody speaks of what is not there.
        let heard = if seed == 0 || second == 0 {
            heard
        } else {
            interleaved(heard, &mut dice)
        };
        for Heard { fact, .. } in heard {
            world.apply(&Event {
                at: at(second),
                fact,
            });
        }
        assert!(surface(&world, at(second)).len() <= SURFACE);
        if second % 10 == 9 {
            lists.push(
                items(&world, at(second))
                    .iter()
                    .map(|item| line(item))
                    .collect(),
            );
        }
    }
    lists
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn the_order_of_being_heard_changes_nothing(file in 0..FILES.len(), seed in 1_u64..) {
        let script = script(FILES[file]);
        let (straight, mixed) = (lists(&script, 0), lists(&script, seed));
        for (second, (one, other)) in straight.iter().zip(&mixed).enumerate() {
            prop_assert_eq!(one, other, "{}: the list after {} s", script.title, second * 10 + 10);
        }
    }

    #[test]
    fn a_source_that_falls_silent_closes_nothing(file in 0..FILES.len(), from in 100_i64..400) {
        let script = script(FILES[file]);
        let course = script.course();
        let world = Stage::default().play(empty(), &course, from);
        let open = open(&world);
        // Nothing but the time is heard from now on. Windows end and runs get old by it; nothing gets well.
        let mut later = world;
        for minute in 1..=60 {
            let at = at(from + minute * 60);
            later.apply(&Event { at, fact: world::Fact::TimePassed });
        }
        let left: BTreeSet<String> = open.difference(&self::open(&later)).cloned().collect();
        // What time itself ends: deaths are counted within ten minutes, a network that is gone is told by what fails.
        let left: Vec<String> = left
            .into_iter()
            .filter(|id| !id.starts_with("container.loop") && !id.starts_with("network.gone"))
            .collect();
        prop_assert!(left.is_empty(), "{}, from {from} s on: {left:?} closed by themselves", script.title);
    }
}

fn open(world: &World) -> BTreeSet<String> {
    let open = world
        .signals
        .values()
        .filter(|signal| matches!(signal.phase, world::signals::Phase::Open));
    open.map(|signal| signal.id.to_string()).collect()
}
