//! Reading parameters, with Stripe's own words for what is wrong with them.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// Pairs of metadata on an object.
const METADATA: usize = 50;

/// Parameters of a request, or of one part of it.
#[derive(Debug, Clone, Copy)]
pub struct Params<'a> {
    fields: &'a Map<String, Value>,
}

impl<'a> Params<'a> {
    /// Reads from nested fields.
    pub const fn of(fields: &'a Map<String, Value>) -> Self {
        Self { fields }
    }

    /// Refuses what is none of `names`. `expand` may always be given.
    pub fn only(self, names: &[&str]) -> Result<(), Refusal> {
        let unknown = |name: &&String| *name != "expand" && !names.contains(&name.as_str());
        match self.fields.keys().find(unknown) {
            None => Ok(()),
            Some(name) => Err(Refusal::parameter(
                "parameter_unknown",
                name,
                format!("Received unknown parameter: {name}"),
            )),
        }
    }

    /// Whether it was given, be it empty: empty means "unset".
    pub fn has(self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// A text that is not empty.
    pub fn text(self, name: &str) -> Option<&'a str> {
        let value = self.fields.get(name).and_then(Value::as_str);
        value.filter(|text| !text.is_empty())
    }

    /// A text that must be there.
    pub fn required(self, name: &str) -> Result<&'a str, Refusal> {
        self.text(name).ok_or_else(|| missing(name))
    }

    /// A whole number.
    pub fn whole(self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            Refusal::parameter(
                "parameter_invalid_integer",
                name,
                format!("Invalid integer: {text}"),
            )
        })
    }

    /// Yes or no.
    pub fn flag(self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(Refusal::parameter(
                "parameter_invalid_boolean",
                name,
                format!("Invalid boolean: {other}"),
            )),
        }
    }

    /// One of some words.
    pub fn choice(self, name: &str, words: &[&str]) -> Result<Option<&'a str>, Refusal> {
        match self.text(name) {
            Some(word) if !words.contains(&word) => Err(Refusal::parameter(
                "parameter_invalid",
                name,
                format!("Invalid {name}: must be one of {}", words.join(", ")),
            )),
            word => Ok(word),
        }
    }

    /// The parts of a list of objects, `items[0][price]`, in the order of their numbers.
    pub fn list(self, name: &str) -> Vec<Self> {
        let parts = self.numbered(name).into_iter();
        parts.filter_map(Value::as_object).map(Params::of).collect()
    }

    /// The texts of a list, `expand[]`.
    pub fn texts(self, name: &str) -> Vec<&'a str> {
        let parts = self.numbered(name).into_iter();
        parts.filter_map(Value::as_str).collect()
    }

    fn numbered(self, name: &str) -> Vec<&'a Value> {
        let Some(parts) = self.fields.get(name).and_then(Value::as_object) else {
            return Vec::new();
        };
        let mut parts: Vec<(usize, &Value)> = parts
            .iter()
            .filter_map(|(key, value)| Some((key.parse().ok()?, value)))
            .collect();
        parts.sort_by_key(|(number, _)| *number);
        parts.into_iter().map(|(_, value)| value).collect()
    }

    /// A part with names, `invoice_settings[default_payment_method]`.
    pub fn part(self, name: &str) -> Option<Self> {
        self.fields
            .get(name)
            .and_then(Value::as_object)
            .map(Params::of)
    }

    /// Puts the metadata into `object`: given keys are set, or removed when empty; an empty `metadata=` removes all.
    pub fn metadata(self, object: &mut Value) -> Result<(), Refusal> {
        let Some(given) = self.fields.get("metadata") else {
            return Ok(());
        };
        let mut kept = match (&object["metadata"], given) {
            (Value::Object(kept), Value::Object(_)) => kept.clone(),
            _ => Map::new(),
        };
        for (key, value) in given.as_object().into_iter().flatten() {
            match value.as_str() {
                Some("") => {
                    kept.remove(key);
                }
                Some(_) if key.len() <= 40 => {
                    kept.insert(key.clone(), value.clone());
                }
                _ => {
                    let message = format!("Invalid metadata: '{key}'");
                    return Err(Refusal::parameter("parameter_invalid", "metadata", message));
                }
            }
        }
        if kept.len() > METADATA {
            let message = format!("You can only have up to {METADATA} metadata keys");
            return Err(Refusal::parameter("parameter_invalid", "metadata", message));
        }
        object["metadata"] = Value::Object(kept);
        Ok(())
    }

    /// Copies texts into `object`; empty ones become null.
    pub fn copy(self, names: &[&str], object: &mut Value) {
        for name in names {
            if self.has(name) {
                object[*name] = self.text(name).into();
            }
        }
    }
}

/// A parameter that must be there and is not.
pub fn missing(name: &str) -> Refusal {
    Refusal::parameter(
        "parameter_missing",
        name,
        format!("Missing required param: {name}."),
    )
}
