//! Tests of views: in slices, over a buffer that changes, a view is always what a plain filter of the buffer is.

use vocab::{Bytes, LogBatch, LogItem, LogLine, LogSource, NodeName, Output, StyledText, Text};

use super::*;
use crate::logs::{LogLimits, level};

fn add(buffer: &mut LogBuffer, name: &str, times: impl Iterator<Item = i64>) {
    let node = NodeName::new("aurora").unwrap();
    let source = LogSource::File {
        node,
        path: Text::line(name),
    };
    let items = times
        .map(|at| {
            let word = if at % 7 == 0 { "ERROR" } else { "INFO" };
            let text = StyledText::from(
                format!("{word} request {at} of {name} took {} ms", at * 31 % 997).as_str(),
            );
            LogItem::Line(LogLine {
                at: Time(at),
                output: Output::Out,
                level: level::recognise(text.as_str()),
                text,
            })
        })
        .collect();
    buffer.add(&LogBatch {
        source,
        items,
        skipped: 0,
    });
}

fn everything(buffer: &LogBuffer) -> Vec<Entry> {
    let mut out = Vec::new();
    for block in buffer.blocks() {
        block.read(0..block.len(), |entry| out.push(entry));
    }
    out
}

fn plain(buffer: &LogBuffer, wanted: impl Fn(&str) -> bool) -> Vec<EntryId> {
    everything(buffer)
        .into_iter()
        .filter(|entry| wanted(entry.text.as_str()))
        .map(|entry| entry.meta.id)
        .collect()
}

fn ids(view: &LogView, buffer: &LogBuffer) -> Vec<EntryId> {
    view.page(buffer, 0..view.len())
        .into_iter()
        .map(|entry| entry.meta.id)
        .collect()
}

fn finish(view: &mut LogView, buffer: &LogBuffer) {
    while !view.advance(buffer, 1_000).is_done() {}
}

#[test]
fn a_view_keeps_up_with_late_lines_and_evictions() {
    let mut buffer = LogBuffer::new(LogLimits {
        lines: 20_000,
        memory: Bytes(48 << 20),
    });
    let mut view = LogView::new(Query::parse("of a level:error").unwrap());
    for round in 0..60 {
        add(
            &mut buffer,
            "a",
            (0..500).map(|step| round * 1_000 + step * 2),
        );
        add(
            &mut buffer,
            "b",
            (0..500).map(|step| round * 1_000 + step * 2 - 5_001),
        );
        view.advance(&buffer, 700);
        if round % 10 == 9 {
            finish(&mut view, &buffer);
            assert_eq!(
                ids(&view, &buffer),
                plain(&buffer, |text| text.contains("of a")
                    && text.contains("ERROR"))
            );
        }
    }
    assert!(buffer.evicted() > 0);
}

#[test]
fn the_newest_are_found_first() {
    let mut buffer = LogBuffer::default();
    add(&mut buffer, "a", 0..30_000);
    let mut view = LogView::new(Query::parse("request").unwrap());
    let progress = view.advance(&buffer, 1);
    assert!(!progress.is_done() && progress.changed && progress.percent() < 20);
    let newest = view.id_at(&buffer, view.len() - 1);
    assert_eq!(newest, buffer.last());
    finish(&mut view, &buffer);
    assert_eq!(view.len(), 30_000);
    assert_eq!(
        newest,
        view.id_at(&buffer, 29_999),
        "ids stay, positions do not"
    );
    assert!(!view.advance(&buffer, 1).changed);
}

#[test]
fn positions_pages_and_neighbours() {
    let mut buffer = LogBuffer::default();
    add(&mut buffer, "a", 0..20_000);
    let mut view = LogView::new(Query::parse("of a !\"took 0\"").unwrap());
    finish(&mut view, &buffer);
    for position in [0, 1, 777, 12_345, view.len() - 1] {
        let id = view.id_at(&buffer, position).unwrap();
        assert_eq!(view.position(&buffer, id), position);
        assert_eq!(view.page(&buffer, position..position + 1)[0].meta.id, id);
        assert_eq!(
            view.next(&buffer, id, Direction::Forward),
            view.id_at(&buffer, position + 1)
        );
    }
    assert_eq!(view.id_at(&buffer, view.len()), None);
    assert_eq!(
        view.position(
            &buffer,
            EntryId {
                at: Time(i64::MAX),
                arrival: 0
            }
        ),
        view.len()
    );
    assert_eq!(
        view.position(
            &buffer,
            EntryId {
                at: Time(-1),
                arrival: 0
            }
        ),
        0
    );
    assert_eq!(view.page(&buffer, view.len() - 3..view.len() + 50).len(), 3);
    let from = EntryId {
        at: Time(10),
        arrival: 10,
    };
    let error = |direction| view.next_error(&buffer, from, direction).map(|id| id.at.0);
    assert_eq!(
        (error(Direction::Back), error(Direction::Forward)),
        (Some(7), Some(14))
    );
    assert_eq!(
        view.next_error(
            &buffer,
            EntryId {
                at: Time(0),
                arrival: 0
            },
            Direction::Back
        ),
        None
    );
}

#[test]
fn rare_words_are_found_in_sealed_blocks() {
    let mut buffer = LogBuffer::default();
    add(&mut buffer, "a", 0..40_000);
    add(&mut buffer, "needle", [12_345].into_iter());
    add(&mut buffer, "a", 40_000..60_000);
    for word in ["of needle", "of NEEDLE|needle"] {
        let query = if word.contains('|') {
            format!("/{word}/")
        } else {
            word.to_owned()
        };
        let mut view = LogView::new(Query::parse(&query).unwrap().lines_only());
        let progress = view.advance(&buffer, 20_000);
        assert_eq!(
            progress.is_done(),
            !word.contains('|'),
            "blocks without the word are skipped unread"
        );
        finish(&mut view, &buffer);
        assert_eq!(
            ids(&view, &buffer),
            [EntryId {
                at: Time(12_345),
                arrival: 40_000
            }]
        );
    }
}

#[test]
fn the_histogram_counts_hits() {
    let mut buffer = LogBuffer::default();
    add(&mut buffer, "a", 0..10_000);
    let mut view = LogView::new(Query::default());
    finish(&mut view, &buffer);
    let columns = view.histogram(&buffer, Time(9_999), Span::millis(7_000), 5);
    assert!(
        columns
            .iter()
            .all(|column| column.total == 1_400 && column.errors == 200),
        "{columns:?}"
    );
}
