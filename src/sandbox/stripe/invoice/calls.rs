//! The calls on invoices.

use serde_json::{Value, json};

use super::super::Stripe;
use super::super::book::{Kind, text, whole};
use super::super::params::Params;
use super::super::refusal::{Outcome, Refusal};

impl Stripe {
    pub(in super::super) fn update_invoice(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&["auto_advance", "description", "metadata"])?;
        let mut invoice = self.book.find(Kind::Invoice, id)?.clone();
        if let Some(advance) = params.flag("auto_advance")? {
            invoice["auto_advance"] = json!(advance);
        }
        params.copy(&["description"], &mut invoice);
        params.metadata(&mut invoice)?;
        let time = self.time_of(&text(&invoice, "customer"));
        Ok(
            self.change(Kind::Invoice, id, "invoice.updated", time, |object| {
                *object = invoice;
            }),
        )
    }

    pub(in super::super) fn finalize_invoice(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&["auto_advance"])?;
        let time = self.in_status(id, &["draft"], "finalize")?;
        self.finalize(id, time);
        self.book.find(Kind::Invoice, id).cloned()
    }

    /// `POST /invoices/{id}/pay`: charges it now, or takes it as paid elsewhere.
    pub(in super::super) fn pay_invoice(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&["off_session", "paid_out_of_band", "payment_method"])?;
        if self.book.find(Kind::Invoice, id)?["status"] == "paid" {
            return Err(Refusal::invalid("Invoice is already paid"));
        }
        let time = self.in_status(id, &["draft", "open", "uncollectible"], "pay")?;
        let customer = text(self.book.find(Kind::Invoice, id)?, "customer");
        let method = params
            .text("payment_method")
            .map(|method| self.method_of(method, &customer))
            .transpose()?;
        self.finalize(id, time);
        if params.flag("paid_out_of_band")? == Some(true) {
            self.settle(id);
        } else if self.book.find(Kind::Invoice, id)?["status"] != "paid" {
            self.collect(id, method.as_deref(), false, time)?;
        }
        self.book.find(Kind::Invoice, id).cloned()
    }

    pub(in super::super) fn void_invoice(&mut self, id: &str) -> Outcome {
        let time = self.in_status(id, &["open", "uncollectible"], "void")?;
        self.void(id, time);
        self.book.find(Kind::Invoice, id).cloned()
    }

    pub(in super::super) fn write_off_invoice(&mut self, id: &str) -> Outcome {
        let time = self.in_status(id, &["open"], "mark as uncollectible")?;
        self.close(id, "uncollectible", "marked_uncollectible", time);
        self.book.find(Kind::Invoice, id).cloned()
    }

    /// Takes an invoice back.
    pub(in super::super) fn void(&mut self, id: &str, time: i64) {
        self.close(id, "void", "voided", time);
    }

    pub(in super::super) fn close(&mut self, id: &str, status: &str, event: &str, time: i64) {
        let Some(invoice) = self.book.get_mut(Kind::Invoice, id) else {
            return;
        };
        invoice["status"] = json!(status);
        invoice["next_payment_attempt"] = Value::Null;
        invoice["status_transitions"][format!("{event}_at")] = json!(time);
        if status == "void" {
            invoice["amount_remaining"] = json!(whole(invoice, "amount_due"));
        }
        let invoice = invoice.clone();
        self.emit(&format!("invoice.{event}"), &invoice, time);
    }

    /// Refuses what cannot be done to an invoice in its status. Gives the time on its clock.
    fn in_status(&self, id: &str, allowed: &[&str], verb: &str) -> Result<i64, Refusal> {
        let invoice = self.book.find(Kind::Invoice, id)?;
        if allowed.iter().any(|status| invoice["status"] == *status) {
            return Ok(self.time_of(&text(invoice, "customer")));
        }
        let message = format!(
            "You can only {verb} an invoice that is {}. This invoice is {}.",
            allowed.join(" or "),
            text(invoice, "status")
        );
        Err(Refusal::invalid(message).coded("invoice_not_editable"))
    }
}
