//! Prices: what a product costs, and how often. <https://docs.stripe.com/api/prices>

use serde_json::{Value, json};

use super::Stripe;
use super::book::{Kind, id, whole};
use super::params::{Params, missing};
use super::refusal::{Outcome, Refusal};

/// The highest amount, in the smallest unit of the currency.
pub const MOST: i64 = 99_999_999;

impl Stripe {
    pub(super) fn create_price(&mut self, params: Params<'_>) -> Outcome {
        params.only(&[
            "active",
            "billing_scheme",
            "currency",
            "lookup_key",
            "metadata",
            "nickname",
            "product",
            "product_data",
            "recurring",
            "tax_behavior",
            "transfer_lookup_key",
            "unit_amount",
        ])?;
        let currency = params.required("currency")?.to_ascii_lowercase();
        if currency.len() != 3 {
            let message = format!("Invalid currency: {currency}");
            return Err(Refusal::parameter("parameter_invalid", "currency", message));
        }
        let amount = params
            .whole("unit_amount")?
            .ok_or_else(|| missing("unit_amount"))?;
        if !(0..=MOST).contains(&amount) {
            let message = "Invalid unit_amount: must be between 0 and 99999999";
            return Err(Refusal::parameter(
                "parameter_invalid_integer",
                "unit_amount",
                message,
            ));
        }
        let recurring = params.part("recurring").map(recurring).transpose()?;
        let lookup_key = params.text("lookup_key");
        self.free_lookup_key(lookup_key, None, params)?;
        let product = if let Some(data) = params.part("product_data") {
            id(&self.create_product(data)?)
        } else {
            let product = params.required("product")?;
            self.book.find_in("product", Kind::Product, product)?;
            product.to_owned()
        };
        let mut price = json!({
            "id": Kind::Price.id(),
            "object": "price",
            "active": params.flag("active")?.unwrap_or(true),
            "billing_scheme": "per_unit",
            "created": self.now,
            "currency": currency,
            "custom_unit_amount": null,
            "livemode": false,
            "lookup_key": lookup_key,
            "metadata": {},
            "nickname": params.text("nickname"),
            "product": product,
            "recurring": recurring,
            "tax_behavior": params.text("tax_behavior").unwrap_or("unspecified"),
            "tiers_mode": null,
            "transform_quantity": null,
            "type": if recurring.is_some() { "recurring" } else { "one_time" },
            "unit_amount": amount,
            "unit_amount_decimal": amount.to_string(),
        });
        params.metadata(&mut price)?;
        self.book.add(Kind::Price, price.clone());
        self.emit("price.created", &price, self.now);
        Ok(price)
    }

    /// Changes what may change: a price's amount never does.
    pub(super) fn update_price(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&[
            "active",
            "lookup_key",
            "metadata",
            "nickname",
            "tax_behavior",
            "transfer_lookup_key",
        ])?;
        let mut price = self.book.find(Kind::Price, id)?.clone();
        self.free_lookup_key(params.text("lookup_key"), Some(id), params)?;
        params.copy(&["lookup_key", "nickname", "tax_behavior"], &mut price);
        if let Some(active) = params.flag("active")? {
            price["active"] = json!(active);
        }
        params.metadata(&mut price)?;
        Ok(
            self.change(Kind::Price, id, "price.updated", self.now, |object| {
                *object = price;
            }),
        )
    }

    /// Makes sure that no other price has a lookup key: takes it away from it if that is asked for.
    fn free_lookup_key(
        &mut self,
        key: Option<&str>,
        own: Option<&str>,
        params: Params<'_>,
    ) -> Result<(), Refusal> {
        let Some(key) = key else {
            return Ok(());
        };
        let holders = self.book.with(Kind::Price, "lookup_key", key);
        let Some(other) = holders.into_iter().find(|id| own != Some(id)) else {
            return Ok(());
        };
        if params.flag("transfer_lookup_key")? != Some(true) {
            let message = format!(
                "A price (`{other}`) already uses that lookup key. The lookup key will not be transferred."
            );
            return Err(Refusal::parameter(
                "resource_already_exists",
                "lookup_key",
                message,
            ));
        }
        if let Some(price) = self.book.get_mut(Kind::Price, &other) {
            price["lookup_key"] = Value::Null;
        }
        Ok(())
    }
}

/// How a price recurs.
fn recurring(params: Params<'_>) -> Result<Value, Refusal> {
    params.only(&[
        "interval",
        "interval_count",
        "trial_period_days",
        "usage_type",
    ])?;
    params.required("interval")?;
    let interval = params.choice("interval", &["day", "week", "month", "year"])?;
    params.choice("usage_type", &["licensed"])?;
    let count = params.whole("interval_count")?.unwrap_or(1);
    if !(1..=36).contains(&count) {
        let message = "Invalid interval_count: a period is at most three years";
        return Err(Refusal::parameter(
            "parameter_invalid_integer",
            "interval_count",
            message,
        ));
    }
    Ok(json!({
        "interval": interval,
        "interval_count": count,
        "meter": null,
        "trial_period_days": null,
        "usage_type": "licensed",
    }))
}

/// What so many of a price cost.
pub fn cost(price: &Value, quantity: i64) -> i64 {
    whole(price, "unit_amount").saturating_mul(quantity)
}
