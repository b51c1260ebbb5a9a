//! Cloudflare API v4: zones and their DNS records. <https://developers.cloudflare.com/api/resources/dns/>
//!
//! Paths are those under `/client/v4`. Records are also answered over DNS: see [`Cloudflare::answer`].

mod access;
mod allowance;
mod answer;
mod batch;
mod conflict;
mod content;
mod filter;
mod input;
mod page;
mod record;
mod records;
mod resolve;
mod zone;
mod zones;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::allowance::Allowance;
use self::answer::{Outcome, Refusal, Success};
use self::zone::Zone;
use crate::clock::Clock;
use crate::exchange::{Provider, Request, Response};
use crate::random;

/// For so long the token is good at first, in milliseconds.
const A_YEAR: i64 = 365 * 86_400_000;

/// One account of Cloudflare.
#[derive(Debug, Clone)]
pub struct Cloudflare {
    token: String,
    token_id: String,
    token_ends: Option<i64>,
    account: String,
    zones: Vec<Zone>,
    allowance: Allowance,
}

impl Cloudflare {
    /// An account with one API token and with active zones of the given names.
    pub fn new(token: &str, zones: &[&str]) -> Self {
        let created = Clock::default().now();
        let zones = zones.iter().map(|name| {
            let mut zone = Zone::new(name, created);
            zone.activate(created);
            zone
        });
        Self {
            token: token.into(),
            token_id: random::token(32),
            token_ends: Some(created + A_YEAR),
            account: random::token(32),
            zones: zones.collect(),
            allowance: Allowance::new(),
        }
    }

    fn route(&mut self, request: &Request, now: i64) -> Outcome {
        self.admit(request)?;
        let parts = request.parts();
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["user", "tokens", "verify"]) => Ok(self.verify(now)),
            ("GET", ["accounts"]) => Ok(self.accounts(request)),
            ("GET", ["zones"]) => Ok(self.list_zones(request)),
            ("POST", ["zones"]) => self.create_zone(request, now),
            ("GET", ["zones", zone]) => self.show_zone(request, zone),
            ("DELETE", ["zones", zone]) => self.delete_zone(request, zone),
            (method, ["zones", zone, "dns_records", rest @ ..]) => {
                let zone = self.reachable_zone(request, zone)?;
                match (method, rest) {
                    ("GET", []) => Ok(zone.list(request)),
                    ("POST", []) => zone.post(request, now),
                    ("POST", ["batch"]) => zone.batch(request, now),
                    ("GET", [record]) => zone.show(request, record),
                    ("PATCH", [record]) => zone.patch(request, record, now),
                    ("PUT", [record]) => zone.put(request, record, now),
                    ("DELETE", [record]) => zone.delete(request, record),
                    (_, [] | [_]) => Err(wrong_method(method)),
                    _ => Err(Refusal::no_route()),
                }
            }
            (method, ["zones" | "accounts"] | ["zones", _] | ["user", "tokens", "verify"]) => {
                Err(wrong_method(method))
            }
            _ => Err(Refusal::no_route()),
        }
    }

    /// A token without an end has neither `not_before` nor `expires_on` in the answer.
    fn verify(&self, now: i64) -> Success {
        let status = match self.token_ends {
            Some(ends) if ends <= now => "expired",
            _ => "active",
        };
        let mut token = json!({ "id": self.token_id, "status": status });
        if let Some(ends) = self.token_ends {
            token["expires_on"] = json!(to_the_second(ends));
        }
        Success::of(token).saying(10_000, format!("This API Token is valid and {status}"))
    }

    /// Has the token end at a moment, in milliseconds since 1970; `None` has it never end.
    pub const fn end_token(&mut self, ends: Option<i64>) {
        self.token_ends = ends;
    }
}

fn wrong_method(method: &str) -> Refusal {
    Refusal::new(
        405,
        7001,
        format!("Method {method} not available for that URI."),
    )
}

impl Provider for Cloudflare {
    fn handle(&mut self, request: &Request, now: i64) -> Response {
        let (outcome, wait) = match self.allowance.take(now) {
            Ok(()) => (self.route(request, now), None),
            Err(seconds) => (Err(allowance::exceeded()), Some(seconds)),
        };
        let mut response = answer::response(outcome);
        response.headers = self.headers(now, wait);
        response
    }

    fn failure(&self, status: u16, now: i64) -> Response {
        let (refusal, wait) = if status == 429 {
            (allowance::exceeded(), Some(1))
        } else {
            let words = "An unknown error has occurred. Please try again later.";
            (Refusal::new(status, 10_013, words), None)
        };
        let mut response = answer::response(Err(refusal));
        response.headers = self.headers(now, wait);
        response
    }

    fn read_only(&self, now: i64) -> Response {
        let refusal = Refusal::new(403, 10_000, "Authentication error");
        let mut response = answer::response(Err(refusal));
        response.headers = self.headers(now, None);
        response
    }

    fn inventory(&self) -> Value {
        let zones: Vec<Value> = self
            .zones
            .iter()
            .map(|zone| zone.json(&self.account))
            .collect();
        let records: Vec<Value> = self
            .zones
            .iter()
            .flat_map(|zone| {
                zone.records.iter().map(|record| {
                    let mut value = record.json();
                    value["zone_name"] = json!(zone.name);
                    value
                })
            })
            .collect();
        json!({ "zones": zones, "dns_records": records })
    }
}

impl Cloudflare {
    /// The headers on every answer; `Retry-After` only where something was refused for being too much.
    fn headers(&self, now: i64, wait: Option<i64>) -> Vec<(String, String)> {
        let mut headers = self.allowance.headers(now);
        headers.push(("Cf-Ray".into(), format!("{}-FRA", random::token(16))));
        headers.extend(wait.map(|seconds| ("Retry-After".into(), seconds.to_string())));
        headers
    }
}

/// A time as Cloudflare writes that of a token: `2026-01-31T12:00:07Z`.
fn to_the_second(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .unwrap_or_default()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// A time as Cloudflare writes it: `2026-01-31T12:00:07.912000Z`.
fn written(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .unwrap_or_default()
        .strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
        .to_string()
}
