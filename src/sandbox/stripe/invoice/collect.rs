//! From a draft to money: finalizing, charging, trying again, giving up.

use serde_json::{Value, json};

use super::super::Stripe;
use super::super::agenda::Due;
use super::super::book::{Kind, id, text, whole};
use super::super::refusal::Refusal;
use super::{Reason, shape};

/// Days from one automatic attempt to the next. After the last, the subscription is canceled.
const RETRIES: [i64; 3] = [3, 5, 7];

/// Seconds of a day.
const DAY: i64 = 86_400;

impl Stripe {
    /// Makes the draft of an invoice for the current period of a subscription; its id.
    pub(in super::super) fn bill(
        &mut self,
        subscription: &str,
        reason: Reason,
        time: i64,
    ) -> String {
        let Some(owner) = self.book.get(Kind::Subscription, subscription) else {
            return String::new();
        };
        let Some(customer) = self.book.get(Kind::Customer, &text(owner, "customer")) else {
            return String::new();
        };
        let invoice = shape::draft(owner, customer, reason, time);
        let invoice_id = id(&invoice);
        self.book.add(Kind::Invoice, invoice.clone());
        self.emit("invoice.created", &invoice, time);
        if let Some(owner) = self.book.get_mut(Kind::Subscription, subscription) {
            owner["latest_invoice"] = json!(invoice_id);
        }
        invoice_id
    }

    /// Makes a draft final. What costs nothing is paid by that.
    pub(in super::super) fn finalize(&mut self, id: &str, time: i64) {
        let Some(invoice) = self.book.get(Kind::Invoice, id) else {
            return;
        };
        if invoice["status"] != "draft" {
            return;
        }
        let customer_id = text(invoice, "customer");
        let days = self
            .owner(id)
            .map_or(0, |owner| whole(owner, "days_until_due"));
        let number = self
            .book
            .get_mut(Kind::Customer, &customer_id)
            .map(|customer| {
                let sequence = whole(customer, "next_invoice_sequence");
                customer["next_invoice_sequence"] = json!(sequence + 1);
                format!("{}-{sequence:04}", text(customer, "invoice_prefix"))
            });
        let Some(invoice) = self.book.get_mut(Kind::Invoice, id) else {
            return;
        };
        invoice["status"] = json!("open");
        invoice["number"] = json!(number);
        invoice["automatically_finalizes_at"] = Value::Null;
        invoice["effective_at"] = json!(time);
        invoice["ending_balance"] = json!(0);
        invoice["status_transitions"]["finalized_at"] = json!(time);
        let sent = invoice["collection_method"] == "send_invoice";
        if sent {
            invoice["due_date"] = json!(time + days * DAY);
        }
        let invoice = invoice.clone();
        let amount = whole(&invoice, "amount_due");
        if amount > 0 {
            let currency = text(&invoice, "currency");
            let method = self.method_for(id).filter(|_| !sent);
            let intent = self.new_intent(Some(&customer_id), amount, &currency, method.as_deref());
            self.book.add(
                Kind::InvoicePayment,
                shape::payment(&invoice, &intent, time),
            );
        }
        self.emit("invoice.finalized", &invoice, time);
        if amount == 0 {
            self.settle(id);
        } else if sent {
            let clock = self.clock_of(&customer_id);
            let due = Due::Overdue(id.to_owned());
            self.agenda.add(clock, time + days * DAY, due);
        }
    }

    /// Finalizes the draft of a new period and charges it.
    pub(in super::super) fn finalize_and_collect(&mut self, id: &str, time: i64) {
        self.finalize(id, time);
        let Some(invoice) = self.book.get(Kind::Invoice, id) else {
            return;
        };
        let charged = invoice["collection_method"] == "charge_automatically";
        if charged && invoice["status"] == "open" && invoice["auto_advance"] == true {
            // A decline is not an error here: it is written on the invoice.
            let _ = self.collect(id, None, true, time);
        }
    }

    /// Charges an open invoice again when its time has come.
    pub(in super::super) fn retry(&mut self, id: &str, time: i64) {
        let Some(invoice) = self.book.get(Kind::Invoice, id) else {
            return;
        };
        if invoice["status"] == "open" && invoice["next_payment_attempt"] == time {
            // As above.
            let _ = self.collect(id, None, true, time);
        }
    }

    /// An invoice that was sent is still open when it should have been paid.
    pub(in super::super) fn overdue(&mut self, id: &str, time: i64) {
        let open = self
            .book
            .get(Kind::Invoice, id)
            .filter(|invoice| invoice["status"] == "open")
            .cloned();
        let Some(invoice) = open else {
            return;
        };
        self.emit("invoice.overdue", &invoice, time);
        if let Some(owner) = self.owner(id).filter(|owner| owner["status"] == "active") {
            let owner = text(owner, "id");
            self.subscription_becomes(&owner, "past_due", time);
        }
    }

    /// Charges an open invoice, with the given method or the one it has.
    pub(in super::super) fn collect(
        &mut self,
        id: &str,
        method: Option<&str>,
        automatic: bool,
        time: i64,
    ) -> Result<(), Refusal> {
        let method = method.map(str::to_owned).or_else(|| self.method_for(id));
        let intent = self.intent_of(id).map(|intent| text(intent, "id"));
        let paid = match (method, intent) {
            (Some(method), Some(intent)) => {
                self.set_method(&intent, &method);
                self.confirm(&intent)
            }
            _ => Err(Refusal::invalid(
                "There is no `default_payment_method` set on this Customer or Invoice.",
            )
            .coded("invoice_payment_intent_requires_action")),
        };
        if let Err(refusal) = paid {
            self.not_collected(id, automatic, time);
            return Err(refusal);
        }
        if automatic && let Some(invoice) = self.book.get_mut(Kind::Invoice, id) {
            invoice["attempt_count"] = json!(whole(invoice, "attempt_count") + 1);
        }
        self.settle(id);
        Ok(())
    }

    /// Writes on an invoice, and on who owes it, that it was not paid. Attempts by hand are not counted.
    fn not_collected(&mut self, id: &str, automatic: bool, time: i64) {
        let Some(invoice) = self.book.get_mut(Kind::Invoice, id) else {
            return;
        };
        invoice["attempted"] = json!(true);
        let cycle = invoice["billing_reason"] == "subscription_cycle";
        let mut given_up = false;
        let mut next = None;
        if automatic {
            let attempts = whole(invoice, "attempt_count") + 1;
            invoice["attempt_count"] = json!(attempts);
            let wait = usize::try_from(attempts - 1)
                .ok()
                .and_then(|last| RETRIES.get(last));
            next = wait.filter(|_| cycle).map(|days| time + days * DAY);
            invoice["next_payment_attempt"] = json!(next);
            given_up = cycle && next.is_none();
        }
        let customer = text(invoice, "customer");
        let invoice = invoice.clone();
        self.emit("invoice.payment_failed", &invoice, time);
        if let Some(next) = next {
            let clock = self.clock_of(&customer);
            self.agenda.add(clock, next, Due::Retry(id.to_owned()));
        }
        self.change(
            Kind::Customer,
            &customer,
            "customer.updated",
            time,
            |customer| {
                customer["delinquent"] = json!(true);
            },
        );
        let owner = self
            .owner(id)
            .map(|owner| (text(owner, "id"), text(owner, "status")));
        match owner {
            Some((owner, _)) if given_up => self.end(&owner, time, "payment_failed"),
            Some((owner, status)) if cycle && status == "active" => {
                self.subscription_becomes(&owner, "past_due", time);
            }
            _ => {}
        }
    }

    /// Marks an open invoice as paid, and lets the subscription go on.
    pub(in super::super) fn settle(&mut self, id: &str) {
        let Some(invoice) = self.book.get(Kind::Invoice, id) else {
            return;
        };
        let customer = text(invoice, "customer");
        let time = self.time_of(&customer);
        let paid_by_intent = self.pay_off(id, time);
        let Some(invoice) = self.book.get_mut(Kind::Invoice, id) else {
            return;
        };
        let amount = whole(invoice, "amount_due");
        invoice["status"] = json!("paid");
        invoice["attempted"] = json!(true);
        invoice["amount_paid"] = json!(amount);
        invoice["amount_remaining"] = json!(0);
        if !paid_by_intent {
            invoice["amount_paid_off_stripe"] = json!(amount);
        }
        invoice["next_payment_attempt"] = Value::Null;
        invoice["status_transitions"]["paid_at"] = json!(time);
        let invoice = invoice.clone();
        self.emit("invoice.paid", &invoice, time);
        self.emit("invoice.payment_succeeded", &invoice, time);
        self.change(
            Kind::Customer,
            &customer,
            "customer.updated",
            time,
            |customer| {
                customer["delinquent"] = json!(false);
            },
        );
        let owner = self.owner(id).filter(|owner| {
            owner["latest_invoice"] == id
                && (owner["status"] == "incomplete" || owner["status"] == "past_due")
        });
        if let Some(owner) = owner.map(|owner| text(owner, "id")) {
            self.subscription_becomes(&owner, "active", time);
        }
    }

    /// Closes the payment of an invoice: as paid when its intent succeeded, as canceled when it was paid elsewhere.
    fn pay_off(&mut self, invoice: &str, time: i64) -> bool {
        let succeeded = self
            .intent_of(invoice)
            .is_none_or(|intent| intent["status"] == "succeeded");
        for payment in self.book.with(Kind::InvoicePayment, "invoice", invoice) {
            let Some(payment) = self.book.get_mut(Kind::InvoicePayment, &payment) else {
                continue;
            };
            if succeeded {
                payment["status"] = json!("paid");
                payment["amount_paid"] = payment["amount_requested"].clone();
                payment["status_transitions"]["paid_at"] = json!(time);
            } else {
                payment["status"] = json!("canceled");
                payment["status_transitions"]["canceled_at"] = json!(time);
            }
        }
        succeeded
    }

    /// What an invoice is paid with: what stands on the subscription, else what stands on the customer.
    fn method_for(&self, invoice: &str) -> Option<String> {
        let own = self.owner(invoice)?["default_payment_method"].as_str();
        let customer = || {
            let customer = text(self.book.get(Kind::Invoice, invoice)?, "customer");
            let customer = self.book.get(Kind::Customer, &customer)?;
            customer["invoice_settings"]["default_payment_method"].as_str()
        };
        own.or_else(customer).map(str::to_owned)
    }

    /// The subscription that an invoice is for.
    fn owner(&self, invoice: &str) -> Option<&Value> {
        let invoice = self.book.get(Kind::Invoice, invoice)?;
        let owner = invoice["parent"]["subscription_details"]["subscription"].as_str()?;
        self.book.get(Kind::Subscription, owner)
    }
}
