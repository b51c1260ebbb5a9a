//! A line of a log as it is understood: its level, its fields, and filters over it.

use std::ops::Range;

use vocab::Level;
use world::logs::{Query, fields, level};

use super::oracle::{assert_line, halves};

pub fn line(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = level::recognise(&text);
    assert_eq!(
        level::recognise(&format!("  {text}")),
        level::recognise(&format!(" {text}")),
        "indentation says nothing"
    );
    if !text
        .bytes()
        .any(|byte| byte.is_ascii_digit() || byte.is_ascii_alphabetic())
    {
        assert_eq!(
            found,
            Level::Unknown,
            "a level is said in letters or digits"
        );
    }
    let fields = fields::fields(&text);
    assert!(fields.len() <= 256, "a line has a bounded number of fields");
    for field in &fields {
        assert_line(&field.name);
        assert_line(&field.value);
    }
    assert_eq!(fields, fields::fields(&text));
}

pub fn query(data: &[u8]) {
    let (query, line) = halves(data);
    let (query, line) = (
        String::from_utf8_lossy(query),
        String::from_utf8_lossy(line),
    );
    match Query::parse(&query) {
        Ok(query) => {
            assert_line(query.shown());
            assert_apart(&query.highlights(&line), &line);
            assert_apart(&query.highlights(query.shown()), query.shown());
            let term = query
                .source_terms()
                .iter()
                .find(|term| term.name.is_empty());
            assert_eq!(term, None, "a term without a name would fit every source");
        }
        Err(error) => super::oracle::assert_safe(&error.to_string(), true),
    }
}

/// Places to paint: in order, not over each other, between characters.
fn assert_apart(ranges: &[Range<usize>], line: &str) {
    let mut end = 0;
    for range in ranges {
        assert!(
            range.start >= end && range.end > range.start,
            "{ranges:?} of {line:?}"
        );
        assert!(
            line.get(range.clone()).is_some(),
            "{range:?} cuts a character of {line:?}"
        );
        end = range.end;
    }
}
