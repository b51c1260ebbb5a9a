//! The customer at the payment provider: one for the site, found again by its note.

use drivers::provider::stripe::{Customer, NewCustomer};
use drivers::provider::{Answer, Fault, IdempotencyKey, ObjectId};
use saga::{Look, Object, Outcome, Undone};
use vocab::Text;

use super::{known, refused, undone_by};
use crate::names;
use crate::work::Work;

fn made(customer: &Customer, work: &Work) -> Object {
    known(
        "customer",
        customer.id.as_str(),
        work.order.site.affiliate.as_str(),
        "customer",
    )
}

pub(crate) async fn look(work: &Work) -> Look {
    let deployment = work.deployment().to_string();
    let noted = work
        .ends
        .stripe
        .customers_noted(None, names::DEPLOYMENT_NOTE, &deployment);
    match noted.await {
        Ok(found) => found
            .iter()
            .find(|customer| !customer.deleted)
            .map_or(Look::Absent, |customer| Look::Ours(made(customer, work))),
        Err(error) => Look::Unclear(Text::line(error.to_string())),
    }
}

pub(crate) async fn perform(work: &Work, key: &str) -> Outcome {
    let Some(key) = IdempotencyKey::new(key) else {
        return Outcome::Not(Text::line("the step's key cannot be used"));
    };
    let new = NewCustomer {
        email: work
            .order
            .email
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        name: work.order.site.affiliate.to_string(),
        metadata: names::notes(&work.order.installation, work.domain(), work.deployment()),
    };
    match work.ends.stripe.create_customer(&key, &new).await {
        Answer::Done(customer) => Outcome::Done(made(&customer, work)),
        other => refused(other),
    }
}

/// The note is looked at right before: what is not this deployment's is not deleted, whatever its id.
pub(crate) async fn undo(work: &Work, object: &Object) -> Undone {
    let Some(id) = ObjectId::new(&object.id) else {
        return Undone::Not(Text::line(format!(
            "{:?} is no id of a customer",
            object.id
        )));
    };
    match work.ends.stripe.customer(&id).await {
        Ok(customer) if customer.deleted => return Undone::Done(Text::line("it was gone already")),
        Ok(customer) if names::noted(&customer.metadata, work.deployment()) => {}
        Ok(_) => {
            return Undone::Not(Text::line(format!(
                "customer {id} does not carry this deployment's note any more, so it is not deleted"
            )));
        }
        // A look may lag behind: only the deletion itself knows, and the id was ours.
        Err(error) if error.fault == Fault::NotFound => {}
        Err(error) => return Undone::Unknown(Text::line(error.to_string())),
    }
    undone_by(work.ends.stripe.delete_customer(&id).await, "deleted")
}
