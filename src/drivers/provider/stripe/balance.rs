//! What comes in and goes out: balance transactions with their fees.

use serde::{Deserialize, Deserializer};
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
    #[serde(default, deserialize_with = "source")]
    pub source: Option<BalanceSource>,
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

/// What is behind a movement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BalanceSource {
    /// Its id: `ch_…`, `re_…`, `po_…`.
    pub id: ObjectId,
    /// Who was charged; a refund names only its charge.
    #[serde(default, deserialize_with = "reference")]
    pub customer: Option<ObjectId>,
    /// For a refund or a dispute, the charge it is of.
    #[serde(default, deserialize_with = "reference")]
    pub charge: Option<ObjectId>,
}

/// What is behind a movement, whole or by its id alone.
fn source<'de, D: Deserializer<'de>>(from: D) -> Result<Option<BalanceSource>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Id(ObjectId),
        Whole(BalanceSource),
    }
    let found = Option::<Either>::deserialize(from)?;
    Ok(found.map(|found| match found {
        Either::Whole(source) => source,
        Either::Id(id) => BalanceSource {
            id,
            customer: None,
            charge: None,
        },
    }))
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

impl Stripe {
    /// Movements of the balance with what is behind them, newest first.
    pub async fn balance_transactions(
        &self,
        filter: &BalanceFilter,
    ) -> Read<Vec<BalanceTransaction>> {
        self.all(|| {
            Call::get(&[&"balance_transactions"])
                .query("expand[]", "data.source")
                .query_if("type", filter.kind.as_ref())
                .query_if("source", filter.source.as_ref())
                .query_if("payout", filter.payout.as_ref())
                .query_if("created[gte]", filter.since.map(Time::seconds))
                .query_if("created[lt]", filter.before.map(Time::seconds))
        })
        .await
    }
}
