//! A sandbox of the providers without hosts, with strangers' objects in it.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use vocab::Text;

use crate::admin::request;
use crate::judge::{self, Left};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A running sandbox, and what it is asked about.
#[derive(Debug)]
pub struct Providers {
    sandbox: sandbox::Running,
    admin: SocketAddr,
    addresses: Value,
}

/// A call that a provider got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// When it came, in milliseconds of the sandbox's clock.
    pub at: i64,
    /// Whose.
    pub provider: String,
    /// `GET` …
    pub method: String,
    /// Below the provider's base.
    pub path: String,
    /// The status of the answer, when there was one.
    pub status: Option<u64>,
    /// The fault it met.
    pub fault: Option<String>,
}

fn words(error: &impl ToString) -> Text {
    Text::line(error.to_string())
}

impl Providers {
    /// A new sandbox, in which making a server takes this long.
    pub async fn open(latency: Duration) -> Result<Self, Text> {
        let options = sandbox::Options {
            hosts: false,
            latency,
            ..sandbox::Options::default()
        };
        let sandbox = sandbox::start(options)
            .await
            .map_err(|error| words(&error))?;
        let addresses: Value = serde_json::from_str(&sandbox.addresses().to_string())
            .map_err(|error| words(&error))?;
        let admin = addresses["admin"].as_str().unwrap_or_default();
        let admin = admin
            .trim_start_matches("http://")
            .split('/')
            .next()
            .unwrap_or_default()
            .parse()
            .map_err(|error| words(&error))?;
        let providers = Self {
            sandbox,
            admin,
            addresses,
        };
        providers.strangers().await?;
        Ok(providers)
    }

    /// Ends the sandbox.
    pub async fn close(self) {
        self.sandbox.stop().await;
    }

    /// A provider's address and token.
    pub fn access(&self, name: &str) -> (String, String) {
        let text = |field: &str| {
            self.addresses[name][field]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        (text("url"), text("token"))
    }

    /// The name server of the zones.
    pub const fn dns(&self) -> SocketAddr {
        self.sandbox.addresses().dns
    }

    /// Asks a provider, past every client of ours: `path` below its base.
    pub async fn ask(
        &self,
        provider: &str,
        method: &str,
        path: &str,
        body: &str,
    ) -> Result<Value, Text> {
        let (url, token) = self.access(provider);
        let base = url
            .splitn(4, '/')
            .nth(3)
            .map(|path| format!("/{path}"))
            .unwrap_or_default();
        let (path, kind) = if provider == "stripe" {
            (format!("{base}/v1{path}"), FORM)
        } else {
            (format!("{base}{path}"), JSON)
        };
        request(self.admin, method, &path, Some(&token), body, kind).await
    }

    /// Asks the admin endpoint: `path` below `/admin`.
    pub async fn admin(&self, method: &str, path: &str, body: &Value) -> Result<Value, Text> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        request(
            self.admin,
            method,
            &format!("/admin{path}"),
            None,
            &body,
            JSON,
        )
        .await
    }

    /// From now on these calls go wrong; an empty list changes nothing.
    pub async fn fail(&self, faults: &Value) -> Result<(), Text> {
        if faults.as_array().is_none_or(Vec::is_empty) {
            return Ok(());
        }
        self.admin("POST", "/faults", &json!({ "faults": faults }))
            .await
            .map(drop)
    }

    /// Nothing goes wrong any more.
    pub async fn heal(&self) -> Result<(), Text> {
        self.admin("DELETE", "/faults", &Value::Null)
            .await
            .map(drop)
    }

    /// How often the rules in force were met.
    pub async fn faults_met(&self) -> Result<u64, Text> {
        let shown = self.admin("GET", "/faults", &Value::Null).await?;
        let rules = shown["faults"].as_array().cloned().unwrap_or_default();
        Ok(rules.iter().filter_map(|rule| rule["met"].as_u64()).sum())
    }

    /// Puts the providers' clock forward.
    pub async fn later(&self, seconds: u32) -> Result<(), Text> {
        self.admin("POST", "/clock", &json!({ "advance_seconds": seconds }))
            .await
            .map(drop)
    }

    /// Everything that exists.
    pub async fn inventory(&self) -> Result<Value, Text> {
        self.admin("GET", "/inventory", &Value::Null).await
    }

    /// What of it is ours, and what a stranger's.
    pub async fn left(&self) -> Result<Left, Text> {
        Ok(judge::left(&self.inventory().await?))
    }

    /// The objects of a kind that are ours: `hetzner`, `servers`.
    pub async fn ours(&self, provider: &str, kind: &str) -> Result<Vec<Value>, Text> {
        Ok(judge::ours(&self.inventory().await?, provider, kind))
    }

    /// The calls so far, oldest first.
    pub async fn calls(&self) -> Result<Vec<Call>, Text> {
        let shown = self.admin("GET", "/calls", &Value::Null).await?;
        let text = |call: &Value, field: &str| call[field].as_str().map(str::to_owned);
        let calls = shown["calls"].as_array().cloned().unwrap_or_default();
        Ok(calls
            .iter()
            .map(|call| Call {
                at: call["at"].as_i64().unwrap_or_default(),
                provider: text(call, "provider").unwrap_or_default(),
                method: text(call, "method").unwrap_or_default(),
                path: text(call, "path").unwrap_or_default(),
                status: call["status"].as_u64(),
                fault: text(call, "fault"),
            })
            .collect())
    }

    /// Empties the providers but for the strangers, and forgets faults and calls.
    pub async fn reset(&self) -> Result<(), Text> {
        self.admin("POST", "/reset", &Value::Null).await?;
        self.strangers().await
    }

    /// The zone that sites are made in.
    pub async fn zone(&self) -> Result<String, Text> {
        let zones = self
            .ask("cloudflare", "GET", "/zones?name=example.com", "")
            .await?;
        Ok(zones["result"][0]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// What is not ours, and must be there at the end as it was: [`judge::STRANGERS`] objects.
    async fn strangers(&self) -> Result<(), Text> {
        let server = json!({
            "name": "stranger", "server_type": "cx23", "image": "debian-12", "location": "nbg1",
            "labels": { "owner": "stranger" },
        });
        self.ask("hetzner", "POST", "/servers", &server.to_string())
            .await?;
        let path = format!("/zones/{}/dns_records", self.zone().await?);
        for name in ["stranger.shop.example.com", "stranger.example.com"] {
            let record = json!({
                "type": "A", "name": name, "content": "192.0.2.9", "ttl": 60, "comment": "stranger",
            });
            self.ask("cloudflare", "POST", &path, &record.to_string())
                .await?;
        }
        let customer = "name=stranger&metadata[owner]=stranger";
        self.ask("stripe", "POST", "/customers", customer).await?;
        Ok(())
    }
}
