//! Stripe's error types and codes (<https://docs.stripe.com/error-codes>, <https://docs.stripe.com/rate-limits>).

use serde::Deserialize;

use crate::provider::dialect::{Dialect, Refusal};
use crate::provider::error::{Fault, Provider};
use crate::provider::pace::Allowance;

/// 25 requests a second, which is what a test account and each single endpoint have.
pub(super) const DIALECT: Dialect = Dialect {
    provider: Provider::Stripe,
    allowance: Allowance {
        per_second: 25.0,
        burst: 25.0,
    },
    request_id: "request-id",
    version: Some(("Stripe-Version", "2026-10-28.endive")),
    refusal,
    quota: |_, _| None,
};

#[derive(Deserialize)]
struct Body {
    error: Words,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Words {
    r#type: String,
    code: Option<String>,
    message: Option<String>,
    param: Option<String>,
    decline_code: Option<String>,
}

fn refusal(status: u16, body: &[u8]) -> Refusal {
    let by_status = Refusal::by_status(status);
    let Ok(Body { error }) = serde_json::from_slice(body) else {
        return by_status;
    };
    let code = error.code.unwrap_or(error.r#type);
    let fault = match code.as_str() {
        "resource_missing" => Fault::NotFound,
        "idempotency_key_in_use" | "lock_timeout" => Fault::Locked,
        "idempotency_error" | "resource_already_exists" => Fault::Conflict,
        "card_declined" => Fault::Declined,
        // A missing key and one that may not do this come as 401 and 403; what else is refused is our own mistake.
        _ => by_status.fault,
    };
    let mut message = error.message.unwrap_or_default();
    for (name, detail) in [("parameter", error.param), ("reason", error.decline_code)] {
        if let Some(detail) = detail {
            message = format!("{} [{name} {detail}]", message.trim_end_matches('.'));
        }
    }
    Refusal {
        fault,
        message,
        // Another request under this very key is at work, and may be the one whose answer was lost.
        unclear: by_status.unclear || code == "idempotency_key_in_use",
        code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, error: &str) -> (Fault, bool) {
        let read = refusal(status, format!(r#"{{"error":{error}}}"#).as_bytes());
        (read.fault, read.unclear)
    }

    #[test]
    fn each_code_has_its_class() {
        for (status, error, expected) in [
            (
                401,
                r#"{"type":"invalid_request_error"}"#,
                Fault::Unauthorized,
            ),
            (403, r#"{"type":"invalid_request_error"}"#, Fault::Forbidden),
            (
                404,
                r#"{"type":"invalid_request_error","code":"resource_missing","param":"id"}"#,
                Fault::NotFound,
            ),
            (
                400,
                r#"{"type":"invalid_request_error","code":"resource_missing"}"#,
                Fault::NotFound,
            ),
            (400, r#"{"type":"idempotency_error"}"#, Fault::Conflict),
            (
                402,
                r#"{"type":"card_error","code":"card_declined"}"#,
                Fault::Declined,
            ),
            (
                400,
                r#"{"type":"invalid_request_error","code":"parameter_unknown"}"#,
                Fault::Invalid,
            ),
            (
                429,
                r#"{"type":"invalid_request_error","code":"lock_timeout"}"#,
                Fault::Locked,
            ),
        ] {
            assert_eq!(read(status, error), (expected, false), "{error}");
        }
        assert_eq!(
            read(
                409,
                r#"{"type":"idempotency_error","code":"idempotency_key_in_use"}"#
            ),
            (Fault::Locked, true)
        );
        assert_eq!(
            read(500, r#"{"type":"api_error"}"#),
            (Fault::Unavailable, true)
        );
        let limited = read(
            429,
            r#"{"type":"invalid_request_error","code":"rate_limit"}"#,
        );
        assert!(matches!(limited, (Fault::RateLimited { .. }, false)));
    }

    #[test]
    fn the_parameter_is_named() {
        let body = br#"{"error":{"type":"card_error","code":"card_declined","message":"Your card was declined.",
            "decline_code":"insufficient_funds"}}"#;
        assert_eq!(
            refusal(402, body).message,
            "Your card was declined [reason insufficient_funds]"
        );
    }
}
