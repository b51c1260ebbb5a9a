//! The calls on the records of a zone.

use serde_json::{Map, Value, json};

use super::answer::{Outcome, Refusal, Success};
use super::page::Page;
use super::record::{self, Record};
use super::zone::Zone;
use super::{conflict, filter, input};
use crate::exchange::Request;

/// Records a zone holds on the free plan.
const MOST: usize = 200;

impl Zone {
    pub(super) fn list(&self, request: &Request) -> Success {
        let found = filter::apply(request, &self.records);
        let found = found.into_iter().map(Record::json).collect();
        Success::page(Page::of(request, found, &(1..=5_000_000), 100))
    }

    pub(super) fn show(&self, request: &Request, id: &str) -> Outcome {
        self.find(request, id)
            .map(|index| Success::of(self.records[index].json()))
    }

    pub(super) fn post(&mut self, request: &Request, now: i64) -> Outcome {
        let body = input::object(request)?;
        self.create(&body, now).map(Success::of)
    }

    pub(super) fn patch(&mut self, request: &Request, id: &str, now: i64) -> Outcome {
        let index = self.find(request, id)?;
        let body = input::object(request)?;
        self.merge(index, body, now).map(Success::of)
    }

    pub(super) fn put(&mut self, request: &Request, id: &str, now: i64) -> Outcome {
        let index = self.find(request, id)?;
        let body = input::object(request)?;
        self.replace(index, &body, now).map(Success::of)
    }

    pub(super) fn delete(&mut self, request: &Request, id: &str) -> Outcome {
        let index = self.find(request, id)?;
        let removed = self.records.remove(index);
        Ok(Success::of(json!({ "id": removed.id })))
    }

    /// Where a record is.
    pub(super) fn find(&self, request: &Request, id: &str) -> Result<usize, Refusal> {
        if !record::is_id(id) {
            return Err(Refusal::malformed_id(&request.path));
        }
        self.records
            .iter()
            .position(|record| record.id == id)
            .ok_or_else(|| Refusal::new(404, 81_044, "Record does not exist."))
    }

    /// Creates a record.
    pub(super) fn create(&mut self, body: &Map<String, Value>, now: i64) -> Result<Value, Refusal> {
        let draft = input::draft(body, &self.name)?;
        conflict::check(&self.records, &draft, None)?;
        if self.records.len() == MOST {
            return Err(Refusal::new(400, 81_045, "Record quota exceeded."));
        }
        let record = Record::new(draft, now);
        let shown = record.json();
        self.records.push(record);
        Ok(shown)
    }

    /// Changes the fields that are given.
    pub(super) fn merge(
        &mut self,
        index: usize,
        changes: Map<String, Value>,
        now: i64,
    ) -> Result<Value, Refusal> {
        let mut whole = match self.records[index].json() {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        whole.extend(changes);
        self.replace(index, &whole, now)
    }

    /// Changes the whole record.
    pub(super) fn replace(
        &mut self,
        index: usize,
        body: &Map<String, Value>,
        now: i64,
    ) -> Result<Value, Refusal> {
        let draft = input::draft(body, &self.name)?;
        conflict::check(&self.records, &draft, Some(&self.records[index].id))?;
        let record = &mut self.records[index];
        record.change(draft, now);
        Ok(record.json())
    }
}
