//! The address record leads to another place: the one of this deployment, changed in part, so that there is no moment without.

use drivers::provider::cloudflare::{Record, RecordChange};
use drivers::provider::{Answer, ObjectId};
use saga::{Facts, Look, Outcome, Undone};
use vocab::Text;

use super::{record, refused};
use crate::work::Work;

/// The record, when it is there and ours.
async fn ours(work: &Work, zone: &ObjectId) -> Result<Option<Record>, Text> {
    let records = record::records(work, zone, work.domain()).await;
    let mut records = records.map_err(|error| Text::line(error.to_string()))?;
    let comment = record::comment(work);
    records.retain(|record| record.comment.as_deref() == Some(comment.as_str()));
    Ok(records.into_iter().next())
}

pub(crate) async fn look(work: &Work, facts: &Facts) -> Look {
    let zone = match record::zone(work, facts) {
        Ok(zone) => zone,
        Err(why) => return Look::Foreign(why),
    };
    match ours(work, &zone).await {
        Ok(Some(record)) if record.content == work.fact(facts, "address").as_str() => {
            Look::Ours(record::made(&record))
        }
        Ok(Some(_)) => Look::Absent,
        Ok(None) => Look::Foreign(Text::line(format!(
            "{} has no record with this deployment's comment any more",
            work.domain()
        ))),
        Err(why) => Look::Unclear(why),
    }
}

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let address = work.fact(facts, "address");
    match lead(work, facts, &address).await {
        Ok(Answer::Done(record)) => Outcome::Done(record::made(&record)),
        Ok(other) => refused(other),
        Err(outcome) => outcome,
    }
}

pub(crate) async fn undo(work: &Work, facts: &Facts) -> Undone {
    let Some(was) = &work.order.was else {
        return Undone::Done(Text::line("it led nowhere before"));
    };
    match lead(work, facts, &was.objects.address).await {
        Ok(Answer::Done(_)) => Undone::Done(Text::line("it leads to the old place again")),
        Ok(Answer::Not(error)) => Undone::Not(Text::line(error.to_string())),
        Ok(Answer::Unknown(error)) => Undone::Unknown(Text::line(error.to_string())),
        // Whoever took the record away knows where it should lead.
        Err(Outcome::Not(why)) => Undone::Done(why),
        Err(Outcome::Unknown(why)) => Undone::Unknown(why),
        Err(Outcome::Done(_)) => Undone::Done(Text::default()),
    }
}

/// Has the record lead to an address.
async fn lead(work: &Work, facts: &Facts, address: &str) -> Result<Answer<Record>, Outcome> {
    let zone = record::zone(work, facts).map_err(Outcome::Not)?;
    let found = ours(work, &zone).await.map_err(Outcome::Unknown)?;
    let Some(record) = found else {
        return Err(Outcome::Not(Text::line(format!(
            "{} has no record with this deployment's comment any more",
            work.domain()
        ))));
    };
    let change = RecordChange {
        content: Some(address.to_owned()),
        ..RecordChange::default()
    };
    let changed = work
        .ends
        .cloudflare
        .update_record(&zone, &record.id, &change);
    Ok(changed.await)
}
