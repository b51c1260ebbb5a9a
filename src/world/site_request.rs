//! What is wished for a site, as a person or a program says it. Its plan freezes it into a [`crate::SiteOrder`].

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use vocab::{Domain, Region, RollbackLevel, SiteKind};

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
    /// Bring it, or a part of it, back from a backup.
    Restore(RestoreRequest),
    /// Bring a backup back into a scratch place, and see whether it is whole.
    Drill {
        /// The site.
        domain: Domain,
        /// The backup, or the end of its id; the newest when not given.
        backup: Option<String>,
    },
    /// Delete the backups of it that no rule keeps.
    Prune {
        /// The site.
        domain: Domain,
    },
}

/// What is wanted back of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreRequest {
    /// The site.
    pub domain: Domain,
    /// The backup, or the end of its id; the newest when not given.
    pub backup: Option<String>,
    /// Which of its parts.
    pub wanted: Wanted,
    /// A folder of the machine that carries it out, to look at it there; the site is not touched then.
    pub to: Option<PathBuf>,
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
            | Self::Restore(RestoreRequest { domain, .. })
            | Self::Drill { domain, .. }
            | Self::Prune { domain } => domain,
        }
    }

    /// What the run is to make of it.
    pub const fn verb(&self) -> SiteVerb {
        match self {
            Self::Deploy(_) => SiteVerb::Deploy,
            Self::Release { .. } | Self::Rollback { .. } => SiteVerb::Release,
            Self::Delete { .. } => SiteVerb::Delete,
            Self::Backup { .. } => SiteVerb::Backup,
            Self::Restore(_) => SiteVerb::Restore,
            Self::Drill { .. } => SiteVerb::Drill,
            Self::Prune { .. } => SiteVerb::Prune,
        }
    }
}
