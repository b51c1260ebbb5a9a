//! The admin endpoint: what there is, what was asked, and what is to go wrong. It is the sandbox's own, no provider's,
//! and answers on loopback alone.
//!
//! | call | does |
//! |---|---|
//! | GET `/admin/inventory` | everything that exists, by provider, and whether real hosts are made |
//! | GET `/admin/calls` | the calls so far, oldest first |
//! | GET, POST, DELETE `/admin/faults` | shows the rules with their counts, adds `{"faults": […]}`, removes all |
//! | POST `/admin/reset` | empties every provider; forgets faults and calls |
//! | POST `/admin/delegate` | `{"zone": NAME}` points the registrar at a Cloudflare zone, which becomes active |
//! | POST `/admin/token` | `{"ends_in_seconds": N}` has Cloudflare's token end then; `null` has it never end |
//! | POST `/admin/clock` | `{"advance_seconds": N}` puts the clock of all providers forward |

use serde_json::{Value, json};

use crate::exchange::{Request, Response};
use crate::faults::from_json;
use crate::house::House;

/// The most the clock is put forward at once, in seconds: ten years.
const FARTHEST: i64 = 10 * 366 * 86_400;

/// Answers a call to the admin endpoint. The path is the one under `/admin`.
pub fn handle(house: &mut House, request: &Request) -> Response {
    if !request
        .headers
        .get("host")
        .is_some_and(|host| is_loopback(host))
    {
        return problem(403, "the admin endpoint is for loopback alone");
    }
    let parts = request.parts();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["inventory"]) => Response::json(200, house.inventory()),
        ("GET", ["calls"]) => Response::json(200, json!({"calls": house.calls.shown()})),
        ("GET", ["faults"]) => Response::json(200, json!({"faults": house.faults.shown()})),
        ("POST", ["faults"]) => {
            let rules = from_json(&request.body);
            let added =
                rules.and_then(|rules| house.add_faults(rules).map_err(|error| error.to_string()));
            match added {
                Ok(()) => Response::json(201, json!({"faults": house.faults.shown()})),
                Err(error) => problem(422, &error),
            }
        }
        ("DELETE", ["faults"]) => {
            house.clear_faults();
            Response::empty()
        }
        ("POST", ["reset"]) => {
            house.reset();
            Response::empty()
        }
        ("POST", ["delegate"]) => {
            let zone = field(request, "zone");
            if house.delegate(zone.as_str().unwrap_or_default()) {
                Response::empty()
            } else {
                problem(404, "there is no such zone")
            }
        }
        ("POST", ["clock"]) => advance(house, request),
        ("POST", ["token"]) => end_token(house, request),
        (_, ["inventory" | "calls" | "faults" | "reset" | "delegate" | "clock" | "token"]) => {
            problem(405, "the method is not allowed here")
        }
        _ => problem(404, "there is no such path"),
    }
}

fn problem(status: u16, text: &str) -> Response {
    Response::json(status, json!({"error": text}))
}

/// A field of the body; null where there is none.
fn field(request: &Request, name: &str) -> Value {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    body.get(name).cloned().unwrap_or_default()
}

fn advance(house: &mut House, request: &Request) -> Response {
    match field(request, "advance_seconds").as_i64() {
        Some(seconds) if (0..=FARTHEST).contains(&seconds) => {
            house.clock.advance(seconds * 1_000);
            Response::json(200, json!({"now": house.clock.now()}))
        }
        _ => problem(
            422,
            "advance_seconds must be a number of seconds, at most ten years",
        ),
    }
}

fn end_token(house: &mut House, request: &Request) -> Response {
    let ends = match field(request, "ends_in_seconds") {
        Value::Null => None,
        given => match given.as_i64() {
            Some(seconds) if (-FARTHEST..=FARTHEST).contains(&seconds) => {
                Some(house.clock.now() + seconds * 1_000)
            }
            _ => {
                return problem(
                    422,
                    "ends_in_seconds must be a number of seconds, at most ten years, or null",
                );
            }
        },
    };
    house.end_token(ends);
    Response::json(200, json!({"token_ends": ends}))
}

/// Whether a Host header names this machine by a loopback address. A page in a browser that has its own name pointed
/// here does not.
fn is_loopback(host: &str) -> bool {
    if let Ok(address) = host.parse::<std::net::SocketAddr>() {
        return address.ip().is_loopback();
    }
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Ok(address) = bracketed.unwrap_or(host).parse::<std::net::IpAddr>() {
        return address.is_loopback();
    }
    host.split(':').next() == Some("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_loopback() {
        for host in [
            "127.0.0.1:80",
            "127.0.0.1",
            "localhost:9",
            "localhost",
            "[::1]:9",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "example.com",
            "192.0.2.1:80",
            "localhost.example.com",
            "",
            "[2001:db8::1]:9",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
