//! Webhook endpoints. <https://docs.stripe.com/api/webhook_endpoints>

use serde_json::json;

use super::Stripe;
use super::book::{Kind, id, tail};
use super::params::{Params, missing};
use super::refusal::{Outcome, Refusal};

impl Stripe {
    /// Creates an endpoint. Its secret is shown only in this answer.
    pub(super) fn create_endpoint(&mut self, params: Params<'_>) -> Outcome {
        params.only(&[
            "api_version",
            "description",
            "enabled_events",
            "metadata",
            "url",
        ])?;
        let url = checked_url(params.required("url")?)?;
        let events = params.texts("enabled_events");
        if events.is_empty() {
            return Err(missing("enabled_events"));
        }
        let mut endpoint = json!({
            "id": Kind::WebhookEndpoint.id(),
            "object": "webhook_endpoint",
            "api_version": params.text("api_version"),
            "application": null,
            "created": self.now,
            "description": params.text("description"),
            "enabled_events": events,
            "livemode": false,
            "metadata": {},
            "status": "enabled",
            "url": url,
        });
        params.metadata(&mut endpoint)?;
        let secret = format!("whsec_{}", tail(32));
        self.secrets.insert(id(&endpoint), secret.clone());
        self.book.add(Kind::WebhookEndpoint, endpoint.clone());
        endpoint["secret"] = json!(secret);
        Ok(endpoint)
    }

    pub(super) fn update_endpoint(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&[
            "description",
            "disabled",
            "enabled_events",
            "metadata",
            "url",
        ])?;
        let mut endpoint = self.book.find(Kind::WebhookEndpoint, id)?.clone();
        if let Some(url) = params.text("url") {
            endpoint["url"] = json!(checked_url(url)?);
        }
        if let Some(disabled) = params.flag("disabled")? {
            endpoint["status"] = json!(if disabled { "disabled" } else { "enabled" });
        }
        if params.has("enabled_events") {
            endpoint["enabled_events"] = json!(params.texts("enabled_events"));
        }
        params.copy(&["description"], &mut endpoint);
        params.metadata(&mut endpoint)?;
        if let Some(object) = self.book.get_mut(Kind::WebhookEndpoint, id) {
            object.clone_from(&endpoint);
        }
        Ok(endpoint)
    }

    pub(super) fn delete_endpoint(&mut self, id: &str) -> Outcome {
        self.book.find(Kind::WebhookEndpoint, id)?;
        self.secrets.remove(id);
        let deleted = json!({ "id": id, "object": "webhook_endpoint", "deleted": true });
        if let Some(object) = self.book.get_mut(Kind::WebhookEndpoint, id) {
            *object = deleted.clone();
        }
        Ok(deleted)
    }
}

fn checked_url(url: &str) -> Result<&str, Refusal> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(url);
    }
    let message = "Invalid URL: An explicit scheme (such as https) must be provided.";
    Err(Refusal::parameter("url_invalid", "url", message))
}
