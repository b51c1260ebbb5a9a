//! `wheelhouse delete`: everything of a site goes, the subscription first.

use vocab::Domain;
use world::SiteRequest;

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
    let request = SiteRequest::Delete {
        domain: options.domain.clone(),
    };
    act::change(context, request.into(), &options.act).await
}
