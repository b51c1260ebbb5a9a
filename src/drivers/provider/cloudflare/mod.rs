//! Cloudflare (<https://developers.cloudflare.com/api>): zones and DNS records.
//!
//! There is no idempotency key. A record that is there already answers a second create with a conflict; ours are told
//! from others by their comment.
//!
//! Flow: method → [`Transport`] → envelope (`success`, `errors`, `result`) → `model` types. Lists walk their pages.

mod envelope;
mod failure;
mod model;
mod records;
#[cfg(test)]
mod tests;
mod zones;

pub use model::{Record, RecordKind, Token, TokenStatus, Zone, ZoneStatus};
pub use records::{NewRecord, RecordChange, RecordFilter};

use super::access::Access;
use super::error::ProviderError;
use super::transport::Transport;

/// The address of the real API.
pub const URL: &str = "https://api.cloudflare.com/client/v4";

/// What a token of Cloudflare reaches. Cheap to clone.
#[derive(Clone)]
pub struct Cloudflare {
    transport: Transport,
}

impl Cloudflare {
    /// Fails when the address or the token cannot be used; nothing is sent.
    pub fn new(access: Access) -> Result<Self, ProviderError> {
        Ok(Self {
            transport: Transport::new(&failure::DIALECT, access)?,
        })
    }

    /// For work nobody waits for: at most half of the quota.
    #[must_use]
    pub fn for_background(&self) -> Self {
        Self {
            transport: self.transport.for_background(),
        }
    }

    /// The way out, for its quota.
    pub const fn transport(&self) -> &Transport {
        &self.transport
    }
}
