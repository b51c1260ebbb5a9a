//! One request and its answer, and what the two say about whether anything happened.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Request, Response, Url, redirect, retry};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout};
use vocab::{Span, Text, Time};

use super::Transport;
use crate::clock;
use crate::provider::body;
use crate::provider::call::{Call, Content};
use crate::provider::dialect::{Refusal, header};
use crate::provider::error::{Fault, ProviderError};
use crate::provider::failure::{Failure, root_words};
use crate::provider::pace::Pace;

impl Transport {
    /// One request and its answer, within the time for an answer.
    pub(super) async fn attempt(&self, call: &Call) -> Result<Reply, Failure> {
        let request = self.request(call)?;
        let longest = self.shared.pace.answer;
        let result = match timeout(longest, self.exchange(request)).await {
            Ok(result) => result,
            Err(_) => Err(Failure::unclear(self.error(
                Fault::Deadline,
                format!("no answer within {}", Span::from(longest)),
            ))),
        };
        let outage = result.as_ref().is_err_and(Failure::is_outage);
        let breaker = &mut self.gate().breaker;
        if outage {
            breaker.failed(Instant::now());
        } else {
            breaker.answered();
        }
        result
    }

    /// Sends a request and reads its answer.
    async fn exchange(&self, request: Request) -> Result<Reply, Failure> {
        self.gate().asked = Some(clock::now());
        let sent = self.shared.client.execute(request).await;
        let response = sent.map_err(|error| {
            let words = root_words(&error);
            if error.is_connect() {
                // No connection was made, so no request was sent.
                Failure::nothing_done(self.error(Fault::Unreachable, words))
            } else {
                Failure::unclear(self.error(Fault::Unreachable, words))
            }
        })?;
        let dialect = self.shared.dialect;
        if let Some(quota) = (dialect.quota)(response.headers(), clock::now()) {
            let mut gate = self.gate();
            gate.limiter.correct(&quota, Instant::now());
            gate.quota = Some(quota);
        }
        let request_id = header(response.headers(), dialect.request_id).map(|id| self.scrub(id));
        let status = response.status().as_u16();
        let mut failure = match status {
            200..300 => match body::read(response).await {
                Ok(body) => return Ok(Reply { body, request_id }),
                Err(words) => Failure::unclear(self.error(Fault::Unreadable, words)),
            },
            400.. => self.refused(status, response).await,
            _ => Failure::unclear(self.error(
                Fault::Unreadable,
                format!("HTTP {status}, which leads elsewhere"),
            )),
        };
        failure.error.request_id = request_id;
        Err(failure)
    }

    /// Reads a refusal. The status is enough when the body cannot be read.
    async fn refused(&self, status: u16, response: Response) -> Failure {
        let ordered = ordered_wait(response.headers()).filter(|_| matches!(status, 429 | 503));
        let refusal = match body::read(response).await {
            Ok(body) => (self.shared.dialect.refusal)(status, &body),
            Err(_) => Refusal::by_status(status),
        };
        let error = ProviderError {
            code: self.scrub(&refusal.code),
            ..self.error(refusal.fault, refusal.message)
        };
        Failure {
            error,
            unclear: refusal.unclear || status >= 500,
            ordered,
        }
    }

    /// The request as the HTTP client takes it.
    fn request(&self, call: &Call) -> Result<Request, Failure> {
        let invalid = |words: &str| Failure::nothing_done(self.error(Fault::Invalid, words));
        let mut url = self.shared.base.clone();
        url.path_segments_mut()
            .map_err(|()| invalid("the address takes no path"))?
            .pop_if_empty()
            .extend(&call.path);
        let mut builder = self
            .shared
            .client
            .request(call.method.clone(), url)
            .header(AUTHORIZATION, self.shared.authorization.clone())
            .header(ACCEPT, "application/json");
        if let Some((name, value)) = self.shared.dialect.version {
            builder = builder.header(name, value);
        }
        if let Some(key) = &call.key {
            builder = builder.header("Idempotency-Key", key.as_str());
        }
        if !call.query.is_empty() {
            builder = builder.query(&call.query);
        }
        builder = match &call.content {
            Content::None => builder,
            Content::Form(fields) => builder.form(fields),
            Content::Json(Ok(body)) => builder
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone()),
            Content::Json(Err(error)) => return Err(invalid(&error.to_string())),
        };
        builder
            .build()
            .map_err(|error| invalid(&root_words(&error)))
    }
}

/// A good answer, not yet understood.
pub(super) struct Reply {
    body: Vec<u8>,
    request_id: Option<Text>,
}

impl Reply {
    pub(super) fn decode<T: DeserializeOwned>(
        self,
        transport: &Transport,
    ) -> Result<T, ProviderError> {
        body::decode(&self.body).map_err(|words| ProviderError {
            request_id: self.request_id,
            ..transport.error(Fault::Unreadable, words)
        })
    }
}

/// The one HTTP client of a transport. It neither follows redirects, which would take the token elsewhere, nor repeats
/// requests, which is decided here.
pub(crate) fn client(base: &Url, pace: &Pace) -> reqwest::Result<Client> {
    let builder = Client::builder()
        .user_agent(concat!("wheelhouse/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .connect_timeout(pace.connect)
        // A connection that idles longer may have been closed by the other side, which is seen only after sending.
        .pool_idle_timeout(Duration::from_secs(20));
    if base.scheme() == "http" {
        // Only loopback gets here: no proxy, and no need for the system's roots, which may be missing.
        let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map(|tls| tls.with_root_certificates(RootCertStore::empty()));
        return match tls {
            Ok(tls) => builder
                .no_proxy()
                .tls_backend_preconfigured(tls.with_no_client_auth())
                .build(),
            Err(_) => builder.no_proxy().build(),
        };
    }
    builder.https_only(true).build()
}

/// `Retry-After`: seconds, or a date (RFC 9110, 10.2.3).
pub(crate) fn ordered_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date: Time = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().into();
    Some(date.since(clock::now()).duration())
}
