//! How a charge looks.

use serde_json::{Value, json};

use super::book::{Kind, joined, whole};

/// A charge for an intent, before it is on the balance.
pub fn shape(intent: &Value, method: &Value, declined: bool, time: i64) -> Value {
    let amount = whole(intent, "amount");
    let taken = if declined { 0 } else { amount };
    let whole = json!({
        "id": Kind::Charge.id(),
        "object": "charge",
        "amount": amount,
        "amount_captured": taken,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": !declined,
        "created": time,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": false,
        "failure_code": declined.then_some("card_declined"),
        "failure_message": declined.then_some("Your card was declined."),
        "fraud_details": {},
        "livemode": false,
        "metadata": intent["metadata"],
        "outcome": outcome(declined),
        "paid": !declined,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": { "card": card(&method["card"], taken), "type": "card" },
        "refunded": false,
        "status": if declined { "failed" } else { "succeeded" },
    });
    joined([whole, unset()])
}

/// What the card's bank said.
fn outcome(declined: bool) -> Value {
    if declined {
        json!({
            "advice_code": "try_again_later",
            "network_advice_code": null,
            "network_decline_code": null,
            "network_status": "declined_by_network",
            "reason": "generic_decline",
            "risk_level": "normal",
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        })
    } else {
        json!({
            "advice_code": null,
            "network_advice_code": null,
            "network_decline_code": null,
            "network_status": "approved_by_network",
            "reason": null,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        })
    }
}

/// The card that was charged.
fn card(card: &Value, taken: i64) -> Value {
    json!({
        "amount_authorized": (taken > 0).then_some(taken),
        "authorization_code": null,
        "brand": card["brand"],
        "checks": card["checks"],
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "installments": null,
        "last4": card["last4"],
        "mandate": null,
        "network": card["brand"],
        "network_transaction_id": null,
        "regulated_status": card["regulated_status"],
        "three_d_secure": null,
        "transaction_link_id": null,
        "wallet": null,
    })
}

/// What nothing is said about.
fn unset() -> Value {
    json!({
        "application": null,
        "application_fee": null,
        "application_fee_amount": null,
        "balance_transaction": null,
        "failure_balance_transaction": null,
        "on_behalf_of": null,
        "receipt_email": null,
        "receipt_number": null,
        "receipt_url": null,
        "review": null,
        "shipping": null,
        "source": null,
        "source_transfer": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "transfer_data": null,
        "transfer_group": null,
    })
}
