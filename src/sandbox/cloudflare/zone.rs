//! A zone: a domain whose records are kept here.

use serde_json::{Value, json};

use super::record::Record;
use super::written;
use crate::random;

/// Name servers that zones are given, two each. Names under `.example` lead nowhere.
const SERVERS: [[&str; 2]; 4] = [
    ["ada.ns.cloudflare.example", "bob.ns.cloudflare.example"],
    ["cora.ns.cloudflare.example", "dan.ns.cloudflare.example"],
    ["eva.ns.cloudflare.example", "finn.ns.cloudflare.example"],
    ["gail.ns.cloudflare.example", "hugo.ns.cloudflare.example"],
];

/// A domain and its records. Times are in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone)]
pub struct Zone {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The domain, in lower case, without a final dot.
    pub name: String,
    /// Its records, in the order in which they were created.
    pub records: Vec<Record>,
    servers: [&'static str; 2],
    created: i64,
    activated: Option<i64>,
}

impl Zone {
    /// A new zone, which nothing delegates to yet.
    pub fn new(name: &str, now: i64) -> Self {
        let pick = random::below(SERVERS.len() as u64) as usize;
        Self {
            id: random::token(32),
            name: name.to_ascii_lowercase(),
            records: Vec::new(),
            servers: SERVERS.get(pick).copied().unwrap_or(SERVERS[0]),
            created: now,
            activated: None,
        }
    }

    /// Says that the registrar points to our name servers.
    pub fn activate(&mut self, now: i64) {
        self.activated.get_or_insert(now);
    }

    /// Its name servers.
    pub const fn servers(&self) -> [&'static str; 2] {
        self.servers
    }

    /// `active`, or `pending` while it waits for the registrar.
    pub const fn status(&self) -> &'static str {
        match self.activated {
            Some(_) => "active",
            None => "pending",
        }
    }

    /// As the API shows it.
    pub fn json(&self, account: &str) -> Value {
        let modified = self.activated.unwrap_or(self.created);
        json!({
            "id": self.id,
            "name": self.name,
            "status": self.status(),
            "paused": false,
            "type": "full",
            "development_mode": 0,
            "name_servers": self.servers,
            "original_name_servers": null,
            "original_registrar": null,
            "original_dnshost": null,
            "modified_on": written(modified),
            "created_on": written(self.created),
            "activated_on": self.activated.map(written),
            "meta": {
                "step": 2,
                "custom_certificate_quota": 0,
                "page_rule_quota": 3,
                "phishing_detected": false,
            },
            "owner": { "id": null, "type": "user", "email": null },
            "account": { "id": account, "name": "Sandbox" },
            "tenant": { "id": null, "name": null },
            "tenant_unit": { "id": null },
            "permissions": ["#zone:read", "#zone:edit", "#dns_records:read", "#dns_records:edit"],
            "plan": {
                "id": "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "name": "Free Website",
                "price": 0,
                "currency": "USD",
                "frequency": "",
                "is_subscribed": false,
                "can_subscribe": false,
                "legacy_id": "free",
                "legacy_discount": false,
                "externally_managed": false,
            },
        })
    }
}
