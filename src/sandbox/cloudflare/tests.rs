//! The API, call by call.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Cloudflare;
use crate::exchange::{Provider, Request, Response};

const NOW: i64 = 1_763_700_000_123;
const TOKEN: &str = "sandbox-token";

fn request(method: &str, target: &str, body: &Value) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Request {
        method: method.into(),
        path: path.into(),
        query: form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers: BTreeMap::from([("authorization".into(), format!("Bearer {TOKEN}"))]),
        body: body.to_string().into_bytes(),
    }
}

struct Account {
    provider: Cloudflare,
    zone: String,
}

impl Account {
    fn new() -> Self {
        let mut provider = Cloudflare::new(TOKEN, &["example.com", "example.org"]);
        let found = provider.handle(
            &request("GET", "/zones?name=example.com", &Value::Null),
            NOW,
        );
        let zone = found.body.unwrap()["result"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        Self { provider, zone }
    }

    fn call(&mut self, method: &str, target: &str, body: &Value) -> Response {
        self.provider.handle(&request(method, target, body), NOW)
    }

    /// The result of a call on the zone's records, which must succeed.
    fn records(&mut self, method: &str, rest: &str, body: &Value) -> Value {
        let target = format!("/zones/{}/dns_records{rest}", self.zone);
        let answer = self.call(method, &target, body);
        let body = answer.body.unwrap();
        assert_eq!(
            (answer.status, &body["success"]),
            (200, &json!(true)),
            "{body}"
        );
        body
    }

    /// Status, code and inner code of a call on the zone's records, which must be refused.
    fn refused(&mut self, method: &str, rest: &str, body: &Value) -> (u16, i64, Option<i64>) {
        let target = format!("/zones/{}/dns_records{rest}", self.zone);
        codes(&self.call(method, &target, body))
    }

    fn create(&mut self, body: &Value) -> Value {
        self.records("POST", "", body)["result"].clone()
    }
}

fn codes(answer: &Response) -> (u16, i64, Option<i64>) {
    let body = answer.body.as_ref().unwrap();
    assert_eq!(
        (&body["success"], &body["result"]),
        (&json!(false), &Value::Null)
    );
    let error = &body["errors"][0];
    (
        answer.status,
        error["code"].as_i64().unwrap(),
        error["error_chain"][0]["code"].as_i64(),
    )
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    let found = answer.headers.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

fn address(name: &str, content: &str) -> Value {
    json!({ "type": "A", "name": name, "content": content, "ttl": 60 })
}

#[test]
fn a_record_lives_and_dies() {
    let mut account = Account::new();
    let made = account.create(&json!({
        "type": "A", "name": "WWW", "content": "192.0.2.7", "ttl": 60.0, "comment": "wheelhouse",
    }));
    assert_eq!(made["name"], "www.example.com");
    assert_eq!(
        (&made["ttl"], &made["proxiable"]),
        (&json!(60), &json!(true))
    );
    let id = made["id"].as_str().unwrap();
    let path = format!("/{id}");
    let merged = account.records("PATCH", &path, &json!({ "content": "192.0.2.8" }));
    assert_eq!(merged["result"]["content"], "192.0.2.8");
    assert_eq!(
        merged["result"]["comment"], "wheelhouse",
        "a patch keeps the rest"
    );
    let replaced = account.records("PUT", &path, &address("www.example.com", "192.0.2.9"));
    assert_eq!(replaced["result"]["comment"], Value::Null, "a put does not");
    assert_eq!(
        account.records("GET", &path, &Value::Null)["result"],
        replaced["result"]
    );
    assert_eq!(
        account.records("DELETE", &path, &Value::Null)["result"],
        json!({ "id": id })
    );
    for method in ["GET", "DELETE", "PATCH"] {
        assert_eq!(
            account.refused(method, &path, &json!({})),
            (404, 81_044, None)
        );
    }
}

#[test]
fn a_proxied_record_has_an_automatic_ttl() {
    let mut account = Account::new();
    let mut body = address("www", "192.0.2.7");
    body["proxied"] = json!(true);
    assert_eq!(account.create(&body)["ttl"], 1);
}

#[test]
fn bad_records_are_refused_by_their_codes() {
    let mut account = Account::new();
    let mut post = |body: Value| account.refused("POST", "", &body);
    assert_eq!(post(address("www", "192.0.2.300")), (400, 9005, None));
    let six = json!({ "type": "AAAA", "name": "www", "content": "192.0.2.1" });
    assert_eq!(post(six), (400, 9006, None));
    let mut short = address("www", "192.0.2.1");
    short["ttl"] = json!(59);
    assert_eq!(post(short), (400, 9021, None));
    let own = json!({ "type": "CNAME", "name": "a", "content": "a.example.com" });
    assert_eq!(post(own), (400, 9039, None));
    assert_eq!(
        post(json!({ "type": "WKS", "name": "a", "content": "b" })),
        (400, 9002, None)
    );
    assert_eq!(post(address("a..b", "192.0.2.1")), (400, 9000, None));
    let mail = json!({ "type": "MX", "name": "@", "content": "mail.example.com" });
    assert_eq!(post(mail), (400, 1004, Some(9101)));
    let text = json!({ "type": "TXT", "name": "a", "content": "b", "proxied": true });
    assert_eq!(post(text), (400, 1004, Some(9041)));
    assert_eq!(post(json!([])), (400, 9207, None));
}

#[test]
fn what_cannot_stand_beside_each_other_is_refused() {
    let mut account = Account::new();
    account.create(&address("www", "192.0.2.1"));
    account.create(&address("www", "192.0.2.2"));
    account.create(&json!({ "type": "CNAME", "name": "alias", "content": "www.example.com" }));
    account.create(&json!({ "type": "NS", "name": "sub", "content": "ns.example.net" }));
    let mut post = |body: Value| account.refused("POST", "", &body).1;
    assert_eq!(post(address("www", "192.0.2.1")), 81_058);
    let alias = |name: &str| json!({ "type": "CNAME", "name": name, "content": "example.net" });
    assert_eq!(post(alias("www")), 81_053);
    assert_eq!(post(alias("alias")), 81_053);
    assert_eq!(post(address("alias", "192.0.2.1")), 81_054);
    assert_eq!(
        post(json!({ "type": "NS", "name": "www", "content": "ns.example.net" })),
        81_055
    );
    assert_eq!(post(address("sub", "192.0.2.1")), 81_056);
}

#[test]
fn lists_are_filtered_and_sorted() {
    let mut account = Account::new();
    account.create(&address("b", "192.0.2.1"));
    account
        .create(&json!({ "type": "TXT", "name": "b", "content": "\"hello\"", "comment": "Note" }));
    account.create(&address("a", "192.0.2.2"));
    let mut names = |query: &str| -> Vec<String> {
        let body = account.records("GET", query, &Value::Null);
        let list = body["result"].as_array().unwrap();
        list.iter()
            .map(|record| format!("{} {}", record["type"], record["name"]).replace(['"'], ""))
            .collect()
    };
    assert_eq!(names("?type=TXT"), ["TXT b.example.com"]);
    assert_eq!(names("?name.exact=A.example.com"), ["A a.example.com"]);
    assert_eq!(names("?name.startswith=b&type=A"), ["A b.example.com"]);
    assert_eq!(
        names("?name.contains=.exam&order=name"),
        ["A a.example.com", "A b.example.com", "TXT b.example.com"]
    );
    assert_eq!(names("?content.exact=192.0.2.2"), ["A a.example.com"]);
    assert_eq!(names("?search=note"), ["TXT b.example.com"]);
    assert_eq!(
        names("?type=TXT&content.exact=192.0.2.2&match=any&order=name&direction=desc"),
        ["TXT b.example.com", "A a.example.com"]
    );
}

#[test]
fn a_page_past_the_end_is_empty() {
    let mut account = Account::new();
    for host in 0..5 {
        account.create(&address(&format!("h{host}"), "192.0.2.1"));
    }
    let page = account.records("GET", "?page=2&per_page=3", &Value::Null);
    assert_eq!(page["result"].as_array().unwrap().len(), 2);
    assert_eq!(
        page["result_info"],
        json!({ "page": 2, "per_page": 3, "count": 2, "total_count": 5, "total_pages": 2 })
    );
    let past = account.records("GET", "?page=3&per_page=3", &Value::Null);
    assert_eq!(past["result"], json!([]));
}

#[test]
fn a_batch_is_done_whole_or_not_at_all() {
    let mut account = Account::new();
    let old = account.create(&address("old", "192.0.2.1"));
    let kept = account.create(&address("kept", "192.0.2.2"));
    let mut batch = json!({
        "deletes": [{ "id": old["id"] }],
        "patches": [{ "id": kept["id"], "content": "192.0.2.3" }],
        "posts": [address("old", "192.0.2.4"), address("kept", "192.0.2.3")],
    });
    assert_eq!(
        account.refused("POST", "/batch", &batch),
        (400, 81_058, None)
    );
    let list = account.records("GET", "?content.exact=192.0.2.1", &Value::Null);
    assert_eq!(list["result"], json!([old]), "nothing was done");
    batch["posts"].as_array_mut().unwrap().pop();
    let done = account.records("POST", "/batch", &batch);
    assert_eq!(done["result"]["deletes"][0]["id"], old["id"]);
    assert_eq!(done["result"]["patches"][0]["content"], "192.0.2.3");
    assert_eq!(done["result"]["puts"], json!([]));
    assert_eq!(done["result"]["posts"][0]["name"], "old.example.com");
}

#[test]
fn a_zone_waits_until_it_is_delegated() {
    let mut account = Account::new();
    let body = json!({ "name": "example.net", "type": "full" });
    let made = account.call("POST", "/zones", &body).body.unwrap()["result"].clone();
    assert_eq!(
        (&made["status"], &made["activated_on"]),
        (&json!("initializing"), &Value::Null)
    );
    let path = format!("/zones/{}", made["id"].as_str().unwrap());
    let status = |account: &mut Account| {
        account.call("GET", &path, &Value::Null).body.unwrap()["result"]["status"].clone()
    };
    assert_eq!(status(&mut account), "pending");
    assert!(account.provider.delegate("example.net", NOW));
    assert_eq!(status(&mut account), "active");
    assert_eq!(
        codes(&account.call("POST", "/zones", &body)),
        (400, 1061, None)
    );
    assert_eq!(account.call("DELETE", &path, &Value::Null).status, 200);
    assert_eq!(
        codes(&account.call("GET", &path, &Value::Null)),
        (403, 9109, None)
    );
    assert!(!account.provider.delegate("example.net", NOW));
}

#[test]
fn who_may_not_is_told_so() {
    let mut account = Account::new();
    let mut asked = request("GET", "/user/tokens/verify", &Value::Null);
    let good = account.provider.handle(&asked, NOW).body.unwrap();
    assert_eq!(good["result"]["status"], "active");
    assert_eq!(good["messages"][0]["code"], 10_000);
    assert!(good["result"]["expires_on"].is_string());
    account.provider.end_token(Some(NOW + 86_400_000));
    let good = account.provider.handle(&asked, NOW).body.unwrap();
    assert_eq!(good["result"]["expires_on"], "2025-11-22T04:40:00Z");
    for (ends, status) in [(Some(NOW), "expired"), (None, "active")] {
        account.provider.end_token(ends);
        let said = account.provider.handle(&asked, NOW).body.unwrap();
        assert_eq!(said["result"]["status"], status);
        assert_eq!(said["result"]["expires_on"].is_null(), ends.is_none());
    }
    let mut with = |path: &str, header: Option<&str>| {
        asked.path = path.into();
        asked.headers = header
            .map(|value| ("authorization".to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        codes(&account.provider.handle(&asked, NOW))
    };
    assert_eq!(with("/zones", None), (400, 9106, None));
    assert_eq!(with("/zones", Some("Basic abc")), (400, 6003, Some(6111)));
    assert_eq!(with("/zones", Some("Bearer wrong")), (403, 9109, None));
    assert_eq!(
        with("/user/tokens/verify", Some("Bearer wrong")),
        (401, 1000, None)
    );
    assert_eq!(
        with("/zones/x/dns_records", Some("Bearer wrong")),
        (403, 10_000, None)
    );
}

#[test]
fn paths_that_lead_nowhere_say_so() {
    let mut account = Account::new();
    let none = Value::Null;
    assert_eq!(
        codes(&account.call("GET", "/zones/x", &none)),
        (404, 7003, None)
    );
    assert_eq!(account.refused("GET", "/x", &none), (404, 7003, None));
    assert_eq!(
        codes(&account.call("GET", "/servers", &none)),
        (400, 7000, None)
    );
    assert_eq!(
        codes(&account.call("PUT", "/zones", &none)),
        (405, 7001, None)
    );
    let other = format!("/zones/{}/dns_records", "0".repeat(32));
    assert_eq!(
        codes(&account.call("GET", &other, &none)),
        (403, 10_000, None)
    );
}

#[test]
fn every_answer_tells_what_is_left() {
    let mut account = Account::new();
    let answer = account.call("GET", "/zones", &Value::Null);
    assert_eq!(
        header(&answer, "Ratelimit"),
        Some("\"default\";r=1198;t=300")
    );
    assert_eq!(
        header(&answer, "Ratelimit-Policy"),
        Some("\"default\";q=1200;w=300")
    );
    assert_eq!(header(&answer, "Retry-After"), None);
    let bad = account.call("GET", "/nothing", &Value::Null);
    assert!(header(&bad, "Ratelimit").is_some());
    let full = (0..200)
        .map(|_| account.call("GET", "/zones", &Value::Null))
        .find(|answer| answer.status == 429)
        .unwrap();
    assert_eq!(codes(&full).1, 10_100);
    assert_eq!(header(&full, "Retry-After"), Some("1"));
}

#[test]
fn a_failure_on_demand_looks_like_one_of_its_own() {
    let account = Account::new();
    let busy = account.provider.failure(429, NOW);
    assert_eq!(
        (codes(&busy).1, header(&busy, "Retry-After")),
        (10_100, Some("1"))
    );
    let broken = account.provider.failure(502, NOW);
    assert_eq!(
        (codes(&broken).0, header(&broken, "Retry-After")),
        (502, None)
    );
    assert!(header(&broken, "Ratelimit").is_some());
}

#[test]
fn the_inventory_shows_what_exists() {
    let mut account = Account::new();
    account.create(&address("www", "192.0.2.1"));
    let inventory = account.provider.inventory();
    assert_eq!(inventory["zones"].as_array().unwrap().len(), 2);
    assert_eq!(inventory["dns_records"][0]["zone_name"], "example.com");
}
