//! A webhook of Discord: <https://discord.com/developers/docs/resources/webhook>. Its address is the secret.

use serde_json::{Value, json};

use super::keep;
use crate::exchange::{Provider, Request, Response};

/// The most characters a message may have.
const LONGEST: usize = 2_000;

/// One webhook, and what came to it.
#[derive(Debug, Clone)]
pub struct Discord {
    id: String,
    token: String,
    messages: Vec<Value>,
    last: u64,
}

impl Discord {
    /// A webhook with this address.
    pub const fn new(id: String, token: String) -> Self {
        Self {
            id,
            token,
            messages: Vec::new(),
            last: 0,
        }
    }

    fn execute(&mut self, request: &Request, now: i64) -> Response {
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
            return problem(400, 50_109, "The request body contains invalid JSON.");
        };
        let content = body["content"].as_str().unwrap_or_default();
        if content.is_empty() {
            return problem(400, 50_006, "Cannot send an empty message");
        }
        if content.chars().count() > LONGEST {
            return problem(400, 50_035, "Invalid Form Body");
        }
        self.last += 1;
        let message = json!({
            "id": format!("{}", 1_400_000_000_000_000_000 + self.last),
            "content": content,
            "webhook_id": self.id,
            "author": {"username": body["username"]},
            "allowed_mentions": body["allowed_mentions"],
            "flags": body["flags"],
            "received": now,
        });
        keep(&mut self.messages, message.clone());
        if request.field("wait") == Some("true") {
            Response::json(200, message)
        } else {
            Response::empty()
        }
    }
}

fn problem(status: u16, code: u32, message: &str) -> Response {
    Response::json(status, json!({"message": message, "code": code}))
}

impl Provider for Discord {
    fn handle(&mut self, request: &Request, now: i64) -> Response {
        let parts = request.parts();
        let ["api", "webhooks", id, token] = parts.as_slice() else {
            return problem(404, 0, "404: Not Found");
        };
        if *id != self.id {
            return problem(404, 10_015, "Unknown Webhook");
        }
        if *token != self.token {
            return problem(401, 50_027, "Invalid Webhook Token");
        }
        match request.method.as_str() {
            "POST" => self.execute(request, now),
            "GET" => Response::json(200, json!({"id": self.id, "type": 1, "name": "operations"})),
            _ => problem(405, 0, "405: Method Not Allowed"),
        }
    }

    fn failure(&self, status: u16, _now: i64) -> Response {
        if status != 429 {
            return problem(status, 0, "upstream connect error");
        }
        let body =
            json!({"message": "You are being rate limited.", "retry_after": 0.65, "global": false});
        let mut response = Response::json(429, body);
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        response.headers = vec![
            header("retry-after", "1"),
            header("x-ratelimit-limit", "5"),
            header("x-ratelimit-remaining", "0"),
            header("x-ratelimit-reset-after", "0.65"),
            header("x-ratelimit-scope", "user"),
        ];
        response
    }

    fn read_only(&self, _now: i64) -> Response {
        problem(403, 50_013, "Missing Permissions")
    }

    fn inventory(&self) -> Value {
        json!({"messages": self.messages})
    }
}
