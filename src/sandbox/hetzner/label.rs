//! Labels and label selectors (<https://docs.hetzner.cloud/reference/cloud#label-selector>).

use super::input::Labels;

/// Checks a label. Says what is wrong with it.
pub fn check(key: &str, value: &str) -> Result<(), String> {
    check_key(key)?;
    if value.is_empty() || is_name(value) {
        Ok(())
    } else {
        Err(format!("the value of label '{key}' is invalid"))
    }
}

fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = key
        .split_once('/')
        .map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if prefix.is_some_and(|prefix| prefix == "hetzner.cloud") {
        return Err("the prefix 'hetzner.cloud/' is reserved".to_owned());
    }
    if prefix.is_none_or(is_domain) && is_name(name) {
        Ok(())
    } else {
        Err(format!("the label key '{key}' is invalid"))
    }
}

/// At most 63 letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit.
fn is_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.len() <= 63 && text.bytes().all(inside) && has_plain_ends(text)
}

fn is_domain(text: &str) -> bool {
    let part = |part: &str| {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        part.len() <= 63 && part.bytes().all(inside) && has_plain_ends(part)
    };
    text.len() <= 253 && text.split('.').all(part)
}

fn has_plain_ends(text: &str) -> bool {
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    plain(text.as_bytes().first()) && plain(text.as_bytes().last())
}

/// Conditions on labels, all of which must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector(Vec<Condition>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    Has(String),
    HasNot(String),
    In(String, Vec<String>),
    /// Things without the key match too.
    NotIn(String, Vec<String>),
}

impl Selector {
    /// Reads a selector. Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        split_outside_brackets(text)
            .into_iter()
            .map(|part| Condition::parse(part.trim()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether something with these labels is selected.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|condition| match condition {
            Condition::Has(key) => labels.contains_key(key),
            Condition::HasNot(key) => !labels.contains_key(key),
            Condition::In(key, values) => {
                labels.get(key).is_some_and(|value| values.contains(value))
            }
            Condition::NotIn(key, values) => {
                labels.get(key).is_none_or(|value| !values.contains(value))
            }
        })
    }
}

impl Condition {
    fn parse(text: &str) -> Result<Self, String> {
        let key = |key: &str| check_key(key.trim()).map(|()| key.trim().to_owned());
        let one = |value: &str| {
            let value = value.trim();
            check("k", value)
                .map(|()| vec![value.to_owned()])
                .map_err(|_| format!("'{value}' is no label value"))
        };
        if let Some((left, right)) = text.split_once("!=") {
            return Ok(Self::NotIn(key(left)?, one(right)?));
        }
        if let Some((left, right)) = text.split_once("==").or_else(|| text.split_once('=')) {
            return Ok(Self::In(key(left)?, one(right)?));
        }
        if let Some(left) = text.strip_prefix('!') {
            return Ok(Self::HasNot(key(left)?));
        }
        if let Some((left, list)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            let values = list
                .split(',')
                .map(one)
                .collect::<Result<Vec<_>, _>>()?
                .concat();
            let left = left.trim();
            if let Some(left) = left.strip_suffix(" notin") {
                return Ok(Self::NotIn(key(left)?, values));
            }
            if let Some(left) = left.strip_suffix(" in") {
                return Ok(Self::In(key(left)?, values));
            }
        }
        key(text).map(Self::Has)
    }
}

fn split_outside_brackets(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_u32);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(selector: &str) -> bool {
        let labels = Labels::from([
            ("role".to_owned(), "web".to_owned()),
            ("example.com/tier".to_owned(), String::new()),
        ]);
        Selector::parse(selector).unwrap().matches(&labels)
    }

    #[test]
    fn every_form_of_the_grammar_is_understood() {
        for yes in [
            "role=web",
            "role==web",
            "role!=db",
            "absent!=x",
            "role",
            "!absent",
            "role in (db, web)",
            "role notin (db,cache)",
            "absent notin (a)",
            "example.com/tier",
            "example.com/tier=",
            "role=web,!absent , role in (web)",
        ] {
            assert!(selected(yes), "{yes}");
        }
        for no in [
            "role=db",
            "role!=web",
            "absent",
            "!role",
            "role in (db,cache)",
            "role notin (web,db)",
            "absent in (a)",
            "role=web,role=db",
        ] {
            assert!(!selected(no), "{no}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "a=b=c",
            "role in web",
            "role in (a",
            "-a",
            "a,,b",
            "k=(a)",
        ] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn labels_keep_to_the_rules() {
        assert!(check("managed-by", "wheelhouse").is_ok());
        assert!(check("example.com/a.b_c-d", "").is_ok());
        for (key, value) in [
            ("hetzner.cloud/x", "y"),
            ("", "x"),
            ("a b", "x"),
            ("/a", "x"),
            ("a", "-x"),
            ("a", "x y"),
            ("a", &"x".repeat(64)),
        ] {
            assert!(check(key, value).is_err(), "{key}={value}");
        }
    }
}
