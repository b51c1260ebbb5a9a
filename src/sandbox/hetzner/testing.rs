//! Requests for the tests of this provider.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Hetzner;
use crate::exchange::{Provider as _, Request, Response};

/// The token of the projects that [`project`] makes.
pub const TOKEN: &str = "secret-of-the-tests";

/// A public key.
pub const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0oS81QrCtWwtMyI9cTOJ4erulxkAED7yE1QCYW5KJg operator@example.com";

/// An empty project whose servers take a second.
pub fn project() -> Hetzner {
    Hetzner::new(TOKEN.into(), 1_000, None)
}

/// A request with the right token. `target` is a path with an optional query, nothing encoded.
pub fn request(method: &str, target: &str, body: &Value) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    Request {
        method: method.into(),
        path: path.into(),
        query: pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        headers: BTreeMap::from([("authorization".into(), format!("Bearer {TOKEN}"))]),
        body: if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        },
    }
}

/// A GET.
pub fn get(target: &str) -> Request {
    request("GET", target, &Value::Null)
}

/// What a project answers: status and body.
pub fn ask(
    project: &mut Hetzner,
    now: i64,
    method: &str,
    target: &str,
    body: &Value,
) -> (u16, Value) {
    let Response { status, body, .. } = project.handle(&request(method, target, body), now);
    (status, body.unwrap_or_default())
}
