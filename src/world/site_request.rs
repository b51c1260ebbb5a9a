//! What is wished for a site, as a person or a program says it. Its plan freezes it into a [`crate::SiteOrder`].

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use vocab::{Domain, Region, RollbackLevel, SiteKind};

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
            | Self::Delete { domain } => domain,
        }
    }

    /// What the run is to make of it.
    pub const fn verb(&self) -> SiteVerb {
        match self {
            Self::Deploy(_) => SiteVerb::Deploy,
            Self::Release { .. } | Self::Rollback { .. } => SiteVerb::Release,
            Self::Delete { .. } => SiteVerb::Delete,
        }
    }
}
