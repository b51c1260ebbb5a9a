//! What is wished for a site, as a person or a program says it. Its plan freezes it into a [`crate::SiteOrder`].

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use vocab::{Domain, Region, RollbackLevel, SiteKind, Text};

use crate::backup::Wanted;
use crate::site::SiteVerb;

/// A wish about one site. Names that only the fleet file or the books can resolve are as they were typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SiteRequest {
    /// Make it, from its files to its first invoice.
    Deploy(DeployRequest),
    /// Serve new files.
    Release {
        /// The site.
        domain: Domain,
        /// A zip archive or a folder of the machine that carries it out.
        files: PathBuf,
    },
    /// Serve a kept release again.
    Rollback {
        /// The site.
        domain: Domain,
        /// The release, or the beginning of its id; the newest that is not served when not given.
        release: Option<String>,
    },
    /// Take everything of it away.
    Delete {
        /// The site.
        domain: Domain,
    },
    /// Make a backup of it.
    Backup {
        /// The site.
        domain: Domain,
    },
    /// Make a backup of its database alone.
    Dump {
        /// The site.
        domain: Domain,
    },
    /// Bring it, or a part of it, back from a backup.
    Restore(RestoreRequest),
    /// Bring a backup back into a scratch place, and see whether it is whole.
    Drill {
        /// The site.
        domain: Domain,
        /// The backup, or the end of its id; the newest whole one when not given.
        backup: Option<String>,
    },
    /// Delete the backups of it that no rule keeps.
    Prune {
        /// The site.
        domain: Domain,
    },
    /// Have it stand elsewhere.
    Move {
        /// The site.
        domain: Domain,
        /// In which region; its own when not given.
        region: Option<Region>,
        /// On which server there.
        placement: Placement,
    },
    /// Serve it from the next region, because its own is down.
    Failover {
        /// The site.
        domain: Domain,
        /// Do all of it but the change of name, and take it back.
        rehearse: bool,
    },
    /// Serve and bill it no more, for the time being.
    Suspend {
        /// The site.
        domain: Domain,
    },
    /// Serve and bill it again.
    Resume {
        /// The site.
        domain: Domain,
    },
    /// Have the web server read its part anew.
    Restart {
        /// The site.
        domain: Domain,
    },
    /// Have it serve a new certificate.
    Renew {
        /// The site.
        domain: Domain,
    },
    /// Have its own address record lead to its server.
    Repoint {
        /// The site.
        domain: Domain,
    },
    /// Have its open invoices paid now.
    Collect {
        /// The site.
        domain: Domain,
    },
    /// Make the server that it stands on another type.
    Grow {
        /// The site.
        domain: Domain,
        /// The provider's name of the type; the cheapest one with more processors and more memory when not given.
        to: Option<Text>,
    },
    /// Give it another domain.
    Rename {
        /// The site.
        domain: Domain,
        /// Its new domain.
        to: Domain,
    },
}

/// What is wanted back of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreRequest {
    /// The site.
    pub domain: Domain,
    /// The backup, or the end of its id; the newest that has what is wanted when not given.
    pub backup: Option<String>,
    /// Which of its parts.
    pub wanted: Wanted,
    /// A folder of the machine that carries it out, to look at it there; the site is not touched then.
    pub to: Option<PathBuf>,
}

/// On which server a site is to stand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Placement {
    /// On one of the region that has room, or else on a new one.
    #[default]
    Room,
    /// On a new one.
    New,
    /// On the one by this name.
    On(Text),
}

/// A site that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployRequest {
    /// Its name and address.
    pub domain: Domain,
    /// A zip archive or a folder of the machine that carries it out.
    pub files: PathBuf,
    /// What it is made of; what the files look like when not given.
    pub kind: Option<SiteKind>,
    /// Whose site it is: the name of a declared affiliate.
    pub affiliate: String,
    /// Where it is to stand; the affiliate's region when not given.
    pub region: Option<Region>,
    /// On which server there.
    #[serde(default)]
    pub placement: Placement,
    /// How far the run goes back when it fails.
    pub level: RollbackLevel,
}

impl SiteRequest {
    /// The site it is about.
    pub const fn domain(&self) -> &Domain {
        match self {
            Self::Deploy(DeployRequest { domain, .. })
            | Self::Release { domain, .. }
            | Self::Rollback { domain, .. }
            | Self::Delete { domain }
            | Self::Backup { domain }
            | Self::Dump { domain }
            | Self::Restore(RestoreRequest { domain, .. })
            | Self::Drill { domain, .. }
            | Self::Prune { domain }
            | Self::Move { domain, .. }
            | Self::Failover { domain, .. }
            | Self::Suspend { domain }
            | Self::Resume { domain }
            | Self::Restart { domain }
            | Self::Renew { domain }
            | Self::Repoint { domain }
            | Self::Collect { domain }
            | Self::Grow { domain, .. }
            | Self::Rename { domain, .. } => domain,
        }
    }

    /// What the run is to make of it.
    pub const fn verb(&self) -> SiteVerb {
        match self {
            Self::Deploy(_) => SiteVerb::Deploy,
            Self::Release { .. } | Self::Rollback { .. } => SiteVerb::Release,
            Self::Delete { .. } => SiteVerb::Delete,
            Self::Backup { .. } => SiteVerb::Backup,
            Self::Dump { .. } => SiteVerb::Dump,
            Self::Restore(_) => SiteVerb::Restore,
            Self::Drill { .. } => SiteVerb::Drill,
            Self::Prune { .. } => SiteVerb::Prune,
            Self::Move { .. } => SiteVerb::Move,
            Self::Failover {
                rehearse: false, ..
            } => SiteVerb::Failover,
            Self::Failover { rehearse: true, .. } => SiteVerb::Rehearse,
            Self::Suspend { .. } => SiteVerb::Suspend,
            Self::Resume { .. } => SiteVerb::Resume,
            Self::Restart { .. } => SiteVerb::Restart,
            Self::Renew { .. } => SiteVerb::Renew,
            Self::Repoint { .. } => SiteVerb::Repoint,
            Self::Collect { .. } => SiteVerb::Collect,
            Self::Grow { .. } => SiteVerb::Grow,
            Self::Rename { .. } => SiteVerb::Rename,
        }
    }
}
