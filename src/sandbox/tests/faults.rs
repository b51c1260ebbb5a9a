//! Faults, as a client meets them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{ask, call};
use super::sandbox;
use crate::Running;

const SERVERS: &str = "/hetzner/v1/servers";

async fn fault(running: &Running, rule: Value) {
    let (status, answer) = ask(running, "POST", "/admin/faults", &json!({"faults": [rule]})).await;
    assert_eq!(status, 201, "{answer}");
}

async fn create(running: &Running, name: &str) -> (u16, Value) {
    let body = json!({"name": name, "server_type": "cx23", "image": "debian-12"});
    ask(running, "POST", SERVERS, &body).await
}

async fn names(running: &Running) -> Vec<String> {
    let (_, inventory) = ask(running, "GET", "/admin/inventory", &Value::Null).await;
    let servers = inventory["hetzner"]["servers"].as_array().unwrap().clone();
    servers
        .iter()
        .map(|server| server["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_status_comes_before_or_after_the_effect() {
    let running = sandbox().await;
    for (effect, expected) in [("before", 0), ("after", 1)] {
        let rule = json!({"provider": "hetzner", "method": "POST", "path": "/servers", "kind": "status", "status": 503, "effect": effect});
        fault(&running, rule).await;
        let (status, body) = create(&running, "web-1").await;
        assert_eq!(
            (status, &body["error"]["code"]),
            (503, &json!("unavailable"))
        );
        assert_eq!(names(&running).await.len(), expected, "{effect}");
    }
    let (status, _) = create(&running, "web-1").await;
    assert_eq!(status, 409, "the rule is used up");
    running.stop().await;
}

#[tokio::test]
async fn an_answer_is_withheld_or_cut() {
    let running = sandbox().await;
    let rule =
        json!({"provider": "hetzner", "kind": "timeout", "seconds": 0.05, "effect": "after"});
    fault(&running, rule).await;
    assert_eq!(create(&running, "web-1").await.0, 0);
    let rule = json!({"provider": "hetzner", "kind": "timeout", "seconds": 0.05});
    fault(&running, rule).await;
    assert_eq!(create(&running, "web-2").await.0, 0);
    assert_eq!(names(&running).await, ["web-1"]);
    fault(&running, json!({"provider": "hetzner", "kind": "cut"})).await;
    let body = json!({"name": "web-3", "server_type": "cx23", "image": "debian-12"});
    let raw = call(&running, "POST", SERVERS, &body, "127.0.0.1")
        .await
        .unwrap();
    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
    let promised = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    assert_eq!(body.len(), promised.parse::<usize>().unwrap() / 2);
    assert_eq!(names(&running).await, ["web-1", "web-3"]);
    running.stop().await;
}

#[tokio::test]
async fn an_effect_can_come_after_the_caller_gave_up() {
    let running = sandbox().await;
    let rule = json!({"provider": "hetzner", "kind": "timeout", "seconds": 0.3, "effect": "late"});
    fault(&running, rule).await;
    let body = json!({"name": "web-1", "server_type": "cx23", "image": "debian-12"});
    // The client gives up after two seconds.
    assert_eq!(
        call(&running, "POST", SERVERS, &body, "127.0.0.1").await,
        None
    );
    assert!(names(&running).await.is_empty());
    let begun = Instant::now();
    while names(&running).await.is_empty() {
        assert!(begun.elapsed() < Duration::from_mins(1), "it never comes");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(names(&running).await, ["web-1"]);
    running.stop().await;
}

#[tokio::test]
async fn a_list_can_be_stale_and_an_answer_slow() {
    let running = sandbox().await;
    let rule = json!({"provider": "hetzner", "path": "/servers", "kind": "stale", "seconds": 30, "times": 1});
    fault(&running, rule).await;
    create(&running, "web-1").await;
    let list = async || ask(&running, "GET", SERVERS, &Value::Null).await.1["servers"].clone();
    assert_eq!(list().await, json!([]));
    assert_eq!(list().await[0]["name"], "web-1");
    fault(
        &running,
        json!({"provider": "hetzner", "kind": "slow", "milliseconds": 120}),
    )
    .await;
    let begun = Instant::now();
    assert_eq!(list().await[0]["name"], "web-1");
    assert!(begun.elapsed() >= Duration::from_millis(120));
    running.stop().await;
}

#[tokio::test]
async fn hetzner_has_faults_of_its_own() {
    let running = sandbox().await;
    for (kind, status) in [("sold_out", 412), ("locked", 423)] {
        fault(&running, json!({"provider": "hetzner", "kind": kind})).await;
        assert_eq!(create(&running, "web-1").await.0, status);
    }
    fault(
        &running,
        json!({"provider": "hetzner", "kind": "action_error", "code": "server_error"}),
    )
    .await;
    let (_, made) = create(&running, "web-1").await;
    let path = format!("/hetzner/v1/actions/{}", made["action"]["id"]);
    let action = async || ask(&running, "GET", &path, &Value::Null).await.1["action"].clone();
    let mut seen = action().await;
    while seen["status"] == "running" {
        tokio::time::sleep(Duration::from_millis(20)).await;
        seen = action().await;
    }
    assert_eq!(seen["error"]["code"], "server_error");
    running.stop().await;
}

#[tokio::test]
async fn rules_are_counted_refused_and_removed() {
    let running = sandbox().await;
    let rule = json!({"provider": "hetzner", "kind": "duplicate"});
    fault(&running, rule).await;
    assert_eq!(
        create(&running, "web-1").await.0,
        201,
        "the first answer is sent"
    );
    let (_, shown) = ask(&running, "GET", "/admin/faults", &Value::Null).await;
    assert_eq!(shown["faults"][0]["met"], 1);
    let (_, calls) = ask(&running, "GET", "/admin/calls", &Value::Null).await;
    assert_eq!(calls["calls"][0]["fault"], "duplicate");
    let wrong = json!({"faults": [{"provider": "hetzner", "kind": "status"}]});
    assert_eq!(ask(&running, "POST", "/admin/faults", &wrong).await.0, 422);
    assert_eq!(
        ask(&running, "DELETE", "/admin/faults", &Value::Null)
            .await
            .0,
        204
    );
    let (_, shown) = ask(&running, "GET", "/admin/faults", &Value::Null).await;
    assert_eq!(shown["faults"], json!([]));
    running.stop().await;
}
