//! Events, and their way to the webhook endpoints. <https://docs.stripe.com/webhooks>

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::Stripe;
use super::access::VERSION;
use super::book::{Kind, text};

/// An event on its way to an endpoint, signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Where it goes, by `POST`.
    pub url: String,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// The body, to be sent byte by byte: the signature is over it.
    pub body: Vec<u8>,
}

impl Stripe {
    /// Says that something happened to an object. `time` is in seconds on the object's clock.
    pub(super) fn emit(&mut self, kind: &str, object: &Value, time: i64) {
        self.emit_change(kind, object, None, time);
    }

    /// As [`Stripe::emit`], with what the changed fields were before.
    pub(super) fn emit_change(
        &mut self,
        kind: &str,
        object: &Value,
        previous: Option<Value>,
        time: i64,
    ) {
        let endpoints: Vec<(String, String)> = self
            .book
            .all(Kind::WebhookEndpoint)
            .iter()
            .filter(|endpoint| takes(endpoint, kind))
            .map(|endpoint| (text(endpoint, "url"), text(endpoint, "id")))
            .collect();
        let mut data = json!({ "object": object });
        if let Some(previous) = previous {
            data["previous_attributes"] = previous;
        }
        let event = json!({
            "id": Kind::Event.id(),
            "object": "event",
            "api_version": VERSION,
            "created": time,
            "data": data,
            "livemode": false,
            "pending_webhooks": endpoints.len(),
            "request": { "id": self.cause.request, "idempotency_key": self.cause.key },
            "type": kind,
        });
        let body = serde_json::to_vec_pretty(&event).unwrap_or_default();
        for (url, id) in endpoints {
            let secret = self.secrets.get(&id).cloned().unwrap_or_default();
            self.outbox.push(Delivery {
                url,
                headers: vec![
                    (
                        "Content-Type".into(),
                        "application/json; charset=utf-8".into(),
                    ),
                    (
                        "User-Agent".into(),
                        "Stripe/1.0 (+https://stripe.com/docs/webhooks)".into(),
                    ),
                    (
                        "Stripe-Signature".into(),
                        signature(&secret, self.now, &body),
                    ),
                ],
                body: body.clone(),
            });
        }
        self.book.add(Kind::Event, event);
    }

    /// Changes an object, and says so with an event when it did change.
    pub(super) fn change(
        &mut self,
        kind: Kind,
        id: &str,
        event: &str,
        time: i64,
        change: impl FnOnce(&mut Value),
    ) -> Value {
        let Some(object) = self.book.get_mut(kind, id) else {
            return Value::Null;
        };
        let before = object.clone();
        change(object);
        let after = object.clone();
        let previous = difference(&before, &after);
        if !previous.is_empty() {
            self.emit_change(event, &after, Some(Value::Object(previous)), time);
        }
        after
    }
}

/// Whether an endpoint wants to hear of an event.
fn takes(endpoint: &Value, kind: &str) -> bool {
    let wanted = endpoint["enabled_events"].as_array();
    endpoint["status"] == "enabled"
        && wanted.is_some_and(|wanted| wanted.iter().any(|one| one == "*" || one == kind))
}

/// The fields that differ, as they were before.
fn difference(before: &Value, after: &Value) -> Map<String, Value> {
    let fields = after.as_object().into_iter().flatten();
    fields
        .filter(|(name, value)| before[name.as_str()] != **value)
        .map(|(name, _)| (name.clone(), before[name.as_str()].clone()))
        .collect()
}

/// `t=…,v1=…`: HMAC-SHA256 over the time, a dot, and the body.
fn signature(secret: &str, now: i64, body: &[u8]) -> String {
    // A key of any length will do for HMAC.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{now}.").as_bytes());
    mac.update(body);
    let mut signature = format!("t={now},v1=");
    for byte in mac.finalize().into_bytes() {
        // Writing to a string does not fail.
        let _ = write!(signature, "{byte:02x}");
    }
    signature
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_as_the_official_client_checks_it() {
        // From Python: hmac.new(b"whsec_test", b'1700000000.{"id":"evt_1"}', "sha256").hexdigest()
        assert_eq!(
            signature("whsec_test", 1_700_000_000, br#"{"id":"evt_1"}"#),
            "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"
        );
    }
}
