//! The list of what matters under load: a thousand open signals, ten thousand judged a minute.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use incidents::{Heard, NodePart, Parts, SitePart, Stage, at, empty};
use world::query::{items, surface};
use world::{Event, Fact, World};

fn main() {
    divan::main();
}

const NODES: usize = 100;
const DISKS: usize = 10;

/// The moment from which on everything stands as it is.
const BEGUN: i64 = 60;

/// A hundred nodes with ten full disks, ten containers and a site each; the figures move with every turn.
fn fleet(turn: u64) -> Parts {
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

/// A world with a thousand signals open.
fn begin() -> (Stage, World) {
    let mut stage = Stage::default();
    let world = stage.play(empty(), &[(0, fleet(0))], BEGUN);
    (stage, world)
}

/// What is heard in a second, and so in a tenth of a thousand signals judged: one event each.
fn second(stage: &mut Stage, second: i64) -> Vec<Event> {
    let heard = stage.tick(&fleet(second.unsigned_abs()));
    let event = |Heard { fact, .. }| Event {
        at: at(second),
        fact,
    };
    heard.into_iter().map(event).collect()
}

/// What an event costs while every figure moves every second: sixty thousand signals judged a minute, six times what is
/// asked for.
#[divan::bench]
fn reducer_per_event(bencher: Bencher<'_, '_>) {
    let (mut stage, mut world) = begin();
    let seconds: Vec<Vec<Event>> = (1..=30)
        .map(|turn| second(&mut stage, BEGUN + turn))
        .collect();
    let mut turns = seconds.iter().flatten().cycle();
    bencher
        .counter(ItemsCount::new(1_usize))
        .bench_local(|| turns.next().map(|event| world.apply(event)));
}

/// Asked again while nothing has changed, in another second each time: ages go on.
#[divan::bench]
fn items_warm(bencher: Bencher<'_, '_>) {
    let (_, world) = begin();
    let mut now = BEGUN;
    items(&world, at(now));
    bencher.bench_local(|| {
        now += 1;
        items(black_box(&world), at(now)).len()
    });
}

/// Asked again at the same moment: a frame asks more than once.
#[divan::bench]
fn items_same_moment(bencher: Bencher<'_, '_>) {
    let (_, world) = begin();
    items(&world, at(BEGUN));
    bencher.bench_local(|| items(black_box(&world), at(BEGUN)).len());
}

/// The ten of them.
#[divan::bench]
fn surface_warm(bencher: Bencher<'_, '_>) {
    let (_, world) = begin();
    items(&world, at(BEGUN));
    bencher.bench_local(|| surface(black_box(&world), at(BEGUN)).len());
}

/// Asked after one node was sampled: its ten signals were judged anew.
#[divan::bench]
fn items_after_one_change(bencher: Bencher<'_, '_>) {
    let (mut stage, mut world) = begin();
    let sampled: Vec<Event> = (1..=30)
        .flat_map(|turn| second(&mut stage, BEGUN + turn))
        .filter(|event| matches!(event.fact, Fact::NodeConditionRead { .. }))
        .collect();
    let mut turns = sampled.iter().cycle();
    items(&world, at(BEGUN));
    bencher.bench_local(|| {
        if let Some(event) = turns.next() {
            world.apply(event);
        }
        items(black_box(&world), at(BEGUN + 30)).len()
    });
}

/// Asked of a world that nothing was asked of before.
#[divan::bench]
fn items_cold(bencher: Bencher<'_, '_>) {
    let (_, world) = begin();
    let json = world.clone();
    bencher
        .with_inputs(|| json.clone())
        .bench_local_values(|world| items(black_box(&world), at(BEGUN)).len());
}
