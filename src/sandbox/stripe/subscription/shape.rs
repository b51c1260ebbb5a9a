//! How a subscription looks.

use serde_json::{Value, json};

use super::super::book::{Kind, joined, tail};

/// What is known when a subscription begins. Times are in seconds since 1970-01-01 UTC.
pub struct Draft<'a> {
    /// Whose it is.
    pub customer: &'a Value,
    /// What is paid for, and how many of it.
    pub items: Vec<(Value, i64)>,
    /// The first period.
    pub period: (i64, i64),
    /// When it begins.
    pub time: i64,
    /// The end of the trial it begins with.
    pub trial_end: Option<i64>,
    /// What it is paid with, if not with what the customer pays with.
    pub method: Option<String>,
    /// `charge_automatically` or `send_invoice`.
    pub collection: &'a str,
    /// Days an invoice that is sent may be paid in.
    pub days_until_due: Option<i64>,
    /// What stands on it.
    pub description: Option<&'a str>,
}

impl Draft<'_> {
    /// The subscription, before its first payment.
    pub fn json(self) -> Value {
        let id = Kind::Subscription.id();
        let currency = self
            .items
            .first()
            .map_or(Value::Null, |(price, _)| price["currency"].clone());
        let items: Vec<Value> = self
            .items
            .iter()
            .map(|(price, quantity)| item(&id, price, *quantity, self.period, self.time))
            .collect();
        let whole = json!({
            "id": id,
            "object": "subscription",
            "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null },
            "billing_cycle_anchor": self.trial_end.unwrap_or(self.time),
            "billing_mode": {
                "flexible": { "proration_discounts": "included" },
                "type": "flexible",
                "updated_at": null,
            },
            "cancel_at_period_end": false,
            "cancellation_details": { "comment": null, "feedback": null, "reason": null },
            "collection_method": self.collection,
            "created": self.time,
            "currency": currency,
            "customer": self.customer["id"],
            "days_until_due": self.days_until_due,
            "default_payment_method": self.method,
            "description": self.description,
            "invoice_settings": {
                "account_tax_ids": null,
                "custom_fields": null,
                "description": null,
                "footer": null,
                "issuer": { "type": "self" },
            },
            "items": {
                "object": "list",
                "data": items,
                "has_more": false,
                "url": format!("/v1/subscription_items?subscription={id}"),
            },
            "livemode": false,
            "metadata": {},
            "payment_settings": {
                "payment_method_options": null,
                "payment_method_types": null,
                "save_default_payment_method": "off",
            },
            "start_date": self.time,
            "status": if self.trial_end.is_some() { "trialing" } else { "incomplete" },
            "test_clock": self.customer["test_clock"],
            "trial_end": self.trial_end,
            "trial_settings": { "end_behavior": { "missing_payment_method": "create_invoice" } },
            "trial_start": self.trial_end.map(|_| self.time),
        });
        joined([whole, unset()])
    }
}

/// What nothing is said about in the beginning.
fn unset() -> Value {
    json!({
        "application": null,
        "application_fee_percent": null,
        "billing_cycle_anchor_config": null,
        "billing_schedules": [],
        "billing_thresholds": null,
        "cancel_at": null,
        "canceled_at": null,
        "customer_account": null,
        "default_source": null,
        "default_tax_rates": [],
        "discounts": [],
        "ended_at": null,
        "latest_invoice": null,
        "managed_payments": null,
        "next_pending_invoice_item_invoice": null,
        "on_behalf_of": null,
        "pause_collection": null,
        "pending_invoice_item_interval": null,
        "pending_setup_intent": null,
        "pending_update": null,
        "schedule": null,
        "transfer_data": null,
    })
}

/// An item of a subscription; it carries the period.
fn item(subscription: &str, price: &Value, quantity: i64, period: (i64, i64), time: i64) -> Value {
    json!({
        "id": format!("si_{}", tail(14)),
        "object": "subscription_item",
        "billed_until": null,
        "billing_thresholds": null,
        "created": time,
        "current_period_end": period.1,
        "current_period_start": period.0,
        "discounts": [],
        "metadata": {},
        "plan": plan(price),
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    })
}

/// A price in its older form, which items still carry.
pub fn plan(price: &Value) -> Value {
    json!({
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "livemode": false,
        "metadata": price["metadata"],
        "meter": null,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": null,
        "transform_usage": null,
        "trial_period_days": null,
        "usage_type": "licensed",
    })
}
