//! The receivers as state machines: what they take, what they refuse, and in whose words.

use serde_json::{Value, json};

use super::*;
use crate::exchange::{Provider as _, Request};

const NOW: i64 = 1_795_269_728_000;

fn request(method: &str, path: &str, authorization: &str, body: &str) -> Request {
    let mut headers = std::collections::BTreeMap::new();
    if !authorization.is_empty() {
        headers.insert("authorization".to_owned(), authorization.to_owned());
    }
    Request {
        method: method.into(),
        path: path.into(),
        query: Vec::new(),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

#[test]
fn a_webhook_takes_who_knows_its_address() {
    let mut discord = Discord::new("7".into(), "secret".into());
    let body = json!({"content": "hello", "allowed_mentions": {"parse": []}}).to_string();
    let mut asked = |path: &str, body: &str| {
        let mut request = request("POST", path, "", body);
        request.query.push(("wait".into(), "true".into()));
        discord.handle(&request, NOW)
    };
    let taken = asked("/api/webhooks/7/secret", &body);
    assert_eq!(
        (taken.status, &taken.body.unwrap()["content"]),
        (200, &json!("hello"))
    );
    assert_eq!(asked("/api/webhooks/7/other", &body).status, 401);
    assert_eq!(asked("/api/webhooks/8/secret", &body).status, 404);
    assert_eq!(asked("/api/webhooks/7/secret", "{}").status, 400);
    let long = json!({"content": "x".repeat(2001)}).to_string();
    assert_eq!(asked("/api/webhooks/7/secret", &long).status, 400);
    assert_eq!(discord.inventory()["messages"].as_array().unwrap().len(), 1);
    let limited = discord.failure(429, NOW);
    assert!(limited.body.unwrap()["retry_after"].is_number());
}

#[test]
fn a_topic_takes_what_comes_with_the_token() {
    let mut ntfy = Ntfy::new("tk".into());
    let body = json!({"topic": "ops", "message": "down", "priority": 5, "sequence_id": "k"});
    let mut asked = |token: &str, body: &Value| {
        ntfy.handle(&request("POST", "/", token, &body.to_string()), NOW)
            .status
    };
    assert_eq!(asked("Bearer tk", &body), 200);
    assert_eq!(asked("Bearer no", &body), 401);
    assert_eq!(asked("", &body), 403);
    assert_eq!(
        asked("Bearer tk", &json!({"topic": "a b", "message": "x"})),
        400
    );
    assert_eq!(
        asked("Bearer tk", &json!({"topic": "a", "priority": 9})),
        400
    );
    let text = request("PUT", "/ops", "Bearer tk", "as text");
    assert_eq!(ntfy.handle(&text, NOW).status, 200);
    let kept = ntfy.inventory();
    assert_eq!(kept["messages"][0]["sequence_id"], "k");
    assert_eq!(kept["messages"][1]["message"], "as text");
}

#[test]
fn an_account_sends_and_lists() {
    let mut twilio = Twilio::new("AC1".into(), "tk".into());
    let pair = format!("Basic {}", base64_of("AC1:tk"));
    let path = "/2010-04-01/Accounts/AC1/Messages.json";
    let form = "To=%2B15005550009&From=%2B15005550006&Body=edge+is+down";
    let sent = twilio.handle(&request("POST", path, &pair, form), NOW);
    assert_eq!(
        (sent.status, &sent.body.unwrap()["num_segments"]),
        (201, &json!("1"))
    );
    for (authorization, form, status) in [
        ("Basic x", form, 401),
        (&*pair, "From=%2B1&Body=x", 400),
        (&*pair, "To=%2B15005550001&From=%2B1&Body=x", 400),
        (&*pair, "To=%2B15005550009&Body=x", 400),
    ] {
        let refused = twilio.handle(&request("POST", path, authorization, form), NOW);
        assert_eq!(refused.status, status, "{form}");
    }
    let mut list = request("GET", path, &pair, "");
    list.query.push(("To".into(), "+15005550009".into()));
    let listed = twilio.handle(&list, NOW).body.unwrap();
    assert_eq!(listed["messages"][0]["body"], "edge is down");
    assert_eq!(
        listed["messages"][0]["date_created"],
        "Sat, 21 Nov 2026 14:02:08 +0000"
    );
}

fn base64_of(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
