//! Looking at a site as a visitor does.

use std::net::SocketAddr;

use async_trait::async_trait;
use drivers::probe::{self, Served};
use vocab::{Domain, Text};

/// How a site looks from outside.
#[async_trait]
pub trait Visits: Send + Sync {
    /// Whether the name resolves to this address; asked of this name server, or of the system's own.
    async fn resolves(
        &self,
        domain: &Domain,
        address: &str,
        server: Option<SocketAddr>,
    ) -> Result<(), Text>;

    /// Whether the site answers over HTTPS at this address with its own name and a certificate that is trusted; by
    /// `authority` where the web server has one of its own.
    async fn answers(
        &self,
        domain: &Domain,
        address: &str,
        authority: Option<&[u8]>,
    ) -> Result<Text, Text>;

    /// Whether it answers that it is closed for the time being.
    async fn closed(
        &self,
        domain: &Domain,
        address: &str,
        authority: Option<&[u8]>,
    ) -> Result<Text, Text>;

    /// The certificate that is shown for its name at this address, whoever has signed it.
    async fn certificate(&self, domain: &Domain, address: &str) -> Result<Served, Text>;
}

/// From this machine, over the network.
#[derive(Debug, Clone, Copy, Default)]
pub struct FromHere;

#[async_trait]
impl Visits for FromHere {
    async fn resolves(
        &self,
        domain: &Domain,
        address: &str,
        server: Option<SocketAddr>,
    ) -> Result<(), Text> {
        probe::resolves(domain.as_str(), address, server).await
    }

    async fn answers(
        &self,
        domain: &Domain,
        address: &str,
        authority: Option<&[u8]>,
    ) -> Result<Text, Text> {
        probe::visit(domain.as_str(), address, authority).await
    }

    async fn closed(
        &self,
        domain: &Domain,
        address: &str,
        authority: Option<&[u8]>,
    ) -> Result<Text, Text> {
        probe::visit_closed(domain.as_str(), address, authority).await
    }

    async fn certificate(&self, domain: &Domain, address: &str) -> Result<Served, Text> {
        probe::served(domain.as_str(), address).await
    }
}
