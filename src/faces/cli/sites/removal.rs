//! `wheelhouse delete`: everything of a site goes, the subscription first.

use vocab::{Domain, RollbackLevel};
use world::{Intent, SiteOrder, SiteVerb};

use super::site;
use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;

/// Options of a removal.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The site
    #[arg(value_parser = super::domain)]
    domain: Domain,
    #[command(flatten)]
    act: ActOptions,
}

/// Plans, has the domain typed, and follows the run to its end.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let selling = context.selling()?;
    let booked = site(context.watch.world(), &options.domain)?.clone();
    let order = SiteOrder {
        verb: SiteVerb::Delete,
        before: Some(booked.current.clone()),
        machine: selling.machine(booked.region.hetzner_location()),
        site: booked,
        files: None,
        installation: selling.installation,
        certificates: selling.certificates,
        email: None,
        level: RollbackLevel::Full,
        version: 0,
    };
    act::change(context, Intent::Site(Box::new(order)), &options.act).await
}
