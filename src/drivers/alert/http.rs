//! The one way out to receivers that speak HTTP: a deadline, no redirects, no secret in an error.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, Url};
use serde_json::Value;
use tokio::time::timeout;
use vocab::mask::{MASK, mask};
use vocab::{Secret, Span, Text};

use super::{AlertError, AlertTrouble};
use crate::provider::wire;

/// The longest an exchange may take.
const LONGEST: Duration = Duration::from_secs(20);

/// A receiver. Holds what must not be said.
pub(super) struct Http {
    client: Client,
    secret: Option<Secret>,
}

/// A good answer.
pub(super) struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Http {
    /// For one base address. Fails when it is neither https nor on this machine.
    pub fn new(base: &Url, secret: Option<Secret>) -> Result<Self, AlertError> {
        let refused = |words: &str| AlertError::new(AlertTrouble::Refused, words);
        match base.scheme() {
            "https" if base.has_host() => {}
            "http" if wire::is_loopback(base) => {}
            "http" => {
                return Err(refused(
                    "the address is http: secrets go over https only, except to this machine itself",
                ));
            }
            _ => return Err(refused("the address is not https")),
        }
        let client = wire::client(base).map_err(|error| refused(&wire::root_words(&error)))?;
        Ok(Self { client, secret })
    }

    /// A client to build requests with.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The secret, when there is one.
    pub fn secret(&self) -> &str {
        self.secret.as_ref().map_or("", Secret::expose)
    }

    /// One request and its answer.
    pub async fn exchange(&self, request: RequestBuilder) -> Result<Answer, AlertError> {
        match timeout(LONGEST, self.try_exchange(request)).await {
            Ok(answered) => answered,
            Err(_) => Err(AlertError::new(
                AlertTrouble::Deadline,
                format!("no answer within {}", Span::from(LONGEST)),
            )),
        }
    }

    async fn try_exchange(&self, request: RequestBuilder) -> Result<Answer, AlertError> {
        // An error of the client names the address, which may be the secret itself.
        let sent = request.send().await.map_err(|error| {
            self.error(
                AlertTrouble::Unreachable,
                &wire::root_words(&error.without_url()),
            )
        })?;
        let status = sent.status().as_u16();
        let headers = sent.headers().clone();
        let body = wire::read(sent).await;
        let body = match body {
            Ok(body) => body,
            Err(words) if status < 400 => {
                return Err(self.error(AlertTrouble::Unreadable, &words));
            }
            Err(_) => Vec::new(),
        };
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if (200..300).contains(&status) {
            return Ok(Answer { status, body });
        }
        Err(self.refused(status, &headers, &body))
    }

    fn refused(&self, status: u16, headers: &HeaderMap, body: &Value) -> AlertError {
        let trouble = match status {
            401 | 403 | 404 => AlertTrouble::Unauthorized,
            429 => AlertTrouble::RateLimited,
            408 | 425 | 500.. => AlertTrouble::Unavailable,
            400..500 => AlertTrouble::Refused,
            _ => AlertTrouble::Unreadable,
        };
        let said = ["message", "error", "detail"]
            .iter()
            .find_map(|name| body.get(name).and_then(Value::as_str));
        let words = said.map_or_else(
            || format!("HTTP {status}"),
            |said| format!("HTTP {status}: {}", said.trim_end_matches('.')),
        );
        // Discord says it in its body too, more exactly.
        let in_body = body.get("retry_after").and_then(Value::as_f64);
        let in_body = in_body.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let mut error = self.error(trouble, &words);
        error.ordered = wire::ordered_wait(headers).max(in_body).map(Span::from);
        error
    }

    /// Without the secret: an answer that repeats it must not carry it into an error.
    fn error(&self, trouble: AlertTrouble, words: &str) -> AlertError {
        let secret = self.secret();
        let words = if secret.len() < 8 {
            mask(words)
        } else {
            mask(&words.replace(secret, MASK))
        };
        AlertError::new(trouble, words.as_str())
    }
}

/// A URL out of the fleet file or a secret. The text is not repeated.
pub(super) fn url(what: &str, text: &str) -> Result<Url, AlertError> {
    Url::parse(text.trim())
        .map_err(|_| AlertError::new(AlertTrouble::Refused, format!("{what} is no URL")))
}

/// What a good answer comes to in words.
pub(super) fn taken(answer: &Answer, id: &str) -> Text {
    let number = answer.body.get(id).and_then(Value::as_str);
    Text::line(number.map_or_else(
        || format!("HTTP {}", answer.status),
        |number| format!("HTTP {}, {number}", answer.status),
    ))
}
