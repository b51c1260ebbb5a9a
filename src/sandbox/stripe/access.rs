//! Who may call, and in which version of the API.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::refusal::Refusal;
use crate::exchange::Request;

/// The version whose shapes are spoken here.
pub const VERSION: &str = "2026-10-28.endive";

/// The first version with these shapes: before it, periods stood on the subscription and payments on the invoice.
const FIRST: &str = "2025-03-31";

/// Checks the key of a request, given as a bearer token or as the user of Basic authentication.
pub fn admit(request: &Request, key: &str) -> Result<(), Refusal> {
    let header = request
        .headers
        .get("authorization")
        .map_or("", String::as_str);
    let given = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.to_owned()),
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => user(pair),
        _ => None,
    };
    match given {
        Some(given) if given == key => Ok(()),
        Some(given) if !given.is_empty() => {
            let end = given.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
            let message = format!("Invalid API Key provided: ****{}", &given[end..]);
            Err(Refusal::unauthorized(message))
        }
        _ => Err(Refusal::unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )),
    }
}

fn user(pair: &str) -> Option<String> {
    let bytes = STANDARD.decode(pair.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.split(':').next().unwrap_or_default().to_owned())
}

/// The version a request asks for. Older ones have other shapes: rather than answering in the wrong one, they are
/// refused.
pub fn version(request: &Request) -> Result<&str, Refusal> {
    let Some(version) = request.headers.get("stripe-version") else {
        return Ok(VERSION);
    };
    let date = version.split('.').next().unwrap_or_default();
    let shaped = date.len() == 10
        && date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if shaped && date >= FIRST {
        Ok(version)
    } else {
        Err(Refusal::invalid(format!(
            "Invalid Stripe API version: {version}"
        )))
    }
}
