//! Sites: what is hosted for whom, where it stands, and what a run is to make of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use vocab::{
    AffiliateName, Domain, Money, Region, ReleaseId, RollbackLevel, RunId, SiteKind, Text, Time,
};

use crate::backup::{BackupOrder, BackupStep};
use crate::growth::{Growth, GrowthStep};

/// Where a site is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SiteState {
    /// Served and billed.
    Active,
    /// Not served, not billed: the invoices were not paid.
    Suspended,
    /// A run left it half made or half gone: see its run.
    Broken,
}

impl SiteState {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Broken => "broken",
        }
    }
}

/// A version of a site's files on its server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// By its content.
    pub id: ReleaseId,
    /// When it was put there.
    pub at: Time,
    /// How many files it has.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Where it came from, in words: an archive's name, a folder, a commit.
    pub source: Text,
    /// The version of the database's schema when it was last put in service or out of it; `None` without a database.
    #[serde(default)]
    pub schema: Option<Text>,
}

/// A place on a server of ours that a site stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// In which region.
    pub region: Region,
    /// Hetzner's id of the server; empty while it is not made.
    pub server: String,
    /// The server's name.
    pub server_name: String,
    /// Its public address; empty while it is not made.
    pub address: String,
    /// Hetzner's id of the SSH key it was made with.
    pub ssh_key: String,
    /// The run that made the server, whose mark it carries.
    pub made_by: RunId,
    /// What the server costs a month, when that is known.
    pub cost: Option<Money>,
    /// The port that the site's program answers on there, behind the web server; `None` for plain files, or while none is
    /// given out.
    #[serde(default)]
    pub port: Option<u16>,
}

/// What was made for a site at the providers. Empty where nothing was.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SiteObjects {
    /// Hetzner's id of its server.
    pub server: String,
    /// The server's name.
    pub server_name: String,
    /// The server's public address.
    pub address: String,
    /// Hetzner's id of the SSH key the server was made with.
    pub ssh_key: String,
    /// The run that made the server, whose mark it carries: that of another site where the server is shared; the site's
    /// own deployment when not said.
    #[serde(default)]
    pub made_by: Option<RunId>,
    /// Where it stood before a failover: it still lies there, on a server that could not be reached, until the site is
    /// moved or deleted.
    #[serde(default)]
    pub left_behind: Option<Box<Place>>,
    /// Cloudflare's id of the zone.
    pub zone: String,
    /// Cloudflare's id of the address record.
    pub record: String,
    /// Stripe's id of the customer.
    pub customer: String,
    /// Stripe's id of the price.
    pub price: String,
    /// Stripe's id of the subscription.
    pub subscription: String,
    /// The port of its server that its program answers on, behind the web server; `None` for plain files.
    #[serde(default)]
    pub port: Option<u16>,
}

/// A site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its name and address.
    pub domain: Domain,
    /// What it is made of.
    pub kind: SiteKind,
    /// For whom.
    pub affiliate: AffiliateName,
    /// Where.
    pub region: Region,
    /// Where it is in its life.
    pub state: SiteState,
    /// What it is sold for, a month.
    pub price: Money,
    /// What its server costs a month, when that is known.
    pub cost: Option<Money>,
    /// The run that made it; its objects carry this id.
    pub deployment: RunId,
    /// When it was made.
    pub created: Time,
    /// The releases that are kept, newest first; the first one is served unless `current` says otherwise.
    pub releases: Vec<Release>,
    /// The release that is served.
    pub current: ReleaseId,
    /// What was made for it.
    pub objects: SiteObjects,
}

impl Site {
    /// Where it stands.
    pub fn place(&self) -> Place {
        let objects = &self.objects;
        Place {
            region: self.region,
            server: objects.server.clone(),
            server_name: objects.server_name.clone(),
            address: objects.address.clone(),
            ssh_key: objects.ssh_key.clone(),
            made_by: objects.made_by.unwrap_or(self.deployment),
            cost: self.cost,
            port: objects.port,
        }
    }

    /// Has it stand there.
    pub fn stand(&mut self, place: Place) {
        self.region = place.region;
        self.cost = place.cost;
        self.objects.server = place.server;
        self.objects.server_name = place.server_name;
        self.objects.address = place.address;
        self.objects.ssh_key = place.ssh_key;
        self.objects.made_by = Some(place.made_by);
    }

    /// Whether anything of it lies on the server of this name.
    pub fn lies_on(&self, server_name: &str) -> bool {
        let behind = self.objects.left_behind.as_ref();
        self.objects.server_name == server_name
            || behind.is_some_and(|place| place.server_name == server_name)
    }
}

/// What a run is to make of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SiteVerb {
    /// Make it, from nothing to the first invoice.
    Deploy,
    /// Serve another release, new or kept.
    Release,
    /// Take everything of it away.
    Delete,
    /// Make a backup of it.
    Backup,
    /// Make a backup of its database alone.
    Dump,
    /// Bring it, or a part of it, back from a backup.
    Restore,
    /// Bring a backup back into a scratch place, and see whether it is whole.
    Drill,
    /// Delete the backups of it that no rule keeps.
    Prune,
    /// Have it stand elsewhere, without a moment in which it does not answer.
    Move,
    /// Serve it from another region, because its own is down.
    Failover,
    /// All of a failover but the change of name, and back.
    Rehearse,
    /// Serve and bill it no more, for the time being.
    Suspend,
    /// Serve and bill it again.
    Resume,
    /// Have the web server read its part anew.
    Restart,
    /// Have it serve a new certificate.
    Renew,
    /// Give it another domain.
    Rename,
    /// Have its own address record lead to its server.
    Repoint,
    /// Have its open invoices paid now.
    Collect,
    /// Make the server that it stands on another type.
    Grow,
}

impl SiteVerb {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Release => "release",
            Self::Delete => "delete",
            Self::Backup => "backup",
            Self::Dump => "dump database",
            Self::Restore => "restore",
            Self::Drill => "drill",
            Self::Prune => "prune",
            Self::Move => "move",
            Self::Failover => "failover",
            Self::Rehearse => "failover rehearsal",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Restart => "restart",
            Self::Renew => "renew certificate",
            Self::Rename => "rename",
            Self::Repoint => "re-resolve",
            Self::Collect => "retry invoice",
            Self::Grow => "grow",
        }
    }
}

/// One step of a run on a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SiteStep {
    /// Our public key at the provider, for the server to be made with.
    SshKey,
    /// The server.
    Server,
    /// The first login with the key that was given along, and the server's own host key from then on.
    HostKey,
    /// The web server and the folders.
    Base,
    /// The files of the release.
    Upload,
    /// The site's database.
    Database,
    /// What serves the release, in a container beside the one that serves.
    Container,
    /// What is served: the release.
    Switch,
    /// The web server's route to it.
    Route,
    /// The address record.
    Record,
    /// The name resolves.
    Resolves,
    /// The site answers over HTTPS.
    Answers,
    /// The customer at the payment provider.
    Customer,
    /// The subscription: from here on it earns.
    Subscription,
    /// The site in the books.
    Book,
    /// What served before is stopped, and what is not kept removed.
    Retire,
    /// No subscription any more.
    EndSubscription,
    /// No address record any more.
    EndRecord,
    /// No containers, volumes and network any more.
    EndContainers,
    /// Nothing of it on its server any more.
    EndPlace,
    /// No server and no key any more, unless another site stands there.
    EndServer,
    /// No site in the books any more.
    EndBook,
    /// Something of a backup, or from one.
    Backup(BackupStep),
    /// The server that is there is ours, and has room.
    Place,
    /// The releases and the certificate of the old place, at the new one.
    Copy,
    /// The releases under the new domain.
    CopyHere,
    /// What serves the release runs from the new domain's folder.
    ContainerHere,
    /// The database at the old place takes no writes any more.
    Freeze,
    /// What the database and the volumes of the old place hold, at the new one.
    CopyData,
    /// The database says the new domain.
    Readdress,
    /// A route with a certificate of the server's own, for a look before the name leads there.
    Trial,
    /// It answers at its new place, before the name leads there.
    Ready,
    /// The address record leads to the new place.
    Repoint,
    /// Nobody is sent to the old place any more.
    Linger,
    /// No containers, volumes and network at the old place any more.
    EndOldContainers,
    /// Nothing of it at the old place any more.
    EndOldPlace,
    /// No old server any more, unless another site stands there.
    EndOldServer,
    /// No record of the old domain any more.
    EndOldRecord,
    /// No site of the old domain in the books any more.
    EndOldBook,
    /// A page that says that it is suspended.
    Closed,
    /// That page is what visitors get.
    AnswersClosed,
    /// It is not billed for the time being.
    Pause,
    /// It is billed again.
    Unpause,
    /// The web server has read its configuration anew.
    Reload,
    /// Which certificate is served.
    Certificate,
    /// Another one is fetched.
    Renew,
    /// Another one is served.
    Renewed,
    /// The subscription says the new domain.
    Note,
    /// No invoice of the subscription is open any more.
    Collect,
    /// Something of another type for the server.
    Grow(GrowthStep),
}

/// What a run on a site was ordered to do, frozen with its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteOrder {
    /// What.
    pub verb: SiteVerb,
    /// The site as it is to be; for a removal, as it is.
    pub site: Site,
    /// The site as it was, when it was there before.
    #[serde(default)]
    pub was: Option<Box<Site>>,
    /// The release that was served before, when there was one.
    pub before: Option<ReleaseId>,
    /// The port that the release before answered on, when it ran in a container.
    #[serde(default)]
    pub port_before: Option<u16>,
    /// The folder on the operator's machine that the release's files lie in, when they are to be sent.
    pub files: Option<String>,
    /// Which installation of the console the objects belong to.
    pub installation: String,
    /// How the server is made.
    pub machine: Machine,
    /// Whose certificates the web server takes: `acme` for the public authorities, `internal` for its own.
    pub certificates: Text,
    /// The customer's address for invoices.
    pub email: Option<Text>,
    /// How far the run goes back when it fails.
    pub level: RollbackLevel,
    /// Which backup it is about, for a run that makes or uses one.
    #[serde(default)]
    pub backup: Option<BackupOrder>,
    /// What its server becomes, for a run that changes that.
    #[serde(default)]
    pub growth: Option<Growth>,
    /// The version of the steps' meaning; a console that does not know it leaves the run to one that does.
    pub version: u32,
}

impl SiteOrder {
    /// The domains the run is about: the old one too when it gives another, and all that are away with their server.
    pub fn domains(&self) -> BTreeSet<&Domain> {
        let was = self.was.as_ref().map(|was| &was.domain);
        let beside = self.growth.iter().flat_map(|growth| &growth.beside);
        let own = std::iter::once(&self.site.domain);
        own.chain(was).chain(beside).collect()
    }

    /// The names of the servers that the run makes, fills, changes or may remove. While it does, nobody else may.
    pub fn servers(&self) -> BTreeSet<&str> {
        let fills = match self.verb {
            SiteVerb::Deploy
            | SiteVerb::Delete
            | SiteVerb::Move
            | SiteVerb::Failover
            | SiteVerb::Rehearse
            | SiteVerb::Grow => true,
            SiteVerb::Restore => self.makes_server(),
            _ => false,
        };
        if !fills {
            return BTreeSet::new();
        }
        let sites = std::iter::once(&self.site).chain(self.was.as_deref());
        let objects = sites.map(|site| &site.objects);
        let names = objects.flat_map(|objects| {
            let behind = objects.left_behind.as_ref();
            std::iter::once(objects.server_name.as_str())
                .chain(behind.map(|place| place.server_name.as_str()))
        });
        names.filter(|name| !name.is_empty()).collect()
    }

    /// Whether a server is made for it: none was there when the order was made.
    pub const fn makes_server(&self) -> bool {
        self.site.objects.server.is_empty()
    }
}

/// How a server is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The provider's name of its type: `cx23`.
    pub server_type: String,
    /// The image it is made of: `debian-12`.
    pub image: String,
    /// The provider's name of the place: `nbg1`.
    pub location: String,
}
