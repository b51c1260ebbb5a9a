//! Payment intents, and the charges they make. <https://docs.stripe.com/api/payment_intents>

use serde_json::{Value, json};

use super::Stripe;
use super::balance::fee;
use super::book::{Kind, joined, tail, text, whole};
use super::params::{Params, missing};
use super::price::MOST;
use super::refusal::{Outcome, Refusal};
use super::{charge, method};

impl Stripe {
    pub(super) fn create_intent(&mut self, params: Params<'_>) -> Outcome {
        params.only(&[
            "amount",
            "automatic_payment_methods",
            "confirm",
            "currency",
            "customer",
            "description",
            "metadata",
            "off_session",
            "payment_method",
            "payment_method_types",
        ])?;
        let amount = params.whole("amount")?.ok_or_else(|| missing("amount"))?;
        if !(1..=MOST).contains(&amount) {
            let message = "This value must be greater than or equal to 1.";
            return Err(Refusal::parameter(
                "parameter_invalid_integer",
                "amount",
                message,
            ));
        }
        let currency = params.required("currency")?.to_ascii_lowercase();
        let customer = params.text("customer");
        if let Some(customer) = customer {
            self.book.find_in("customer", Kind::Customer, customer)?;
        }
        let method = params.text("payment_method");
        if let Some(method) = method {
            self.usable_method(method)?;
        }
        let confirm = params.flag("confirm")? == Some(true);
        if confirm && method.is_none() {
            return Err(missing("payment_method"));
        }
        let mut described = json!({});
        params.metadata(&mut described)?;
        params.copy(&["description"], &mut described);
        // A test id stands for a new method.
        let method = match method {
            Some(method) if self.book.get(Kind::PaymentMethod, method).is_none() => {
                let owner = customer.unwrap_or_default();
                Some(text(&self.attach(method, owner)?, "id"))
            }
            method => method.map(str::to_owned),
        };
        let intent = self.new_intent(customer, amount, &currency, method.as_deref());
        if let Some(intent) = self.book.get_mut(Kind::PaymentIntent, &intent) {
            for (name, value) in described.as_object().into_iter().flatten() {
                intent[name.as_str()] = value.clone();
            }
        }
        if confirm {
            self.confirm(&intent)?;
        }
        self.book.find(Kind::PaymentIntent, &intent).cloned()
    }

    /// `POST /payment_intents/{id}/confirm`. When it is for an invoice, the invoice is paid with it.
    pub(super) fn confirm_intent(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&["off_session", "payment_method", "return_url"])?;
        let intent = self.book.find(Kind::PaymentIntent, id)?.clone();
        if intent["status"] == "succeeded" || intent["status"] == "canceled" {
            let message = format!(
                "You cannot confirm this PaymentIntent because it has a status of {}.",
                text(&intent, "status")
            );
            return Err(Refusal::invalid(message).coded("payment_intent_unexpected_state"));
        }
        if let Some(method) = params.text("payment_method") {
            self.usable_method(method)?;
            let owner = text(&intent, "customer");
            let method = text(&self.attach(method, &owner)?, "id");
            self.set_method(id, &method);
        }
        self.confirm(id)?;
        let payments = self.book.all(Kind::InvoicePayment).iter();
        let invoice = payments
            .rev()
            .find(|one| one["payment"]["payment_intent"] == id)
            .map(|one| text(one, "invoice"));
        if let Some(invoice) = invoice {
            self.settle(&invoice);
        }
        self.book.find(Kind::PaymentIntent, id).cloned()
    }

    /// A new intent; its id.
    pub(super) fn new_intent(
        &mut self,
        customer: Option<&str>,
        amount: i64,
        currency: &str,
        method: Option<&str>,
    ) -> String {
        let id = Kind::PaymentIntent.id();
        let time = self.time_of(customer.unwrap_or_default());
        let intent = json!({
            "id": id,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_details": { "tip": {} },
            "amount_received": 0,
            "capture_method": "automatic",
            "client_secret": format!("{id}_secret_{}", tail(25)),
            "confirmation_method": "automatic",
            "created": time,
            "currency": currency,
            "customer": customer,
            "livemode": false,
            "metadata": {},
            "payment_method": method,
            "payment_method_options": {
                "card": {
                    "installments": null,
                    "mandate_options": null,
                    "network": null,
                    "request_three_d_secure": "automatic",
                },
            },
            "payment_method_types": ["card"],
            "status": if method.is_some() { "requires_confirmation" } else { "requires_payment_method" },
        });
        let intent = joined([intent, unset()]);
        self.book.add(Kind::PaymentIntent, intent.clone());
        self.emit("payment_intent.created", &intent, time);
        id
    }

    /// Says with what an intent is to be paid.
    pub(super) fn set_method(&mut self, intent: &str, method: &str) {
        if let Some(intent) = self.book.get_mut(Kind::PaymentIntent, intent) {
            intent["payment_method"] = json!(method);
            intent["status"] = json!("requires_confirmation");
        }
    }

    /// Charges what an intent is for. A declined charge is kept.
    pub(super) fn confirm(&mut self, id: &str) -> Result<(), Refusal> {
        let intent = self.book.find(Kind::PaymentIntent, id)?.clone();
        let method = text(&intent, "payment_method");
        if method.is_empty() {
            return Err(Refusal::invalid(
                "You cannot confirm this PaymentIntent because it's missing a payment method.",
            )
            .coded("payment_intent_unexpected_state"));
        }
        let method = self.book.find(Kind::PaymentMethod, &method)?.clone();
        let time = self.time_of(&text(&intent, "customer"));
        let declined = method::declines(&method);
        let mut charge = charge::shape(&intent, &method, declined, time);
        let charge_id = super::book::id(&charge);
        if declined {
            let refusal = Refusal::declined("generic_decline", Some(&charge_id));
            self.book.add(Kind::Charge, charge.clone());
            self.emit("charge.failed", &charge, time);
            let error = refusal.json();
            self.intent_becomes(id, "payment_failed", time, |intent| {
                intent["status"] = json!("requires_payment_method");
                intent["latest_charge"] = json!(charge_id);
                intent["last_payment_error"] = error;
                intent["payment_method"] = Value::Null;
            });
            return Err(refusal);
        }
        let amount = whole(&intent, "amount");
        let fee = fee(amount);
        let entry = self.enter("charge", amount, fee, &charge, &charge_id, time);
        charge["balance_transaction"] = json!(entry);
        self.book.add(Kind::Charge, charge.clone());
        self.emit("charge.succeeded", &charge, time);
        self.intent_becomes(id, "succeeded", time, |intent| {
            intent["status"] = json!("succeeded");
            intent["latest_charge"] = json!(charge_id);
            intent["amount_received"] = json!(amount);
            intent["last_payment_error"] = Value::Null;
        });
        Ok(())
    }

    fn intent_becomes(
        &mut self,
        id: &str,
        event: &str,
        time: i64,
        change: impl FnOnce(&mut Value),
    ) {
        let Some(intent) = self.book.get_mut(Kind::PaymentIntent, id) else {
            return;
        };
        change(intent);
        let intent = intent.clone();
        self.emit(&format!("payment_intent.{event}"), &intent, time);
    }
}

/// What nothing is said about in the beginning.
fn unset() -> Value {
    json!({
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": null,
        "canceled_at": null,
        "cancellation_reason": null,
        "customer_account": null,
        "description": null,
        "excluded_payment_method_types": null,
        "last_payment_error": null,
        "latest_charge": null,
        "managed_payments": null,
        "next_action": null,
        "on_behalf_of": null,
        "payment_method_configuration_details": null,
        "processing": null,
        "receipt_email": null,
        "review": null,
        "setup_future_usage": null,
        "shipping": null,
        "source": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "transfer_data": null,
        "transfer_group": null,
    })
}
