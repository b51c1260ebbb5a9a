//! The business watched: the providers' books, quotas, visits to sites and their traffic; what is kept of them between two
//! starts, and read back at the next.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use drivers::Host;
use drivers::probe::Prober;
use hosting::Ends;
use sources::billing::Account;
use sources::sites::Visiting;
use sources::{Doors, Keeper, LogCounts, SiteCounts, SiteTarget};
use store::{Store, StoreError};
use tokio::sync::watch;
use vocab::{Domain, Provider, ReleaseId, RunId, Text, Time};
use world::money::{Billing, BillingChange};
use world::{Fact, Quota, ServerPrices, Tally};

use crate::core::Core;
use crate::executor::Role;
use crate::supervise::supervise;

/// The store as the sources' memory.
struct StoreKeeper(Store);

fn words(error: &StoreError) -> Text {
    Text::line(error.to_string())
}

fn counts(kept: store::SiteCounts) -> SiteCounts {
    SiteCounts {
        site: kept.site,
        hours: kept.hours,
        days: kept.days,
    }
}

#[async_trait]
impl Keeper for StoreKeeper {
    async fn billing(&self) -> Result<(Billing, Option<String>), Text> {
        let kept = self.0.billing().await.map_err(|error| words(&error))?;
        Ok((kept.billing, kept.mark))
    }

    async fn keep_billing(&self, change: &BillingChange, mark: &str) -> Result<(), Text> {
        let kept = self.0.put_billing(change, mark).await;
        kept.map_err(|error| words(&error))
    }

    async fn servers(&self) -> Result<Option<ServerPrices>, Text> {
        self.0.server_prices().await.map_err(|error| words(&error))
    }

    async fn keep_servers(&self, prices: &ServerPrices) -> Result<(), Text> {
        let kept = self.0.put_server_prices(prices).await;
        kept.map_err(|error| words(&error))
    }

    async fn keep_quota(&self, quota: Quota) -> Result<(), Text> {
        self.0.put_quota(quota).await.map_err(|error| words(&error))
    }

    async fn count_visits(
        &self,
        visits: Vec<(Domain, Time, Tally)>,
        now: Time,
    ) -> Result<Vec<SiteCounts>, Text> {
        let kept = self.0.count_visits(visits, now).await;
        let kept = kept.map_err(|error| words(&error))?;
        Ok(kept.into_iter().map(counts).collect())
    }

    async fn log_mark(&self, site: &Domain) -> Result<Option<String>, Text> {
        self.0.log_mark(site).await.map_err(|error| words(&error))
    }

    async fn count_log(
        &self,
        site: &Domain,
        marks: (Option<String>, String),
        read: LogCounts,
        now: Time,
    ) -> Result<Option<SiteCounts>, Text> {
        let LogCounts { hours, visitors } = read;
        let read = store::LogCounts { hours, visitors };
        let kept = self.0.count_log(site, marks, read, now).await;
        Ok(kept.map_err(|error| words(&error))?.map(counts))
    }
}

/// The ways to sites over hosting's ends.
pub(crate) struct HostingDoors(pub(crate) Arc<Ends>);

#[async_trait]
impl Doors for HostingDoors {
    fn name_server(&self) -> Option<SocketAddr> {
        self.0.name_server
    }

    async fn login(&self, server: &str, address: &str) -> Result<Arc<dyn Host>, Text> {
        self.0.machines.login(server, address).await
    }

    fn container(&self, deployment: RunId, release: &ReleaseId) -> String {
        hosting::container(deployment, release)
    }

    async fn authority(&self, site: &SiteTarget) -> Result<Option<Vec<u8>>, Text> {
        if self.0.offer.certificates != "internal" {
            let acme = self.0.offer.acme.as_ref();
            return Ok(acme.and_then(|acme| acme.authority.clone()));
        }
        let host = self.login(&site.server, &site.address).await?;
        hosting::authority(host, &site.site).await.map(Some)
    }
}

impl Core {
    /// What was known of the business when it was last written down, each with its own age.
    pub(crate) async fn recall_business(&mut self, store: &Store) -> Result<(), StoreError> {
        let kept = store.billing().await?.billing;
        if let Some(read) = kept.read {
            let change = BillingChange {
                subscriptions: kept.subscriptions.into_values().collect(),
                invoices: kept.invoices.into_values().collect(),
                movements: kept.movements.into_values().collect(),
                since: kept.since,
                read,
            };
            self.observe(Fact::BillingRead(Box::new(change)));
        }
        if let Some(prices) = store.server_prices().await? {
            self.observe(Fact::ServersPriced(Box::new(prices)));
        }
        for quota in store.quotas().await? {
            self.observe(Fact::QuotaRead(quota));
        }
        for counts in store.site_counts(drivers::clock::now()).await? {
            let store::SiteCounts {
                site, hours, days, ..
            } = counts;
            self.observe(Fact::SiteCounted {
                site,
                hours,
                days,
                read: None,
            });
        }
        Ok(())
    }

    /// Watches the business, when there are providers to ask and a store to keep what they say. A simulation tells of its
    /// own.
    pub(crate) fn watch_business(&self, sites: watch::Receiver<Vec<SiteTarget>>) {
        if self.fabric.simulation.is_some() {
            return;
        }
        let (Ok(ends), Some(store)) = (self.fabric.hosting.clone(), self.store.clone()) else {
            return;
        };
        let keeper: Arc<dyn Keeper> = Arc::new(StoreKeeper(store));
        let (events, cancel) = (self.events.clone(), self.cancel.clone());
        let start = |name: &str| (name.to_owned(), events.clone(), cancel.clone());

        let account = Account {
            stripe: ends.stripe.clone(),
            hetzner: ends.hetzner.clone(),
            installation: (hosting::INSTALLATION_NOTE, ends.installation.clone()),
            site: hosting::SITE_NOTE,
            affiliate: hosting::AFFILIATE_NOTE,
            selector: hosting::selector(&ends.installation),
        };
        let (name, to, until) = start("the source of the providers' books");
        let (context, kept) = (self.context(), keeper.clone());
        supervise(&self.tasks, name, to, until, move || {
            sources::billing::watch(context.clone(), account.clone(), kept.clone())
        });

        let transports = vec![
            (Provider::Hetzner, ends.hetzner.transport().clone()),
            (Provider::Cloudflare, ends.cloudflare.transport().clone()),
            (Provider::Stripe, ends.stripe.transport().clone()),
        ];
        // Not supervised: its last look comes after the cancelling.
        let (context, kept) = (self.context(), keeper.clone());
        self.tasks
            .spawn(sources::quota::watch(context, transports, kept));

        let stays = matches!(self.role, Role::Staying(_) | Role::Watching);
        if stays {
            let (name, to, until) = start("the source of tokens");
            let (context, cloudflare) = (self.context(), ends.cloudflare.clone());
            supervise(&self.tasks, name, to, until, move || {
                sources::tokens::watch(context.clone(), cloudflare.clone())
            });
        }

        let doors: Arc<dyn Doors> = Arc::new(HostingDoors(ends));
        let (name, to, until) = start("the source of the sites");
        let (context, prober) = (self.context(), Arc::new(Prober::new()));
        let visiting = match self.role {
            Role::Staying(_) | Role::Watching => Visiting::Always,
            Role::Passing => Visiting::Passing,
            Role::Acting | Role::Resuming => Visiting::Asked,
        };
        supervise(&self.tasks, name, to, until, move || {
            sources::sites::watch(
                visiting,
                context.clone(),
                prober.clone(),
                doors.clone(),
                keeper.clone(),
                sites.clone(),
            )
        });
    }

    /// The sites that can be visited: those that stand somewhere.
    pub(crate) fn sites_to_visit(&self) -> Vec<SiteTarget> {
        let sites = self.world.sites.values();
        sites
            .filter(|site| site.state != world::SiteState::Suspended)
            .filter(|site| !site.objects.address.is_empty())
            .map(|site| SiteTarget {
                site: site.domain.clone(),
                server: site.objects.server_name.clone(),
                address: site.objects.address.clone(),
            })
            .collect()
    }
}
