//! Pieces of a frame at 200 by 60 cells, and what is asked of the world for one.

use config::Report;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ui::widgets::table::{Column, Row, Table};
use ui::widgets::{fit, graph, spark};
use ui::{Look, Role, Styles};
use wheelhouse_benches::world;
use world::query::items;
use world::query::totals::totals;

fn main() {
    divan::main();
}

const SCREEN: Rect = Rect {
    x: 0,
    y: 0,
    width: 200,
    height: 60,
};

const FLEETS: [(usize, usize); 2] = [(6, 50), (50, 1000)];

/// The items: asked for with every frame.
#[divan::bench(args = FLEETS)]
fn top(bencher: Bencher<'_, '_>, (nodes, containers): (usize, usize)) {
    let world = world(nodes, containers);
    bencher.bench_local(|| items(black_box(&world), world.now).len());
}

/// The counts of the header.
#[divan::bench(args = FLEETS)]
fn header_totals(bencher: Bencher<'_, '_>, (nodes, containers): (usize, usize)) {
    let world = world(nodes, containers);
    bencher.bench_local(|| totals(black_box(&world), world.now));
}

/// A table that fills the screen: only visible rows are made, however many there are.
#[divan::bench(args = [50, 1000])]
fn table(bencher: Bencher<'_, '_>, containers: usize) {
    let world = world(50, containers);
    let rows: Vec<_> = world.containers.values().collect();
    let styles = Styles::new(&config::theme::load(
        config::shipped::THEME,
        None,
        &mut Report::default(),
    ));
    let look = Look {
        styles: &styles,
        zone: &TimeZone::UTC,
        focused: true,
        whole: true,
    };
    let columns = [
        Column::left("name", 24, 3, 0),
        Column::left("image", 20, 1, 2),
        Column::left("node", 12, 1, 1),
    ];
    let table = Table {
        columns: &columns,
        sort: Some((0, false)),
        header: true,
    };
    let mut buffer = Buffer::empty(SCREEN);
    bencher.bench_local(|| {
        table.draw(
            &mut buffer,
            SCREEN,
            &look,
            (0, Some(3), rows.len()),
            |index, widths| {
                let container = &rows[index].container;
                let words = [
                    container.name.as_str(),
                    container.image.as_str(),
                    rows[index].key.node.as_str(),
                ];
                let cells = words.iter().zip(widths);
                let cells = cells.map(|(word, width)| {
                    Line::from(styles.ink(Role::Text, fit(word, usize::from(*width))))
                });
                Row {
                    cells: cells.collect(),
                    marked: false,
                }
            },
        );
    });
}

/// Braille graphs, sixteen of 60 by 4 cells.
#[divan::bench]
fn graphs(bencher: Bencher<'_, '_>) {
    let values: Vec<Option<f32>> = (0..120)
        .map(|index| (index % 11 > 0).then_some((index * 7 % 100) as f32))
        .collect();
    let ink = ratatui::style::Style::new();
    bencher.counter(ItemsCount::new(16_usize)).bench_local(|| {
        (0..16)
            .map(|_| graph(black_box(&values), 100.0, (60, 4), (ink, ink)).len())
            .sum::<usize>()
    });
}

/// Sparklines of eight cells, one for each of sixty rows.
#[divan::bench]
fn sparks(bencher: Bencher<'_, '_>) {
    let values: Vec<Option<f32>> = (0..8).map(|index| Some((index * 13) as f32)).collect();
    bencher.counter(ItemsCount::new(60_usize)).bench_local(|| {
        (0..60)
            .map(|_| spark(black_box(&values), 100.0).len())
            .sum::<usize>()
    });
}

/// What the terminal is sent: the difference of two screens of which one row in ten changed.
#[divan::bench]
fn difference(bencher: Bencher<'_, '_>) {
    let filled = |shift: u16| {
        let mut buffer = Buffer::empty(SCREEN);
        for y in 0..SCREEN.height {
            let number = if y % 10 == 0 { y + shift } else { y };
            buffer.set_string(
                0,
                y,
                format!("row {number} of a screen ").repeat(9),
                ratatui::style::Style::new(),
            );
        }
        buffer
    };
    let (before, after) = (filled(0), filled(1));
    bencher.bench_local(|| black_box(&before).diff(black_box(&after)).len());
}
