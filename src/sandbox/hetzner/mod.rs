//! Hetzner Cloud (<https://docs.hetzner.cloud/reference/cloud>) as of October 2026: servers, actions, ssh keys,
//! firewalls, and what is offered. Without datacenters, which are gone.
//!
//! Flow: request → limit → token → [`route`] → one of the things → answer with the limit's headers. Before each request
//! the actions that are due end ([`action`]), and with them what they do to servers.

mod action;
mod catalog;
mod firewall;
mod ids;
mod input;
mod key;
mod label;
mod page;
mod refusal;
mod route;
mod server;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use action::{Actions, Start};
use firewall::Firewall;
use ids::Ids;
use key::Key;
use refusal::{Refusal, Result};
use serde_json::{Value, json};
use server::Server;
use tokio::sync::mpsc::UnboundedSender;

use crate::exchange::{Provider, Request, Response};
use crate::hosts::{Order, Work};
use crate::limit::Bucket;
use crate::random;

/// Calls that a project may make at once; one comes back every second.
const CALLS: u32 = 3_600;

/// One project of Hetzner Cloud.
#[derive(Debug, Clone)]
pub struct Hetzner {
    token: String,
    /// How long the creation of a server takes, in milliseconds; all else takes less.
    latency: i64,
    limit: Bucket,
    ids: Ids,
    servers: BTreeMap<u64, Server>,
    keys: BTreeMap<u64, Key>,
    firewalls: BTreeMap<u64, Firewall>,
    actions: Actions,
    /// Where real hosts are ordered, if they are made.
    orders: Option<UnboundedSender<Order>>,
}

/// A way in which a call goes wrong that only this provider has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Twist {
    /// 412: nothing to be had. Only the creation of a server and the change of its type can meet it.
    SoldOut,
    /// 423: another action is under way.
    Locked,
    /// The call is accepted, and the actions it starts end in this error.
    ActionError {
        /// The code: `action_failed`.
        code: String,
        /// The message.
        message: String,
    },
}

impl Hetzner {
    /// An empty project. `latency`: how long the creation of a server takes, in milliseconds.
    pub fn new(token: String, latency: i64, orders: Option<UnboundedSender<Order>>) -> Self {
        Self {
            token,
            latency,
            limit: Bucket::new(CALLS, 1_000),
            ids: Ids::unknown(),
            servers: BTreeMap::new(),
            keys: BTreeMap::new(),
            firewalls: BTreeMap::new(),
            actions: Actions::default(),
            orders,
        }
    }

    /// Carries a request out that goes wrong in a way of this provider's own.
    pub fn handle_with(&mut self, request: &Request, now: i64, twist: &Twist) -> Response {
        let refusal = match twist {
            Twist::SoldOut
                if request.path == "/servers" || request.path.ends_with("/change_type") =>
            {
                Refusal::sold_out()
            }
            Twist::Locked => Refusal::locked(),
            Twist::ActionError { code, message } => {
                self.actions.doom = Some((code.clone(), message.clone()));
                let response = self.handle(request, now);
                self.actions.doom = None;
                return response;
            }
            Twist::SoldOut => return self.handle(request, now),
        };
        self.limit.take(now);
        self.finish(refusal.response(), now)
    }

    /// A real host has done what an action asked, or says why not.
    pub fn host_reported(
        &mut self,
        action: u64,
        result: std::result::Result<(), String>,
        now: i64,
    ) {
        self.actions.host_reported(action, result, now);
    }

    /// Empties the project. The token and the limit stay.
    pub fn reset(&mut self) {
        for id in self.servers.keys().copied().collect::<Vec<_>>() {
            let order = Order {
                server: id,
                action: 0,
                work: Work::Remove,
            };
            // Where the hosts are gone already, nothing is left to remove.
            drop(self.orders.as_ref().map(|orders| orders.send(order)));
        }
        self.servers.clear();
        self.keys.clear();
        self.firewalls.clear();
        self.actions = Actions::default();
    }

    /// Ends the actions that are due, and does to the servers what follows.
    pub fn settle(&mut self, now: i64) {
        for action in self.actions.settle(now) {
            self.conclude(&action);
        }
    }

    fn answer(&mut self, request: &Request, now: i64) -> Result<Response> {
        if !self.limit.take(now) {
            return Err(Refusal::too_many_calls());
        }
        let expected = format!("Bearer {}", self.token);
        if request.headers.get("authorization") != Some(&expected) {
            return Err(Refusal::unauthorized());
        }
        route::route(self, request, now)
    }

    /// Puts the headers on that every answer has.
    fn finish(&self, mut response: Response, now: i64) -> Response {
        let headers = [
            ("RateLimit-Limit", self.limit.size().to_string()),
            ("RateLimit-Remaining", self.limit.left(now).to_string()),
            ("RateLimit-Reset", self.limit.full_at(now).to_string()),
            ("X-Correlation-Id", random::token(16)),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value));
        response.headers.extend(headers);
        response
    }

    /// Starts an action on a server, and orders the same from the real hosts where they are made.
    fn start_on_server(&mut self, server: u64, start: Start, work: Work, now: i64) -> u64 {
        let orders = self.orders.clone();
        let start = Start {
            awaits_host: orders.is_some(),
            ..start
        };
        let action = self.actions.start(start, &mut self.ids, now);
        let order = Order {
            server,
            action,
            work,
        };
        if orders.is_some_and(|orders| orders.send(order).is_err()) {
            let gone = Err("the sandbox is shutting down".to_owned());
            self.actions.host_reported(action, gone, now);
        }
        action
    }

    fn shown_action(&self, id: u64, now: i64) -> Value {
        self.actions
            .get(id)
            .map_or(Value::Null, |action| action.shown(now))
    }

    /// The answer `{"action": …}`.
    fn action_response(&self, status: u16, id: u64, now: i64) -> Response {
        Response::json(status, json!({"action": self.shown_action(id, now)}))
    }
}

impl Provider for Hetzner {
    fn handle(&mut self, request: &Request, now: i64) -> Response {
        self.settle(now);
        let response = self.answer(request, now).unwrap_or_else(Refusal::response);
        self.finish(response, now)
    }

    fn failure(&self, status: u16, now: i64) -> Response {
        self.finish(Refusal::of_status(status).response(), now)
    }

    fn read_only(&self, now: i64) -> Response {
        self.finish(Refusal::read_only().response(), now)
    }

    fn inventory(&self) -> Value {
        let shown = |servers: &BTreeMap<u64, Server>| -> Vec<Value> {
            servers
                .values()
                .map(|server| self.shown_server(server))
                .collect()
        };
        json!({
            "servers": shown(&self.servers),
            "ssh_keys": self.keys.values().map(Key::shown).collect::<Vec<_>>(),
            "firewalls": self.firewalls.values().map(|firewall| self.shown_firewall(firewall)).collect::<Vec<_>>(),
        })
    }
}
