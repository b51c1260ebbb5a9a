//! Products. <https://docs.stripe.com/api/products>

use serde_json::json;

use super::Stripe;
use super::book::Kind;
use super::params::Params;
use super::refusal::{Outcome, Refusal};

impl Stripe {
    pub(super) fn create_product(&mut self, params: Params<'_>) -> Outcome {
        params.only(&[
            "active",
            "description",
            "id",
            "metadata",
            "name",
            "statement_descriptor",
            "tax_code",
            "type",
            "unit_label",
            "url",
        ])?;
        let name = params.required("name")?;
        let id = params
            .text("id")
            .map_or_else(|| Kind::Product.id(), str::to_owned);
        if self.book.get(Kind::Product, &id).is_some() {
            let message = format!("Product with id '{id}' already exists.");
            return Err(Refusal::parameter("resource_already_exists", "id", message));
        }
        let mut product = json!({
            "id": id,
            "object": "product",
            "active": params.flag("active")?.unwrap_or(true),
            "created": self.now,
            "default_price": null,
            "description": null,
            "images": [],
            "livemode": false,
            "marketing_features": [],
            "metadata": {},
            "name": name,
            "package_dimensions": null,
            "shippable": null,
            "statement_descriptor": null,
            "tax_code": null,
            "type": "service",
            "unit_label": null,
            "updated": self.now,
            "url": null,
        });
        params.copy(
            &[
                "description",
                "statement_descriptor",
                "tax_code",
                "unit_label",
                "url",
            ],
            &mut product,
        );
        params.metadata(&mut product)?;
        self.book.add(Kind::Product, product.clone());
        self.emit("product.created", &product, self.now);
        Ok(product)
    }

    pub(super) fn update_product(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&[
            "active",
            "default_price",
            "description",
            "metadata",
            "name",
            "statement_descriptor",
            "unit_label",
            "url",
        ])?;
        let mut product = self.book.find(Kind::Product, id)?.clone();
        if let Some(price) = params.text("default_price") {
            self.book.find_in("default_price", Kind::Price, price)?;
        }
        params.copy(
            &[
                "default_price",
                "description",
                "statement_descriptor",
                "unit_label",
                "url",
            ],
            &mut product,
        );
        if params.has("name") {
            product["name"] = json!(params.required("name")?);
        }
        if let Some(active) = params.flag("active")? {
            product["active"] = json!(active);
        }
        params.metadata(&mut product)?;
        product["updated"] = json!(self.now);
        Ok(
            self.change(Kind::Product, id, "product.updated", self.now, |object| {
                *object = product;
            }),
        )
    }

    /// Deletes a product that has no prices.
    pub(super) fn delete_product(&mut self, id: &str) -> Outcome {
        let product = self.book.find(Kind::Product, id)?.clone();
        if !self.book.with(Kind::Price, "product", id).is_empty() {
            return Err(Refusal::invalid(
                "This product cannot be deleted because it has one or more user-created prices.",
            ));
        }
        self.emit("product.deleted", &product, self.now);
        let deleted = json!({ "id": id, "object": "product", "deleted": true });
        if let Some(object) = self.book.get_mut(Kind::Product, id) {
            *object = deleted.clone();
        }
        Ok(deleted)
    }
}
