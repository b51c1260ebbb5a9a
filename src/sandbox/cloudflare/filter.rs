//! Which records a list shows, and in which order.

use std::cmp::Ordering;

use super::record::Record;
use crate::exchange::Request;

/// Compares a value with what is asked for.
type Compare = fn(&str, &str) -> bool;

/// How a field is compared, as it stands after the dot of a parameter's name.
const OPERATORS: [(&str, Compare); 4] = [
    ("exact", |value, asked| value == asked),
    ("contains", |value, asked| value.contains(asked)),
    ("startswith", |value, asked| value.starts_with(asked)),
    ("endswith", |value, asked| value.ends_with(asked)),
];

/// The records that a request asks for, in its order.
pub fn apply<'a>(request: &Request, records: &'a [Record]) -> Vec<&'a Record> {
    let any = request.field("match") == Some("any");
    let mut found: Vec<&Record> = records
        .iter()
        .filter(|record| {
            let mut verdicts = request
                .query
                .iter()
                .filter_map(|(name, asked)| verdict(record, name, asked))
                .peekable();
            if any && verdicts.peek().is_some() {
                verdicts.any(|verdict| verdict)
            } else {
                verdicts.all(|verdict| verdict)
            }
        })
        .collect();
    let order = request.field("order").unwrap_or("type");
    // The sort is stable: what is equal stays in the order of creation.
    found.sort_by(|left, right| compare(order, left, right));
    if request.field("direction") == Some("desc") {
        found.reverse();
    }
    found
}

/// What a parameter says about a record. None when it is no filter.
fn verdict(record: &Record, parameter: &str, asked: &str) -> Option<bool> {
    let draft = &record.draft;
    let asked = asked.to_ascii_lowercase();
    let comment = draft.comment.as_deref().unwrap_or_default();
    let (field, operator) = parameter.split_once('.').unwrap_or((parameter, "exact"));
    let value = match field {
        "type" => draft.kind.name(),
        "name" => &draft.name,
        "content" => &draft.content,
        "comment" => comment,
        "proxied" => return Some(draft.proxied == (asked == "true")),
        "search" => {
            let has = |text: &str| text.to_ascii_lowercase().contains(&asked);
            return Some(has(&draft.name) || has(&draft.content) || has(comment));
        }
        _ => return None,
    };
    let (_, compare) = OPERATORS.iter().find(|(name, _)| *name == operator)?;
    Some(compare(&value.to_ascii_lowercase(), &asked))
}

fn compare(order: &str, left: &Record, right: &Record) -> Ordering {
    let (left, right) = (&left.draft, &right.draft);
    match order {
        "name" => left.name.cmp(&right.name),
        "content" => left.content.cmp(&right.content),
        "ttl" => left.ttl.cmp(&right.ttl),
        "proxied" => left.proxied.cmp(&right.proxied),
        _ => left.kind.cmp(&right.kind),
    }
}
