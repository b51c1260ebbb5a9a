//! Where the providers differ on the wire: codes, quota headers, request ids.

use reqwest::header::HeaderMap;
use vocab::Time;

use super::error::{Fault, Provider};
use super::pace::{Allowance, Quota};

/// A provider's way of speaking.
pub struct Dialect {
    pub(super) provider: Provider,
    /// What is granted as long as the answers say nothing else.
    pub(super) allowance: Allowance,
    /// The header with the request's id.
    pub(super) request_id: &'static str,
    /// A header that goes with every request.
    pub(super) version: Option<(&'static str, &'static str)>,
    /// Reads a refusal (status 400 to 599); the body may be anything.
    pub(super) refusal: fn(status: u16, body: &[u8]) -> Refusal,
    /// Reads the quota from an answer's headers.
    pub(super) quota: fn(headers: &HeaderMap, now: Time) -> Option<Quota>,
}

/// A refusal, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) fault: Fault,
    pub(super) code: String,
    pub(super) message: String,
    /// A change that was answered so may have happened nevertheless.
    pub(super) unclear: bool,
}

impl Refusal {
    /// From the status alone, when the body says nothing that can be read. The moment of a rate limit is filled in by the
    /// transport, which knows the wait.
    pub(super) fn by_status(status: u16) -> Self {
        let fault = match status {
            401 => Fault::Unauthorized,
            402 => Fault::Declined,
            403 => Fault::Forbidden,
            404 | 410 => Fault::NotFound,
            409 => Fault::Conflict,
            423 => Fault::Locked,
            429 => Fault::RateLimited {
                until: Time::default(),
            },
            408 | 500.. => Fault::Unavailable,
            _ => Fault::Invalid,
        };
        Self {
            fault,
            code: String::new(),
            message: format!("HTTP {status}"),
            // 408: the server gave up waiting, which says nothing of what it had read.
            unclear: status == 408 || status >= 500,
        }
    }
}

/// A header as text.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A header as a number.
pub(super) fn number<N: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<N> {
    header(headers, name)?.trim().parse().ok()
}
