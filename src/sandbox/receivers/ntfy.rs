//! A server as ntfy is one: <https://docs.ntfy.sh/publish/>. Topics come into being when something is published to them; a token
//! opens all of them.

use serde_json::{Value, json};

use super::{has_bearer, keep};
use crate::exchange::{Provider, Request, Response};

/// The most bytes a message may have before it would become an attachment.
const LONGEST: usize = 4_096;

/// The server, and what was published.
#[derive(Debug, Clone)]
pub struct Ntfy {
    token: String,
    messages: Vec<Value>,
    last: u64,
}

impl Ntfy {
    /// A server that this token opens.
    pub const fn new(token: String) -> Self {
        Self {
            token,
            messages: Vec::new(),
            last: 0,
        }
    }

    /// Publishes what came as JSON to the root, or as text to a topic.
    fn publish(&mut self, request: &Request, topic: Option<&str>, now: i64) -> Response {
        let header = |name: &str| request.headers.get(name).map_or("", String::as_str);
        let body = match topic {
            Some(topic) => json!({
                "topic": topic,
                "title": header("title"),
                "message": String::from_utf8_lossy(&request.body),
                "sequence_id": header("x-sequence-id"),
            }),
            None => match serde_json::from_slice::<Value>(&request.body) {
                Ok(body) if body.is_object() => body,
                _ => return problem(400, 40_015, "invalid request: body must be message JSON"),
            },
        };
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let named = |topic: &str| {
            (1..=64).contains(&topic.len())
                && topic
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if !named(text("topic")) {
            return problem(400, 40_009, "invalid request: topic invalid");
        }
        let priority = body["priority"].as_i64().unwrap_or(3);
        if !(1..=5).contains(&priority) {
            return problem(400, 40_007, "invalid request: priority invalid");
        }
        if text("message").len() > LONGEST {
            return problem(
                413,
                41_301,
                "attachment too large, or bandwidth limit reached",
            );
        }
        self.last += 1;
        let message = json!({
            "id": format!("m{:011}", self.last),
            "time": now / 1_000,
            "event": "message",
            "topic": text("topic"),
            "title": text("title"),
            "message": text("message"),
            "priority": priority,
            "tags": body["tags"],
            "sequence_id": text("sequence_id"),
        });
        keep(&mut self.messages, message.clone());
        Response::json(200, message)
    }
}

fn problem(status: u16, code: u32, error: &str) -> Response {
    let body = json!({
        "code": code,
        "http": status,
        "error": error,
        "link": "https://ntfy.sh/docs/publish/",
    });
    Response::json(status, body)
}

impl Provider for Ntfy {
    fn handle(&mut self, request: &Request, now: i64) -> Response {
        let parts = request.parts();
        if let ("GET", ["v1", "health"]) = (request.method.as_str(), parts.as_slice()) {
            return Response::json(200, json!({"healthy": true}));
        }
        let given = request.headers.get("authorization");
        if !has_bearer(request, &self.token) {
            let status = if given.is_some() { 401 } else { 403 };
            return match status {
                401 => problem(401, 40_101, "unauthorized"),
                _ => problem(403, 40_301, "forbidden"),
            };
        }
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", [_, "auth"]) => Response::json(200, json!({"success": true})),
            ("POST" | "PUT", []) => self.publish(request, None, now),
            ("POST" | "PUT", [topic]) => self.publish(request, Some(topic), now),
            _ => problem(404, 40_401, "page not found"),
        }
    }

    fn failure(&self, status: u16, _now: i64) -> Response {
        match status {
            429 => problem(429, 42_901, "limit reached: too many requests"),
            _ => problem(status, 50_001, "internal server error"),
        }
    }

    fn read_only(&self, _now: i64) -> Response {
        problem(403, 40_301, "forbidden")
    }

    fn inventory(&self) -> Value {
        json!({"messages": self.messages})
    }
}
