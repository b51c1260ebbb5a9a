//! What Hetzner Cloud says when it refuses: an HTTP status and a code, both documented
//! (<https://docs.hetzner.cloud/reference/cloud#errors>).

use serde_json::{Value, json};

use crate::exchange::Response;

/// A refused call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
    details: Value,
}

/// The result of a call.
pub type Result<T> = std::result::Result<T, Refusal>;

impl Refusal {
    /// A refusal without details.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: Value::Null,
        }
    }

    fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    /// 404: there is no such thing, or no such path.
    pub fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self::new(404, "not_found", format!("{what} with ID '{id}' not found"))
    }

    /// 404: the path leads nowhere.
    pub fn no_such_path() -> Self {
        Self::new(404, "not_found", "the requested endpoint was not found")
    }

    /// 405: the path is right and the method is not.
    pub fn method_not_allowed() -> Self {
        Self::new(
            405,
            "method_not_allowed",
            "the method is not allowed on this endpoint",
        )
    }

    /// 422: a field is wrong. `problem` reads after the field's name: `is too long`.
    pub fn invalid(field: &str, problem: &str) -> Self {
        Self::new(
            422,
            "invalid_input",
            format!("invalid input in field '{field}': {problem}"),
        )
        .with(json!({"fields": [{"name": field, "messages": [problem]}]}))
    }

    /// 409: a name or key is taken.
    pub fn taken(field: &str, message: &str) -> Self {
        Self::new(409, "uniqueness_error", message).with(json!({"fields": [{"name": field}]}))
    }

    /// 423: another action is under way.
    pub fn locked() -> Self {
        Self::new(
            423,
            "locked",
            "cannot perform operation because the item you are trying to access is locked",
        )
    }

    /// 423: the thing is protected against this.
    pub fn protected(what: &str) -> Self {
        Self::new(423, "protected", format!("{what} is protected"))
    }

    /// 412: sold out, word for word.
    pub fn sold_out() -> Self {
        Self::new(412, "resource_unavailable", "error during placement")
    }

    /// 403: the project may have no more of these.
    pub fn limit_exceeded(limit: &str) -> Self {
        Self::new(
            403,
            "resource_limit_exceeded",
            format!("{limit} limit exceeded"),
        )
        .with(json!({"limits": [{"name": limit}]}))
    }

    /// 410: the endpoint was taken away.
    pub fn gone(announcement: &str) -> Self {
        Self::new(
            410,
            "deprecated_api_endpoint",
            "this endpoint has been removed",
        )
        .with(json!({"announcement": announcement}))
    }

    /// 401: no token, or not the project's.
    pub fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "unable to authenticate")
    }

    /// 401: a token that may only look.
    pub fn read_only() -> Self {
        Self::new(
            401,
            "token_readonly",
            "the token is only allowed to perform GET requests",
        )
    }

    /// 429: too many calls.
    pub fn too_many_calls() -> Self {
        Self::new(429, "rate_limit_exceeded", "rate limit exceeded")
    }

    /// What a failure of the service itself looks like: 429, 500, 502, 503 or 504.
    pub fn of_status(status: u16) -> Self {
        match status {
            429 => Self::too_many_calls(),
            502 => Self::new(502, "bad_gateway", "bad gateway"),
            503 => Self::new(503, "unavailable", "service unavailable"),
            504 => Self::new(504, "timeout", "request timed out"),
            _ => Self::new(500, "server_error", "internal server error"),
        }
    }

    /// The answer.
    pub fn response(self) -> Response {
        Response::json(
            self.status,
            json!({"error": {
                "code": self.code,
                "message": self.message,
                "details": self.details,
            }}),
        )
    }
}
