//! The providers that sites are made with.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A provider that is asked over its API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Hetzner Cloud: servers.
    Hetzner,
    /// Cloudflare: names.
    Cloudflare,
    /// Stripe: money.
    Stripe,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hetzner, Self::Cloudflare, Self::Stripe];

    /// The word it is configured, stored and printed under: `hetzner`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hetzner => "hetzner",
            Self::Cloudflare => "cloudflare",
            Self::Stripe => "stripe",
        }
    }
}

/// The name: `Hetzner`.
impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Hetzner => "Hetzner",
            Self::Cloudflare => "Cloudflare",
            Self::Stripe => "Stripe",
        })
    }
}
