//! The subscription of a site that stays: suspended, taken up again, noted under another domain, its open invoices paid.

use drivers::provider::stripe::{
    Invoice, InvoiceFilter, InvoiceStatus, PausedInvoices, Subscription, SubscriptionNote,
};
use drivers::provider::{Answer, Fault, IdempotencyKey, ObjectId};
use saga::{Look, Object, Outcome, Undone};
use vocab::{Domain, RunId, Text};

use super::{object, refused};
use crate::names;
use crate::work::Work;

/// The site's subscription, when it has one that goes on and is ours.
async fn ours(work: &Work) -> Result<Option<Subscription>, Outcome> {
    let Some(id) = ObjectId::new(&work.order.site.objects.subscription) else {
        return Ok(None);
    };
    match work.ends.stripe.subscription(&id).await {
        Ok(found) if found.status.is_over() => Ok(None),
        Ok(found) if names::noted(&found.metadata, work.deployment()) => Ok(Some(found)),
        Ok(_) => Err(Outcome::Not(Text::line(format!(
            "subscription {id} does not carry this deployment's note any more, so it is not changed"
        )))),
        Err(error) if error.fault == Fault::NotFound => Ok(None),
        Err(error) => Err(Outcome::Unknown(Text::line(error.to_string()))),
    }
}

fn known(work: &Work) -> Object {
    object(
        "subscription",
        &work.order.site.objects.subscription,
        work.domain().as_str(),
    )
}

/// Whether its billing is suspended, or not, as wanted. One that has ended bills nobody.
pub(crate) async fn look(work: &Work, paused: bool) -> Look {
    match ours(work).await {
        Ok(Some(found)) if found.pause_collection.is_some() == paused => Look::Ours(known(work)),
        Ok(None) if paused => Look::Ours(known(work)),
        Ok(_) | Err(Outcome::Done(_)) => Look::Absent,
        Err(Outcome::Not(why)) => Look::Foreign(why),
        Err(Outcome::Unknown(why)) => Look::Unclear(why),
    }
}

/// Suspends the billing, or takes it up again. Invoices of the time between are void: nothing is owed for it.
pub(crate) async fn perform(work: &Work, key: &str, pause: bool) -> Outcome {
    let found = match ours(work).await {
        Ok(found) => found,
        Err(outcome) => return outcome,
    };
    let Some(found) = found else {
        return if pause {
            Outcome::Done(known(work))
        } else {
            Outcome::Not(Text::line(
                "its subscription has ended: delete the site and deploy it again to sell it",
            ))
        };
    };
    let Some(key) = IdempotencyKey::new(key) else {
        return Outcome::Not(Text::line("the step's key cannot be used"));
    };
    let stripe = &work.ends.stripe;
    let changed = if pause {
        stripe
            .pause_collection(&key, &found.id, &PausedInvoices::Void)
            .await
    } else {
        stripe.resume_collection(&key, &found.id).await
    };
    match changed {
        Answer::Done(_) => Outcome::Done(known(work)),
        other => refused(other),
    }
}

/// The other way round.
pub(crate) async fn undo(work: &Work, paused: bool) -> Undone {
    taken_back(perform(work, &fresh_key(), !paused).await)
}

/// What is set to what it was before can be set again and again: each time under a key of its own.
fn fresh_key() -> String {
    RunId::made_at(drivers::clock::now()).to_string()
}

/// Whether the subscription says the site's domain.
pub(crate) async fn look_noted(work: &Work) -> Look {
    match ours(work).await {
        Ok(Some(found)) => {
            let domain = work.domain().as_str();
            let noted = found
                .metadata
                .get(names::SITE_NOTE)
                .is_some_and(|note| note == domain);
            if noted {
                Look::Ours(known(work))
            } else {
                Look::Absent
            }
        }
        Ok(None) => Look::Ours(known(work)),
        Err(Outcome::Not(why)) => Look::Foreign(why),
        Err(Outcome::Unknown(why)) => Look::Unclear(why),
        Err(Outcome::Done(_)) => Look::Absent,
    }
}

/// Has the subscription, and with it the invoices to come, say the site's domain.
pub(crate) async fn note(work: &Work, key: &str) -> Outcome {
    set_note(work, key, work.domain()).await
}

/// Has it say the old one again.
pub(crate) async fn undo_note(work: &Work) -> Undone {
    let Some(was) = &work.order.was else {
        return Undone::Done(Text::line("it said the same before"));
    };
    taken_back(set_note(work, &fresh_key(), &was.domain).await)
}

async fn set_note(work: &Work, key: &str, domain: &Domain) -> Outcome {
    let found = match ours(work).await {
        Ok(Some(found)) => found,
        Ok(None) => return Outcome::Done(known(work)),
        Err(outcome) => return outcome,
    };
    let Some(key) = IdempotencyKey::new(key) else {
        return Outcome::Not(Text::line("the step's key cannot be used"));
    };
    let note = SubscriptionNote {
        description: Text::line(domain.as_str()),
        metadata: names::notes(&work.order.installation, domain, work.deployment()),
    };
    match work
        .ends
        .stripe
        .note_subscription(&key, &found.id, &note)
        .await
    {
        Answer::Done(_) => Outcome::Done(known(work)),
        other => refused(other),
    }
}

/// The invoices of the site's subscription that are open; none when it has no subscription any more.
async fn open(work: &Work) -> Result<Vec<Invoice>, Outcome> {
    let Some(found) = ours(work).await? else {
        return Ok(Vec::new());
    };
    let filter = InvoiceFilter {
        subscription: Some(found.id),
        status: Some(InvoiceStatus::Open),
        ..InvoiceFilter::default()
    };
    let read = work.ends.stripe.invoices(&filter).await;
    read.map_err(|error| Outcome::Unknown(Text::line(error.to_string())))
}

/// Whether nothing is open.
pub(crate) async fn look_collected(work: &Work) -> Look {
    match open(work).await {
        Ok(open) if open.is_empty() => Look::Ours(known(work)),
        Ok(_) | Err(Outcome::Done(_)) => Look::Absent,
        Err(Outcome::Not(why)) => Look::Foreign(why),
        Err(Outcome::Unknown(why)) => Look::Unclear(why),
    }
}

/// Has what is open collected by the customer's way of payment. What was collected is not given back when another one fails.
pub(crate) async fn collect(work: &Work, key: &str) -> Outcome {
    let open = match open(work).await {
        Ok(open) => open,
        Err(outcome) => return outcome,
    };
    for invoice in open {
        // Each invoice has a key of its own: the same call twice collects once.
        let Some(key) = IdempotencyKey::new(&format!("{key}-{}", invoice.id)) else {
            return Outcome::Not(Text::line("the step's key cannot be used"));
        };
        let paid = work.ends.stripe.pay_invoice(&key, &invoice.id).await;
        if !matches!(paid, Answer::Done(_)) {
            return refused(paid);
        }
    }
    Outcome::Done(known(work))
}

fn taken_back(outcome: Outcome) -> Undone {
    match outcome {
        Outcome::Done(_) => Undone::Done(Text::line("as it was before")),
        Outcome::Not(why) => Undone::Not(why),
        Outcome::Unknown(why) => Undone::Unknown(why),
    }
}
