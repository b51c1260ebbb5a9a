//! Refunds. <https://docs.stripe.com/api/refunds>

use serde_json::{Value, json};

use super::Stripe;
use super::book::{Kind, text, whole};
use super::params::{Params, missing};
use super::refusal::{Outcome, Refusal};

impl Stripe {
    pub(super) fn create_refund(&mut self, params: Params<'_>) -> Outcome {
        params.only(&["amount", "charge", "metadata", "payment_intent", "reason"])?;
        let reasons = ["duplicate", "fraudulent", "requested_by_customer"];
        let reason = params.choice("reason", &reasons)?;
        let charge = self.charge_to_refund(params)?;
        let charge_id = text(&charge, "id");
        let left = whole(&charge, "amount_captured") - whole(&charge, "amount_refunded");
        if left == 0 {
            let message = format!("Charge {charge_id} has already been refunded.");
            return Err(Refusal::invalid(message).coded("charge_already_refunded"));
        }
        let amount = params.whole("amount")?.unwrap_or(left);
        if !(1..=left).contains(&amount) {
            let message = format!(
                "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            );
            return Err(Refusal::parameter("amount_too_large", "amount", message));
        }
        let time = self.time_of(&text(&charge, "customer"));
        let id = Kind::Refund.id();
        let mut refund = json!({
            "id": id,
            "object": "refund",
            "amount": amount,
            "balance_transaction": null,
            "charge": charge_id,
            "created": time,
            "currency": charge["currency"],
            "customer": charge["customer"],
            "customer_account": null,
            "destination_details": {
                "card": { "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund" },
                "type": "card",
            },
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method": charge["payment_method"],
            "reason": reason,
            "receipt_number": null,
            "source_transfer_reversal": null,
            "status": "succeeded",
            "transfer_reversal": null,
        });
        params.metadata(&mut refund)?;
        let mut about = charge.clone();
        about["description"] = json!(format!("REFUND FOR CHARGE ({charge_id})"));
        let entry = self.enter("refund", -amount, 0, &about, &id, time);
        refund["balance_transaction"] = json!(entry);
        self.book.add(Kind::Refund, refund.clone());
        self.emit("refund.created", &refund, time);
        self.change(
            Kind::Charge,
            &charge_id,
            "charge.refunded",
            time,
            |charge| {
                charge["amount_refunded"] = json!(whole(charge, "amount_refunded") + amount);
                charge["refunded"] = json!(amount == left);
            },
        );
        Ok(refund)
    }

    /// The charge that is named, itself or by its intent.
    fn charge_to_refund(&self, params: Params<'_>) -> Result<Value, Refusal> {
        let charge = match (params.text("charge"), params.text("payment_intent")) {
            (Some(charge), _) => self.book.find_in("charge", Kind::Charge, charge)?,
            (None, Some(intent)) => {
                let intent = self
                    .book
                    .find_in("payment_intent", Kind::PaymentIntent, intent)?;
                let charge = text(intent, "latest_charge");
                self.book.find_in("payment_intent", Kind::Charge, &charge)?
            }
            (None, None) => return Err(missing("charge")),
        };
        if charge["status"] == "succeeded" {
            Ok(charge.clone())
        } else {
            let message = "This charge has failed: there is nothing to refund.";
            Err(Refusal::parameter(
                "charge_not_refundable",
                "charge",
                message,
            ))
        }
    }
}
