//! Many changes as one: all are made or none, in the order deletes, patches, puts, posts.

use serde_json::{Map, Value};

use super::answer::{Outcome, Refusal, Success};
use super::input;
use super::zone::Zone;
use crate::exchange::Request;

/// Changes in one batch on the free plan.
const MOST: usize = 200;

impl Zone {
    pub(super) fn batch(&mut self, request: &Request, now: i64) -> Outcome {
        let body = input::object(request)?;
        let changes = ["deletes", "patches", "puts", "posts"].map(|kind| (kind, list(&body, kind)));
        if changes.iter().map(|(_, list)| list.len()).sum::<usize>() > MOST {
            return Err(Refusal::new(
                400,
                9207,
                format!("A batch holds at most {MOST} changes."),
            ));
        }
        let mut draft = self.clone();
        let mut result = Map::new();
        for (kind, list) in changes {
            let done: Result<Vec<Value>, Refusal> = list
                .into_iter()
                .map(|change| draft.step(request, kind, change, now))
                .collect();
            result.insert(kind.into(), Value::Array(done?));
        }
        *self = draft;
        Ok(Success::of(Value::Object(result)))
    }

    fn step(
        &mut self,
        request: &Request,
        kind: &str,
        change: Map<String, Value>,
        now: i64,
    ) -> Result<Value, Refusal> {
        if kind == "posts" {
            return self.create(&change, now);
        }
        let id = change.get("id").and_then(Value::as_str).unwrap_or_default();
        let index = self.find(request, id)?;
        match kind {
            "deletes" => Ok(self.records.remove(index).json()),
            "patches" => self.merge(index, change, now),
            _ => self.replace(index, &change, now),
        }
    }
}

/// The changes of a kind; what is no object is a change without any field, and refused as such.
fn list(body: &Map<String, Value>, kind: &str) -> Vec<Map<String, Value>> {
    let list = body.get(kind).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|change| change.as_object().cloned().unwrap_or_default())
        .collect()
}
