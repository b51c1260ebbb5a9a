//! What hosting is sold for and what of it goes to others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocab::{AffiliateName, Currency, Decimal, Money, MoneyError, Time};

/// What one unit of a currency is worth in that of the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The currency that is exchanged, such as the euro servers are billed in.
    pub from: Currency,
    /// Units of the price's currency for one of it: 1.10 dollars for a euro.
    pub rate: Decimal,
    /// The day of the rate; to be shown beside what was reckoned with it.
    pub date: Time,
}

/// The terms sites are hosted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What a site is sold for, a month. Every statement is in its currency.
    pub price: Money,
    /// What a server costs a month where the provider has not said it.
    pub server_cost: Money,
    /// The affiliate's hundredths of what a customer pays.
    pub affiliate_share: Decimal,
    /// The hundredths of affiliates that have their own.
    #[serde(default)]
    pub shares: BTreeMap<AffiliateName, Decimal>,
    /// The payment provider's hundredths of a charge.
    pub fee_percent: Decimal,
    /// What the payment provider keeps of each charge besides.
    pub fee_fixed: Money,
    /// How costs in another currency are reckoned; `None` when no rate is known.
    pub exchange: Option<Exchange>,
}

impl Terms {
    /// The currency of every statement.
    pub const fn currency(&self) -> Currency {
        self.price.currency
    }

    /// An amount in the price's currency; fails when no rate leads there.
    pub fn exchanged(&self, money: Money) -> Result<Money, MoneyError> {
        if money.currency == self.currency() {
            return Ok(money);
        }
        match self.exchange {
            Some(exchange) if exchange.from == money.currency => {
                let here = money.checked_mul(exchange.rate)?;
                Ok(Money::new(here.amount, self.currency()))
            }
            _ => Err(MoneyError::Mixed(money.currency, self.currency())),
        }
    }

    /// What the payment provider is expected to keep of a charge, to the last digit: rounding each charge would carry
    /// half a cent of error into every one of many.
    pub fn fee_of(&self, charge: Money) -> Result<Money, MoneyError> {
        charge
            .percent(self.fee_percent)?
            .checked_add(self.fee_fixed)
    }
}
