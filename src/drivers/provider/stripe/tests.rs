//! The client against recorded shapes of the API.

use vocab::{Currency, Decimal, Money, Time};

use super::*;
use crate::provider::testing::{Server, json};
use crate::provider::{Answer, Fault, IdempotencyKey, ObjectId};

const SUBSCRIPTION: &str = r#"{"id":"sub_1","object":"subscription","status":"active","customer":"cus_1","created":1795269728,
    "cancel_at_period_end":false,"cancel_at":null,"canceled_at":null,"ended_at":null,"billing_mode":{"type":"flexible"},
    "latest_invoice":{"id":"in_1","object":"invoice"},"pause_collection":{"behavior":"void","resumes_at":null},
    "items":{"object":"list","has_more":false,"url":"/v1/x","data":[{"id":"si_1","quantity":1,"current_period_start":1795269728,
    "current_period_end":1797861728,"price":{"id":"price_1","currency":"usd","unit_amount":1500,"product":"prod_1","active":true,
    "lookup_key":"basic","recurring":{"interval":"month","interval_count":1}}}]},"metadata":{"deployment":"d7"}}"#;

fn id(text: &str) -> ObjectId {
    ObjectId::new(text).unwrap()
}

fn key() -> IdempotencyKey {
    IdempotencyKey::new("d7:bill").unwrap()
}

async fn client(bodies: &[&str]) -> (Stripe, Server) {
    let steps = bodies.iter().map(|body| json(200, body)).collect();
    let server = Server::start(steps).await;
    (Stripe::new(server.access()).unwrap(), server)
}

/// The fields of a form, decoded.
fn fields(body: &str) -> Vec<(String, String)> {
    reqwest::Url::parse(&format!("http://127.0.0.1/?{body}"))
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_subscription_is_begun_as_asked() {
    let (stripe, server) = client(&[SUBSCRIPTION]).await;
    let new = NewSubscription {
        customer: id("cus_1"),
        price: id("price_1"),
        collection: Collection::Charge(PaymentBehavior::ErrorIfIncomplete),
        description: None,
        metadata: [("deployment".into(), "d7 & more".into())].into(),
    };
    let made = stripe
        .create_subscription(&key(), &new)
        .await
        .done()
        .unwrap();
    assert_eq!(made.status, SubscriptionStatus::Active);
    assert_eq!(made.latest_invoice, Some(id("in_1")), "expanded or not");
    assert_eq!(
        made.items[0].price.amount(),
        Some(Money::new(Decimal::new(1500, 2), Currency::USD))
    );
    assert_eq!(
        made.items[0].current_period_end,
        Some(Time::from_seconds(1_797_861_728))
    );
    assert_eq!(
        made.pause_collection.unwrap().behavior,
        PausedInvoices::Void
    );
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /v1/subscriptions");
    assert!(seen.head.contains("idempotency-key: d7:bill"));
    assert!(seen.head.contains("stripe-version: 2026-10-28.endive"));
    assert!(
        seen.head
            .contains("content-type: application/x-www-form-urlencoded")
    );
    let expected = pairs(&[
        ("customer", "cus_1"),
        ("items[0][price]", "price_1"),
        ("metadata[deployment]", "d7 & more"),
        ("collection_method", "charge_automatically"),
        ("payment_behavior", "error_if_incomplete"),
    ]);
    assert_eq!(fields(&seen.body), expected);

    let by_invoice = NewSubscription {
        collection: Collection::Invoice { days_until_due: 14 },
        ..new
    };
    stripe
        .create_subscription(&key(), &by_invoice)
        .await
        .done()
        .unwrap();
    let sent = fields(&server.seen()[1].body);
    let expected = pairs(&[
        ("collection_method", "send_invoice"),
        ("days_until_due", "14"),
    ]);
    assert_eq!(sent[3..], expected);
}

#[tokio::test]
async fn a_subscription_is_suspended_and_ended() {
    let (stripe, server) = client(&[SUBSCRIPTION]).await;
    let subscription = id("sub_1");
    stripe
        .pause_collection(&key(), &subscription, &PausedInvoices::Void)
        .await
        .done()
        .unwrap();
    stripe
        .resume_collection(&key(), &subscription)
        .await
        .done()
        .unwrap();
    stripe
        .set_cancel_at_period_end(&key(), &subscription, true)
        .await
        .done()
        .unwrap();
    stripe
        .cancel_subscription(&subscription)
        .await
        .done()
        .unwrap();
    let seen = server.seen();
    assert_eq!(
        fields(&seen[0].body),
        pairs(&[("pause_collection[behavior]", "void")])
    );
    assert_eq!(fields(&seen[1].body), pairs(&[("pause_collection", "")]));
    assert_eq!(
        fields(&seen[2].body),
        pairs(&[("cancel_at_period_end", "true")])
    );
    assert_eq!(seen[3].line, "DELETE /v1/subscriptions/sub_1");
    assert!(!seen[3].head.contains("idempotency-key"));
}

#[tokio::test]
async fn customers_are_found_by_their_notes() {
    let customer = |id, deployment| {
        format!(
            r#"{{"id":"{id}","object":"customer","email":"a@example.com","metadata":{{"deployment":"{deployment}"}}}}"#
        )
    };
    let first = format!(
        r#"{{"object":"list","has_more":true,"data":[{},{}]}}"#,
        customer("cus_3", "d7"),
        customer("cus_2", "d8")
    );
    let last = format!(
        r#"{{"object":"list","has_more":false,"data":[{}]}}"#,
        customer("cus_1", "d7")
    );
    let (stripe, server) = client(&[&first, &last]).await;
    let found = stripe
        .customers_noted(Some("a@example.com"), "deployment", "d7")
        .await
        .unwrap();
    let ids: Vec<&str> = found.iter().map(|customer| customer.id.as_str()).collect();
    assert_eq!(ids, ["cus_3", "cus_1"]);
    let lines: Vec<String> = server.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v1/customers?email=a%40example.com&limit=50",
            "GET /v1/customers?email=a%40example.com&limit=50&starting_after=cus_2",
        ]
    );
}

#[tokio::test]
async fn a_list_without_end_is_refused() {
    let page = r#"{"object":"list","has_more":true,"data":[{"id":"cus_1"}]}"#;
    let (stripe, server) = client(&[page]).await;
    let error = stripe.customers_noted(None, "a", "b").await.unwrap_err();
    assert_eq!(error.fault, Fault::Unreadable);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_deleted_customer_is_told() {
    let (stripe, _server) = client(&[r#"{"id":"cus_1","object":"customer","deleted":true}"#]).await;
    let customer = stripe.customer(&id("cus_1")).await.unwrap();
    assert!(customer.deleted && customer.email.is_none());
    assert_eq!(stripe.delete_customer(&id("cus_1")).await, Answer::Done(()));
}

#[tokio::test]
async fn a_price_is_in_the_smallest_unit() {
    let price = r#"{"id":"price_1","currency":"jpy","unit_amount":1500,"lookup_key":"basic","active":true}"#;
    let (stripe, server) = client(&[price]).await;
    let new = NewPrice {
        product: id("hosting"),
        amount: Money::new(Decimal::from(1500), Currency::new("JPY").unwrap()),
        lookup_key: "basic".into(),
    };
    let made = stripe.create_price(&key(), &new).await.done().unwrap();
    assert_eq!(made.amount(), Some(new.amount));
    let expected = pairs(&[
        ("product", "hosting"),
        ("unit_amount", "1500"),
        ("currency", "jpy"),
        ("recurring[interval]", "month"),
        ("lookup_key", "basic"),
    ]);
    assert_eq!(fields(&server.seen()[0].body), expected);
}

#[tokio::test]
async fn invoices_and_fees_are_money() {
    let invoices = r#"{"object":"list","has_more":false,"data":[{"id":"in_1","status":"open","currency":"usd","customer":"cus_1",
        "amount_due":1500,"amount_paid":0,"amount_remaining":1500,"billing_reason":"subscription_cycle","attempt_count":2,
        "next_payment_attempt":1795269728,"status_transitions":{"paid_at":null,"finalized_at":1795269728},
        "parent":{"type":"subscription_details","subscription_details":{"subscription":"sub_1"}}}]}"#;
    let (stripe, server) = client(&[invoices]).await;
    let filter = InvoiceFilter {
        customer: Some(id("cus_1")),
        status: Some(InvoiceStatus::Open),
        since: Some(Time::from_seconds(1000)),
        ..InvoiceFilter::default()
    };
    let invoice = stripe.invoices(&filter).await.unwrap().remove(0);
    assert_eq!(invoice.subscription(), Some(&id("sub_1")));
    assert_eq!(invoice.remaining().to_string(), "$15.00");
    assert_eq!(
        server.seen()[0].line,
        "GET /v1/invoices?customer=cus_1&status=open&created%5Bgte%5D=1000&limit=50"
    );

    let movements = r#"{"object":"list","has_more":false,"data":[{"id":"txn_1","type":"charge","currency":"usd","amount":1500,
        "fee":74,"net":1426,"source":{"id":"ch_1","object":"charge","customer":"cus_1"},"created":1795269728,"available_on":1795269728,"status":"pending"},
        {"id":"txn_2","type":"climate","currency":"usd","amount":-1,"fee":0,"net":-1,"source":null}]}"#;
    let (stripe, _server) = client(&[movements]).await;
    let found = stripe
        .balance_transactions(&BalanceFilter::default())
        .await
        .unwrap();
    assert_eq!(found[0].fees().to_string(), "$0.74");
    assert_eq!(found[0].net().to_string(), "$14.26");
    let customer = found[0]
        .source
        .as_ref()
        .and_then(|source| source.customer.as_ref());
    assert_eq!(customer.map(ObjectId::as_str), Some("cus_1"));
    assert_eq!(
        found[1].kind,
        BalanceKind::Other("climate".into()),
        "a word from tomorrow"
    );
}

#[tokio::test]
async fn a_decline_is_definite() {
    let body = r#"{"error":{"type":"card_error","code":"card_declined","message":"Your card was declined.","decline_code":"generic_decline"}}"#;
    let server = Server::start(vec![json(402, body)]).await;
    let stripe = Stripe::new(server.access()).unwrap();
    let answer = stripe.pay_invoice(&key(), &id("in_1")).await;
    assert!(matches!(answer, Answer::Not(error) if error.fault == Fault::Declined));
}
