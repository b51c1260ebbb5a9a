//! The sandbox over its sockets, as a client meets it.

mod client;
mod faults;
mod hosts;

use std::time::Duration;

use client::{ask, call};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::timeout;

use super::*;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A sandbox whose servers take 20 ms, without hosts.
async fn sandbox() -> Running {
    let options = Options {
        hosts: false,
        latency: Duration::from_millis(20),
        ..Options::default()
    };
    start(options).await.unwrap()
}

#[tokio::test]
async fn several_run_side_by_side() {
    let (one, other) = (sandbox().await, sandbox().await);
    assert_ne!(one.addresses().hetzner.url, other.addresses().hetzner.url);
    let body = json!({"name": "web-1", "server_type": "cx23", "image": "debian-12"});
    assert_eq!(ask(&one, "POST", "/hetzner/v1/servers", &body).await.0, 201);
    let (_, list) = ask(&other, "GET", "/hetzner/v1/servers", &Value::Null).await;
    assert_eq!(list["servers"], json!([]));
    one.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn the_addresses_are_one_line_of_json() {
    let running = sandbox().await;
    let line = running.addresses().to_string();
    assert!(!line.contains('\n'));
    let read: Value = serde_json::from_str(&line).unwrap();
    assert!(read["hetzner"]["url"].as_str().unwrap().ends_with("/v1"));
    assert_eq!(read["hetzner"]["token"].as_str().unwrap().len(), 64);
    assert!(read["admin"].as_str().unwrap().ends_with("/admin"));
    running.stop().await;
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    let options = Options {
        listen: "0.0.0.0:0".parse().unwrap(),
        hosts: false,
        ..Options::default()
    };
    assert!(matches!(start(options).await, Err(Error::NotLoopback(_))));
}

#[tokio::test]
async fn an_answer_without_a_body_has_no_content_type() {
    let running = sandbox().await;
    let key = json!({"name": "a", "public_key": hetzner::testing::KEY});
    let (_, made) = ask(&running, "POST", "/hetzner/v1/ssh_keys", &key).await;
    let path = format!("/hetzner/v1/ssh_keys/{}", made["ssh_key"]["id"]);
    let raw = call(&running, "DELETE", &path, &Value::Null, "127.0.0.1").await;
    let raw = raw.unwrap().to_ascii_lowercase();
    assert!(raw.starts_with("http/1.1 204"), "{raw}");
    assert!(!raw.contains("content-type"), "{raw}");
    assert!(raw.contains("ratelimit-limit: 3600"), "{raw}");
    running.stop().await;
}

#[tokio::test]
async fn the_admin_endpoint_shows_what_there_is_and_was_asked() {
    let running = sandbox().await;
    let body = json!({"name": "web-1", "server_type": "cx23", "image": "debian-12"});
    ask(&running, "POST", "/hetzner/v1/servers", &body).await;
    let (_, inventory) = ask(&running, "GET", "/admin/inventory", &Value::Null).await;
    assert_eq!(inventory["hetzner"]["servers"][0]["name"], "web-1");
    assert_eq!(inventory["hosts"]["state"], "api_alone");
    let (_, calls) = ask(&running, "GET", "/admin/calls", &Value::Null).await;
    let call_made = &calls["calls"][0];
    assert_eq!(call_made["method"], "POST");
    assert_eq!(call_made["path"], "/servers");
    assert_eq!(call_made["status"], 201);
    assert_eq!(
        ask(&running, "POST", "/admin/reset", &Value::Null).await.0,
        204
    );
    let (_, inventory) = ask(&running, "GET", "/admin/inventory", &Value::Null).await;
    assert_eq!(inventory["hetzner"]["servers"], json!([]));
    let from_a_page = call(&running, "GET", "/admin/calls", &Value::Null, "example.com").await;
    assert!(from_a_page.unwrap().starts_with("HTTP/1.1 403"));
    let advance = json!({"advance_seconds": 60});
    assert_eq!(ask(&running, "POST", "/admin/clock", &advance).await.0, 200);
    running.stop().await;
}

#[tokio::test]
async fn what_no_provider_can_be_given_is_refused() {
    let running = sandbox().await;
    assert_eq!(
        ask(&running, "GET", "/elsewhere", &Value::Null).await.0,
        404
    );
    let large = json!("x".repeat((1 << 20) + 1));
    assert_eq!(
        ask(&running, "POST", "/hetzner/v1/servers", &large).await.0,
        413
    );
    running.stop().await;
}

#[tokio::test]
async fn a_record_is_answered_over_dns() {
    let running = sandbox().await;
    let (_, zones) = ask(
        &running,
        "GET",
        "/cloudflare/client/v4/zones?name=example.com",
        &Value::Null,
    )
    .await;
    let records = format!(
        "/cloudflare/client/v4/zones/{}/dns_records",
        zones["result"][0]["id"].as_str().unwrap()
    );
    let record = json!({"type": "A", "name": "www.example.com", "content": "192.0.2.7", "ttl": 60});
    let (status, body) = ask(&running, "POST", &records, &record).await;
    assert_eq!(status, 200, "{body}");
    let question = [
        &[0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..],
        b"\x03www\x07example\x03com\0",
        &[0, 1, 0, 1],
    ];
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server = running.addresses().dns;
    socket.send_to(&question.concat(), server).await.unwrap();
    let mut answer = [0; 512];
    let length = timeout(PATIENCE, socket.recv(&mut answer)).await;
    let answer = &answer[..length.unwrap().unwrap()];
    assert!(answer.ends_with(&[192, 0, 2, 7]), "{answer:?}");
    running.stop().await;
}

/// What comes to a webhook endpoint first, read until it is whole.
async fn delivered(endpoint: &TcpListener) -> String {
    let (mut stream, _) = timeout(PATIENCE, endpoint.accept()).await.unwrap().unwrap();
    let mut text = String::new();
    while !text.ends_with('}') {
        let mut bytes = [0; 4_096];
        let length = stream.read(&mut bytes).await.unwrap();
        text += &String::from_utf8_lossy(&bytes[..length]);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    text
}

#[tokio::test]
async fn events_come_to_webhook_endpoints_and_twice_on_demand() {
    let running = sandbox().await;
    let endpoint = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", endpoint.local_addr().unwrap());
    let form = json!(format!("url={url}&enabled_events[]=customer.created"));
    let (status, body) = ask(&running, "POST", "/stripe/v1/webhook_endpoints", &form).await;
    assert_eq!(status, 200, "{body}");
    let path = "/webhook_deliveries/customer.created";
    let rule = json!({"faults": [{"provider": "stripe", "path": path, "kind": "duplicate"}]});
    ask(&running, "POST", "/admin/faults", &rule).await;
    let customer = json!("email=customer@example.com");
    ask(&running, "POST", "/stripe/v1/customers", &customer).await;
    let (first, second) = (delivered(&endpoint).await, delivered(&endpoint).await);
    assert!(first.contains("\"customer.created\""), "{first}");
    assert!(
        first.to_ascii_lowercase().contains("stripe-signature: t="),
        "{first}"
    );
    let body = |text: &str| text.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(&first), body(&second));
    running.stop().await;
}
