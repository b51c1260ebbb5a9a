//! What sources of the business remember from one start to the next: given to them by whoever has the store.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use drivers::Host;
use vocab::{Domain, ReleaseId, RunId, Text, Time};
use world::money::{Billing, BillingChange};
use world::{Quota, ServerPrices, Tally};

/// Counts of a site that are whole: each is all that is known of its hour or day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteCounts {
    /// The site.
    pub site: Domain,
    /// By the beginning of the hour.
    pub hours: Vec<(Time, Tally)>,
    /// By the beginning of the day.
    pub days: Vec<(Time, Tally)>,
}

/// What a stretch of a web server's log came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogCounts {
    /// By the beginning of the hour.
    pub hours: Vec<(Time, Tally)>,
    /// Visitors, each by a number of its own, with the beginning of the day.
    pub visitors: Vec<(Time, u64)>,
}

/// Remembers. Each call is kept whole or not at all; an error says why in words.
#[async_trait]
pub trait Keeper: Send + Sync {
    /// What the payment provider said, with the reader's own word of how far it has read.
    async fn billing(&self) -> Result<(Billing, Option<String>), Text>;

    /// Keeps a look at the payment provider, and how far it has read with that.
    async fn keep_billing(&self, change: &BillingChange, mark: &str) -> Result<(), Text>;

    /// What servers cost.
    async fn servers(&self) -> Result<Option<ServerPrices>, Text>;

    /// Keeps what servers cost.
    async fn keep_servers(&self, prices: &ServerPrices) -> Result<(), Text>;

    /// Keeps what is left of a quota.
    async fn keep_quota(&self, quota: Quota) -> Result<(), Text>;

    /// Adds visits to the hours they were made in.
    async fn count_visits(
        &self,
        visits: Vec<(Domain, Time, Tally)>,
        now: Time,
    ) -> Result<Vec<SiteCounts>, Text>;

    /// How far a site's log was read.
    async fn log_mark(&self, site: &Domain) -> Result<Option<String>, Text>;

    /// Adds what was read of a site's log between two marks; `None`, and nothing added, when another process has read on
    /// from the first one already.
    async fn count_log(
        &self,
        site: &Domain,
        marks: (Option<String>, String),
        counts: LogCounts,
        now: Time,
    ) -> Result<Option<SiteCounts>, Text>;
}

/// A site that is watched: its name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteTarget {
    /// Its name.
    pub site: Domain,
    /// Its server's name.
    pub server: String,
    /// Its server's address.
    pub address: String,
}

/// The ways to sites.
#[async_trait]
pub trait Doors: Send + Sync {
    /// The name server that is asked for addresses; the system's own unless given.
    fn name_server(&self) -> Option<SocketAddr>;

    /// The server of sites by this name at this address.
    async fn login(&self, server: &str, address: &str) -> Result<Arc<dyn Host>, Text>;

    /// What the container is called that serves a release of a deployment.
    fn container(&self, deployment: RunId, release: &ReleaseId) -> String;

    /// The authority (PEM) that a site's certificate must be of; `None` for the public ones.
    async fn authority(&self, site: &SiteTarget) -> Result<Option<Vec<u8>>, Text>;
}
