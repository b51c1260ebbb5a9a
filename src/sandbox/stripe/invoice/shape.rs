//! How an invoice looks.

use serde_json::{Value, json};

use super::super::book::{Kind, joined, tail, text, whole};
use super::super::price::cost;
use super::Reason;

/// The draft of an invoice for the current period of a subscription.
pub fn draft(subscription: &Value, customer: &Value, reason: Reason, time: i64) -> Value {
    let id = Kind::Invoice.id();
    let trial = subscription["status"] == "trialing";
    let items = subscription["items"]["data"].as_array();
    let lines: Vec<Value> = items
        .into_iter()
        .flatten()
        .map(|item| line(&id, subscription, item, trial))
        .collect();
    let whole = json!({
        "id": id,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Sandbox",
        "auto_advance": true,
        "automatic_tax": {
            "disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null,
        },
        "billing_reason": reason.name(),
        "collection_method": subscription["collection_method"],
        "created": time,
        "currency": subscription["currency"],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": { "type": "self" },
        "lines": {
            "object": "list",
            "data": lines,
            "has_more": false,
            "url": format!("/v1/invoices/{id}/lines"),
        },
        "livemode": false,
        "metadata": {},
        "parent": {
            "quote_details": null,
            "subscription_details": {
                "metadata": subscription["metadata"],
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        },
        "payment_settings": {
            "default_mandate": null, "payment_method_options": null, "payment_method_types": null,
        },
        "period_end": time,
        "period_start": time,
        "status": "draft",
        "status_transitions": {
            "finalized_at": null, "marked_uncollectible_at": null, "paid_at": null, "voided_at": null,
        },
        "test_clock": customer["test_clock"],
    });
    joined([whole, amounts(&lines), payer(customer), unset()])
}

/// What it comes to, before anything is paid.
fn amounts(lines: &[Value]) -> Value {
    let total: i64 = lines.iter().map(|line| whole(line, "amount")).sum();
    json!({
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": false,
        "ending_balance": null,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    })
}

/// Who owes it, as they are when it is made.
fn payer(customer: &Value) -> Value {
    json!({
        "customer": customer["id"],
        "customer_account": null,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": null,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
    })
}

/// What nothing is said about in the beginning.
fn unset() -> Value {
    json!({
        "account_tax_ids": null,
        "application": null,
        "automatically_finalizes_at": null,
        "custom_fields": null,
        "default_payment_method": null,
        "default_source": null,
        "description": null,
        "due_date": null,
        "effective_at": null,
        "footer": null,
        "from_invoice": null,
        "hosted_invoice_url": null,
        "invoice_pdf": null,
        "last_finalization_error": null,
        "latest_revision": null,
        "next_payment_attempt": null,
        "number": null,
        "on_behalf_of": null,
        "receipt_number": null,
        "rendering": null,
        "shipping_cost": null,
        "shipping_details": null,
        "statement_descriptor": null,
        "webhooks_delivered_at": null,
    })
}

/// What one item costs for its period. A trial costs nothing.
fn line(invoice: &str, subscription: &Value, item: &Value, trial: bool) -> Value {
    let price = &item["price"];
    let quantity = whole(item, "quantity");
    let amount = if trial { 0 } else { cost(price, quantity) };
    json!({
        "id": format!("il_1{}", tail(23)),
        "object": "line_item",
        "amount": amount,
        "currency": subscription["currency"],
        "description": format!("{quantity} × {}", text(price, "product")),
        "discount_amounts": [],
        "discountable": true,
        "discounts": [],
        "invoice": invoice,
        "livemode": false,
        "metadata": subscription["metadata"],
        "parent": {
            "invoice_item_details": null,
            "subscription_item_details": {
                "invoice_item": null,
                "proration": false,
                "proration_details": { "credited_items": null },
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": { "end": item["current_period_end"], "start": item["current_period_start"] },
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": { "price": price["id"], "product": price["product"] },
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": quantity,
        "quantity_decimal": quantity.to_string(),
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
    })
}

/// How an invoice is, or is to be, paid.
pub fn payment(invoice: &Value, intent: &str, time: i64) -> Value {
    json!({
        "id": Kind::InvoicePayment.id(),
        "object": "invoice_payment",
        "amount_paid": null,
        "amount_requested": invoice["amount_due"],
        "created": time,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": true,
        "livemode": false,
        "payment": { "payment_intent": intent, "type": "payment_intent" },
        "status": "open",
        "status_transitions": { "canceled_at": null, "paid_at": null },
    })
}
