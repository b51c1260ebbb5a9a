//! The ends of hosting in a demo: servers and visits are played by the simulation, and no provider can be reached, so that
//! what would make or delete something there is refused.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use archive::retention::Retention;
use async_trait::async_trait;
use drivers::Host;
use drivers::probe::Served;
use drivers::provider::{Access, Cloudflare, Hetzner, ProviderError, Stripe};
use drivers::storage::FolderStorage;
use hosting::{Ends, Keys, Machines, Offer, Vault, Visits, Waits};
use sources::demo::Simulation;
use vocab::{Domain, Secret, Span, Text};

/// Nothing listens there: an answer that comes at once, and goes nowhere.
const NOWHERE: &str = "http://127.0.0.1:9";

/// The simulation as servers to log in to, and as sites to look at.
struct Played(Arc<Simulation>);

#[async_trait]
impl Machines for Played {
    async fn login(&self, server: &str, _address: &str) -> Result<Arc<dyn Host>, Text> {
        Ok(self.0.server(server))
    }

    async fn leave(&self, _server: &str) {}

    async fn rest(&self, _server: &str) {}
}

#[async_trait]
impl Visits for Played {
    async fn resolves(
        &self,
        _domain: &Domain,
        _address: &str,
        _server: Option<SocketAddr>,
    ) -> Result<(), Text> {
        Ok(())
    }

    async fn answers(
        &self,
        domain: &Domain,
        _address: &str,
        _authority: Option<&[u8]>,
    ) -> Result<Text, Text> {
        self.0.answers(domain)
    }

    async fn closed(
        &self,
        domain: &Domain,
        _address: &str,
        _authority: Option<&[u8]>,
    ) -> Result<Text, Text> {
        Err(Text::line(format!("the demo closes no sites: {domain}")))
    }

    async fn certificate(&self, domain: &Domain, _address: &str) -> Result<Served, Text> {
        let (serial, until) = self.0.certificate(domain, drivers::clock::now());
        Ok(Served { serial, until })
    }
}

/// What the demo's sites are worked on with; what it would keep goes into `folder`.
pub fn ends(simulation: &Arc<Simulation>, folder: &Path) -> Result<Arc<Ends>, Text> {
    let refused = |error: ProviderError| Text::line(error.to_string());
    let access = || Access::new(NOWHERE, Secret::new("demo".to_owned()));
    let played = Arc::new(Played(simulation.clone()));
    let terms = &simulation.terms;
    Ok(Arc::new(Ends {
        hetzner: Hetzner::new(access()).map_err(refused)?,
        cloudflare: Cloudflare::new(access()).map_err(refused)?,
        stripe: Stripe::new(access()).map_err(refused)?,
        keys: Keys::new(folder.join("keys")),
        machines: played.clone(),
        visits: played,
        backups: Ok(Arc::new(Vault {
            storage: Arc::new(FolderStorage::new(folder.join("backups"))),
            key_file: folder.join("backup.key"),
            keep: Retention {
                daily: simulation.backup_rules.keep[0],
                weekly: simulation.backup_rules.keep[1],
                monthly: simulation.backup_rules.keep[2],
            },
        })),
        witnesses: Vec::new(),
        offer: Offer {
            price: terms.price,
            server_cost: terms.server_cost,
            server_type: Text::line("cx23"),
            image: Text::line("debian-12"),
            certificates: Text::line("acme"),
            acme: None,
            ports: 3002..=3010,
            keep_releases: 5,
            sites_per_node: 10,
            at_once: 4,
            affiliates: Vec::new(),
            releases: folder.join("releases"),
        },
        installation: "demo".to_owned(),
        name_server: None,
        waits: Waits {
            answer: Span::seconds(1),
            ..Waits::default()
        },
    }))
}
