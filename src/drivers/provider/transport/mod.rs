//! The one way out to a provider: all calls with one token share its limiter, breaker and connections.
//!
//! Flow: `read` or `change` → `attempts` (permit, waits) → `exchange` (one request, one answer).

mod attempts;
mod exchange;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::header::HeaderValue;
use reqwest::{Client, Url};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use vocab::mask::{MASK, mask};
use vocab::{Secret, Text};

use self::attempts::moment;
pub(crate) use self::exchange::{client, ordered_wait};
use super::access::{self, Access};
use super::answer::Answer;
use super::call::Call;
use super::dialect::Dialect;
use super::error::{Fault, ProviderError};
use super::failure::root_words;
use super::gate::Gate;
use super::pace::{Pace, Purpose, Quota, Standing};

/// A provider and a token. Cheap to clone; every clone shares one limiter, one breaker and one pool of connections.
///
/// Every call has a deadline. Reads are repeated, changes only when they certainly did not happen.
#[derive(Clone)]
pub struct Transport {
    shared: Arc<Shared>,
    purpose: Purpose,
}

struct Shared {
    dialect: &'static Dialect,
    base: Url,
    token: Secret,
    authorization: HeaderValue,
    client: Client,
    pace: Pace,
    gate: Mutex<Gate>,
    /// Those who wait for a permit, first come, first served; people and background work in lines of their own.
    lines: [tokio::sync::Mutex<()>; 2],
}

impl Transport {
    /// Fails when the address may not be sent a token, the token cannot be sent, or TLS cannot be set up.
    pub(super) fn new(dialect: &'static Dialect, access: Access) -> Result<Self, ProviderError> {
        let Access { url, token, pace } = access;
        let invalid = |words: &str| ProviderError::new(dialect.provider, Fault::Invalid, words);
        let base = access::base(dialect.provider, &url)?;
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .map_err(|_| invalid("the token has characters that no token has"))?;
        authorization.set_sensitive(true);
        let client = client(&base, &pace).map_err(|error| invalid(&root_words(&error)))?;
        let gate = Gate::new(&pace, dialect.allowance, Instant::now());
        let shared = Shared {
            dialect,
            base,
            token,
            authorization,
            client,
            pace,
            gate: Mutex::new(gate),
            lines: Default::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
            purpose: Purpose::Operator,
        })
    }

    /// The same for work nobody waits for, which takes at most half of the quota.
    #[must_use]
    pub fn for_background(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            purpose: Purpose::Background,
        }
    }

    /// How it stands with the quota; `None` before the first request.
    pub fn standing(&self) -> Option<Standing> {
        let now = Instant::now();
        let mut gate = self.gate();
        let at = gate.asked?;
        let said = gate.quota;
        let (limit, remaining, refill) = gate.limiter.left(now);
        let counted = Quota {
            limit,
            remaining,
            resets: moment(now + refill, now),
        };
        Some(Standing {
            quota: said.unwrap_or(counted),
            said: said.is_some(),
            at,
            closed_until: gate.closed_until(now).map(|until| moment(until, now)),
            failing: gate.breaker.open_until(now).is_some(),
        })
    }

    /// How this provider is asked.
    pub fn pace(&self) -> &Pace {
        &self.shared.pace
    }

    /// A call that changes nothing.
    pub(super) async fn read<T: DeserializeOwned>(&self, call: Call) -> Result<T, ProviderError> {
        let reply = self.perform(&call, false).await.map_err(|f| f.error)?;
        reply.decode(self)
    }

    /// A call that changes something. It is never sent again when it may have happened.
    pub(super) async fn change<T: DeserializeOwned>(&self, call: Call) -> Answer<T> {
        match self.perform(&call, true).await {
            Ok(reply) => match reply.decode(self) {
                Ok(value) => Answer::Done(value),
                Err(error) => Answer::Unknown(error),
            },
            Err(failure) if failure.unclear => Answer::Unknown(failure.error),
            Err(failure) => Answer::Not(failure.error),
        }
    }

    /// An error of this provider that was found before or after the wire.
    pub(super) fn error(&self, fault: Fault, words: impl AsRef<str>) -> ProviderError {
        ProviderError::new(
            self.shared.dialect.provider,
            fault,
            self.scrub(words.as_ref()),
        )
    }

    /// Without the token: an answer that repeats it must not carry it into an error. A token of fewer characters than
    /// this would be in any text.
    fn scrub(&self, words: &str) -> Text {
        let token = self.shared.token.expose();
        Text::line(if token.len() < 8 {
            mask(words)
        } else {
            mask(&words.replace(token, MASK))
        })
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.shared
            .gate
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
