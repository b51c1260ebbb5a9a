//! Events and their deliveries.

use std::collections::BTreeSet;

use super::*;

#[test]
fn events_go_signed_to_those_who_want_them() {
    let mut account = Account::new();
    let endpoint = account.post(
        "/webhook_endpoints",
        &[
            ("url", "http://127.0.0.1:9/hook"),
            ("enabled_events[]", "customer.updated"),
            ("enabled_events[]", "invoice.paid"),
        ],
    );
    assert!(text(&endpoint, "secret").starts_with("whsec_"));
    let path = format!("/webhook_endpoints/{}", text(&endpoint, "id"));
    assert!(account.get(&path).get("secret").is_none(), "shown once");
    let made = account.post("/customers", &[("name", "A")]);
    assert_eq!(account.provider.take_deliveries(), []);
    account.post(
        &format!("/customers/{}", text(&made, "id")),
        &[("name", "B")],
    );
    let sent = account.provider.take_deliveries();
    let [delivery] = sent.as_slice() else {
        panic!("{sent:?}");
    };
    assert_eq!(delivery.url, "http://127.0.0.1:9/hook");
    let signature = delivery
        .headers
        .iter()
        .find(|(name, _)| name == "Stripe-Signature");
    assert!(
        signature
            .unwrap()
            .1
            .starts_with(&format!("t={},v1=", NOW / 1_000))
    );
    let event: Value = serde_json::from_slice(&delivery.body).unwrap();
    assert_eq!(
        (&event["type"], &event["object"]),
        (&json!("customer.updated"), &json!("event"))
    );
    assert_eq!(event["data"]["object"]["name"], "B");
    assert_eq!(event["data"]["previous_attributes"], json!({ "name": "A" }));
    assert_eq!(
        account.get(&format!("/events/{}", text(&event, "id"))),
        event
    );
    assert_eq!(account.provider.take_deliveries(), []);
    account.post(&path, &[("disabled", "true")]);
    account.post(
        &format!("/customers/{}", text(&made, "id")),
        &[("name", "C")],
    );
    assert_eq!(account.provider.take_deliveries(), [], "it is disabled");
    account.call("DELETE", &path, &[]);
    assert_eq!(account.refused("GET", &path, &[]).0, 404);
}

#[test]
fn a_subscription_tells_its_story() {
    let mut account = Account::new();
    let (clock, price, customer) = account.buyer("pm_card_visa");
    let made = account.subscribe(&customer, &price);
    account.advance(&clock, 31);
    account.call(
        "DELETE",
        &format!("/subscriptions/{}", text(&made, "id")),
        &[],
    );
    let events = account.data("/events?limit=100");
    let kinds: BTreeSet<&str> = events.iter().map(|event| text(event, "type")).collect();
    for kind in [
        "charge.succeeded",
        "customer.created",
        "customer.subscription.created",
        "customer.subscription.deleted",
        "customer.subscription.updated",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
        "test_helpers.test_clock.ready",
    ] {
        assert!(kinds.contains(kind), "{kind} in {kinds:?}");
    }
    assert_eq!(account.data("/events?type=invoice.paid").len(), 2);
    assert_eq!(
        account
            .data("/events?types[]=invoice.paid&types[]=invoice.created")
            .len(),
        4
    );
}

#[test]
fn an_event_names_the_request_it_comes_from() {
    let mut account = Account::new();
    let mut asked = request("POST", "/customers", &[]);
    let key = ("idempotency-key".to_owned(), "k1".to_owned());
    asked.headers.extend([key]);
    let answer = account.send(&asked);
    let event = account.data("/events").remove(0);
    assert_eq!(
        event["request"]["id"].as_str(),
        header(&answer, "Request-Id")
    );
    assert_eq!(event["request"]["idempotency_key"], "k1");
}
