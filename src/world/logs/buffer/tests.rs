//! Tests of the buffer against a plain sorted list.

use vocab::{LogLine, NodeName, StyledText};

use super::*;

fn source(name: &str) -> LogSource {
    LogSource::File {
        node: NodeName::new("aurora").unwrap(),
        path: Text::line(name),
    }
}

fn line(at: i64, text: &str) -> LogItem {
    LogItem::Line(LogLine {
        at: Time(at),
        output: Output::Out,
        level: Level::Info,
        text: StyledText::new(text.as_bytes()),
    })
}

fn batch(name: &str, items: Vec<LogItem>) -> LogBatch {
    LogBatch {
        source: source(name),
        items,
        skipped: 0,
    }
}

/// Everything in the buffer, oldest first.
fn all(buffer: &LogBuffer) -> Vec<Entry> {
    let mut out = Vec::new();
    for block in buffer.blocks() {
        block.read(0..block.len(), |entry| out.push(entry));
    }
    out
}

/// A small generator of numbers: the same ones on every run.
fn numbers(mut seed: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        seed = kit::backoff::mix(seed);
        seed % below
    }
}

#[test]
fn sources_merge_by_time_however_late_they_come() {
    let mut next = numbers(7);
    let mut buffer = LogBuffer::default();
    let mut expected = Vec::new();
    let mut arrival = 0;
    for round in 0..60_i64 {
        // The third source is far behind: its lines go into blocks that were sealed long ago.
        for (name, lag) in [("a", 0), ("b", 300), ("c", 40_000)] {
            let mut items = Vec::new();
            for step in 0..300_i64 {
                let at = 100_000 + round * 900 + step * 3 - lag + next(5).cast_signed();
                let text = format!(
                    "\x1b[3{}m{name}\x1b[0m request {round}.{step} took {} ms",
                    next(8),
                    next(100_000)
                );
                expected.push((at, arrival, StyledText::new(text.as_bytes())));
                items.push(line(at, &text));
                arrival += 1;
            }
            buffer.add(&batch(name, items));
        }
    }
    expected.sort_by_key(|(at, arrival, _)| (*at, *arrival));
    let found: Vec<_> = all(&buffer)
        .into_iter()
        .map(|e| (e.meta.id.at.0, e.meta.id.arrival, e.text))
        .collect();
    assert_eq!(found.len(), expected.len());
    assert!(found == expected, "order, texts and colours are kept");
    assert!(buffer.open.len() <= OPEN_BLOCKS + 1);
    let middle = &expected[expected.len() / 2];
    let id = EntryId {
        at: Time(middle.0),
        arrival: middle.1,
    };
    assert_eq!(
        buffer.get(id).map(|entry| entry.text),
        Some(middle.2.clone())
    );
    assert_eq!(
        buffer.get(EntryId {
            at: Time(1),
            arrival: 1
        }),
        None
    );
    assert_eq!(buffer.sources().len(), 3);
}

#[test]
fn limits_hold_and_what_went_is_counted() {
    let limits = LogLimits {
        lines: 50_000,
        memory: Bytes(3 << 20),
    };
    let mut buffer = LogBuffer::new(limits);
    let mut next = numbers(3);
    for round in 0..200 {
        let items = (0..500).map(|step| {
            line(
                round * 500 + step,
                &format!("{:x} {:x}", next(u64::MAX), next(u64::MAX)),
            )
        });
        buffer.add(&batch("a", items.collect()));
        assert!(buffer.len() <= limits.lines);
        assert!(buffer.memory() <= limits.memory);
    }
    assert_eq!(buffer.len() as u64 + buffer.evicted(), 100_000);
    assert!(
        buffer.len() > 20_000,
        "{} lines in {}",
        buffer.len(),
        buffer.memory().0
    );
    assert_eq!(buffer.last().map(|id| id.at), Some(Time(99_999)));
    buffer.set_limits(LogLimits {
        lines: 1_000,
        memory: limits.memory,
    });
    assert!(buffer.len() <= 1_000 + BLOCK_LINES);
    assert_eq!(all(&buffer).len(), buffer.len());
}

#[test]
fn gaps_markers_and_skipped_lines_are_entries() {
    let mut buffer = LogBuffer::default();
    let gap = LogItem::Gap {
        at: Time(20),
        reason: Text::line("rotated"),
    };
    buffer.add(&LogBatch {
        source: source("a"),
        items: vec![line(10, "one"), gap, line(30, "two")],
        skipped: 1_204,
    });
    let marker = buffer.mark(Time(25), &Text::line("here"));
    let shown: Vec<_> = all(&buffer)
        .into_iter()
        .map(|e| (e.meta.kind, e.text.to_string()))
        .collect();
    assert_eq!(shown[0].0, EntryKind::Gap);
    assert!(shown[0].1.starts_with("1204 lines skipped"));
    let kinds: Vec<_> = shown[1..]
        .iter()
        .map(|(kind, text)| (*kind, text.as_str()))
        .collect();
    let expected = [
        (EntryKind::Line, "one"),
        (EntryKind::Gap, "rotated"),
        (EntryKind::Marker, "here"),
        (EntryKind::Line, "two"),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(buffer.skipped(), 1_204);
    assert!(
        buffer
            .get(marker)
            .is_some_and(|entry| entry.meta.source.is_none())
    );
}

#[test]
fn huge_and_empty_lines_fit() {
    let mut buffer = LogBuffer::default();
    let huge = "x".repeat(10_000_000);
    for at in 0..20 {
        buffer.add(&batch("a", vec![line(at, &huge)]));
    }
    for at in 20..30_000 {
        buffer.add(&batch("a", vec![line(at, "")]));
    }
    buffer.add(&batch("b", (0..9_000).map(|at| line(at * 3, "")).collect()));
    assert_eq!(buffer.len(), 39_000);
    assert!(buffer.memory() < Bytes(4 << 20));
    let first = &all(&buffer)[0];
    assert!(
        first.text.as_str().ends_with("bytes cut"),
        "a cut line comes back as it was"
    );
}

/// So that a million lines of the usual kind fit in the usual 48 MB, a tenth of them must fit in a tenth of it, beside the
/// blocks that are open.
#[test]
fn lines_take_a_third_of_their_text() {
    let mut buffer = LogBuffer::default();
    let mut next = numbers(1);
    let mut text_bytes = 0;
    for round in 0..200 {
        let items: Vec<LogItem> = (0..500)
            .map(|step| {
                let at = round * 500 + step;
                let (worker, bytes, request) = (next(32), next(100_000), next(1 << 32));
                let text = format!(
                    "2026-11-21T14:02:08.{at:06}Z INFO worker-{worker} GET /api/v1/orders status=200 bytes={bytes} req={request:08x} seq={at}"
                );
                text_bytes += text.len();
                line(at, &text)
            })
            .collect();
        buffer.add(&batch("a", items));
    }
    assert_eq!((buffer.len(), buffer.evicted()), (100_000, 0));
    let open = (OPEN_BLOCKS + 1) * 2 * BLOCK_BYTES;
    assert!(
        buffer.memory().0 < (4_800_000 + open) as u64,
        "{:?}",
        buffer.memory()
    );
    assert!(text_bytes > 10_000_000);
}
