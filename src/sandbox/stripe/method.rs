//! Payment methods: the test cards. <https://docs.stripe.com/testing>

use serde_json::{Value, json};

use super::Stripe;
use super::book::{Kind, tail, text};
use super::params::Params;
use super::refusal::{Outcome, Refusal};

/// A card that can be named by a test id.
struct Card {
    /// The id, as it is given.
    name: &'static str,
    /// The token of the same card.
    token: &'static str,
    brand: &'static str,
    last4: &'static str,
    /// Whether it is declined already when it is attached.
    refuses: bool,
}

/// The cards known here.
const CARDS: [Card; 4] = [
    Card {
        name: "pm_card_visa",
        token: "tok_visa",
        brand: "visa",
        last4: "4242",
        refuses: false,
    },
    Card {
        name: "pm_card_mastercard",
        token: "tok_mastercard",
        brand: "mastercard",
        last4: "4444",
        refuses: false,
    },
    Card {
        name: "pm_card_chargeCustomerFail",
        token: "tok_chargeCustomerFail",
        brand: "visa",
        last4: FAILING,
        refuses: false,
    },
    Card {
        name: "pm_card_chargeDeclined",
        token: "tok_chargeDeclined",
        brand: "visa",
        last4: "0002",
        refuses: true,
    },
];

/// The end of the card that can be attached, and is declined whenever it is charged.
const FAILING: &str = "0341";

impl Stripe {
    /// Creates a method from a card's token: numbers never come here.
    pub(super) fn create_method(&mut self, params: Params<'_>) -> Outcome {
        params.only(&["billing_details", "card", "metadata", "type"])?;
        params.required("type")?;
        params.choice("type", &["card"])?;
        let token = params.part("card").and_then(|card| card.text("token"));
        let card = CARDS.iter().find(|card| Some(card.token) == token);
        let card = card.ok_or_else(|| {
            Refusal::no_such_in("card[token]", "token", token.unwrap_or_default())
        })?;
        let mut method = self.shape(card, self.now);
        params.metadata(&mut method)?;
        self.book.add(Kind::PaymentMethod, method.clone());
        Ok(method)
    }

    pub(super) fn update_method(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&["billing_details", "metadata"])?;
        let mut method = self.book.find(Kind::PaymentMethod, id)?.clone();
        params.metadata(&mut method)?;
        if let Some(object) = self.book.get_mut(Kind::PaymentMethod, id) {
            object.clone_from(&method);
        }
        Ok(method)
    }

    /// `POST /payment_methods/{id}/attach`. A test id makes a new method each time.
    pub(super) fn attach_method(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&["customer"])?;
        let customer = params.required("customer")?;
        self.book.find_in("customer", Kind::Customer, customer)?;
        self.usable_method(id)?;
        self.attach(id, customer)
    }

    /// `POST /payment_methods/{id}/detach`.
    pub(super) fn detach_method(&mut self, id: &str) -> Outcome {
        let customer = text(self.book.find(Kind::PaymentMethod, id)?, "customer");
        if customer.is_empty() {
            return Err(Refusal::invalid(
                "The payment method you provided is not attached to a customer so detachment is impossible.",
            ));
        }
        let time = self.time_of(&customer);
        if let Some(customer) = self.book.get_mut(Kind::Customer, &customer)
            && customer["invoice_settings"]["default_payment_method"] == id
        {
            customer["invoice_settings"]["default_payment_method"] = Value::Null;
        }
        let event = "payment_method.detached";
        Ok(self.change(Kind::PaymentMethod, id, event, time, |method| {
            method["customer"] = Value::Null;
        }))
    }

    /// Refuses a method that does not exist or is declined at once.
    pub(super) fn usable_method(&self, id: &str) -> Result<(), Refusal> {
        match CARDS.iter().find(|card| card.name == id) {
            Some(card) if card.refuses => Err(Refusal::declined("generic_decline", None)),
            Some(_) => Ok(()),
            None => self.book.find(Kind::PaymentMethod, id).map(|_| ()),
        }
    }

    /// Attaches a method that is usable to a customer that exists.
    pub(super) fn attach(&mut self, id: &str, customer: &str) -> Outcome {
        let time = self.time_of(customer);
        let id = match CARDS.iter().find(|card| card.name == id) {
            Some(card) => {
                let method = self.shape(card, time);
                let id = text(&method, "id");
                self.book.add(Kind::PaymentMethod, method);
                id
            }
            None => id.to_owned(),
        };
        let owner = text(self.book.find(Kind::PaymentMethod, &id)?, "customer");
        if !owner.is_empty() && owner != customer {
            return Err(Refusal::invalid(
                "The payment method you provided has already been attached to a customer.",
            ));
        }
        let event = "payment_method.attached";
        Ok(
            self.change(Kind::PaymentMethod, &id, event, time, |method| {
                method["customer"] = json!(customer);
            }),
        )
    }

    /// The id of a method that must belong to the customer.
    pub(super) fn method_of(&self, id: &str, customer: &str) -> Result<String, Refusal> {
        let param = "default_payment_method";
        let method = self.book.find_in(param, Kind::PaymentMethod, id)?;
        if method["customer"] == customer {
            return Ok(id.to_owned());
        }
        let message = format!(
            "The customer does not have a payment method with the ID {id}. The payment method must be attached to the customer."
        );
        Err(Refusal::parameter("resource_missing", param, message))
    }

    fn shape(&self, card: &Card, time: i64) -> Value {
        let address = json!({
            "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null,
        });
        json!({
            "id": Kind::PaymentMethod.id(),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": {
                "address": address, "email": null, "name": null, "phone": null, "tax_id": null,
            },
            "card": {
                "brand": card.brand,
                "checks": {
                    "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass",
                },
                "country": "US",
                "display_brand": card.brand,
                "exp_month": 12,
                "exp_year": 2030 + (self.now / 31_557_600 - 56).max(0),
                "fingerprint": tail(16),
                "funding": "credit",
                "generated_from": null,
                "last4": card.last4,
                "networks": { "available": [card.brand], "preferred": null },
                "regulated_status": "unregulated",
                "three_d_secure_usage": { "supported": true },
                "wallet": null,
            },
            "created": time,
            "customer": null,
            "customer_account": null,
            "livemode": false,
            "metadata": {},
            "type": "card",
        })
    }
}

/// Whether charges to a method are declined.
pub fn declines(method: &Value) -> bool {
    method["card"]["last4"] == FAILING
}
