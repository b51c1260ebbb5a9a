//! The reducer: events a second through `World::apply`.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use wheelhouse_benches::{START, containers_sampled, fleet, sweep, world};
use world::{Event, World};

fn main() {
    divan::main();
}

/// One sweep over 200 containers of one node: one event with 200 samples.
#[divan::bench]
fn containers_sampled_200(bencher: Bencher<'_, '_>) {
    let mut world = world(1, 200);
    let event = Event {
        at: START,
        fact: containers_sampled(0, 200, 61),
    };
    bencher
        .counter(ItemsCount::new(200_usize))
        .bench_local(|| world.apply(black_box(&event)));
}

/// One sample of each node and each container of a whole fleet; counted in events.
#[divan::bench(args = [(6, 50), (50, 1000)])]
fn sweep_of_a_fleet(bencher: Bencher<'_, '_>, (nodes, containers): (usize, usize)) {
    let mut world = world(nodes, containers);
    let events = sweep(nodes, containers, 61);
    bencher
        .counter(ItemsCount::new(events.len()))
        .bench_local(|| {
            for event in &events {
                black_box(world.apply(event));
            }
        });
}

/// The start: everything that is known of a fleet after its first look.
#[divan::bench(args = [(6, 50), (50, 1000)])]
fn first_look(bencher: Bencher<'_, '_>, (nodes, containers): (usize, usize)) {
    let events = fleet(nodes, containers);
    bencher
        .counter(ItemsCount::new(events.len()))
        .bench_local(|| {
            let mut world = World::default();
            for event in &events {
                black_box(world.apply(event));
            }
            world
        });
}
