//! What the steps of one run work with.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use drivers::Host;
use drivers::provider::cloudflare::Cloudflare;
use drivers::provider::hetzner::Hetzner;
use drivers::provider::stripe::Stripe;
use saga::Facts;
use vocab::{Domain, RunId, SiteKind, Span, Text};
use world::{Backup, BackupOrder, Place, ServerPrices, Site, SiteOrder};

use crate::backup::Vault;
use crate::keys::Keys;
use crate::machine::Machines;
use crate::names;
use crate::offer::Offer;
use crate::visit::Visits;
use crate::webserver::{Signer, Trouble, WebServer};

/// Where sites are written down.
#[async_trait]
pub trait Book: Send + Sync {
    /// Writes a site down as it is now.
    async fn put(&self, site: &Site) -> Result<(), Text>;

    /// Takes a site out; one that is not there is no error.
    async fn remove(&self, domain: &Domain) -> Result<(), Text>;

    /// A site as it is written down.
    async fn get(&self, domain: &Domain) -> Result<Option<Site>, Text>;

    /// Writes a backup down as it is now.
    async fn put_backup(&self, backup: &Backup) -> Result<(), Text>;

    /// Takes a backup out; one that is not there is no error.
    async fn remove_backup(&self, id: RunId) -> Result<(), Text>;

    /// The backups of a site as they are written down.
    async fn backups(&self, domain: &Domain) -> Result<Vec<Backup>, Text>;

    /// All sites as they are written down.
    async fn all(&self) -> Result<Vec<Site>, Text>;

    /// What servers cost, as the provider was last asked; `None` when it never was.
    async fn prices(&self) -> Result<Option<ServerPrices>, Text>;

    /// Writes down what servers cost.
    async fn put_prices(&self, prices: &ServerPrices) -> Result<(), Text>;
}

/// How long is waited for what takes its time outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// For a server to be made.
    pub server: Span,
    /// For a server to shut down when it is asked to, before its power is cut.
    pub shut_down: Span,
    /// For a new server to let us in.
    pub login: Span,
    /// For the name to resolve.
    pub name: Span,
    /// Between two looks at a site, of which three may fail.
    pub answer: Span,
    /// How long others may still be sent to where a name led before: as long as records may be kept, and a little more.
    pub linger: Span,
    /// How long after a time-out something may still come about at the providers: servers, records, payments.
    pub settle: [Span; 3],
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            server: Span::minutes(5),
            shut_down: Span::seconds(60),
            login: Span::minutes(3),
            name: Span::seconds(60),
            answer: Span::seconds(5),
            linger: Span::seconds(65),
            settle: [Span::seconds(60), Span::seconds(30), Span::seconds(30)],
        }
    }
}

/// The open ends to everything that a site is made of.
#[derive(Clone)]
pub struct Ends {
    /// Servers.
    pub hetzner: Hetzner,
    /// Names.
    pub cloudflare: Cloudflare,
    /// Money.
    pub stripe: Stripe,
    /// Keys of ours.
    pub keys: Keys,
    /// Logging in.
    pub machines: Arc<dyn Machines>,
    /// Looking at sites as their visitors do.
    pub visits: Arc<dyn Visits>,
    /// Where backups are kept, or why nowhere.
    pub backups: Result<Arc<Vault>, Text>,
    /// Other machines that may look at sites too, by name.
    pub witnesses: Vec<(Text, Arc<dyn Host>)>,
    /// What is offered, and how it is kept.
    pub offer: Offer,
    /// Which installation of the console the objects belong to.
    pub installation: String,
    /// The name server that is asked whether a name resolves; the system's own unless given.
    pub name_server: Option<SocketAddr>,
    /// How long is waited.
    pub waits: Waits,
}

/// One run's order, and the ends it works with.
pub(crate) struct Work {
    pub order: SiteOrder,
    pub ends: Ends,
    pub book: Arc<dyn Book>,
}

impl Work {
    /// The site's domain.
    pub const fn domain(&self) -> &Domain {
        &self.order.site.domain
    }

    /// The deployment whose mark the site's objects carry.
    pub const fn deployment(&self) -> RunId {
        self.order.site.deployment
    }

    /// Whether the site runs in containers.
    pub fn has_containers(&self) -> bool {
        self.order.site.kind != SiteKind::Static
    }

    /// Who signs the site's certificate: who the order says, or for a `trial` the web server itself.
    pub fn signer(&self, trial: bool) -> Signer<'_> {
        match &self.ends.offer.acme {
            _ if trial || self.order.certificates == "internal" => Signer::Own,
            Some(acme) => Signer::Of(acme),
            None => Signer::Public,
        }
    }

    /// Where backups are kept.
    pub fn vault(&self) -> Result<&Vault, Trouble> {
        match &self.ends.backups {
            Ok(vault) => Ok(vault),
            Err(why) => Err(Trouble::Not(why.clone())),
        }
    }

    /// Which backup it is about.
    pub fn backup(&self) -> Result<&BackupOrder, Trouble> {
        let order = self.order.backup.as_ref();
        order.ok_or_else(|| Trouble::Not(Text::line("the order names no backup")))
    }

    /// The name of the site's server.
    pub fn server_name(&self) -> String {
        names::server_of(&self.order)
    }

    /// What an earlier step of this run made, or what the books say of the site.
    pub fn fact(&self, facts: &Facts, name: &str) -> String {
        let booked = &self.order.site.objects;
        facts.get(name).cloned().unwrap_or_else(|| {
            match name {
                "server" => &booked.server,
                "address" => &booked.address,
                "ssh_key" => &booked.ssh_key,
                "zone" => &booked.zone,
                "record" => &booked.record,
                "customer" => &booked.customer,
                "price" => &booked.price,
                "subscription" => &booked.subscription,
                _ => "",
            }
            .to_owned()
        })
    }

    /// The run whose mark the site's server carries.
    pub fn made_by(&self) -> RunId {
        let made_by = self.order.site.objects.made_by;
        made_by.unwrap_or_else(|| self.deployment())
    }

    /// Where the site stands, or is to stand by what earlier steps made.
    pub fn place(&self, facts: &Facts) -> Place {
        Place {
            server: self.fact(facts, "server"),
            server_name: self.server_name(),
            address: self.fact(facts, "address"),
            ssh_key: self.fact(facts, "ssh_key"),
            made_by: self.made_by(),
            ..self.order.site.place()
        }
    }

    /// Where the site lay before and is not to lie any more.
    pub fn old_places(&self) -> Vec<Place> {
        let Some(was) = &self.order.was else {
            return Vec::new();
        };
        let behind = was.objects.left_behind.as_deref().cloned();
        let mut places: Vec<Place> = std::iter::once(was.place()).chain(behind).collect();
        places.retain(|place| {
            // Under another domain the same server is another place.
            !place.server.is_empty()
                && (place.server_name != self.server_name() || was.domain != *self.domain())
        });
        places
    }

    /// Other sites that lie on a server, by the books as they are now.
    pub async fn others_on(&self, server_name: &str) -> Result<Vec<Site>, Text> {
        let about = self.order.domains();
        let mut sites = self.book.all().await?;
        sites.retain(|site| site.lies_on(server_name) && !about.contains(&site.domain));
        Ok(sites)
    }

    /// A domain's part of the web server at a place.
    pub async fn web(&self, place: &Place, domain: &Domain) -> Result<WebServer, Trouble> {
        let login = self.ends.machines.login(&place.server_name, &place.address);
        Ok(WebServer {
            host: login.await.map_err(Trouble::Not)?,
            domain: domain.clone(),
        })
    }

    /// The site's server, over the connection that all steps of the run share.
    pub async fn there(&self, facts: &Facts) -> Result<WebServer, Trouble> {
        self.web(&self.place(facts), self.domain()).await
    }
}
