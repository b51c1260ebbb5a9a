//! Records of a zone.

use serde::{Deserialize, Serialize};

use super::Cloudflare;
use super::model::{Record, RecordKind};
use crate::provider::call::Call;
use crate::provider::{Answer, Fault, ObjectId, Read};

/// Records on a page.
const PAGE: u32 = 100;

/// Which records; all of the zone when nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordFilter {
    /// The exact, whole name.
    pub name: Option<String>,
    /// The kind.
    pub kind: Option<RecordKind>,
    /// The exact content.
    pub content: Option<String>,
    /// The exact comment.
    pub comment: Option<String>,
}

impl RecordFilter {
    /// Whether a record fits. Asked again of every answer: what will be changed or deleted must not hang on the
    /// provider's reading of a filter. The content is left to it, because it writes some contents in its own way.
    fn takes(&self, record: &Record) -> bool {
        let comment = record.comment.as_deref().unwrap_or_default();
        // Names of DNS have no case.
        let name = |name: &String| name.eq_ignore_ascii_case(&record.name);
        self.name.as_ref().is_none_or(name)
            && self.kind.as_ref().is_none_or(|kind| *kind == record.kind)
            && self.comment.as_ref().is_none_or(|wanted| wanted == comment)
    }
}

/// A record to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewRecord {
    /// The whole name.
    pub name: String,
    /// The kind.
    #[serde(rename = "type")]
    pub kind: RecordKind,
    /// What it says.
    pub content: String,
    /// Seconds it may be kept, 60 to 86,400; 1 leaves it to Cloudflare, as it must be for a proxied record.
    pub ttl: u32,
    /// Whether Cloudflare stands between.
    pub proxied: bool,
    /// By which it is found again: at most 100 characters on the free plan.
    pub comment: String,
    /// For mail servers: the lower, the earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u16>,
}

/// What is to be changed; the rest stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RecordChange {
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Seconds it may be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// Whether Cloudflare stands between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxied: Option<bool>,
    /// The comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What a deletion answers.
#[derive(Deserialize)]
struct Deleted {
    id: ObjectId,
}

impl Cloudflare {
    /// The records of a zone that fit.
    pub async fn records(&self, zone: &ObjectId, filter: &RecordFilter) -> Read<Vec<Record>> {
        let mut found: Vec<Record> = self
            .all(PAGE, || {
                Call::get(&[&"zones", zone, &"dns_records"])
                    .query_if("name.exact", filter.name.as_ref())
                    .query_if("type", filter.kind.as_ref())
                    .query_if("content.exact", filter.content.as_ref())
                    .query_if("comment.exact", filter.comment.as_ref())
            })
            .await?;
        found.retain(|record| filter.takes(record));
        Ok(found)
    }

    /// Whether the token may change records of the zone: asked by changing one that cannot exist. Changes nothing.
    pub async fn may_change_records(&self, zone: &ObjectId) -> Read<()> {
        let none = "0".repeat(32);
        let call = Call::patch(&[&"zones", zone, &"dns_records", &none]);
        let answer: Answer<Deleted> = self.change(call.json(&RecordChange::default())).await;
        match answer {
            Answer::Not(error) if error.fault == Fault::NotFound => Ok(()),
            Answer::Done(_) => Ok(()),
            Answer::Not(error) | Answer::Unknown(error) => Err(error),
        }
    }

    /// Makes a record. One that is there already, or stands in the way, is a conflict.
    pub async fn create_record(&self, zone: &ObjectId, new: &NewRecord) -> Answer<Record> {
        self.change(Call::post(&[&"zones", zone, &"dns_records"]).json(new))
            .await
    }

    /// Changes a record in part.
    pub async fn update_record(
        &self,
        zone: &ObjectId,
        record: &ObjectId,
        change: &RecordChange,
    ) -> Answer<Record> {
        self.change(Call::patch(&[&"zones", zone, &"dns_records", record]).json(change))
            .await
    }

    /// Deletes a record. [`Fault::NotFound`] means that it is gone already.
    pub async fn delete_record(&self, zone: &ObjectId, record: &ObjectId) -> Answer<()> {
        let answer: Answer<Deleted> = self
            .change(Call::delete(&[&"zones", zone, &"dns_records", record]))
            .await;
        match answer.map(|deleted| deleted.id) {
            Answer::Done(id) if id == *record => Answer::Done(()),
            Answer::Done(_) => Answer::Unknown(
                self.transport
                    .error(Fault::Unreadable, "the answer names another record"),
            ),
            Answer::Not(error) => Answer::Not(error),
            Answer::Unknown(error) => Answer::Unknown(error),
        }
    }
}
