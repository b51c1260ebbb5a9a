//! Hetzner's error codes and quota headers (<https://docs.hetzner.cloud/reference/cloud#errors>).

use reqwest::header::HeaderMap;
use serde::Deserialize;
use vocab::Time;

use crate::provider::dialect::{Dialect, Refusal, number};
use crate::provider::error::{Fault, Provider};
use crate::provider::pace::{Allowance, Quota};

/// 3600 requests an hour and project, refilled by one a second.
pub(super) const DIALECT: Dialect = Dialect {
    provider: Provider::Hetzner,
    allowance: Allowance {
        per_second: 1.0,
        burst: 100.0,
    },
    request_id: "x-correlation-id",
    version: None,
    refusal,
    quota,
};

#[derive(Deserialize)]
struct Body {
    error: Words,
}

#[derive(Deserialize)]
struct Words {
    code: String,
    #[serde(default)]
    message: String,
}

fn refusal(status: u16, body: &[u8]) -> Refusal {
    let by_status = Refusal::by_status(status);
    let Ok(Body { error }) = serde_json::from_slice(body) else {
        return by_status;
    };
    let fault = match error.code.as_str() {
        "unauthorized" => Fault::Unauthorized,
        "token_readonly" => Fault::ReadOnly,
        "forbidden" => Fault::Forbidden,
        "not_found" | "firewall_resource_not_found" | "deprecated_api_endpoint" => Fault::NotFound,
        "uniqueness_error" | "firewall_already_applied" => Fault::Conflict,
        "locked"
        | "conflict"
        | "resource_in_use"
        | "primary_ip_assigned"
        | "server_not_stopped" => Fault::Locked,
        "protected" => Fault::Protected,
        "resource_unavailable" | "placement_error" => Fault::SoldOut,
        "resource_limit_exceeded" => Fault::LimitReached,
        "maintenance" | "server_error" | "bad_gateway" | "unavailable" | "timeout"
        | "service_error" => Fault::Unavailable,
        _ => by_status.fault,
    };
    // "Error within a service" comes as 422 and says nothing of how far it got.
    let unclear = by_status.unclear || error.code == "service_error";
    Refusal {
        fault,
        code: error.code,
        message: error.message,
        unclear,
    }
}

fn quota(headers: &HeaderMap, _now: Time) -> Option<Quota> {
    Some(Quota {
        limit: number(headers, "ratelimit-limit")?,
        remaining: number(headers, "ratelimit-remaining")?,
        resets: Time::from_seconds(number(headers, "ratelimit-reset")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(status: u16, code: &str) -> (Fault, bool) {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"words","details":null}}}}"#);
        let read = refusal(status, body.as_bytes());
        assert_eq!(read.code, code);
        (read.fault, read.unclear)
    }

    #[test]
    fn each_code_has_its_class() {
        for (status, code, expected) in [
            (400, "json_error", Fault::Invalid),
            (401, "unauthorized", Fault::Unauthorized),
            (401, "token_readonly", Fault::ReadOnly),
            (403, "forbidden", Fault::Forbidden),
            (403, "maintenance", Fault::Unavailable),
            (403, "resource_limit_exceeded", Fault::LimitReached),
            (404, "not_found", Fault::NotFound),
            (409, "uniqueness_error", Fault::Conflict),
            (409, "conflict", Fault::Locked),
            (410, "deprecated_api_endpoint", Fault::NotFound),
            (412, "resource_unavailable", Fault::SoldOut),
            (422, "invalid_input", Fault::Invalid),
            (422, "unsupported_error", Fault::Invalid),
            (422, "resource_in_use", Fault::Locked),
            (422, "server_not_stopped", Fault::Locked),
            (422, "invalid_server_type", Fault::Invalid),
            (423, "locked", Fault::Locked),
            (423, "protected", Fault::Protected),
        ] {
            assert_eq!(fault(status, code), (expected, false), "{code}");
        }
        for (status, code) in [
            (422, "service_error"),
            (500, "server_error"),
            (502, "bad_gateway"),
            (503, "unavailable"),
            (504, "timeout"),
        ] {
            assert_eq!(fault(status, code), (Fault::Unavailable, true), "{code}");
        }
        assert!(matches!(
            fault(429, "rate_limit_exceeded").0,
            Fault::RateLimited { .. }
        ));
        assert_eq!(refusal(423, b"<html>").fault, Fault::Locked);
    }
}
