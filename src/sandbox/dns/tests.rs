//! Questions over real sockets, asked by a resolver that is not ours.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RecordType;
use hickory_resolver::{Resolver, TokioResolver};
use serde_json::{Value, json};
use tokio::net::{TcpListener, UdpSocket};

use super::{serve, serve_streams};
use crate::cloudflare::Cloudflare;
use crate::exchange::{Provider, Request};

/// An account with records of all kinds.
fn account() -> Cloudflare {
    let mut account = Cloudflare::new("token", &["example.com"]);
    let mut call = |method: &str, path: &str, body: &Value| {
        let request = Request {
            method: method.into(),
            path: path.into(),
            query: Vec::new(),
            headers: BTreeMap::from([("authorization".into(), "Bearer token".into())]),
            body: body.to_string().into_bytes(),
        };
        let answer = account.handle(&request, 1_763_700_000_000);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body.unwrap()["result"].clone()
    };
    let zones = call("GET", "/zones", &Value::Null);
    let path = format!("/zones/{}/dns_records", zones[0]["id"].as_str().unwrap());
    let records = [
        json!({ "type": "A", "name": "www", "content": "192.0.2.1", "ttl": 60 }),
        json!({ "type": "A", "name": "www", "content": "192.0.2.2", "ttl": 60 }),
        json!({ "type": "AAAA", "name": "www", "content": "2001:db8::7" }),
        json!({ "type": "A", "name": "hidden", "content": "192.0.2.9", "proxied": true }),
        json!({ "type": "CNAME", "name": "alias", "content": "www.example.com" }),
        json!({ "type": "CNAME", "name": "@", "content": "www.example.com" }),
        json!({ "type": "A", "name": "*.wild", "content": "192.0.2.3" }),
        json!({ "type": "TXT", "name": "wild", "content": "\"one\" \"two\"" }),
        json!({ "type": "TXT", "name": "long", "content": "x".repeat(1_500) }),
        json!({ "type": "MX", "name": "mail", "content": "mx.example.com", "priority": 10 }),
        json!({ "type": "CAA", "name": "mail",
            "data": { "flags": 0, "tag": "issue", "value": "letsencrypt.org" } }),
        json!({ "type": "SRV", "name": "_sip._tcp",
            "data": { "priority": 1, "weight": 5, "port": 443, "target": "www.example.com" } }),
    ];
    for record in &records {
        call("POST", &path, record);
    }
    account
}

/// Two sockets of one port: what is free for one protocol may be taken for the other.
async fn sockets() -> (UdpSocket, TcpListener) {
    loop {
        let socket = UdpSocket::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        if let Ok(listener) = TcpListener::bind(socket.local_addr().unwrap()).await {
            return (socket, listener);
        }
    }
}

/// A name server on loopback, and a resolver that asks it.
async fn resolver() -> TokioResolver {
    let account = Arc::new(account());
    let (socket, listener) = sockets().await;
    let address = socket.local_addr().unwrap();
    let shared = Arc::clone(&account);
    tokio::spawn(serve(socket, move |name, kind| shared.answer(name, kind)));
    tokio::spawn(serve_streams(listener, move |name, kind| {
        account.answer(name, kind)
    }));
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    let server = NameServerConfig::new(address.ip(), true, connections.to_vec());
    let mut builder = Resolver::builder_with_config(
        ResolverConfig::from_name_servers(vec![server]),
        TokioRuntimeProvider::default(),
    );
    builder.options_mut().cache_size = 0;
    builder.options_mut().use_hosts_file = ResolveHosts::Never;
    builder.build().unwrap()
}

/// The data of the answers, as text.
async fn asked(resolver: &TokioResolver, name: &str, kind: RecordType) -> Vec<String> {
    let found = resolver.lookup(name, kind).await.unwrap();
    let mut lines: Vec<String> = found
        .answers()
        .iter()
        .filter(|record| record.record_type() == kind)
        .map(|record| record.data.to_string())
        .collect();
    lines.sort();
    lines
}

/// How a question is told no.
async fn told_no(resolver: &TokioResolver, name: &str, kind: RecordType) -> (ResponseCode, bool) {
    match resolver.lookup(name, kind).await {
        Err(NetError::Dns(DnsError::NoRecordsFound(none))) => {
            (none.response_code, none.soa.is_some())
        }
        Err(NetError::Dns(DnsError::ResponseCode(code))) => (code, false),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn records_of_all_kinds_are_found() {
    let resolver = resolver().await;
    let at = async |name, kind| asked(&resolver, name, kind).await;
    assert_eq!(
        at("www.example.com.", RecordType::A).await,
        ["192.0.2.1", "192.0.2.2"]
    );
    assert_eq!(
        at("WWW.Example.COM.", RecordType::AAAA).await,
        ["2001:db8::7"]
    );
    assert_eq!(
        at("mail.example.com.", RecordType::MX).await,
        ["10 mx.example.com."]
    );
    assert_eq!(
        at("mail.example.com.", RecordType::CAA).await,
        ["0 issue \"letsencrypt.org\""]
    );
    assert_eq!(at("wild.example.com.", RecordType::TXT).await, ["onetwo"]);
    assert_eq!(
        at("_sip._tcp.example.com.", RecordType::SRV).await,
        ["1 5 443 www.example.com."]
    );
    assert_eq!(at("example.com.", RecordType::NS).await.len(), 2);
    assert_eq!(at("example.com.", RecordType::SOA).await.len(), 1);
}

#[tokio::test]
async fn aliases_and_wildcards_are_followed() {
    let resolver = resolver().await;
    let at = async |name| asked(&resolver, name, RecordType::A).await;
    assert_eq!(at("alias.example.com.").await, ["192.0.2.1", "192.0.2.2"]);
    assert_eq!(at("example.com.").await, ["192.0.2.1", "192.0.2.2"]);
    assert_eq!(at("a.b.wild.example.com.").await, ["192.0.2.3"]);
    assert_eq!(
        at("hidden.example.com.").await,
        ["198.51.100.1"],
        "the proxy, not the origin"
    );
}

#[tokio::test]
async fn no_is_said_in_the_right_way() {
    let resolver = resolver().await;
    let no = async |name, kind| told_no(&resolver, name, kind).await;
    assert_eq!(
        no("none.example.com.", RecordType::A).await,
        (ResponseCode::NXDomain, true)
    );
    assert_eq!(
        no("mail.example.com.", RecordType::A).await,
        (ResponseCode::NoError, true)
    );
    assert_eq!(
        no("_tcp.example.com.", RecordType::A).await,
        (ResponseCode::NoError, true)
    );
    assert_eq!(
        no("example.net.", RecordType::A).await,
        (ResponseCode::Refused, false)
    );
}

#[tokio::test]
async fn what_does_not_fit_is_asked_again_over_tcp() {
    let resolver = resolver().await;
    let text = asked(&resolver, "long.example.com.", RecordType::TXT).await;
    assert_eq!(text, ["x".repeat(1_500)]);
}
