//! The log buffer: taking lines in, and finding some of a million again.

use std::cell::OnceCell;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use wheelhouse_benches::batch;
use world::logs::{LogBuffer, LogView, Query};

fn main() {
    divan::main();
}

const MILLION: usize = 1_000_000;

/// Lines of a batch, as the outbox of a source makes them.
const BATCH: usize = 512;

thread_local! {
    static FULL: OnceCell<LogBuffer> = const { OnceCell::new() };
}

/// With a million lines in the buffer, made once.
fn with_million<T>(work: impl FnOnce(&LogBuffer) -> T) -> T {
    FULL.with(|full| {
        work(full.get_or_init(|| {
            let mut buffer = LogBuffer::default();
            for from in (0..MILLION).step_by(BATCH) {
                buffer.add(&batch(from, BATCH.min(MILLION - from)));
            }
            buffer
        }))
    })
}

/// Lines that are sanitised already; packing of full blocks is in it.
#[divan::bench]
fn take_in(bencher: Bencher<'_, '_>) {
    let batches: Vec<_> = (0..100)
        .map(|number| batch(number * BATCH, BATCH))
        .collect();
    bencher
        .counter(ItemsCount::new(100 * BATCH))
        .bench_local(|| {
            let mut buffer = LogBuffer::default();
            for batch in &batches {
                buffer.add(black_box(batch));
            }
            buffer.len()
        });
}

/// The whole buffer through a filter, from nothing; counted in lines looked at.
#[divan::bench(
    sample_count = 10,
    args = ["needle", "/needle$|needle\"/", "/worker-6\\d .*in 8\\d\\d ms/", "level:warn", "status=200", "!info", "absent"]
)]
fn search_a_million(bencher: Bencher<'_, '_>, text: &str) {
    with_million(|buffer| {
        if let Ok(query) = Query::parse(text) {
            bencher
                .counter(ItemsCount::new(buffer.len()))
                .bench_local(|| {
                    let mut view = LogView::new(query.clone());
                    while !view.advance(buffer, 10_000).is_done() {}
                    view.len()
                });
        }
    });
}

/// What is done before every frame while lines come in: the view is brought up, and a screen of lines is read.
#[divan::bench]
fn page_at_the_end(bencher: Bencher<'_, '_>) {
    with_million(|buffer| {
        let mut view = LogView::new(Query::default());
        while !view.advance(buffer, 10_000).is_done() {}
        bencher.bench_local(|| {
            view.advance(buffer, 10_000);
            view.page(buffer, view.len() - 60..view.len()).len()
        });
    });
}
