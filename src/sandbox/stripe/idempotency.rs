//! Idempotency keys: the first answer is kept and given again. <https://docs.stripe.com/api/idempotent_requests>

use std::collections::BTreeMap;

use super::refusal::Refusal;
use crate::exchange::{Request, Response};

/// How long answers are kept, in milliseconds.
const KEPT: i64 = 24 * 3_600_000;

/// Bytes of a key.
const LONGEST: usize = 255;

/// Answers by key.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    answers: BTreeMap<String, Answer>,
}

#[derive(Debug, Clone)]
struct Answer {
    path: String,
    body: Vec<u8>,
    at: i64,
    response: Response,
}

impl Saved {
    /// The answer to give again, if the key was used before, or the refusal if it was used for something else.
    /// `now` is in milliseconds since 1970-01-01 UTC.
    pub fn look(&mut self, request: &Request, now: i64) -> Option<Response> {
        let key = key(request)?;
        if key.len() > LONGEST {
            let words = format!("Idempotency keys can be at most {LONGEST} characters long.");
            return Some(Refusal::invalid(words).response());
        }
        self.answers.retain(|_, answer| now - answer.at < KEPT);
        let answer = self.answers.get(key)?;
        if answer.path != request.path || answer.body != request.body {
            return Some(Refusal::key_reused(key).response());
        }
        let mut response = answer.response.clone();
        for (name, _) in &mut response.headers {
            if name == "Request-Id" {
                "Original-Request".clone_into(name);
            }
        }
        let replayed = ("Idempotent-Replayed".into(), "true".into());
        response.headers.push(replayed);
        Some(response)
    }

    /// Keeps an answer. Those to requests that never began are not kept: they may be corrected and tried again.
    pub fn keep(&mut self, request: &Request, response: &Response, now: i64) {
        let begun = matches!(response.status, 200..=299 | 402 | 500..=599);
        if let Some(key) = key(request).filter(|_| begun) {
            let answer = Answer {
                path: request.path.clone(),
                body: request.body.clone(),
                at: now,
                response: response.clone(),
            };
            self.answers.insert(key.to_owned(), answer);
        }
    }
}

/// The key of a request: only `POST` has one.
pub fn key(request: &Request) -> Option<&str> {
    let key = request.headers.get("idempotency-key")?;
    (request.method == "POST" && !key.is_empty()).then_some(key)
}
