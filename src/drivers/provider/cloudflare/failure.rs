//! Cloudflare's error codes and quota headers (<https://developers.cloudflare.com/fundamentals/api/reference/limits>).
//! There is no official list of codes: what is not known goes by the status.

use reqwest::header::HeaderMap;
use serde::Deserialize;
use vocab::{Span, Time};

use crate::provider::dialect::{Dialect, Refusal, header};
use crate::provider::error::{Fault, Provider};
use crate::provider::pace::{Allowance, Quota};

/// 1200 requests in five minutes and user; one too many blocks everything of that user, the dashboard included.
pub(super) const DIALECT: Dialect = Dialect {
    provider: Provider::Cloudflare,
    allowance: Allowance {
        per_second: 4.0,
        burst: 200.0,
    },
    request_id: "cf-ray",
    version: None,
    refusal,
    quota,
};

/// An entry of `errors`.
#[derive(Debug, Deserialize)]
pub(super) struct ErrorEntry {
    #[serde(default)]
    code: u32,
    #[serde(default)]
    message: String,
    #[serde(default)]
    error_chain: Vec<ErrorEntry>,
}

#[derive(Deserialize)]
struct Body {
    errors: Vec<ErrorEntry>,
}

fn refusal(status: u16, body: &[u8]) -> Refusal {
    match serde_json::from_slice::<Body>(body) {
        Ok(body) => classified(status, &body.errors),
        Err(_) => Refusal::by_status(status),
    }
}

/// By the first error and what stands behind it.
pub(super) fn classified(status: u16, errors: &[ErrorEntry]) -> Refusal {
    let by_status = Refusal::by_status(status);
    let Some(first) = errors.first() else {
        return by_status;
    };
    let deepest = first.error_chain.last().unwrap_or(first);
    let fault = match (first.code, deepest.code) {
        (1061 | 81053 | 81054 | 81057 | 81058, _) => Fault::Conflict,
        (7000 | 7003 | 81044, _) => Fault::NotFound,
        (1000 | 10000, _) | (6003, 6111) if status < 500 => Fault::Unauthorized,
        // The same code says that the token is none, and that it may not go there.
        (9109, _) if status == 401 || first.message.starts_with("Invalid access token") => {
            Fault::Unauthorized
        }
        (9109, _) => Fault::Forbidden,
        _ => by_status.fault,
    };
    let message = if deepest.code == first.code {
        first.message.clone()
    } else {
        format!("{}: {}", first.message, deepest.message)
    };
    Refusal {
        fault,
        code: deepest.code.to_string(),
        message,
        unclear: by_status.unclear,
    }
}

/// `Ratelimit: "default";r=50;t=30` is what is left and in how many seconds it is whole again, `Ratelimit-Policy:
/// "default";q=1200;w=300` how much that is.
fn quota(headers: &HeaderMap, now: Time) -> Option<Quota> {
    let state = header(headers, "ratelimit")?;
    let remaining = parameter(state, "r")?;
    let seconds: u32 = parameter(state, "t")?;
    let limit = header(headers, "ratelimit-policy")
        .and_then(|policy| parameter(policy, "q"))
        .unwrap_or(1200);
    Some(Quota {
        limit,
        remaining,
        resets: now + Span::seconds(i64::from(seconds)),
    })
}

/// A parameter of the first entry of a structured header.
fn parameter(text: &str, name: &str) -> Option<u32> {
    let entry = text.split(',').next()?;
    entry.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        (key.trim() == name).then(|| value.trim().parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(status: u16, code: u32) -> Fault {
        let body = format!(
            r#"{{"success":false,"errors":[{{"code":{code},"message":"words"}}],"messages":[],"result":null}}"#
        );
        refusal(status, body.as_bytes()).fault
    }

    #[test]
    fn each_code_has_its_class() {
        for (status, code, expected) in [
            (400, 81057, Fault::Conflict),
            (400, 81058, Fault::Conflict),
            (400, 81053, Fault::Conflict),
            (400, 1061, Fault::Conflict),
            (404, 81044, Fault::NotFound),
            (404, 7003, Fault::NotFound),
            (400, 7003, Fault::NotFound),
            (403, 10000, Fault::Unauthorized),
            (401, 1000, Fault::Unauthorized),
            (403, 9109, Fault::Forbidden),
            (400, 9021, Fault::Invalid),
            (500, 10000, Fault::Unavailable),
        ] {
            assert_eq!(fault(status, code), expected, "{code}");
        }
        assert!(matches!(fault(429, 10100), Fault::RateLimited { .. }));
    }

    #[test]
    fn the_chain_says_what_is_wrong() {
        let body = br#"{"success":false,"errors":[{"code":1004,"message":"DNS Validation Error",
            "error_chain":[{"code":9005,"message":"Content for A record must be a valid IPv4 address."}]}]}"#;
        let read = refusal(400, body);
        assert_eq!(read.fault, Fault::Invalid);
        assert_eq!(read.code, "9005");
        assert_eq!(
            read.message,
            "DNS Validation Error: Content for A record must be a valid IPv4 address."
        );
        let malformed =
            br#"{"success":false,"errors":[{"code":6003,"message":"Invalid request headers",
            "error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}]}"#;
        assert_eq!(refusal(400, malformed).fault, Fault::Unauthorized);
        assert_eq!(refusal(403, b"<html>no</html>").fault, Fault::Forbidden);
        assert_eq!(refusal(400, br#"{"errors":[]}"#).fault, Fault::Invalid);
    }

    #[test]
    fn the_quota_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert("ratelimit", r#""default";r=50;t=30"#.parse().unwrap());
        headers.insert("ratelimit-policy", r#""burst";q=100;w=60"#.parse().unwrap());
        let read = quota(&headers, Time::from_seconds(1000)).unwrap();
        assert_eq!((read.limit, read.remaining), (100, 50));
        assert_eq!(read.resets, Time::from_seconds(1030));
        headers.insert("ratelimit", r#""default";r=;t=-3"#.parse().unwrap());
        assert_eq!(quota(&headers, Time::default()), None);
    }
}
