//! `wheelhouse deploy`: a site from an archive or a folder to its first invoice.

use std::path::PathBuf;

use vocab::{Domain, Region, RollbackLevel, SiteKind, Text};
use world::{DeployRequest, Placement, SiteRequest};

use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;

/// Options of a deployment.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The domain the site is to answer under
    #[arg(value_parser = super::domain)]
    domain: Domain,
    /// A zip archive or a folder with its files
    #[arg(value_name = "PATH")]
    files: PathBuf,
    /// What it is made of: static, node or wordpress [default: what the files look like]
    #[arg(long = "type", value_name = "TYPE", value_parser = kind)]
    kind: Option<SiteKind>,
    /// Whose site it is: an affiliate of the fleet file
    #[arg(long, value_name = "NAME")]
    affiliate: String,
    /// Where it is to stand [default: the affiliate's region]
    #[arg(long, value_name = "REGION", value_parser = region)]
    region: Option<Region>,
    #[command(flatten)]
    placement: PlacementOptions,
    /// How far a run that fails is taken back: soft, partial or full
    #[arg(long, value_name = "LEVEL", value_parser = level, default_value = "full")]
    rollback: RollbackLevel,
    #[command(flatten)]
    act: ActOptions,
}

/// On which server a site is put.
#[derive(Debug, clap::Args)]
pub(super) struct PlacementOptions {
    /// On a new server, also when one has room
    #[arg(long, conflicts_with = "on")]
    new_server: bool,
    /// On this server, which other sites stand on already
    #[arg(long, value_name = "SERVER")]
    on: Option<String>,
}

impl From<&PlacementOptions> for Placement {
    fn from(options: &PlacementOptions) -> Self {
        match &options.on {
            Some(name) => Self::On(Text::line(name)),
            None if options.new_server => Self::New,
            None => Self::Room,
        }
    }
}

pub(super) fn region(text: &str) -> std::result::Result<Region, String> {
    Region::WORDS
        .into_iter()
        .find(|(word, _)| *word == text)
        .map(|(_, region)| region)
        .ok_or_else(|| "a region is us-east, eu-central or asia-pacific".to_owned())
}

fn kind(text: &str) -> std::result::Result<SiteKind, String> {
    SiteKind::WORDS
        .into_iter()
        .find(|(word, _)| *word == text)
        .map(|(_, kind)| kind)
        .ok_or_else(|| "a type is static, node or wordpress".to_owned())
}

fn level(text: &str) -> std::result::Result<RollbackLevel, String> {
    RollbackLevel::parse(text).ok_or_else(|| "a level is soft, partial or full".to_owned())
}

/// Plans, asks and follows the run to its end.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let request = SiteRequest::Deploy(DeployRequest {
        domain: options.domain.clone(),
        files: super::absolute(&options.files)?,
        kind: options.kind,
        affiliate: options.affiliate.clone(),
        region: options.region,
        placement: Placement::from(&options.placement),
        level: options.rollback,
    });
    act::change(context, request.into(), &options.act).await
}
