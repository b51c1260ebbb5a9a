//! How a subscription is changed and canceled.

use serde_json::{Value, json};

use super::super::Stripe;
use super::super::agenda::Due;
use super::super::book::{Kind, text, whole};
use super::super::params::Params;
use super::super::period::Interval;
use super::super::refusal::{Outcome, Refusal};
use super::is_over;
use super::shape::plan;

impl Stripe {
    pub(in super::super) fn update_subscription(
        &mut self,
        id: &str,
        params: Params<'_>,
    ) -> Outcome {
        params.only(&[
            "cancel_at_period_end",
            "cancellation_details",
            "default_payment_method",
            "description",
            "items",
            "metadata",
            "off_session",
            "pause_collection",
            "payment_behavior",
            "proration_behavior",
        ])?;
        let mut subscription = self.book.find(Kind::Subscription, id)?.clone();
        if is_over(&subscription) {
            return Err(Refusal::invalid(
                "A canceled subscription can only update its cancellation_details and metadata.",
            ));
        }
        let customer = text(&subscription, "customer");
        let time = self.time_of(&customer);
        if let Some(method) = params.text("default_payment_method") {
            let method = self.method_of(method, &customer)?;
            subscription["default_payment_method"] = json!(method);
        }
        params.copy(&["description"], &mut subscription);
        params.metadata(&mut subscription)?;
        self.change_items(&mut subscription, params)?;
        pause(&mut subscription, params)?;
        match params.flag("cancel_at_period_end")? {
            Some(true) => {
                let end = whole(&subscription["items"]["data"][0], "current_period_end");
                subscription["cancel_at_period_end"] = json!(true);
                subscription["cancel_at"] = json!(end);
                subscription["canceled_at"] = json!(time);
                subscription["cancellation_details"]["reason"] = json!("cancellation_requested");
                let clock = self.clock_of(&customer);
                self.agenda.add(clock, end, Due::End(id.to_owned()));
            }
            Some(false) => {
                subscription["cancel_at_period_end"] = json!(false);
                subscription["cancel_at"] = Value::Null;
                subscription["canceled_at"] = Value::Null;
                subscription["cancellation_details"]["reason"] = Value::Null;
            }
            None => {}
        }
        let event = "customer.subscription.updated";
        Ok(self.change(Kind::Subscription, id, event, time, |object| {
            *object = subscription;
        }))
    }

    /// Other prices and quantities, from the next invoice on: nothing is prorated here, and to be asked for it is
    /// refused.
    fn change_items(&self, subscription: &mut Value, params: Params<'_>) -> Result<(), Refusal> {
        let given = params.list("items");
        if given.is_empty() {
            return Ok(());
        }
        if params.text("proration_behavior") != Some("none") {
            return Err(Refusal::parameter(
                "parameter_invalid",
                "proration_behavior",
                "Prorations are not made in this sandbox: give proration_behavior=none.",
            ));
        }
        let interval = Interval::of(&subscription["items"]["data"][0]["price"]);
        let items = subscription["items"]["data"].as_array_mut();
        let items = items.ok_or_else(|| Refusal::invalid("The subscription has no items."))?;
        for change in given {
            change.only(&["id", "price", "quantity"])?;
            let id = change.required("id")?;
            let item = items
                .iter_mut()
                .find(|item| item["id"] == id)
                .ok_or_else(|| Refusal::no_such_in("items[0][id]", "subscription item", id))?;
            if let Some(price) = change.text("price") {
                let price = self.book.find_in("items[0][price]", Kind::Price, price)?;
                if Interval::of(price) != interval || price["currency"] != item["price"]["currency"]
                {
                    let message =
                        "The new price must have the interval and the currency of the old one.";
                    return Err(Refusal::parameter(
                        "parameter_invalid",
                        "items[0][price]",
                        message,
                    ));
                }
                item["price"] = price.clone();
                item["plan"] = plan(price);
            }
            if let Some(quantity) = change.whole("quantity")? {
                item["quantity"] = json!(quantity.clamp(0, 1_000_000));
            }
        }
        Ok(())
    }

    /// `DELETE /subscriptions/{id}`: ends it at once.
    pub(in super::super) fn cancel_subscription(
        &mut self,
        id: &str,
        params: Params<'_>,
    ) -> Outcome {
        params.only(&["cancellation_details", "invoice_now", "prorate"])?;
        let subscription = self.book.find(Kind::Subscription, id)?;
        if is_over(subscription) {
            return Err(Refusal::no_such("subscription", id));
        }
        let time = self.time_of(&text(subscription, "customer"));
        self.end(id, time, "cancellation_requested");
        self.book.find(Kind::Subscription, id).cloned()
    }

    /// Ends a subscription, if it has not ended.
    pub(in super::super) fn end(&mut self, id: &str, time: i64, reason: &str) {
        let Some(subscription) = self.book.get_mut(Kind::Subscription, id) else {
            return;
        };
        if is_over(subscription) {
            return;
        }
        let unpaid = subscription["status"] == "incomplete";
        subscription["status"] = json!(if unpaid {
            "incomplete_expired"
        } else {
            "canceled"
        });
        if subscription["canceled_at"].is_null() {
            subscription["canceled_at"] = json!(time);
        }
        subscription["cancellation_details"]["reason"] = json!(reason);
        subscription["ended_at"] = json!(time);
        let invoice = text(subscription, "latest_invoice");
        let ended = subscription.clone();
        if unpaid {
            self.void(&invoice, time);
        } else if let Some(invoice) = self.book.get_mut(Kind::Invoice, &invoice) {
            // What is open stays so, but nobody is charged for it any more.
            invoice["auto_advance"] = json!(false);
            invoice["next_payment_attempt"] = Value::Null;
        }
        self.emit("customer.subscription.deleted", &ended, time);
    }

    /// Gives a subscription another status.
    pub(in super::super) fn subscription_becomes(&mut self, id: &str, status: &str, time: i64) {
        let event = "customer.subscription.updated";
        self.change(Kind::Subscription, id, event, time, |subscription| {
            subscription["status"] = json!(status);
        });
    }
}

/// Suspends the collection of payments, or takes it up again when the parameter is sent empty
/// (<https://docs.stripe.com/billing/subscriptions/pause-payment>).
fn pause(subscription: &mut Value, params: Params<'_>) -> Result<(), Refusal> {
    if !params.has("pause_collection") {
        return Ok(());
    }
    let Some(given) = params.part("pause_collection") else {
        subscription["pause_collection"] = Value::Null;
        return Ok(());
    };
    given.only(&["behavior", "resumes_at"])?;
    given.choice("behavior", &["keep_as_draft", "mark_uncollectible", "void"])?;
    let behavior = given.required("behavior")?;
    subscription["pause_collection"] = json!({
        "behavior": behavior,
        "resumes_at": given.whole("resumes_at")?,
    });
    Ok(())
}
