//! The subscription: the last thing that is made, and the first that ends. Its product and its price are the account's,
//! found or made, and stay.

use drivers::provider::stripe::{Collection, NewPrice, NewSubscription, Price, Subscription};
use drivers::provider::{Answer, Fault, IdempotencyKey, ObjectId, ProviderError};
use saga::{Facts, Look, Object, Outcome, Undone};
use vocab::Text;

use super::{known, refused, undone_by};
use crate::names;
use crate::work::Work;

/// How many days an affiliate has to pay an invoice.
const DAYS_UNTIL_DUE: u32 = 7;

fn made(subscription: &Subscription, price: &str, work: &Work) -> Object {
    let id = subscription.id.as_str();
    let mut object = known("subscription", id, work.domain().as_str(), "subscription");
    object.facts.insert("price".to_owned(), price.to_owned());
    object.monthly = Some(work.order.site.price.to_string());
    object
}

pub(crate) async fn look(work: &Work, facts: &Facts) -> Look {
    let Some(customer) = ObjectId::new(&work.fact(facts, "customer")) else {
        return Look::Absent;
    };
    match work.ends.stripe.subscriptions(Some(&customer)).await {
        Ok(found) => found
            .iter()
            .filter(|subscription| !subscription.status.is_over())
            .find(|subscription| names::noted(&subscription.metadata, work.deployment()))
            .map_or(Look::Absent, |subscription| {
                let item = subscription.items.first();
                let price = item.map_or("", |item| item.price.id.as_str());
                Look::Ours(made(subscription, price, work))
            }),
        Err(error) => Look::Unclear(Text::line(error.to_string())),
    }
}

pub(crate) async fn perform(work: &Work, facts: &Facts, key: &str) -> Outcome {
    let customer = ObjectId::new(&work.fact(facts, "customer"));
    let (Some(customer), Some(step_key)) = (customer, IdempotencyKey::new(key)) else {
        return Outcome::Not(Text::line("there is no customer to bill"));
    };
    let price = match price(work, key).await {
        Ok(price) => price,
        Err(outcome) => return outcome,
    };
    let order = &work.order;
    let mut metadata = names::notes(&order.installation, work.domain(), work.deployment());
    // So that what it brought is still the affiliate's when the site is gone from the books.
    let affiliate = Text::line(order.site.affiliate.as_str());
    metadata.insert(Text::line(names::AFFILIATE_NOTE), affiliate);
    let new = NewSubscription {
        customer,
        price: price.id.clone(),
        collection: Collection::Invoice {
            days_until_due: DAYS_UNTIL_DUE,
        },
        description: Some(Text::line(work.domain().as_str())),
        metadata,
    };
    match work.ends.stripe.create_subscription(&step_key, &new).await {
        Answer::Done(subscription) => Outcome::Done(made(&subscription, price.id.as_str(), work)),
        other => refused(other),
    }
}

/// The monthly price of the order's amount; made when there is none.
async fn price(work: &Work, key: &str) -> Result<Price, Outcome> {
    let stripe = &work.ends.stripe;
    let amount = work.order.site.price;
    let lookup_key = names::price(amount);
    let unclear = |error: ProviderError| Outcome::Unknown(Text::line(error.to_string()));
    if let Some(price) = stripe
        .price_by_lookup_key(&lookup_key)
        .await
        .map_err(unclear)?
    {
        return Ok(price);
    }
    let part = |part: &str| IdempotencyKey::new(&format!("{key}-{part}"));
    let (Some(product_key), Some(price_key), Some(product)) = (
        part("product"),
        part("price"),
        ObjectId::new(names::PRODUCT),
    ) else {
        return Err(Outcome::Not(Text::line("the step's key cannot be used")));
    };
    match stripe.product(&product).await {
        Ok(_) => {}
        Err(error) if error.fault == Fault::NotFound => {
            match stripe
                .create_product(&product_key, &product, "Website hosting")
                .await
            {
                Answer::Done(_) => {}
                Answer::Not(error) if error.fault == Fault::Conflict => {}
                other => return Err(refused(other)),
            }
        }
        Err(error) => return Err(unclear(error)),
    }
    let new = NewPrice {
        product,
        amount,
        lookup_key: lookup_key.clone(),
    };
    match stripe.create_price(&price_key, &new).await {
        Answer::Done(price) => Ok(price),
        // Another run made it at the same moment.
        Answer::Not(error) => match stripe.price_by_lookup_key(&lookup_key).await {
            Ok(Some(price)) => Ok(price),
            _ => Err(Outcome::Not(Text::line(error.to_string()))),
        },
        unknown @ Answer::Unknown(_) => Err(refused(unknown)),
    }
}

/// The note is looked at right before: what is not this deployment's is not ended, whatever its id.
pub(crate) async fn undo(work: &Work, object: &Object) -> Undone {
    let Some(id) = ObjectId::new(&object.id) else {
        return Undone::Not(Text::line(format!(
            "{:?} is no id of a subscription",
            object.id
        )));
    };
    match work.ends.stripe.subscription(&id).await {
        Ok(subscription) if subscription.status.is_over() => {
            return Undone::Done(Text::line("it had ended already"));
        }
        Ok(subscription) if names::noted(&subscription.metadata, work.deployment()) => {}
        Ok(_) => {
            return Undone::Not(Text::line(format!(
                "subscription {id} does not carry this deployment's note any more, so it is not ended"
            )));
        }
        // A look may lag behind: only the deletion itself knows, and the id was ours.
        Err(error) if error.fault == Fault::NotFound => {}
        Err(error) => return Undone::Unknown(Text::line(error.to_string())),
    }
    undone_by(work.ends.stripe.cancel_subscription(&id).await, "ended")
}
