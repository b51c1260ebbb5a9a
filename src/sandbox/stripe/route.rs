//! Which call a path is.

use super::Stripe;
use super::book::Kind;
use super::params::Params;
use super::refusal::{Outcome, Refusal};
use crate::exchange::Request;

impl Stripe {
    pub(super) fn route(&mut self, request: &Request, params: Params<'_>) -> Outcome {
        let parts = request.parts();
        let unknown = || Err(Refusal::no_route(&request.method, &request.path));
        if parts.as_slice() == ["balance"] && request.method == "GET" {
            return Ok(self.balance());
        }
        // Only test clocks have a path of two parts.
        let (kind, rest) = match parts.as_slice() {
            ["test_helpers", "test_clocks", rest @ ..] => (Some(Kind::TestClock), rest),
            [first, rest @ ..] => {
                let kind = Kind::ALL.into_iter().find(|kind| kind.path() == *first);
                (kind, rest)
            }
            [] => (None, [].as_slice()),
        };
        let Some(kind) = kind else {
            return unknown();
        };
        match (request.method.as_str(), rest) {
            ("GET", []) => self.list(kind, params),
            ("GET", [id]) => self.show(kind, id, params),
            ("POST", []) => self.create(kind, params).unwrap_or_else(unknown),
            ("POST", [id]) => self.update(kind, id, params).unwrap_or_else(unknown),
            ("POST", [id, verb]) => self.act(kind, id, verb, params).unwrap_or_else(unknown),
            ("DELETE", [id]) => self.delete(kind, id, params).unwrap_or_else(unknown),
            _ => unknown(),
        }
    }

    /// One object. A deleted customer or product says that it is.
    fn show(&self, kind: Kind, id: &str, params: Params<'_>) -> Outcome {
        params.only(&[])?;
        let object = self.book.get(kind, id).filter(|object| {
            object["deleted"] != true || matches!(kind, Kind::Customer | Kind::Product)
        });
        object
            .cloned()
            .ok_or_else(|| Refusal::no_such(kind.name(), id))
    }

    fn create(&mut self, kind: Kind, params: Params<'_>) -> Option<Outcome> {
        Some(match kind {
            Kind::Customer => self.create_customer(params),
            Kind::PaymentIntent => self.create_intent(params),
            Kind::PaymentMethod => self.create_method(params),
            Kind::Price => self.create_price(params),
            Kind::Product => self.create_product(params),
            Kind::Refund => self.create_refund(params),
            Kind::Subscription => self.create_subscription(params),
            Kind::TestClock => self.create_clock(params),
            Kind::WebhookEndpoint => self.create_endpoint(params),
            Kind::BalanceTransaction
            | Kind::Charge
            | Kind::Event
            | Kind::Invoice
            | Kind::InvoicePayment => return None,
        })
    }

    fn update(&mut self, kind: Kind, id: &str, params: Params<'_>) -> Option<Outcome> {
        Some(match kind {
            Kind::Customer => self.update_customer(id, params),
            Kind::Invoice => self.update_invoice(id, params),
            Kind::PaymentMethod => self.update_method(id, params),
            Kind::Price => self.update_price(id, params),
            Kind::Product => self.update_product(id, params),
            Kind::Subscription => self.update_subscription(id, params),
            Kind::WebhookEndpoint => self.update_endpoint(id, params),
            _ => return None,
        })
    }

    fn act(&mut self, kind: Kind, id: &str, verb: &str, params: Params<'_>) -> Option<Outcome> {
        Some(match (kind, verb) {
            (Kind::Invoice, "finalize") => self.finalize_invoice(id, params),
            (Kind::Invoice, "mark_uncollectible") => self.write_off_invoice(id),
            (Kind::Invoice, "pay") => self.pay_invoice(id, params),
            (Kind::Invoice, "void") => self.void_invoice(id),
            (Kind::PaymentIntent, "confirm") => self.confirm_intent(id, params),
            (Kind::PaymentMethod, "attach") => self.attach_method(id, params),
            (Kind::PaymentMethod, "detach") => self.detach_method(id),
            (Kind::TestClock, "advance") => self.advance_clock(id, params),
            _ => return None,
        })
    }

    fn delete(&mut self, kind: Kind, id: &str, params: Params<'_>) -> Option<Outcome> {
        Some(match kind {
            Kind::Customer => self.delete_customer(id),
            Kind::Product => self.delete_product(id),
            Kind::Subscription => self.cancel_subscription(id, params),
            Kind::TestClock => self.delete_clock(id),
            Kind::WebhookEndpoint => self.delete_endpoint(id),
            _ => return None,
        })
    }
}
