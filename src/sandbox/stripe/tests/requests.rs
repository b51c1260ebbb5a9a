//! Keys, versions, paths, idempotency, failures on demand.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn keyed(key: &str, fields: &[(&str, &str)]) -> Request {
    let mut request = request("POST", "/customers", fields);
    let key = ("idempotency-key".to_owned(), key.to_owned());
    request.headers.extend([key]);
    request
}

#[test]
fn a_key_is_needed_as_bearer_or_basic() {
    let mut account = Account::new();
    let mut asked = request("GET", "/customers", &[]);
    let mut with = |header: Option<String>| {
        asked.headers.clear();
        let header = header.map(|value| ("authorization".to_owned(), value));
        asked.headers.extend(header);
        let answer = account.send(&asked);
        assert!(header_starts(&answer, "Request-Id", "req_"));
        (answer.status, answer.body.unwrap()["error"]["type"].clone())
    };
    assert_eq!(with(None), (401, json!("invalid_request_error")));
    assert_eq!(with(Some("Bearer sk_test_wrong".into())).0, 401);
    let basic = |user: &str| format!("Basic {}", STANDARD.encode(format!("{user}:")));
    assert_eq!(with(Some(basic(KEY))).0, 200);
    assert_eq!(with(Some(basic("other"))).0, 401);
    assert_eq!(with(Some("Basic ???".into())).0, 401);
}

fn header_starts(answer: &Response, name: &str, start: &str) -> bool {
    header(answer, name).is_some_and(|value| value.starts_with(start))
}

#[test]
fn versions_with_other_shapes_are_refused() {
    let mut account = Account::new();
    let mut asked = request("GET", "/customers", &[]);
    let mut with = |version: &str| {
        let version = ("stripe-version".to_owned(), version.to_owned());
        asked.headers.extend([version]);
        account.send(&asked)
    };
    let answer = with("2026-09-30.endive");
    assert_eq!(
        (answer.status, header(&answer, "Stripe-Version")),
        (200, Some("2026-09-30.endive"))
    );
    assert_eq!(with("2024-06-20").status, 400);
    assert_eq!(with("newest").status, 400);
}

#[test]
fn the_same_key_gives_the_same_answer() {
    let mut account = Account::new();
    let first = account.send(&keyed("k1", &[("name", "A")]));
    let again = account.send(&keyed("k1", &[("name", "A")]));
    assert_eq!(first.body, again.body);
    assert_eq!(header(&first, "Idempotent-Replayed"), None);
    assert_eq!(header(&again, "Idempotent-Replayed"), Some("true"));
    assert_eq!(
        header(&again, "Original-Request"),
        header(&first, "Request-Id")
    );
    assert_ne!(header(&again, "Request-Id"), header(&first, "Request-Id"));
    assert_eq!(account.data("/customers").len(), 1);
    let other = account.send(&keyed("k1", &[("name", "B")]));
    let error = &other.body.unwrap()["error"];
    assert_eq!(
        (other.status, &error["type"]),
        (400, &json!("idempotency_error"))
    );
    account.now += 24 * 3_600_000;
    let late = account.send(&keyed("k1", &[("name", "A")]));
    assert_eq!(header(&late, "Idempotent-Replayed"), None);
    assert_eq!(
        account.data("/customers").len(),
        2,
        "after a day the key is free"
    );
}

#[test]
fn what_never_began_is_not_kept() {
    let mut account = Account::new();
    assert_eq!(account.send(&keyed("k1", &[("nme", "A")])).status, 400);
    assert_eq!(account.send(&keyed("k1", &[("name", "A")])).status, 200);
    assert_eq!(account.send(&keyed(&"k".repeat(256), &[])).status, 400);
}

#[test]
fn errors_say_what_is_wrong() {
    let mut account = Account::new();
    let mut error = |method: &str, path: &str, fields: &[(&str, &str)]| {
        let (status, error) = account.refused(method, path, fields);
        let field = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (status, field("code"), field("param"))
    };
    let expected = |status, code: &str, param: &str| (status, code.to_owned(), param.to_owned());
    assert_eq!(
        error("GET", "/customers/cus_x", &[]),
        expected(404, "resource_missing", "id")
    );
    assert_eq!(
        error("POST", "/products", &[]),
        expected(400, "parameter_missing", "name")
    );
    assert_eq!(
        error("POST", "/customers", &[("nickname", "x")]),
        expected(400, "parameter_unknown", "nickname")
    );
    assert_eq!(
        error("GET", "/customers?limit=many", &[]),
        expected(400, "parameter_invalid_integer", "limit")
    );
    assert_eq!(
        error("GET", "/customers?limit=101", &[]),
        expected(400, "parameter_invalid_integer", "limit")
    );
    assert_eq!(
        error("GET", "/invoices?starting_after=in_x", &[]),
        expected(400, "resource_missing", "starting_after")
    );
    assert_eq!(
        error("POST", "/subscriptions", &[("customer", "cus_x")]),
        expected(400, "resource_missing", "customer")
    );
    assert_eq!(error("GET", "/servers", &[]).0, 404);
    assert_eq!(error("POST", "/events", &[]).0, 404);
}

#[test]
fn a_failure_on_demand_looks_like_one_of_its_own() {
    let account = Account::new();
    let busy = account.provider.failure(429, NOW);
    assert_eq!(busy.body.as_ref().unwrap()["error"]["code"], "rate_limit");
    assert_eq!(
        header(&busy, "Stripe-Rate-Limited-Reason"),
        Some("global-rate")
    );
    let broken = account.provider.failure(503, NOW);
    assert_eq!(broken.status, 503);
    assert_eq!(broken.body.as_ref().unwrap()["error"]["type"], "api_error");
    assert!(header_starts(&broken, "Request-Id", "req_"));
}
