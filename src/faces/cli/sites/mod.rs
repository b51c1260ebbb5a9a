//! `wheelhouse sites`, `deploy`, `release`, `rollback`, `delete`: what is hosted, and how it is made, changed and removed.

mod deploy;
mod list;
mod release;
mod removal;

use std::path::PathBuf;

use config::fleet::AffiliateSpec;
use vocab::{Domain, Money, Text};
use world::{Machine, Site, World};

use crate::error::{Error, Result};

pub use deploy::Options as DeployOptions;
pub(crate) use deploy::run as deploy;
pub use list::Options as ListOptions;
pub(crate) use list::run as list;
pub use release::{Options as ReleaseOptions, RollbackOptions};
pub(crate) use release::{rollback, run as release};
pub use removal::Options as DeleteOptions;
pub(crate) use removal::run as delete;

/// What the fleet file says of hosting.
#[derive(Debug, Clone)]
pub struct Selling {
    /// What a site is sold for, a month.
    pub price: Money,
    /// What its server costs a month.
    pub server_cost: Money,
    /// The provider's type of server.
    pub server_type: Text,
    /// The system a server is made with.
    pub image: Text,
    /// Whose certificates: `acme` or `internal`.
    pub certificates: Text,
    /// How many releases of a site are kept.
    pub keep_releases: usize,
    /// What tells this installation's objects from those of another one.
    pub installation: String,
    /// The declared affiliates.
    pub affiliates: Vec<AffiliateSpec>,
    /// Where releases lie on this machine until they are sent.
    pub releases: PathBuf,
}

impl Selling {
    /// How a server in a region is ordered.
    fn machine(&self, location: &str) -> Machine {
        Machine {
            server_type: self.server_type.to_string(),
            image: self.image.to_string(),
            location: location.to_owned(),
        }
    }
}

/// A domain as it was typed.
fn domain(text: &str) -> std::result::Result<Domain, String> {
    Domain::new(text).map_err(|error| error.to_string())
}

/// A site of the books.
fn site<'a>(world: &'a World, domain: &Domain) -> Result<&'a Site> {
    world.sites.get(domain).ok_or_else(|| {
        let names = world.sites.keys().map(Domain::as_str);
        let near = kit::nearest::nearest(domain.as_str(), names);
        let hint = near.map_or_else(
            || "`wheelhouse sites` lists them".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        Error::NotFound(Text::line(format!("there is no site {domain}: {hint}")))
    })
}
