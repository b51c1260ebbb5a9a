//! The envelope every answer comes in, and the refusals with their codes.
//!
//! There is no official list of the codes: these are what the API is seen to answer.

use serde_json::{Value, json};

use super::page::Page;
use crate::exchange::Response;

/// What a call comes to.
pub type Outcome = Result<Success, Refusal>;

/// A call that was carried out.
#[derive(Debug)]
pub struct Success {
    result: Value,
    info: Option<Value>,
    message: Option<Value>,
}

impl Success {
    /// One object.
    pub const fn of(result: Value) -> Self {
        Self {
            result,
            info: None,
            message: None,
        }
    }

    /// A page of a list.
    pub fn page(page: Page) -> Self {
        Self {
            info: Some(page.info()),
            result: Value::Array(page.items),
            message: None,
        }
    }

    /// With a message beside the result.
    pub fn saying(self, code: u32, message: impl Into<String>) -> Self {
        Self {
            message: Some(json!({ "code": code, "message": message.into(), "type": null })),
            ..self
        }
    }

    fn response(self) -> Response {
        let mut body = json!({
            "result": self.result,
            "success": true,
            "errors": [],
            "messages": self.message.into_iter().collect::<Vec<_>>(),
        });
        if let Some(info) = self.info {
            body["result_info"] = info;
        }
        Response::json(200, body)
    }
}

/// A call that was refused; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    errors: Vec<Problem>,
}

/// One of a refusal's errors.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    code: u32,
    message: String,
    /// What it comes from, for the codes that only wrap others.
    cause: Option<(u32, String)>,
}

impl Refusal {
    /// A refusal with one error.
    pub fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            errors: vec![Problem {
                code,
                message: message.into(),
                cause: None,
            }],
        }
    }

    /// A refusal whose error wraps another, in `error_chain`.
    pub fn wrapping(
        status: u16,
        outer: (u32, &str),
        code: u32,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            errors: vec![Problem {
                code: outer.0,
                message: outer.1.into(),
                cause: Some((code, message.into())),
            }],
        }
    }

    /// The body of a record that does not hold together.
    pub fn record(code: u32, message: impl Into<String>) -> Self {
        Self::wrapping(400, (1004, "DNS Validation Error"), code, message)
    }

    /// An id that is none: 32 hexadecimal digits.
    pub fn malformed_id(path: &str) -> Self {
        let message = format!(
            "Could not route to /client/v4{path}, perhaps your object identifier is invalid?"
        );
        let mut refusal = Self::new(404, 7003, message);
        refusal.errors.extend(Self::no_route().errors);
        refusal
    }

    /// A path that is none of ours.
    pub fn no_route() -> Self {
        Self::new(400, 7000, "No route for that URI")
    }

    /// The answer on the wire.
    fn response(self) -> Response {
        let errors: Vec<Value> = self.errors.into_iter().map(Problem::json).collect();
        let body = json!({ "result": null, "success": false, "errors": errors, "messages": [] });
        Response::json(self.status, body)
    }
}

impl Problem {
    fn json(self) -> Value {
        let mut value = json!({ "code": self.code, "message": self.message });
        if let Some((code, message)) = self.cause {
            value["error_chain"] = json!([{ "code": code, "message": message }]);
        }
        value
    }
}

/// The answer on the wire.
pub fn response(outcome: Outcome) -> Response {
    match outcome {
        Ok(success) => success.response(),
        Err(refusal) => refusal.response(),
    }
}
