//! How a subscription begins.

use serde_json::{Value, json};

use super::super::Stripe;
use super::super::agenda::Due;
use super::super::book::{Kind, text, whole};
use super::super::invoice::Reason;
use super::super::params::{Params, missing};
use super::super::period::Interval;
use super::super::refusal::{Outcome, Refusal};
use super::shape::Draft;

/// Seconds in which the first payment must come: 23 hours.
const FIRST_PAYMENT: i64 = 23 * 3_600;

/// What can be said when a subscription begins.
const FIELDS: [&str; 15] = [
    "cancel_at_period_end",
    "collection_method",
    "currency",
    "customer",
    "days_until_due",
    "default_payment_method",
    "description",
    "items",
    "metadata",
    "off_session",
    "payment_behavior",
    "payment_settings",
    "proration_behavior",
    "trial_end",
    "trial_period_days",
];

/// Items of a subscription.
const ITEMS: usize = 20;

impl Stripe {
    pub(in super::super) fn create_subscription(&mut self, params: Params<'_>) -> Outcome {
        params.only(&FIELDS)?;
        let customer_id = params.required("customer")?;
        let customer = self
            .book
            .find_in("customer", Kind::Customer, customer_id)?
            .clone();
        let (items, interval) = self.items(params)?;
        let collections = ["charge_automatically", "send_invoice"];
        let collection = params
            .choice("collection_method", &collections)?
            .unwrap_or("charge_automatically");
        let days_until_due = params.whole("days_until_due")?;
        if collection == "send_invoice" && days_until_due.is_none() {
            return Err(missing("days_until_due"));
        }
        let behaviors = [
            "allow_incomplete",
            "default_incomplete",
            "error_if_incomplete",
        ];
        let behavior = params
            .choice("payment_behavior", &behaviors)?
            .unwrap_or("allow_incomplete");
        let method = params
            .text("default_payment_method")
            .map(|method| self.method_of(method, customer_id))
            .transpose()?;
        let time = self.time_of(customer_id);
        let trial_end = trial_end(params, time)?;
        let has_method =
            method.is_some() || customer["invoice_settings"]["default_payment_method"].is_string();
        let charged_now = collection == "charge_automatically"
            && trial_end.is_none()
            && behavior != "default_incomplete";
        if charged_now && !has_method {
            return Err(Refusal::invalid(
                "This customer has no attached payment source or default payment method. Please consider adding a default payment method.",
            )
            .coded("resource_missing"));
        }
        let end = trial_end.unwrap_or_else(|| interval.end(time, time));
        let draft = Draft {
            customer: &customer,
            items,
            period: (time, end),
            time,
            trial_end,
            method,
            collection,
            days_until_due,
            description: params.text("description"),
        };
        let mut subscription = draft.json();
        params.metadata(&mut subscription)?;
        if params.flag("cancel_at_period_end")? == Some(true) {
            subscription["cancel_at_period_end"] = json!(true);
            subscription["cancel_at"] = json!(end);
            subscription["canceled_at"] = json!(time);
        }
        // What is begun here is taken back when the first payment fails and nothing may be kept.
        let before = (behavior == "error_if_incomplete").then(|| self.clone());
        match self.begin(&subscription, charged_now) {
            (_, Err(refusal)) if before.is_some() => {
                if let Some(before) = before {
                    *self = before;
                }
                Err(refusal)
            }
            (id, _) => self.book.find(Kind::Subscription, &id).cloned(),
        }
    }

    /// Keeps a subscription and makes its first invoice. The error is that of the first payment.
    fn begin(&mut self, subscription: &Value, charged_now: bool) -> (String, Result<(), Refusal>) {
        let id = text(subscription, "id");
        let customer = text(subscription, "customer");
        let time = whole(subscription, "created");
        let end = whole(&subscription["items"]["data"][0], "current_period_end");
        let clock = self.clock_of(&customer);
        self.agenda.add(clock.clone(), end, Due::Renew(id.clone()));
        if subscription["cancel_at"].is_i64() {
            self.agenda.add(clock.clone(), end, Due::End(id.clone()));
        }
        self.book.add(Kind::Subscription, subscription.clone());
        self.emit("customer.subscription.created", subscription, time);
        if let Some(customer) = self.book.get_mut(Kind::Customer, &customer) {
            customer["currency"] = subscription["currency"].clone();
        }
        let invoice = self.bill(&id, Reason::Create, time);
        self.finalize(&invoice, time);
        if subscription["status"] == "trialing" {
            return (id, Ok(()));
        }
        if subscription["collection_method"] == "send_invoice" {
            self.subscription_becomes(&id, "active", time);
            return (id, Ok(()));
        }
        let expiry = Due::Expire(id.clone());
        self.agenda.add(clock, time + FIRST_PAYMENT, expiry);
        let paid = if charged_now {
            self.collect(&invoice, None, true, time)
        } else {
            Ok(())
        };
        (id, paid)
    }

    /// What is subscribed to. All items have the same currency and interval.
    fn items(&self, params: Params<'_>) -> Result<(Vec<(Value, i64)>, Interval), Refusal> {
        let given = params.list("items");
        if given.len() > ITEMS {
            let message = format!("A subscription has at most {ITEMS} items.");
            return Err(Refusal::parameter("parameter_invalid", "items", message));
        }
        let mut items: Vec<(Value, i64)> = Vec::new();
        let mut shared = None;
        for (number, item) in given.into_iter().enumerate() {
            item.only(&["metadata", "price", "quantity"])?;
            let param = format!("items[{number}][price]");
            let price = item.text("price").ok_or_else(|| missing(&param))?;
            let price = self.book.find_in(&param, Kind::Price, price)?;
            let refusal = |words: &str| Err(Refusal::parameter("parameter_invalid", &param, words));
            let Some(interval) = Interval::of(price) else {
                return refusal(
                    "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
                );
            };
            if price["active"] != true {
                return refusal(
                    "The price specified is inactive. This field only accepts active prices.",
                );
            }
            let quantity = item.whole("quantity")?.unwrap_or(1);
            if !(0..=1_000_000).contains(&quantity) {
                return refusal("Invalid quantity");
            }
            let alike = (interval, price["currency"].clone());
            if *shared.get_or_insert_with(|| alike.clone()) != alike {
                return refusal(
                    "All prices on a subscription must have the same `recurring.interval` and `currency`.",
                );
            }
            items.push((price.clone(), quantity));
        }
        match shared {
            Some((interval, _)) => Ok((items, interval)),
            None => Err(missing("items")),
        }
    }
}

/// The end of the trial that is asked for.
fn trial_end(params: Params<'_>, time: i64) -> Result<Option<i64>, Refusal> {
    let days = params.whole("trial_period_days")?.filter(|days| *days > 0);
    let end = match params.text("trial_end") {
        Some("now") => None,
        _ => params.whole("trial_end")?,
    };
    let end = end.or(days.map(|days| time.saturating_add(days.saturating_mul(86_400))));
    match end {
        Some(end) if end <= time || end > time + 5 * 366 * 86_400 => {
            let message = "trial_end must be in the future, and at most five years away";
            Err(Refusal::parameter(
                "parameter_invalid",
                "trial_end",
                message,
            ))
        }
        end => Ok(end),
    }
}
