//! What the mail server keeps. Its conversation is in `smtp`; a message that came in full is one request here, so that faults
//! and the call log are those of every other service.

use serde_json::{Value, json};

use super::keep;
use crate::exchange::{Provider, Request, Response};

/// A domain whose mailboxes the server does not know.
const UNKNOWN: &str = "@invalid.example";

/// The mailboxes.
#[derive(Debug, Clone)]
pub struct Mail {
    user: String,
    password: String,
    messages: Vec<Value>,
}

impl Mail {
    /// A server that this user may use.
    pub const fn new(user: String, password: String) -> Self {
        Self {
            user,
            password,
            messages: Vec::new(),
        }
    }

    /// Whether these let somebody in.
    pub fn admits(&self, user: &str, password: &str) -> bool {
        user == self.user && password == self.password
    }
}

impl Provider for Mail {
    fn handle(&mut self, request: &Request, now: i64) -> Response {
        let field = |name: &str| request.headers.get(name).cloned().unwrap_or_default();
        let to: Vec<String> = field("to").split(',').map(str::to_owned).collect();
        if to.iter().any(|to| to.ends_with(UNKNOWN)) {
            return Response::json(404, json!({"error": "no such mailbox here"}));
        }
        let message = json!({
            "from": field("from"),
            "to": to,
            "data": String::from_utf8_lossy(&request.body),
            "received": now,
        });
        keep(&mut self.messages, message);
        Response::json(200, json!({"queued": self.messages.len()}))
    }

    fn failure(&self, status: u16, _now: i64) -> Response {
        Response::json(status, json!({"error": "try again later"}))
    }

    fn read_only(&self, _now: i64) -> Response {
        Response::json(403, json!({"error": "not allowed"}))
    }

    fn inventory(&self) -> Value {
        json!({"messages": self.messages})
    }
}
