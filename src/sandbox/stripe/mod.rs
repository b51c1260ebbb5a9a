//! Stripe: customers, prices, subscriptions, invoices, payments, webhooks and test clocks, in the shapes of API version
//! 2026-10-28.endive. <https://docs.stripe.com/api>
//!
//! Paths are those under `/v1`. What is due by itself happens when the next request comes: on the clock that is given to
//! it, and for customers on a test clock when that is put forward.

mod access;
mod agenda;
mod balance;
mod book;
mod charge;
mod clock;
mod customer;
mod endpoint;
mod event;
mod expand;
mod form;
mod idempotency;
mod invoice;
mod list;
mod method;
mod params;
mod payment;
mod period;
mod price;
mod product;
mod refund;
mod refusal;
mod route;
mod subscription;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::agenda::Agenda;
use self::book::{Book, Kind, tail};
pub use self::event::Delivery;
use self::idempotency::Saved;
use self::params::Params;
use self::refusal::{Outcome, Refusal};
use crate::exchange::{Provider, Request, Response};

/// One test account of Stripe.
#[derive(Debug, Clone)]
pub struct Stripe {
    key: String,
    book: Book,
    agenda: Agenda,
    saved: Saved,
    /// Events on their way to webhook endpoints.
    outbox: Vec<Delivery>,
    /// Signing secrets by endpoint.
    secrets: BTreeMap<String, String>,
    /// Test clocks that were put forward and have not been looked at since.
    advancing: Vec<String>,
    /// Now on the real clock, in seconds since 1970-01-01 UTC.
    now: i64,
    cause: Cause,
}

/// The request that events come from.
#[derive(Debug, Clone, Default)]
struct Cause {
    request: Option<String>,
    key: Option<String>,
}

impl Stripe {
    /// An empty account with one secret key.
    pub fn new(key: &str) -> Self {
        Self {
            key: key.into(),
            book: Book::default(),
            agenda: Agenda::default(),
            saved: Saved::default(),
            outbox: Vec::new(),
            secrets: BTreeMap::new(),
            advancing: Vec::new(),
            now: 0,
            cause: Cause::default(),
        }
    }

    /// The deliveries to webhook endpoints that have not been taken yet, in the order of their events. To send one twice,
    /// or two in the other order, is what Stripe may do too.
    pub fn take_deliveries(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.outbox)
    }

    fn answer(&mut self, request: &Request, id: &str) -> Outcome {
        access::admit(request, &self.key)?;
        access::version(request)?;
        let fields = fields(request)?;
        let params = Params::of(&fields);
        self.settle_clocks();
        self.run_agenda(None, self.now);
        self.cause = Cause {
            request: Some(id.into()),
            key: idempotency::key(request).map(str::to_owned),
        };
        let answer = self.route(request, params);
        self.cause = Cause::default();
        self.expand(answer?, params)
    }
}

/// The parameters of a request: those of the query and those of the body.
fn fields(request: &Request) -> Result<Map<String, Value>, Refusal> {
    let body = form_urlencoded::parse(&request.body).into_owned();
    form::nest(request.query.iter().cloned().chain(body))
        .ok_or_else(|| Refusal::invalid("Invalid request parameters."))
}

impl Provider for Stripe {
    fn handle(&mut self, request: &Request, now: i64) -> Response {
        self.now = now.div_euclid(1_000);
        let id = format!("req_{}", tail(14));
        // A key that is not ours sees no saved answers.
        let saved = access::admit(request, &self.key)
            .ok()
            .and_then(|()| self.saved.look(request, now));
        let mut response = saved.unwrap_or_else(|| {
            let answer = self.answer(request, &id);
            let mut response = answer.map_or_else(
                |refusal| refusal.response(),
                |value| Response::json(200, value),
            );
            response.headers = vec![("Request-Id".into(), id.clone())];
            self.saved.keep(request, &response, now);
            response.headers.clear();
            response
        });
        response.headers.extend(headers(request, &id));
        response
    }

    fn failure(&self, status: u16, _now: i64) -> Response {
        let refusal = match status {
            429 => Refusal::rate_limit(),
            status => Refusal::broken(status),
        };
        let mut response = refusal.response();
        let id = format!("req_{}", tail(14));
        response.headers = vec![
            ("Request-Id".into(), id),
            ("Stripe-Version".into(), access::VERSION.into()),
        ];
        if status == 429 {
            let reason = ("Stripe-Rate-Limited-Reason".into(), "global-rate".into());
            response.headers.push(reason);
        }
        response
    }

    fn read_only(&self, _now: i64) -> Response {
        let mut response = Refusal::read_only().response();
        response.headers = vec![("Request-Id".into(), format!("req_{}", tail(14)))];
        response
    }

    fn inventory(&self) -> Value {
        let mut inventory = json!({});
        for kind in Kind::ALL {
            let living = |object: &&Value| object["deleted"] != true;
            let objects: Vec<&Value> = self.book.all(kind).iter().filter(living).collect();
            let name = kind.path().rsplit('/').next().unwrap_or_default();
            inventory[name] = json!(objects);
        }
        inventory
    }
}

/// The headers on every answer.
fn headers(request: &Request, id: &str) -> Vec<(String, String)> {
    let version = access::version(request).unwrap_or(access::VERSION);
    let mut headers = vec![
        ("Request-Id".into(), id.to_owned()),
        ("Stripe-Version".into(), version.to_owned()),
    ];
    headers.extend(idempotency::key(request).map(|key| ("Idempotency-Key".into(), key.to_owned())));
    headers
}
