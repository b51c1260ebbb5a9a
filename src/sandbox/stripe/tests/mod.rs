//! The API, call by call.

mod billing;
mod objects;
mod payments;
mod requests;
mod webhooks;

use std::collections::BTreeMap;

use form_urlencoded::Serializer;
use serde_json::{Value, json};

use super::Stripe;
use crate::exchange::{Provider, Request, Response};

/// Milliseconds; 2025-11-21T04:40:00Z.
const NOW: i64 = 1_763_700_000_123;
const DAY: i64 = 86_400;
const KEY: &str = "sk_test_sandbox";

fn request(method: &str, target: &str, fields: &[(&str, &str)]) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Request {
        method: method.into(),
        path: path.into(),
        query: form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers: BTreeMap::from([("authorization".into(), format!("Bearer {KEY}"))]),
        body: Serializer::new(String::new())
            .extend_pairs(fields)
            .finish()
            .into_bytes(),
    }
}

struct Account {
    provider: Stripe,
    now: i64,
}

impl Account {
    fn new() -> Self {
        Self {
            provider: Stripe::new(KEY),
            now: NOW,
        }
    }

    fn send(&mut self, request: &Request) -> Response {
        self.provider.handle(request, self.now)
    }

    fn call(&mut self, method: &str, target: &str, fields: &[(&str, &str)]) -> Value {
        let answer = self.send(&request(method, target, fields));
        let body = answer.body.unwrap();
        assert_eq!(answer.status, 200, "{method} {target}: {body}");
        body
    }

    fn get(&mut self, target: &str) -> Value {
        self.call("GET", target, &[])
    }

    fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Value {
        self.call("POST", target, fields)
    }

    /// Status and error of a call that must be refused.
    fn refused(&mut self, method: &str, target: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let answer = self.send(&request(method, target, fields));
        let error = answer.body.unwrap()["error"].clone();
        assert!(
            error["message"].is_string() && error["type"].is_string(),
            "{error}"
        );
        (answer.status, error)
    }

    /// A monthly price; its id.
    fn price(&mut self, amount: &str) -> String {
        let product = self.post("/products", &[("name", "Hosting")]);
        let price = self.post(
            "/prices",
            &[
                ("product", text(&product, "id")),
                ("unit_amount", amount),
                ("currency", "eur"),
                ("recurring[interval]", "month"),
            ],
        );
        text(&price, "id").to_owned()
    }

    /// A customer who pays with a test card, on a test clock if one is given; its id.
    fn customer(&mut self, card: &str, clock: Option<&str>) -> String {
        let mut fields = vec![("email", "a@example.com")];
        fields.extend(clock.map(|clock| ("test_clock", clock)));
        let customer = self.post("/customers", &fields);
        let id = text(&customer, "id").to_owned();
        let attach = format!("/payment_methods/{card}/attach");
        let method = self.post(&attach, &[("customer", &id)]);
        self.post(
            &format!("/customers/{id}"),
            &[(
                "invoice_settings[default_payment_method]",
                text(&method, "id"),
            )],
        );
        id
    }

    fn clock(&mut self) -> String {
        let frozen = (NOW / 1_000).to_string();
        let clock = self.post("/test_helpers/test_clocks", &[("frozen_time", &frozen)]);
        text(&clock, "id").to_owned()
    }

    /// What is needed to see months go by: a test clock, a monthly price, and a customer on the clock who pays with this
    /// card; their ids.
    fn buyer(&mut self, card: &str) -> (String, String, String) {
        let clock = self.clock();
        let price = self.price("1900");
        let customer = self.customer(card, Some(&clock));
        (clock, price, customer)
    }

    /// Puts a clock forward to so many days after the beginning.
    fn advance(&mut self, clock: &str, days: i64) {
        let time = (NOW / 1_000 + days * DAY).to_string();
        let path = format!("/test_helpers/test_clocks/{clock}");
        let answer = self.post(&format!("{path}/advance"), &[("frozen_time", &time)]);
        assert_eq!(answer["status"], "advancing");
        assert_eq!(self.get(&path)["status"], "ready");
    }

    fn subscribe(&mut self, customer: &str, price: &str) -> Value {
        self.post(
            "/subscriptions",
            &[
                ("customer", customer),
                ("items[0][price]", price),
                ("payment_behavior", "allow_incomplete"),
                ("metadata[site]", "one"),
            ],
        )
    }

    fn data(&mut self, target: &str) -> Vec<Value> {
        self.get(target)["data"].as_array().unwrap().clone()
    }
}

fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    let found = answer.headers.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

#[test]
fn the_inventory_shows_what_exists() {
    let mut account = Account::new();
    let gone = account.customer("pm_card_visa", None);
    account.call("DELETE", &format!("/customers/{gone}"), &[]);
    account.customer("pm_card_visa", None);
    let inventory = account.provider.inventory();
    assert_eq!(inventory["customers"].as_array().unwrap().len(), 1);
    assert_eq!(inventory["test_clocks"], json!([]));
}
