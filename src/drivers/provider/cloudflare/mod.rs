//! Cloudflare (<https://developers.cloudflare.com/api>): zones and DNS records.
//!
//! There is no idempotency key. A record that is there already answers a second create with a conflict; ours are told
//! from others by their comment.
//!
//! Flow: method → [`Transport`](super::Transport) → envelope (`success`, `errors`, `result`) → `model` types. Lists walk their pages.

mod envelope;
mod failure;
mod model;
mod records;
#[cfg(test)]
mod tests;
mod zones;

pub use model::{Record, RecordKind, Token, TokenStatus, Zone, ZoneStatus};
pub use records::{NewRecord, RecordChange, RecordFilter};

use super::client::{Api, Client};
use super::dialect::Dialect;

/// The address of the real API.
pub const URL: &str = "https://api.cloudflare.com/client/v4";

/// What a token of Cloudflare reaches. Cheap to clone.
pub type Cloudflare = Client<CloudflareApi>;

/// How Cloudflare is spoken to.
pub enum CloudflareApi {}

impl Api for CloudflareApi {
    const DIALECT: &'static Dialect = &failure::DIALECT;
}
