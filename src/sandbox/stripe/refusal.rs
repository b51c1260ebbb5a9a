//! Errors in Stripe's shape. <https://docs.stripe.com/api/errors>

use serde_json::{Value, json};

use crate::exchange::Response;

/// What a call comes to.
pub type Outcome = Result<Value, Refusal>;

/// A call that was refused or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
    /// What else stands in the error: `decline_code`, `charge` …
    more: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A request that makes no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
            more: Vec::new(),
        }
    }

    /// A parameter that makes no sense.
    pub fn parameter(code: &'static str, param: &str, message: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            param: Some(param.to_owned()),
            ..Self::invalid(message)
        }
    }

    /// An object that does not exist, by the id in the path.
    pub fn no_such(what: &str, id: &str) -> Self {
        let message = format!("No such {what}: '{id}'");
        Self {
            status: 404,
            ..Self::parameter("resource_missing", "id", message)
        }
    }

    /// An object that does not exist, by the id in a parameter.
    pub fn no_such_in(param: &str, what: &str, id: &str) -> Self {
        Self::parameter("resource_missing", param, format!("No such {what}: '{id}'"))
    }

    /// A path that is none of ours.
    pub fn no_route(method: &str, path: &str) -> Self {
        let message = format!(
            "Unrecognized request URL ({method}: /v1{path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
        );
        Self {
            status: 404,
            ..Self::invalid(message)
        }
    }

    /// A key that is missing or wrong.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self {
            status: 401,
            ..Self::invalid(message)
        }
    }

    /// A restricted key without the permission to write.
    pub fn read_only() -> Self {
        Self {
            status: 403,
            ..Self::invalid(
                "The provided key does not have the required permissions for this endpoint. Having the write permission \
                 would allow this request to continue.",
            )
        }
    }

    /// A card that was declined; `charge` is the failed charge, where it came that far.
    pub fn declined(decline: &str, charge: Option<&str>) -> Self {
        let mut more = vec![
            ("advice_code", "try_again_later".to_owned()),
            ("decline_code", decline.to_owned()),
        ];
        more.extend(charge.map(|charge| ("charge", charge.to_owned())));
        Self {
            status: 402,
            kind: "card_error",
            code: Some("card_declined"),
            more,
            ..Self::invalid("Your card was declined.")
        }
    }

    /// An idempotency key that was used with other parameters.
    pub fn key_reused(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
        );
        Self {
            kind: "idempotency_error",
            ..Self::invalid(message)
        }
    }

    /// Too much at once.
    pub fn rate_limit() -> Self {
        Self {
            status: 429,
            code: Some("rate_limit"),
            ..Self::invalid(
                "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
            )
        }
    }

    /// Something that went wrong on Stripe's side.
    pub fn broken(status: u16) -> Self {
        Self {
            status,
            kind: "api_error",
            ..Self::invalid(
                "Sorry! There was an error while talking to one of our backends. Please try again.",
            )
        }
    }

    /// With a code.
    pub fn coded(self, code: &'static str) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    /// The error as it stands in answers and in payment intents.
    pub fn json(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            error["code"] = json!(code);
            error["doc_url"] = json!(format!(
                "https://stripe.com/docs/error-codes/{}",
                code.replace('_', "-")
            ));
        }
        if let Some(param) = &self.param {
            error["param"] = json!(param);
        }
        for (name, value) in &self.more {
            error[*name] = json!(value);
        }
        error
    }

    /// The answer on the wire.
    pub fn response(&self) -> Response {
        Response::json(self.status, json!({ "error": self.json() }))
    }
}
