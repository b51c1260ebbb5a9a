//! `wheelhouse release`: a site serves new files. `wheelhouse rollback`: it serves kept ones again.

use std::path::PathBuf;

use vocab::Domain;
use world::SiteRequest;

use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;

/// Options of a new release.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The site
    #[arg(value_parser = super::domain)]
    domain: Domain,
    /// A zip archive or a folder with its new files
    #[arg(value_name = "PATH")]
    files: PathBuf,
    #[command(flatten)]
    act: ActOptions,
}

/// Options of going back.
#[derive(Debug, clap::Args)]
pub struct RollbackOptions {
    /// The site
    #[arg(value_parser = super::domain)]
    domain: Domain,
    /// The release to serve again, or the beginning of its id [default: the one before]
    #[arg(value_name = "RELEASE")]
    release: Option<String>,
    #[command(flatten)]
    act: ActOptions,
}

/// Has the site serve new files, when it answers with them.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let request = SiteRequest::Release {
        domain: options.domain.clone(),
        files: super::absolute(&options.files)?,
    };
    act::change(context, request.into(), &options.act).await
}

/// Has the site serve a kept release.
pub(crate) async fn rollback(options: &RollbackOptions, context: &mut Context) -> Result<Exit> {
    let request = SiteRequest::Rollback {
        domain: options.domain.clone(),
        release: options.release.clone(),
    };
    act::change(context, request.into(), &options.act).await
}
