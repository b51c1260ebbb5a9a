//! Invoices.

use serde::Deserialize;
use vocab::{Currency, Money, Text, Time};

use super::Stripe;
use super::form::Form;
use super::model::reference;
use super::page::Listed;
use crate::provider::call::Call;
use crate::provider::moment;
use crate::provider::words::words;
use crate::provider::{Answer, IdempotencyKey, ObjectId, Read};

words! {
    /// How an invoice stands.
    InvoiceStatus {
        /// It can still change.
        Draft = "draft",
        /// It is due.
        Open = "open",
        /// It is paid.
        Paid = "paid",
        /// It is written off.
        Uncollectible = "uncollectible",
        /// It was taken back.
        Void = "void",
    }
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Invoice {
    /// Its id, `in_…`.
    pub id: ObjectId,
    /// Its number to the customer; none while it is a draft.
    #[serde(default)]
    pub number: Option<Text>,
    /// How it stands; none for one that is only foreseen.
    #[serde(default)]
    pub status: Option<InvoiceStatus>,
    /// Whose it is.
    #[serde(default, deserialize_with = "reference")]
    pub customer: Option<ObjectId>,
    /// In what.
    pub currency: Currency,
    /// What it asks for, in the smallest unit.
    #[serde(default)]
    pub amount_due: i64,
    /// What was paid of it, in the smallest unit.
    #[serde(default)]
    pub amount_paid: i64,
    /// What is open, in the smallest unit.
    #[serde(default)]
    pub amount_remaining: i64,
    /// What was paid past Stripe, in the smallest unit.
    #[serde(default)]
    pub amount_paid_off_stripe: i64,
    /// When it was made.
    #[serde(default, deserialize_with = "moment::unix")]
    pub created: Option<Time>,
    /// When it is to be paid by; none where the customer's way of payment is charged.
    #[serde(default, deserialize_with = "moment::unix")]
    pub due_date: Option<Time>,
    /// Why it was made, such as `subscription_cycle`.
    #[serde(default)]
    pub billing_reason: Option<Text>,
    /// How often payment was tried, the first time included.
    #[serde(default)]
    pub attempt_count: u32,
    /// When it is tried again.
    #[serde(default, deserialize_with = "moment::unix")]
    pub next_payment_attempt: Option<Time>,
    /// What became of it, and when.
    #[serde(default)]
    pub status_transitions: StatusTransitions,
    #[serde(default)]
    parent: Option<Parent>,
}

/// When an invoice reached which state.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct StatusTransitions {
    /// When it became due.
    #[serde(default, deserialize_with = "moment::unix")]
    pub finalized_at: Option<Time>,
    /// When it was paid.
    #[serde(default, deserialize_with = "moment::unix")]
    pub paid_at: Option<Time>,
    /// When it was taken back.
    #[serde(default, deserialize_with = "moment::unix")]
    pub voided_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Parent {
    #[serde(default)]
    subscription_details: Option<SubscriptionDetails>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct SubscriptionDetails {
    #[serde(default, deserialize_with = "reference")]
    subscription: Option<ObjectId>,
}

impl Invoice {
    /// The subscription it was made for.
    pub fn subscription(&self) -> Option<&ObjectId> {
        let details = self.parent.as_ref()?.subscription_details.as_ref()?;
        details.subscription.as_ref()
    }

    /// What it asks for.
    pub fn due(&self) -> Money {
        Money::from_smallest(self.amount_due, self.currency)
    }

    /// What was paid of it.
    pub fn paid(&self) -> Money {
        Money::from_smallest(self.amount_paid, self.currency)
    }

    /// What was paid past Stripe.
    pub fn paid_elsewhere(&self) -> Money {
        Money::from_smallest(self.amount_paid_off_stripe, self.currency)
    }

    /// What is open.
    pub fn remaining(&self) -> Money {
        Money::from_smallest(self.amount_remaining, self.currency)
    }
}

impl Listed for Invoice {
    fn id(&self) -> &ObjectId {
        &self.id
    }
}

/// Which invoices; all when nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InvoiceFilter {
    /// Of this customer.
    pub customer: Option<ObjectId>,
    /// For this subscription.
    pub subscription: Option<ObjectId>,
    /// That stand so.
    pub status: Option<InvoiceStatus>,
    /// Made at or after this moment.
    pub since: Option<Time>,
}

impl Stripe {
    /// Invoices, newest first.
    pub async fn invoices(&self, filter: &InvoiceFilter) -> Read<Vec<Invoice>> {
        self.all(|| {
            Call::get(&[&"invoices"])
                .query_if("customer", filter.customer.as_ref())
                .query_if("subscription", filter.subscription.as_ref())
                .query_if("status", filter.status.as_ref())
                .query_if("created[gte]", filter.since.map(Time::seconds))
        })
        .await
    }

    /// An invoice by its id.
    pub async fn invoice(&self, id: &ObjectId) -> Read<Invoice> {
        self.transport.read(Call::get(&[&"invoices", id])).await
    }

    /// Tries payment of an open invoice now.
    pub async fn pay_invoice(&self, key: &IdempotencyKey, id: &ObjectId) -> Answer<Invoice> {
        let call = Call::post(&[&"invoices", id, &"pay"]);
        self.change(key, call, Form::default()).await
    }
}
