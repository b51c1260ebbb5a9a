//! The real parts that runs are made with, at a pace for tests: long enough for what the sandbox carries out late, short
//! enough for thousands of runs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use archive::retention::Retention;
use async_trait::async_trait;
use drivers::provider::{Access, BreakerPace, Cloudflare, Hetzner, Pace, Stripe};
use drivers::storage::FolderStorage;
use hosting::{Affiliate, Book, Ends, Keys, Offer, Vault, Visits, Waits};
use store::Store;
use vocab::{AffiliateName, Currency, Domain, Money, Region, RunId, Secret, Span, Text};
use world::{Backup, ServerPrices, Site};

use crate::played::PlayedMachines;

/// How long something may still come about at the providers after a time-out: more than the faults here are late by.
pub const SETTLE: Span = Span::millis(300);

/// The folder of backups, beside the journal.
pub const BACKUPS: &str = "backups";

/// A provider's address and token.
pub type Door = (String, String);

/// The store as the books.
pub struct Books(pub Store);

#[async_trait]
impl Book for Books {
    async fn put(&self, site: &Site) -> Result<(), Text> {
        self.0.put_site(site).await.map_err(|error| words(&error))
    }

    async fn remove(&self, domain: &Domain) -> Result<(), Text> {
        self.0
            .remove_site(domain)
            .await
            .map_err(|error| words(&error))
    }

    async fn get(&self, domain: &Domain) -> Result<Option<Site>, Text> {
        self.0.site(domain).await.map_err(|error| words(&error))
    }

    async fn put_backup(&self, backup: &Backup) -> Result<(), Text> {
        self.0
            .put_backup(backup)
            .await
            .map_err(|error| words(&error))
    }

    async fn remove_backup(&self, id: RunId) -> Result<(), Text> {
        self.0
            .remove_backup(id)
            .await
            .map_err(|error| words(&error))
    }

    async fn backups(&self, domain: &Domain) -> Result<Vec<Backup>, Text> {
        let backups = self.0.backups().await.map_err(|error| words(&error))?;
        let of_site = backups
            .into_iter()
            .filter(|backup| backup.domain == *domain);
        Ok(of_site.collect())
    }

    async fn all(&self) -> Result<Vec<Site>, Text> {
        self.0.sites().await.map_err(|error| words(&error))
    }

    async fn prices(&self) -> Result<Option<ServerPrices>, Text> {
        let prices = self.0.server_prices().await;
        prices.map_err(|error| words(&error))
    }

    async fn put_prices(&self, prices: &ServerPrices) -> Result<(), Text> {
        let kept = self.0.put_server_prices(prices).await;
        kept.map_err(|error| words(&error))
    }
}

fn words(error: &impl ToString) -> Text {
    Text::line(error.to_string())
}

/// How patiently a saga is driven here.
pub fn pace(attempts: u32) -> saga::Pace {
    saga::Pace {
        look_every: Span::millis(10),
        retry_first: Span::millis(20),
        retry_longest: Span::millis(200),
        budget: Span::seconds(20),
        attempts,
    }
}

/// How patiently a provider is asked here, with this long for an answer: the breaker never opens.
pub fn patience(answer: Duration) -> Pace {
    Pace {
        answer,
        deadline: Duration::from_secs(5),
        first_wait: Duration::from_millis(20),
        first_look: Duration::from_millis(20),
        longest_look: Duration::from_millis(100),
        breaker: BreakerPace {
            failures: 1_000,
            within: Duration::from_secs(1),
            probe: Duration::from_millis(50),
        },
        ..Pace::default()
    }
}

/// The open ends to the providers at these doors, with keys and releases in a folder; servers and visitors are played.
pub fn ends(
    [hetzner, cloudflare, stripe]: [&Door; 3],
    folder: &Path,
    visits: Arc<dyn Visits>,
    patience: &Pace,
) -> Result<Ends, Text> {
    let access = |url: String, token: &str| Access {
        pace: patience.clone(),
        ..Access::new(url, Secret::new(token.to_owned()))
    };
    let stripe_url = format!("{}/v1", stripe.0);
    Ok(Ends {
        hetzner: Hetzner::new(access(hetzner.0.clone(), &hetzner.1))
            .map_err(|error| words(&error))?,
        cloudflare: Cloudflare::new(access(cloudflare.0.clone(), &cloudflare.1))
            .map_err(|error| words(&error))?,
        stripe: Stripe::new(access(stripe_url, &stripe.1)).map_err(|error| words(&error))?,
        machines: Arc::new(PlayedMachines::new(folder.join("server"), None)),
        keys: Keys::new(folder.join("keys")),
        visits,
        backups: Ok(Arc::new(Vault {
            storage: Arc::new(FolderStorage::new(folder.join(BACKUPS))),
            key_file: folder.join("backup.key"),
            keep: Retention {
                daily: 7,
                weekly: 4,
                monthly: 12,
            },
        })),
        witnesses: Vec::new(),
        offer: offer(folder)?,
        installation: crate::INSTALLATION.to_owned(),
        name_server: None,
        waits: Waits {
            server: Span::seconds(5),
            shut_down: SETTLE,
            login: Span::seconds(1),
            name: Span::seconds(1),
            answer: Span::millis(1),
            linger: Span::millis(1),
            settle: [SETTLE; 3],
        },
    })
}

fn offer(folder: &Path) -> Result<Offer, Text> {
    Ok(Offer {
        price: Money::from_smallest(1_500, Currency::USD),
        server_cost: Money::from_smallest(1_000, Currency::EUR),
        server_type: "cx23".into(),
        image: "debian-12".into(),
        certificates: "internal".into(),
        acme: None,
        ports: 3_002..=3_010,
        keep_releases: 5,
        sites_per_node: 10,
        at_once: 4,
        affiliates: vec![Affiliate {
            name: AffiliateName::new("acme").map_err(|error| words(&error))?,
            region: Region::EuCentral,
            email: None,
        }],
        releases: folder.join("releases"),
    })
}
