//! Providers: where their API answers, and where their token is found.

use vocab::{Text, Time};

use super::credential::{self, Credential, TOKEN};
use super::value;
use crate::reader::Fields;

/// The providers that are used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Providers {
    /// Servers.
    pub hetzner: Option<Provider>,
    /// Names.
    pub cloudflare: Option<Provider>,
    /// Payments.
    pub stripe: Option<Provider>,
}

/// A provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Where its API answers, without a `/` at the end; its public address unless given. Over TLS, or on this machine.
    pub url: Option<Text>,
    /// Where its token is found.
    pub token: Credential,
    /// The day on which the token ends: its first moment in UTC.
    pub expires: Option<Time>,
}

/// Reads `[providers]`.
pub(super) fn read(mut fields: Fields<'_>) -> Providers {
    let providers = Providers {
        hetzner: fields.table("hetzner").and_then(read_one),
        cloudflare: fields.table("cloudflare").and_then(read_one),
        stripe: fields.table("stripe").and_then(read_one),
    };
    fields.finish();
    providers
}

fn read_one(mut fields: Fields<'_>) -> Option<Provider> {
    let url = fields.parsed("url", value::api);
    let sandbox = url.as_ref().is_some_and(|url| value::is_loopback(url));
    let token = credential::read(&mut fields, TOKEN, sandbox);
    let expires = value::day(&mut fields, "expires");
    let usable = fields.finish();
    let token = token?;
    usable.then_some(Provider {
        url,
        token,
        expires,
    })
}
