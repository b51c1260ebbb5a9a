//! `expand[]`: ids become the objects they name, and some fields appear only then.
//! <https://docs.stripe.com/api/expanding_objects>

use serde_json::{Value, json};

use super::Stripe;
use super::book::{Kind, text};
use super::list::inner;
use super::params::Params;
use super::refusal::{Outcome, Refusal};

/// Fields one inside the other.
const DEPTH: usize = 4;

impl Stripe {
    /// Expands an answer as `expand[]` asks for.
    pub(super) fn expand(&self, mut answer: Value, params: Params<'_>) -> Outcome {
        for path in params.texts("expand") {
            let parts: Vec<&str> = path.split('.').collect();
            if parts.len() > DEPTH || !self.expand_at(&mut answer, &parts) {
                let message = format!("This property cannot be expanded ({path}).");
                return Err(Refusal::parameter("parameter_invalid", "expand", message));
            }
        }
        Ok(answer)
    }

    /// False when there is nothing that could be expanded.
    fn expand_at(&self, value: &mut Value, path: &[&str]) -> bool {
        let Some((field, rest)) = path.split_first() else {
            return true;
        };
        if let Value::Array(items) = value {
            let mut items = items.iter_mut();
            return items.all(|item| self.expand_at(item, path));
        }
        if let Some(hidden) = self.hidden(value, field) {
            value[*field] = hidden;
        }
        let Some(inside) = value.get_mut(*field) else {
            return false;
        };
        if let Some(id) = inside.as_str() {
            let object = Kind::of_id(id).and_then(|kind| self.book.get(kind, id));
            let Some(object) = object else {
                return false;
            };
            *inside = object.clone();
        }
        inside.is_null() || self.expand_at(inside, rest)
    }

    /// A field that is left out unless it is asked for.
    fn hidden(&self, object: &Value, field: &str) -> Option<Value> {
        let id = text(object, "id");
        let list = |kind, by: &str, url: String| {
            let data: Vec<Value> = self
                .book
                .all(kind)
                .iter()
                .rev()
                .filter(|one| one[by] == id.as_str())
                .cloned()
                .collect();
            Some(inner(&url, &data))
        };
        match (object["object"].as_str()?, field) {
            ("invoice", "confirmation_secret") => {
                let secret = self
                    .intent_of(&id)
                    .map(|intent| json!({ "client_secret": intent["client_secret"], "type": "payment_intent" }));
                Some(secret.into())
            }
            ("invoice", "payments") => list(
                Kind::InvoicePayment,
                "invoice",
                format!("/v1/invoice_payments?invoice={id}"),
            ),
            ("charge", "refunds") => {
                list(Kind::Refund, "charge", format!("/v1/charges/{id}/refunds"))
            }
            ("customer", "subscriptions") => list(
                Kind::Subscription,
                "customer",
                format!("/v1/subscriptions?customer={id}"),
            ),
            _ => None,
        }
    }

    /// The payment intent of an invoice.
    pub(super) fn intent_of(&self, invoice: &str) -> Option<&Value> {
        let payments = self.book.all(Kind::InvoicePayment).iter();
        let payment = payments.rev().find(|one| one["invoice"] == invoice)?;
        let intent = payment["payment"]["payment_intent"].as_str()?;
        self.book.get(Kind::PaymentIntent, intent)
    }
}
