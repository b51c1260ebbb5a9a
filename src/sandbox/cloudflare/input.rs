//! What a request says a record is, checked.

use serde_json::{Map, Value};

use super::answer::Refusal;
use super::content::Content;
use super::record::{self, Draft, Kind};
use crate::exchange::Request;

/// Characters of a comment on the free plan.
const COMMENT: usize = 100;

/// The body as a JSON object.
pub fn object(request: &Request) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Refusal::new(400, 9207, "Request body is invalid.")),
    }
}

/// The record that a body describes, in the zone of that name.
pub fn draft(body: &Map<String, Value>, zone: &str) -> Result<Draft, Refusal> {
    let kind = kind(body)?;
    let name = name(body, zone)?;
    let content = Content::of(kind, body)?;
    if kind == Kind::Cname && content.text == name {
        return Err(Refusal::new(
            400,
            9039,
            "CNAME content cannot reference itself",
        ));
    }
    let proxied = match body.get("proxied") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(proxied)) => *proxied,
        Some(_) => return Err(Refusal::new(400, 9041, "Invalid proxied mode.")),
    };
    if proxied && !kind.can_be_proxied() {
        return Err(Refusal::record(
            9041,
            "Invalid proxied mode. Record cannot be proxied",
        ));
    }
    let ttl = ttl(body)?;
    Ok(Draft {
        kind,
        name,
        content: content.text,
        data: content.data,
        priority: content.priority,
        ttl: if proxied { 1 } else { ttl },
        proxied,
        comment: comment(body)?,
    })
}

fn kind(body: &Map<String, Value>) -> Result<Kind, Refusal> {
    match body.get("type").and_then(Value::as_str) {
        None => Err(Refusal::record(9002, "DNS record type is missing.")),
        Some(name) => {
            Kind::of(name).ok_or_else(|| Refusal::new(400, 9002, "DNS record type is invalid."))
        }
    }
}

/// The full name. One that does not end in the zone's is relative to it, and `@` is the zone's own.
fn name(body: &Map<String, Value>, zone: &str) -> Result<String, Refusal> {
    let given = body
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim_end_matches('.')
        .to_ascii_lowercase();
    let inside = given
        .strip_suffix(zone)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let full = match given.as_str() {
        "@" => zone.to_owned(),
        _ if inside => given,
        _ => format!("{given}.{zone}"),
    };
    if record::is_name(&full) {
        Ok(full)
    } else {
        Err(Refusal::new(400, 9000, "DNS name is invalid."))
    }
}

/// Seconds; 1, automatic, when nothing is given.
fn ttl(body: &Map<String, Value>) -> Result<u32, Refusal> {
    let given = match body.get("ttl") {
        None | Some(Value::Null) => Some(1),
        Some(value) => whole(value, 86_400),
    };
    given.filter(|ttl| *ttl == 1 || *ttl >= 60).ok_or_else(|| {
        Refusal::new(
            400,
            9021,
            "Invalid TTL. Must be between 60 and 86,400 seconds, or 1 for automatic",
        )
    })
}

/// A whole number up to `most`. The official clients send numbers as floats.
pub fn whole(value: &Value, most: u32) -> Option<u32> {
    value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && (0.0..=f64::from(most)).contains(number))
        .map(|number| number as u32)
}

fn comment(body: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    if body
        .get("tags")
        .and_then(Value::as_array)
        .is_some_and(|tags| !tags.is_empty())
    {
        return Err(Refusal::new(
            400,
            9300,
            "DNS record has tags, exceeding the quota of 0.",
        ));
    }
    let comment = body
        .get("comment")
        .and_then(Value::as_str)
        .filter(|comment| !comment.is_empty());
    match comment {
        Some(comment) if comment.chars().count() > COMMENT => Err(Refusal::new(
            400,
            9301,
            format!("DNS record comment exceeds the quota of {COMMENT} characters."),
        )),
        comment => Ok(comment.map(str::to_owned)),
    }
}
