//! The list of what matters under load: a thousand open signals, ten thousand judged a minute.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use incidents::{CROWDED_FROM, Heard, Stage, at, crowded, crowded_stage};
use world::query::{items, surface};
use world::{Event, Fact};

fn main() {
    divan::main();
}

/// What is heard in a second, and so in a tenth of a thousand signals judged: one event each.
fn second(stage: &mut Stage, second: i64) -> Vec<Event> {
    let heard = stage.tick(&crowded(second.unsigned_abs()));
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
    let (mut stage, mut world) = crowded_stage();
    let seconds: Vec<Vec<Event>> = (1..=30)
        .map(|turn| second(&mut stage, CROWDED_FROM + turn))
        .collect();
    let mut turns = seconds.iter().flatten().cycle();
    bencher
        .counter(ItemsCount::new(1_usize))
        .bench_local(|| turns.next().map(|event| world.apply(event)));
}

/// Asked again while nothing has changed, in another second each time: ages go on.
#[divan::bench]
fn items_warm(bencher: Bencher<'_, '_>) {
    let (_, world) = crowded_stage();
    let mut now = CROWDED_FROM;
    items(&world, at(now));
    bencher.bench_local(|| {
        now += 1;
        items(black_box(&world), at(now)).len()
    });
}

/// Asked again at the same moment: a frame asks more than once.
#[divan::bench]
fn items_same_moment(bencher: Bencher<'_, '_>) {
    let (_, world) = crowded_stage();
    items(&world, at(CROWDED_FROM));
    bencher.bench_local(|| items(black_box(&world), at(CROWDED_FROM)).len());
}

/// The ten of them.
#[divan::bench]
fn surface_warm(bencher: Bencher<'_, '_>) {
    let (_, world) = crowded_stage();
    items(&world, at(CROWDED_FROM));
    bencher.bench_local(|| surface(black_box(&world), at(CROWDED_FROM)).len());
}

/// Asked after one node was sampled: its ten signals were judged anew.
#[divan::bench]
fn items_after_one_change(bencher: Bencher<'_, '_>) {
    let (mut stage, mut world) = crowded_stage();
    let sampled: Vec<Event> = (1..=30)
        .flat_map(|turn| second(&mut stage, CROWDED_FROM + turn))
        .filter(|event| matches!(event.fact, Fact::NodeConditionRead { .. }))
        .collect();
    let mut turns = sampled.iter().cycle();
    items(&world, at(CROWDED_FROM));
    bencher.bench_local(|| {
        if let Some(event) = turns.next() {
            world.apply(event);
        }
        items(black_box(&world), at(CROWDED_FROM + 30)).len()
    });
}

/// Asked of a world that nothing was asked of before.
#[divan::bench]
fn items_cold(bencher: Bencher<'_, '_>) {
    let (_, world) = crowded_stage();
    let json = world.clone();
    bencher
        .with_inputs(|| json.clone())
        .bench_local_values(|world| items(black_box(&world), at(CROWDED_FROM)).len());
}
