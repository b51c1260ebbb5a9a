//! Who may call. A bad token is refused differently by the parts of the API: clients must take any of these for "bad
//! credential".

use super::Cloudflare;
use super::answer::Refusal;
use crate::exchange::Request;

impl Cloudflare {
    /// Checks the token of a request.
    pub(super) fn admit(&self, request: &Request) -> Result<(), Refusal> {
        let Some(header) = request.headers.get("authorization") else {
            return Err(without_token(request));
        };
        let token = header.strip_prefix("Bearer ").unwrap_or_default();
        let well_formed = !token.is_empty()
            && token
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !well_formed {
            return Err(Refusal::wrapping(
                400,
                (6003, "Invalid request headers"),
                6111,
                "Invalid format for Authorization header",
            ));
        }
        if token == self.token {
            return Ok(());
        }
        Err(match request.parts().as_slice() {
            ["user", "tokens", ..] => Refusal::new(401, 1000, "Invalid API Token"),
            ["zones", _, _, ..] => Refusal::new(403, 10_000, "Authentication error"),
            _ => Refusal::new(403, 9109, "Invalid access token"),
        })
    }
}

/// The refusal of a request without a token: global API keys are not ours.
fn without_token(request: &Request) -> Refusal {
    if request.headers.contains_key("x-auth-key") {
        Refusal::new(403, 9103, "Unknown X-Auth-Key or X-Auth-Email")
    } else {
        Refusal::new(
            400,
            9106,
            "Missing X-Auth-Key, X-Auth-Email or Authorization headers",
        )
    }
}
