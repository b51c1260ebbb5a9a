//! What comes in and goes out: balance transactions with their fees, and refunds.

use serde::Deserialize;
use vocab::{Currency, Money, Text, Time};

use super::Stripe;
use super::model::reference;
use super::page::Listed;
use crate::provider::call::Call;
use crate::provider::moment;
use crate::provider::words::words;
use crate::provider::{ObjectId, Read};

words! {
    /// What moved the balance.
    BalanceKind {
        /// A card was charged.
        Charge = "charge",
        /// A payment by other means.
        Payment = "payment",
        /// Money went back to a customer.
        Refund = "refund",
        /// A payment by other means went back.
        PaymentRefund = "payment_refund",
        /// A dispute, its fee or its end.
        Adjustment = "adjustment",
        /// Money went to the bank.
        Payout = "payout",
        /// Stripe's own fee.
        StripeFee = "stripe_fee",
    }
}

words! {
    /// How a refund stands.
    RefundStatus {
        /// Under way.
        Pending = "pending",
        /// The customer must do something.
        RequiresAction = "requires_action",
        /// Done.
        Succeeded = "succeeded",
        /// It did not go through.
        Failed = "failed",
        /// It was called off.
        Canceled = "canceled",
    }
}

/// A movement of the balance. Amounts are in the smallest unit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BalanceTransaction {
    /// Its id, `txn_…`.
    pub id: ObjectId,
    /// What moved it.
    #[serde(rename = "type", default)]
    pub kind: BalanceKind,
    /// In what.
    pub currency: Currency,
    /// How much, before the fee; negative when it went out.
    pub amount: i64,
    /// What Stripe kept.
    pub fee: i64,
    /// What came of it: the amount without the fee.
    pub net: i64,
    /// The charge, refund or payout behind it.
    #[serde(default, deserialize_with = "reference")]
    pub source: Option<ObjectId>,
    /// When.
    #[serde(default, deserialize_with = "moment::unix")]
    pub created: Option<Time>,
    /// From when it can be paid out.
    #[serde(default, deserialize_with = "moment::unix")]
    pub available_on: Option<Time>,
    /// By which reports group it.
    #[serde(default)]
    pub reporting_category: Option<Text>,
}

impl BalanceTransaction {
    /// How much, before the fee.
    pub fn gross(&self) -> Money {
        Money::from_smallest(self.amount, self.currency)
    }

    /// What Stripe kept.
    pub fn fees(&self) -> Money {
        Money::from_smallest(self.fee, self.currency)
    }

    /// What came of it.
    pub fn net(&self) -> Money {
        Money::from_smallest(self.net, self.currency)
    }
}

impl Listed for BalanceTransaction {
    fn id(&self) -> &ObjectId {
        &self.id
    }
}

/// Which movements; all when nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BalanceFilter {
    /// Of this kind.
    pub kind: Option<BalanceKind>,
    /// Of this charge, refund or payout.
    pub source: Option<ObjectId>,
    /// Paid out with this payout.
    pub payout: Option<ObjectId>,
    /// At or after this moment.
    pub since: Option<Time>,
    /// Before this moment.
    pub before: Option<Time>,
}

/// A refund. Amounts are in the smallest unit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refund {
    /// Its id, `re_…`.
    pub id: ObjectId,
    /// How it stands.
    #[serde(default)]
    pub status: RefundStatus,
    /// In what.
    pub currency: Currency,
    /// How much goes back.
    pub amount: i64,
    /// Of which charge.
    #[serde(default, deserialize_with = "reference")]
    pub charge: Option<ObjectId>,
    /// When.
    #[serde(default, deserialize_with = "moment::unix")]
    pub created: Option<Time>,
}

impl Refund {
    /// How much goes back.
    pub fn money(&self) -> Money {
        Money::from_smallest(self.amount, self.currency)
    }
}

impl Listed for Refund {
    fn id(&self) -> &ObjectId {
        &self.id
    }
}

impl Stripe {
    /// Movements of the balance, newest first.
    pub async fn balance_transactions(
        &self,
        filter: &BalanceFilter,
    ) -> Read<Vec<BalanceTransaction>> {
        self.all(|| {
            Call::get(&[&"balance_transactions"])
                .query_if("type", filter.kind.as_ref())
                .query_if("source", filter.source.as_ref())
                .query_if("payout", filter.payout.as_ref())
                .query_if("created[gte]", filter.since.map(Time::seconds))
                .query_if("created[lt]", filter.before.map(Time::seconds))
        })
        .await
    }

    /// Refunds, newest first; only those made at or after a moment when it is given.
    pub async fn refunds(&self, since: Option<Time>) -> Read<Vec<Refund>> {
        self.all(|| Call::get(&[&"refunds"]).query_if("created[gte]", since.map(Time::seconds)))
            .await
    }
}
