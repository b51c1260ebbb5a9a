//! The call log: what was asked, and how it was answered. Without bodies and without headers, so without secrets.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::{Value, json};

use crate::exchange::Request;
use crate::faults::ProviderName;

/// Calls kept.
const KEPT: usize = 10_000;

/// A call.
#[derive(Debug, Serialize)]
struct Call {
    number: u64,
    /// When it came, in milliseconds since 1970-01-01 UTC.
    at: i64,
    provider: ProviderName,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    /// The status of the answer; none was sent yet, or ever, without it.
    status: Option<u16>,
    /// The fault it met, in words.
    fault: Option<String>,
}

/// A path as it is shown: of a webhook its end opens it, and is left out.
fn shown(provider: ProviderName, path: &str) -> String {
    match path.rsplit_once('/') {
        Some((before, _)) if provider == ProviderName::Discord => format!("{before}/…"),
        _ => path.to_owned(),
    }
}

/// The log.
#[derive(Debug, Default)]
pub struct Calls {
    kept: VecDeque<Call>,
    last: u64,
}

impl Calls {
    /// A call has come. Its number is for [`Calls::answered`].
    pub fn came(
        &mut self,
        at: i64,
        provider: ProviderName,
        request: &Request,
        fault: Option<String>,
    ) -> u64 {
        self.last += 1;
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Call {
            number: self.last,
            at,
            provider,
            method: request.method.clone(),
            path: shown(provider, &request.path),
            query: request.query.clone(),
            status: None,
            fault,
        });
        self.last
    }

    /// A call was answered.
    pub fn answered(&mut self, number: u64, status: u16) {
        let call = self
            .kept
            .iter_mut()
            .rev()
            .find(|call| call.number == number);
        if let Some(call) = call {
            call.status = Some(status);
        }
    }

    /// Forgets all calls.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// All calls, oldest first.
    pub fn shown(&self) -> Value {
        json!(self.kept)
    }
}
