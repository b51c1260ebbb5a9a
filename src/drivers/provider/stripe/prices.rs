//! Products and their prices. A price cannot be changed; a new one takes its place.

use serde::Deserialize;
use vocab::{Currency, Money, Text};

use super::Stripe;
use super::form::Form;
use super::model::reference;
use super::page::Listed;
use crate::provider::call::Call;
use crate::provider::error::Fault;
use crate::provider::{Answer, IdempotencyKey, ObjectId, Read};

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Product {
    /// Its id: the one it was given, or `prod_…`.
    pub id: ObjectId,
    /// Its name on invoices.
    #[serde(default)]
    pub name: Text,
    /// Whether it is sold.
    #[serde(default)]
    pub active: bool,
}

/// A price.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// Its id, `price_…`.
    pub id: ObjectId,
    /// In what.
    pub currency: Currency,
    /// How much, in the smallest unit; none for prices in tiers.
    #[serde(default)]
    pub unit_amount: Option<i64>,
    /// Of what.
    #[serde(default, deserialize_with = "reference")]
    pub product: Option<ObjectId>,
    /// Its name to us, unique in the account.
    #[serde(default)]
    pub lookup_key: Option<Text>,
    /// Whether it may be used.
    #[serde(default)]
    pub active: bool,
    /// How often it is due; none for a single payment.
    #[serde(default)]
    pub recurring: Option<Recurring>,
}

/// How often a price is due.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Recurring {
    /// `day`, `week`, `month` or `year`.
    pub interval: Text,
    /// Every so many of them.
    #[serde(default)]
    pub interval_count: u32,
}

impl Price {
    /// How much.
    pub fn amount(&self) -> Option<Money> {
        Some(Money::from_smallest(self.unit_amount?, self.currency))
    }
}

impl Listed for Price {
    fn id(&self) -> &ObjectId {
        &self.id
    }
}

/// A monthly price to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrice {
    /// Of what.
    pub product: ObjectId,
    /// How much a month.
    pub amount: Money,
    /// By which it is found again; one that is in use is refused.
    pub lookup_key: String,
}

impl Stripe {
    /// Makes a product under an id of ours, so that it can be found after an unknown answer.
    pub async fn create_product(
        &self,
        key: &IdempotencyKey,
        id: &ObjectId,
        name: &str,
    ) -> Answer<Product> {
        let form = Form::default().field("id", id).field("name", name);
        self.change(key, Call::post(&[&"products"]), form).await
    }

    /// A product by its id.
    pub async fn product(&self, id: &ObjectId) -> Read<Product> {
        self.transport.read(Call::get(&[&"products", id])).await
    }

    /// Makes a monthly price.
    pub async fn create_price(&self, key: &IdempotencyKey, new: &NewPrice) -> Answer<Price> {
        let Some(cents) = new.amount.smallest() else {
            return Answer::Not(
                self.transport
                    .error(Fault::Invalid, "the amount is too large"),
            );
        };
        let form = Form::default()
            .field("product", &new.product)
            .field("unit_amount", &cents)
            .field("currency", &new.amount.currency.code().to_ascii_lowercase())
            .field("recurring[interval]", "month")
            .field("lookup_key", &new.lookup_key);
        self.change(key, Call::post(&[&"prices"]), form).await
    }

    /// A price by its lookup key.
    pub async fn price_by_lookup_key(&self, lookup_key: &str) -> Read<Option<Price>> {
        let found: Vec<Price> = self
            .all(|| Call::get(&[&"prices"]).query("lookup_keys[]", lookup_key))
            .await?;
        let ours = |price: &Price| price.lookup_key.as_deref() == Some(lookup_key);
        Ok(found.into_iter().find(ours))
    }
}
