//! Reading the body of a call, field by field, each refusal naming its field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::label;
use super::refusal::{Refusal, Result};
use crate::exchange::Request;

/// Labels of a thing.
pub type Labels = BTreeMap<String, String>;

/// The fields of a body.
#[derive(Debug)]
pub struct Input(Map<String, Value>);

impl Input {
    /// Reads a body. An empty one has no fields. Anything but a JSON object is a `json_error`.
    pub fn of(request: &Request) -> Result<Self> {
        if request.body.is_empty() {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(&request.body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Refusal::new(400, "json_error", "body is not an object")),
            Err(error) => Err(Refusal::new(400, "json_error", error.to_string())),
        }
    }

    /// A field that is there and not null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text that may be left out.
    pub fn text(&self, name: &str) -> Result<Option<&str>> {
        self.get(name)
            .map(|value| {
                value
                    .as_str()
                    .ok_or_else(|| Refusal::invalid(name, "must be a string"))
            })
            .transpose()
    }

    /// A text that must be there.
    pub fn required_text(&self, name: &str) -> Result<&str> {
        self.text(name)?
            .ok_or_else(|| Refusal::invalid(name, "is required"))
    }

    /// A truth value, with the one that holds when it is left out.
    pub fn truth(&self, name: &str, otherwise: bool) -> Result<bool> {
        self.get(name).map_or(Ok(otherwise), |value| {
            value
                .as_bool()
                .ok_or_else(|| Refusal::invalid(name, "must be a boolean"))
        })
    }

    /// A list; empty when it is left out.
    pub fn list(&self, name: &str) -> Result<&[Value]> {
        self.get(name).map_or(Ok(&[][..]), |value| {
            value
                .as_array()
                .map(Vec::as_slice)
                .ok_or_else(|| Refusal::invalid(name, "must be an array"))
        })
    }

    /// Something given by id or by name.
    pub fn reference(&self, name: &str) -> Result<Option<String>> {
        self.get(name)
            .map(|value| {
                reference(value)
                    .ok_or_else(|| Refusal::invalid(name, "must be an ID or the name as a string"))
            })
            .transpose()
    }

    /// The labels, checked; none when they are left out.
    pub fn labels(&self) -> Result<Option<Labels>> {
        let Some(value) = self.get("labels") else {
            return Ok(None);
        };
        let wrong = |problem: &str| Refusal::invalid("labels", problem);
        let fields = value
            .as_object()
            .ok_or_else(|| wrong("must be an object"))?;
        let mut labels = Labels::new();
        for (key, value) in fields {
            let value = value
                .as_str()
                .ok_or_else(|| wrong("values must be strings"))?;
            label::check(key, value).map_err(|problem| wrong(&problem))?;
            labels.insert(key.clone(), value.to_owned());
        }
        Ok(Some(labels))
    }
}

/// An id or a name, as text.
pub fn reference(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => number.as_u64().map(|id| id.to_string()),
        _ => None,
    }
}

/// Whether a thing with this id and name is the one that is meant.
pub fn is_meant(reference: &str, id: u64, name: &str) -> bool {
    reference == name || reference.parse() == Ok(id)
}
