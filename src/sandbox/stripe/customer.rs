//! Customers. <https://docs.stripe.com/api/customers>

use serde_json::{Value, json};

use super::Stripe;
use super::book::{Kind, tail, text};
use super::params::Params;
use super::refusal::Outcome;

/// What can be said about a customer.
const FIELDS: [&str; 10] = [
    "address",
    "description",
    "email",
    "invoice_settings",
    "metadata",
    "name",
    "payment_method",
    "phone",
    "preferred_locales",
    "test_clock",
];

impl Stripe {
    pub(super) fn create_customer(&mut self, params: Params<'_>) -> Outcome {
        params.only(&FIELDS)?;
        let clock = params.text("test_clock");
        if let Some(clock) = clock {
            self.book.find_in("test_clock", Kind::TestClock, clock)?;
        }
        let time = self.time_on(clock);
        let id = Kind::Customer.id();
        let mut customer = json!({
            "id": id,
            "object": "customer",
            "address": null,
            "balance": 0,
            "created": time,
            "currency": null,
            "customer_account": null,
            "default_source": null,
            "delinquent": false,
            "description": null,
            "discount": null,
            "email": null,
            "invoice_prefix": tail(8).to_ascii_uppercase(),
            "invoice_settings": {
                "custom_fields": null,
                "default_payment_method": null,
                "footer": null,
                "rendering_options": null,
            },
            "livemode": false,
            "metadata": {},
            "name": null,
            "next_invoice_sequence": 1,
            "phone": null,
            "preferred_locales": [],
            "shipping": null,
            "tax_exempt": "none",
            "test_clock": clock,
        });
        describe(params, &mut customer)?;
        // The methods must be good before anything is kept.
        let method = params.text("payment_method");
        let default = params
            .part("invoice_settings")
            .and_then(|settings| settings.text("default_payment_method"));
        if let Some(method) = method {
            self.usable_method(method)?;
        }
        self.book.add(Kind::Customer, customer.clone());
        self.emit("customer.created", &customer, time);
        let attached = match method {
            Some(method) => Some(text(&self.attach(method, &id)?, "id")),
            None => None,
        };
        if let Some(default) = default {
            let default = match (method, attached) {
                (Some(method), Some(attached)) if method == default => attached,
                _ => self.method_of(default, &id)?,
            };
            if let Some(customer) = self.book.get_mut(Kind::Customer, &id) {
                customer["invoice_settings"]["default_payment_method"] = json!(default);
            }
        }
        self.book.find(Kind::Customer, &id).cloned()
    }

    pub(super) fn update_customer(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&FIELDS)?;
        let mut customer = self.book.find(Kind::Customer, id)?.clone();
        describe(params, &mut customer)?;
        if let Some(settings) = params.part("invoice_settings") {
            settings.only(&["default_payment_method"])?;
            let default = settings
                .text("default_payment_method")
                .map(|method| self.method_of(method, id))
                .transpose()?;
            customer["invoice_settings"]["default_payment_method"] = json!(default);
        }
        let time = self.time_of(id);
        Ok(
            self.change(Kind::Customer, id, "customer.updated", time, |object| {
                *object = customer;
            }),
        )
    }

    /// Deletes a customer: what it subscribes to ends at once, and it answers as deleted from then on.
    pub(super) fn delete_customer(&mut self, id: &str) -> Outcome {
        let customer = self.book.find(Kind::Customer, id)?.clone();
        let time = self.time_of(id);
        for subscription in self.book.with(Kind::Subscription, "customer", id) {
            self.end(&subscription, time, "cancellation_requested");
        }
        for method in self.book.with(Kind::PaymentMethod, "customer", id) {
            if let Some(method) = self.book.get_mut(Kind::PaymentMethod, &method) {
                method["customer"] = Value::Null;
            }
        }
        self.emit("customer.deleted", &customer, time);
        let deleted = json!({ "id": id, "object": "customer", "deleted": true });
        if let Some(object) = self.book.get_mut(Kind::Customer, id) {
            *object = deleted.clone();
        }
        Ok(deleted)
    }
}

/// Puts what is said about a customer into it.
fn describe(params: Params<'_>, customer: &mut Value) -> Result<(), super::refusal::Refusal> {
    params.copy(&["description", "email", "name", "phone"], customer);
    if let Some(given) = params.part("address") {
        let names = ["city", "country", "line1", "line2", "postal_code", "state"];
        given.only(&names)?;
        let mut address = json!({});
        for name in names {
            address[name] = given.text(name).into();
        }
        customer["address"] = address;
    }
    if params.has("preferred_locales") {
        customer["preferred_locales"] = json!(params.texts("preferred_locales"));
    }
    params.metadata(customer)
}
