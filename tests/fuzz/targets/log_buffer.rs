//! The log buffer: what goes in comes out, in the order of time, and a filter finds what a plain search finds.

use vocab::{Bytes, LogBatch, LogItem, LogLine, LogSource, NodeName, Output, StyledText, Time};
use world::logs::{LogBuffer, LogLimits, LogView, Query, level};

/// The first line is what is looked for, the others are the log; its first two bytes say how the log is stretched, so
/// that whole blocks are packed and unpacked.
pub fn buffer(data: &[u8]) {
    let Ok(node) = NodeName::new("aurora") else {
        return;
    };
    let [repeat, shake, rest @ ..] = data else {
        return;
    };
    let mut parts = rest.split(|byte| *byte == b'\n');
    let wanted = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let lines: Vec<StyledText> = parts.take(200).map(StyledText::new).collect();
    let lines: Vec<StyledText> = lines
        .iter()
        .cycle()
        .take(lines.len() * (1 + usize::from(*repeat) % 24))
        .cloned()
        .collect();
    // Late lines come in between those that are there already.
    let moment = |index: usize| {
        let index = i64::try_from(index).unwrap_or_default();
        Time(1_000 + index - (index * i64::from(*shake)) % 7)
    };

    let mut buffer = LogBuffer::new(LogLimits {
        lines: 1_000_000,
        memory: Bytes(64 << 20),
    });
    let source = LogSource::Journal { node, unit: None };
    for (batch, items) in lines.chunks(97).enumerate() {
        let items = items.iter().enumerate().map(|(index, text)| {
            let at = moment(batch * 97 + index);
            LogItem::Line(LogLine {
                at,
                output: Output::Out,
                level: level::recognise(text.as_str()),
                text: text.clone(),
            })
        });
        buffer.add(&LogBatch {
            source: source.clone(),
            items: items.collect(),
            skipped: 0,
        });
    }
    assert_eq!(buffer.len(), lines.len());

    let mut expected: Vec<(Time, usize)> = (0..lines.len())
        .map(|index| (moment(index), index))
        .collect();
    expected.sort();
    let expected: Vec<&StyledText> = expected.iter().map(|(_, index)| &lines[*index]).collect();
    assert_found(&buffer, Query::default(), &expected);
    plain_search(&buffer, &wanted, &expected);
    both_ways(&buffer, &wanted);

    let mut small = buffer;
    small.set_limits(LogLimits {
        lines: 50,
        memory: Bytes(1 << 20),
    });
    assert_eq!(
        small.len() as u64 + small.evicted(),
        lines.len() as u64,
        "what goes is counted"
    );
}

fn found(buffer: &LogBuffer, query: Query) -> Vec<StyledText> {
    let mut view = LogView::new(query);
    let mut turns = 0;
    while !view.advance(buffer, 500).is_done() {
        turns += 1;
        assert!(turns < 10_000, "a view comes to its end");
    }
    let entries = view.page(buffer, 0..view.len());
    assert!(
        entries.is_sorted_by_key(|entry| entry.meta.id),
        "entries are in order"
    );
    entries.into_iter().map(|entry| entry.text).collect()
}

fn assert_found(buffer: &LogBuffer, query: Query, expected: &[&StyledText]) {
    let shown = query.shown().clone();
    let found = found(buffer, query);
    assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{shown}");
}

/// A lower-case word is searched for without regard to case.
fn plain_search(buffer: &LogBuffer, wanted: &str, lines: &[&StyledText]) {
    let word: String = wanted
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(12)
        .collect::<String>()
        .to_ascii_lowercase();
    if word.is_empty() {
        return;
    }
    let expected: Vec<&StyledText> = lines
        .iter()
        .filter(|line| line.as_str().to_ascii_lowercase().contains(&word))
        .copied()
        .collect();
    if let Ok(query) = Query::parse(&format!("\"{word}\"")) {
        assert_found(buffer, query, &expected);
    }
}

/// A term and its opposite find every line between them, and none twice.
fn both_ways(buffer: &LogBuffer, wanted: &str) {
    let term: String = wanted
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && *c != '"')
        .take(16)
        .collect();
    if term.is_empty()
        || term.starts_with(['!', '@', '/', '~'])
        || term.contains(['=', ':', '<', '>', '/'])
    {
        return;
    }
    if let (Ok(with), Ok(without)) = (Query::parse(&term), Query::parse(&format!("!{term}"))) {
        assert_eq!(
            found(buffer, with).len() + found(buffer, without).len(),
            buffer.len(),
            "{term}"
        );
    }
}
