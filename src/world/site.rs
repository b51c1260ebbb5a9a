//! Sites: what is hosted for whom, where it stands, and what a run is to make of it.

use serde::{Deserialize, Serialize};
use vocab::{
    AffiliateName, Domain, Money, Region, ReleaseId, RollbackLevel, RunId, SiteKind, Text, Time,
};

use crate::backup::{BackupOrder, BackupStep};

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
    /// Bring it, or a part of it, back from a backup.
    Restore,
    /// Bring a backup back into a scratch place, and see whether it is whole.
    Drill,
    /// Delete the backups of it that no rule keeps.
    Prune,
}

impl SiteVerb {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Release => "release",
            Self::Delete => "delete",
            Self::Backup => "backup",
            Self::Restore => "restore",
            Self::Drill => "drill",
            Self::Prune => "prune",
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
    /// No server and no key any more.
    EndServer,
    /// No site in the books any more.
    EndBook,
    /// Something of a backup, or from one.
    Backup(BackupStep),
}

/// What a run on a site was ordered to do, frozen with its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteOrder {
    /// What.
    pub verb: SiteVerb,
    /// The site as it is to be; for a removal, as it is.
    pub site: Site,
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
    /// The version of the steps' meaning; a console that does not know it leaves the run to one that does.
    pub version: u32,
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
