//! The address record: the one of this deployment is the one with its comment.

use drivers::provider::cloudflare::{NewRecord, Record, RecordFilter, RecordKind};
use drivers::provider::{Answer, Fault, ObjectId, ProviderError};
use saga::{Facts, Look, Object, Outcome, Undone};
use vocab::{Domain, Text};

use super::{known, refused, undone_by};
use crate::names;
use crate::work::Work;

/// How long others may keep the record, in seconds: the least the provider grants, so that a move is seen soon.
const TIME_TO_LIVE: u32 = 60;

pub(crate) fn made(record: &Record) -> Object {
    known("record", record.id.as_str(), &record.name, "record")
}

pub(crate) fn comment(work: &Work) -> String {
    names::comment(&work.order.installation, work.deployment())
}

/// The zone of an order; refused when the books were damaged.
pub(crate) fn zone(work: &Work, facts: &Facts) -> Result<ObjectId, Text> {
    let zone = work.fact(facts, "zone");
    ObjectId::new(&zone).ok_or_else(|| Text::line(format!("{zone:?} is no id of a zone")))
}

/// All records of a domain's name.
pub(crate) async fn records(
    work: &Work,
    zone: &ObjectId,
    domain: &Domain,
) -> Result<Vec<Record>, ProviderError> {
    let filter = RecordFilter {
        name: Some(domain.to_string()),
        ..RecordFilter::default()
    };
    work.ends.cloudflare.records(zone, &filter).await
}

/// The record of this deployment, when it is there.
pub(super) async fn ours(work: &Work, facts: &Facts) -> Result<Option<Record>, Text> {
    let comment = comment(work);
    let found = records(work, &zone(work, facts)?, work.domain())
        .await
        .map_err(|error| Text::line(error.to_string()))?;
    Ok(found
        .into_iter()
        .find(|record| record.comment.as_deref() == Some(comment.as_str())))
}

pub(crate) async fn look(work: &Work, facts: &Facts) -> Look {
    let zone = match zone(work, facts) {
        Ok(zone) => zone,
        Err(why) => return Look::Foreign(why),
    };
    let comment = comment(work);
    match records(work, &zone, work.domain()).await {
        Ok(records) => {
            let ours = |record: &&Record| record.comment.as_deref() == Some(comment.as_str());
            if let Some(record) = records.iter().find(ours) {
                return Look::Ours(made(record));
            }
            let in_the_way = records.iter().find(|record| {
                matches!(
                    record.kind,
                    RecordKind::A | RecordKind::Aaaa | RecordKind::Cname
                )
            });
            in_the_way.map_or(Look::Absent, |record| {
                Look::Foreign(Text::line(format!(
                    "{} has a record that is not of this deployment ({} {}); it is not touched",
                    record.name, record.kind, record.content
                )))
            })
        }
        Err(error) => Look::Unclear(Text::line(error.to_string())),
    }
}

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let zone = match zone(work, facts) {
        Ok(zone) => zone,
        Err(why) => return Outcome::Not(why),
    };
    let new = NewRecord {
        name: work.domain().to_string(),
        kind: RecordKind::A,
        content: work.fact(facts, "address"),
        ttl: TIME_TO_LIVE,
        proxied: false,
        comment: comment(work),
        priority: None,
    };
    match work.ends.cloudflare.create_record(&zone, &new).await {
        Answer::Done(record) => Outcome::Done(made(&record)),
        // An earlier attempt of ours came through after all, or somebody else was quicker.
        Answer::Not(error) if error.fault == Fault::Conflict => match look(work, facts).await {
            Look::Ours(record) => Outcome::Done(record),
            Look::Foreign(why) => Outcome::Not(why),
            Look::Unclear(why) => Outcome::Unknown(why),
            Look::Absent => Outcome::Unknown(Text::line(error.to_string())),
        },
        other => refused(other),
    }
}

/// Takes the record of this run's domain back.
pub(crate) async fn undo(work: &Work, facts: &Facts, object: &Object) -> Undone {
    let zone = match zone(work, facts) {
        Ok(zone) => zone,
        Err(why) => return Undone::Not(why),
    };
    delete(work, &zone, work.domain(), &object.id).await
}

/// The comment is looked at right before: what is not this deployment's is not deleted, whatever its id.
pub(crate) async fn delete(work: &Work, zone: &ObjectId, domain: &Domain, id: &str) -> Undone {
    let Some(id) = ObjectId::new(id) else {
        return Undone::Not(Text::line(format!("{id:?} is no id of a record")));
    };
    match records(work, zone, domain).await {
        Ok(records) => match records.iter().find(|record| record.id == id) {
            Some(record) if record.comment.as_deref() == Some(comment(work).as_str()) => {}
            Some(_) => {
                return Undone::Not(Text::line(format!(
                    "record {id} does not carry this deployment's comment any more, so it is not deleted"
                )));
            }
            // Missing from a list that may lag: deleting what is gone does no harm, and its id was ours.
            None => {}
        },
        Err(error) => return Undone::Unknown(Text::line(error.to_string())),
    }
    undone_by(
        work.ends.cloudflare.delete_record(zone, &id).await,
        "deleted",
    )
}
