//! Tests of the filter's language, over blocks as a buffer has them.

use vocab::{LogBatch, LogItem, LogLine, LogSource, NodeName, Output, StyledText, Time};

use super::*;
use crate::logs::{LogBuffer, level};

fn buffer_of(lines: &[&str]) -> LogBuffer {
    let item = |(index, text): (usize, &&str)| {
        let text = StyledText::from(*text);
        LogItem::Line(LogLine {
            at: Time(index.cast_signed() as i64),
            output: Output::Out,
            level: level::recognise(text.as_str()),
            text,
        })
    };
    let source = LogSource::Journal {
        node: NodeName::new("aurora").unwrap(),
        unit: None,
    };
    let mut buffer = LogBuffer::default();
    buffer.add(&LogBatch {
        source,
        items: lines.iter().enumerate().map(item).collect(),
        skipped: 0,
    });
    buffer
}

const LINES: [&str; 8] = [
    "INFO request 200 in 84 ms path=/healthz",
    "ERROR upstream timed out after 30 s: GET /checkout",
    r#"{"level":"warn","msg":"slow","http":{"status":502,"ms":812.5}}"#,
    "WARN connection refused by postgres",
    "refused connection",
    "level=error msg=\"disk full\" status=507",
    "plain text without anything",
    "DEBUG GET /x?status=502",
];

fn found(query: &str) -> Vec<u16> {
    let query = Query::parse(query).unwrap();
    let buffer = buffer_of(&LINES);
    query.matches(&buffer.blocks()[0], 0).0
}

#[test]
fn the_language() {
    let cases: [(&str, &[u16]); 22] = [
        ("", &[0, 1, 2, 3, 4, 5, 6, 7]),
        ("connection refused", &[3]),
        ("CONNECTION", &[]),
        ("/conn.*ref|ref.*conn/", &[3, 4]),
        ("!/conn.*ref|ref.*conn/ level:warn", &[1, 2, 5]),
        ("/checkout", &[1]),
        ("!refused !level:info", &[7]),
        ("level:error", &[1, 5]),
        ("level=warn", &[2, 3]),
        ("level>=debug !level>=info", &[7]),
        ("status=502", &[2, 7]),
        ("!status=502 get", &[1]),
        ("http.status=502", &[2]),
        ("status>502", &[5]),
        ("ms>=812.5", &[2]),
        ("ms<812", &[]),
        ("~gchk", &[1]),
        ("\"level=error\"", &[5]),
        ("msg=\"disk full\" level:warn", &[5]),
        ("msg=\"disk", &[]),
        ("get level:error", &[1]),
        ("!", &[]),
    ];
    for (query, lines) in cases {
        assert_eq!(found(query), lines, "{query}");
    }
}

#[test]
fn sources_are_told_apart_by_the_caller() {
    let query = Query::parse("@Caddy !@db timeout").unwrap();
    let terms: Vec<_> = query
        .source_terms()
        .iter()
        .map(|term| (term.name.as_str(), term.inverse))
        .collect();
    assert_eq!(terms, [("caddy", false), ("db", true)]);
    let buffer = buffer_of(&LINES);
    let none = Query::default().with_sources(Some(vec![false]));
    assert!(none.matches(&buffer.blocks()[0], 0).0.is_empty());
    let other = Query::default().with_sources(Some(vec![true, false]));
    assert_eq!(other.matches(&buffer.blocks()[0], 6).0, [6, 7]);
}

#[test]
fn highlights_do_not_overlap() {
    let query = Query::parse("time !no \"out\" /ed o/").unwrap();
    assert_eq!(
        query.highlights("timed out, no time"),
        [0..9, 14..18].to_vec()
    );
}

#[test]
fn a_broken_expression_is_an_error_in_words() {
    let error = Query::parse("/a(b/").unwrap_err().to_string();
    assert_eq!(error, "/a(b/ is no regular expression: unclosed group");
}
