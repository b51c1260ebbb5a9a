//! The balance: what came to it, what it cost, what can be paid out.
//! <https://docs.stripe.com/api/balance_transactions>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Stripe;
use super::agenda::Due;
use super::book::{Kind, id, text, whole};

/// Seconds until money that came in can be paid out: two days.
const PENDING: i64 = 2 * 86_400;

impl Stripe {
    /// Writes an amount to the balance; the id of the entry. `about` has the currency and the description.
    pub(super) fn enter(
        &mut self,
        kind: &str,
        amount: i64,
        fee: i64,
        about: &Value,
        source: &str,
        time: i64,
    ) -> String {
        let fees: Vec<Value> = (fee != 0)
            .then(|| {
                json!({
                    "amount": fee,
                    "application": null,
                    "currency": about["currency"],
                    "description": "Stripe processing fees",
                    "type": "stripe_fee",
                })
            })
            .into_iter()
            .collect();
        let entry = json!({
            "id": Kind::BalanceTransaction.id(),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": time + PENDING,
            "balance_type": "payments",
            "created": time,
            "currency": about["currency"],
            "description": about["description"],
            "exchange_rate": null,
            "fee": fee,
            "fee_details": fees,
            "net": amount - fee,
            "reporting_category": kind,
            "source": source,
            "status": "pending",
            "type": kind,
        });
        let entry_id = id(&entry);
        let clock = self.clock_of(&text(about, "customer"));
        let due = Due::Available(entry_id.clone());
        self.agenda.add(clock, time + PENDING, due);
        self.book.add(Kind::BalanceTransaction, entry);
        entry_id
    }

    /// What is on the balance, by currency.
    pub(super) fn balance(&self) -> Value {
        let sums = |status: &str| {
            let mut sums = BTreeMap::new();
            for entry in self.book.all(Kind::BalanceTransaction) {
                let sum: &mut i64 = sums.entry(text(entry, "currency")).or_default();
                if entry["status"] == status {
                    *sum += whole(entry, "net");
                }
            }
            let sums = sums.into_iter().map(|(currency, sum)| {
                json!({ "amount": sum, "currency": currency, "source_types": { "card": sum } })
            });
            sums.collect::<Vec<Value>>()
        };
        json!({
            "object": "balance",
            "available": sums("available"),
            "pending": sums("pending"),
            "livemode": false,
        })
    }
}

/// The fee on a card charge: 2.9 % and 30 cents.
pub const fn fee(amount: i64) -> i64 {
    (amount * 29 + 500) / 1_000 + 30
}

#[cfg(test)]
mod tests {
    use super::fee;

    #[test]
    fn fees_are_rounded_to_the_cent() {
        assert_eq!([0, 100, 999, 1_000, 2_500].map(fee), [30, 33, 59, 59, 103]);
    }
}
