//! The fields of a line, read on demand: a JSON object in it, or logfmt pairs.

use serde_json::Value;
use vocab::Text;

/// The most fields a line is taken apart into.
const LIMIT: usize = 256;

/// How deep objects within objects are followed; what is deeper stays JSON.
const DEPTH: usize = 8;

/// A field: its name (of nested ones with dots between) and its value as text, without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// `http.status`.
    pub name: Text,
    /// `502`.
    pub value: Text,
}

/// The fields of a line, in its order for logfmt and in the order of their names for JSON; none when it has neither.
/// A JSON object may stand behind other text, as a time stamp does.
pub fn fields(line: &str) -> Vec<Field> {
    let mut out = Vec::new();
    visit(line, &mut |name, value| {
        out.push(Field {
            name: Text::line(name),
            value: Text::line(value),
        });
        out.len() < LIMIT
    });
    out
}

/// Whether the field `name` of a line satisfies `test`. A name without dots also means the last part of a nested one.
pub(super) fn any_field(line: &str, name: &str, test: impl Fn(&str) -> bool) -> bool {
    let mut found = false;
    let mut left = LIMIT;
    visit(line, &mut |field, value| {
        left -= 1;
        let last = field.rsplit('.').next().unwrap_or(field);
        found =
            (field.eq_ignore_ascii_case(name) || last.eq_ignore_ascii_case(name)) && test(value);
        !found && left > 0
    });
    found
}

/// Hands each field on until `take` says `false`.
fn visit(line: &str, take: &mut dyn FnMut(&str, &str) -> bool) {
    if let Some(start) = line.find('{')
        && let Some(Ok(object @ Value::Object(_))) =
            serde_json::Deserializer::from_str(&line[start..])
                .into_iter::<Value>()
                .next()
    {
        flatten(&mut String::new(), &object, 0, take);
    } else {
        logfmt(line, take);
    }
}

fn flatten(
    path: &mut String,
    value: &Value,
    depth: usize,
    take: &mut dyn FnMut(&str, &str) -> bool,
) -> bool {
    match value {
        Value::Object(object) if depth < DEPTH => object.iter().all(|(name, value)| {
            let length = path.len();
            if length > 0 {
                path.push('.');
            }
            path.push_str(name);
            let go_on = flatten(path, value, depth + 1, take);
            path.truncate(length);
            go_on
        }),
        Value::String(text) => take(path, text),
        other => take(path, &other.to_string()),
    }
}

/// `name=value name="quoted value"`; what is between pairs is passed over.
fn logfmt(line: &str, take: &mut dyn FnMut(&str, &str) -> bool) {
    let mut rest = line;
    while let Some(equals) = rest.find('=') {
        let name = name_before(&rest[..equals]);
        let (value, tail) = value_of(&rest[equals + 1..]);
        rest = tail;
        if !name.is_empty() && !take(name, &value) {
            return;
        }
    }
}

/// The name that ends a text: letters, digits and `_ - . @`, not within a longer word such as a URL's query.
fn name_before(text: &str) -> &str {
    let is_name = |c: char| c.is_alphanumeric() || "_-.@".contains(c);
    let start = text.rfind(|c| !is_name(c)).map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    let begins = text[..start]
        .chars()
        .next_back()
        .is_none_or(|c| c.is_whitespace() || "[({,;|".contains(c));
    if begins { &text[start..] } else { "" }
}

/// A value, quoted with `\"` and `\\` escaped or up to the next space, and what follows it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text
            .find(|c: char| c.is_whitespace() || c == ',' || c == ';')
            .unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            '"' if !escaped => return (value, &quoted[at + 1..]),
            '\\' if !escaped => escaped = true,
            _ => {
                value.push(if escaped && c == 'n' { ' ' } else { c });
                escaped = false;
            }
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(line: &str) -> Vec<(String, String)> {
        fields(line)
            .into_iter()
            .map(|field| (field.name.to_string(), field.value.to_string()))
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn json_and_logfmt() {
        assert_eq!(
            shown(r#"14:02:08 {"status":502,"http":{"path":"/a b"},"tags":[1,2]} trailing"#),
            pairs(&[("http.path", "/a b"), ("status", "502"), ("tags", "[1,2]")])
        );
        assert_eq!(
            shown(r#"INFO status=200 msg="said \"yes\"" dur=4.5ms, path=/x?y=1"#),
            pairs(&[
                ("status", "200"),
                ("msg", "said \"yes\""),
                ("dur", "4.5ms"),
                ("path", "/x?y=1")
            ])
        );
        assert_eq!(shown("nothing of the kind {"), []);
    }

    #[test]
    fn one_field_is_found_by_its_last_name_too() {
        assert!(any_field(
            r#"{"http":{"status":502}}"#,
            "status",
            |value| value == "502"
        ));
        assert!(any_field("Status=502", "status", |value| value == "502"));
        assert!(!any_field("status=200", "status", |value| value == "502"));
    }

    #[test]
    fn it_is_bounded() {
        let line = "a=1 ".repeat(4_000);
        assert_eq!(fields(&line).len(), LIMIT);
        let deep = format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100));
        assert_eq!(fields(&deep).len(), 1);
        fields(&"{".repeat(16_000));
    }

    proptest! {
        #[test]
        fn never_fails(line in "([=\"{}:,\\\\]|a|é|1| ){0,60}") {
            fields(&line);
        }
    }
}
