//! What hosting is offered for and how it is kept, as the fleet file says.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use vocab::{AffiliateName, Money, Region, Text};
use world::Machine;

/// What the fleet file says of hosting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What a site is sold for, a month.
    pub price: Money,
    /// What its server costs a month, until the provider says it.
    pub server_cost: Money,
    /// The provider's type of server.
    pub server_type: Text,
    /// The system a server is made with.
    pub image: Text,
    /// Whose certificates: `acme` or `internal`.
    pub certificates: Text,
    /// Who is asked over ACME; the web server's usual ones unless given.
    pub acme: Option<Acme>,
    /// The ports that sites answer on behind the web server of their machine.
    pub ports: RangeInclusive<u16>,
    /// How many releases of a site are kept; at least two, so that there is one to go back to.
    pub keep_releases: usize,
    /// The most sites of a server.
    pub sites_per_node: usize,
    /// The most runs on sites that are driven at once, in whatever processes.
    pub at_once: usize,
    /// For whom sites may be made.
    pub affiliates: Vec<Affiliate>,
    /// Where releases lie on this machine until they are sent.
    pub releases: PathBuf,
}

/// An authority that gives certificates over ACME (RFC 8555).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acme {
    /// The address of its directory.
    pub directory: Text,
    /// The certificates (PEM) by which it and what it signs are known, where it is a private one.
    pub authority: Option<Vec<u8>>,
}

/// A declared affiliate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affiliate {
    /// Its name.
    pub name: AffiliateName,
    /// Where its sites stand unless a site says otherwise.
    pub region: Region,
    /// Where its invoices go.
    pub email: Option<Text>,
}

impl Offer {
    /// How a server in a region is ordered.
    pub(crate) fn machine(&self, region: Region) -> Machine {
        Machine {
            server_type: self.server_type.to_string(),
            image: self.image.to_string(),
            location: region.hetzner_location().to_owned(),
        }
    }
}
