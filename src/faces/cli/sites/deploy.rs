//! `wheelhouse deploy`: a site from an archive or a folder to its first invoice.

use std::path::PathBuf;

use archive::{Limits, Release};
use vocab::{AffiliateName, Domain, Region, RollbackLevel, RunId, SiteKind, Text, Time};
use world::{Intent, Site, SiteObjects, SiteOrder, SiteState, SiteVerb};

use super::Selling;
use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::{Error, Result};
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
    /// Whose site it is: an affiliate of the fleet file
    #[arg(long, value_name = "NAME")]
    affiliate: String,
    /// Where it is to stand [default: the affiliate's region]
    #[arg(long, value_name = "REGION", value_parser = region)]
    region: Option<Region>,
    /// How far a run that fails is taken back: soft, partial or full
    #[arg(long, value_name = "LEVEL", value_parser = level, default_value = "full")]
    rollback: RollbackLevel,
    #[command(flatten)]
    act: ActOptions,
}

fn region(text: &str) -> std::result::Result<Region, String> {
    Region::WORDS
        .into_iter()
        .find(|(word, _)| *word == text)
        .map(|(_, region)| region)
        .ok_or_else(|| "a region is us-east, eu-central or asia-pacific".to_owned())
}

fn level(text: &str) -> std::result::Result<RollbackLevel, String> {
    RollbackLevel::parse(text).ok_or_else(|| "a level is soft, partial or full".to_owned())
}

/// Reads the files, plans, asks and follows the run to its end.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let selling = context.selling()?;
    let affiliate = selling
        .affiliates
        .iter()
        .find(|affiliate| affiliate.name.as_str() == options.affiliate)
        .ok_or_else(|| unknown_affiliate(&selling, &options.affiliate))?;
    let release = read(options.files.clone(), &selling).await?;
    let order = order(
        options,
        &selling,
        affiliate.name.clone(),
        affiliate.region,
        affiliate.email.clone(),
        &release,
        context.watch.now(),
    );
    act::change(context, Intent::Site(Box::new(order)), &options.act).await
}

fn order(
    options: &Options,
    selling: &Selling,
    affiliate: AffiliateName,
    home: Region,
    email: Option<Text>,
    release: &Release,
    now: Time,
) -> SiteOrder {
    let region = options.region.unwrap_or(home);
    let site = Site {
        domain: options.domain.clone(),
        kind: SiteKind::Static,
        affiliate,
        region,
        state: SiteState::Active,
        price: selling.price,
        cost: Some(selling.server_cost),
        // Both are the plan's to say.
        deployment: RunId::default(),
        created: Time::default(),
        releases: vec![released(release, &options.files, now)],
        current: release.id.clone(),
        objects: SiteObjects::default(),
    };
    SiteOrder {
        verb: SiteVerb::Deploy,
        site,
        before: None,
        files: Some(release.root.to_string_lossy().into_owned()),
        installation: selling.installation.clone(),
        machine: selling.machine(region.hetzner_location()),
        certificates: selling.certificates.clone(),
        email,
        level: options.rollback,
        version: 0,
    }
}

/// Takes an archive or a folder in, as a release of this machine.
pub(super) async fn read(path: PathBuf, selling: &Selling) -> Result<Release> {
    let into = selling.releases.clone();
    let read = tokio::task::spawn_blocking(move || {
        let limits = Limits::default();
        if path.is_dir() {
            archive::read_folder(&path, &limits, &into)
        } else {
            archive::read_archive(&path, &limits, &into)
        }
    });
    let release = read
        .await
        .map_err(|_| Error::Usage(Text::line("the files could not be read")))?
        .map_err(|error| Error::Usage(Text::line(error.to_string())))?;
    if !release.files.iter().any(|file| file.path == "index.html") {
        return Err(Error::Usage(Text::line(
            "the files have no index.html at their top: only sites of plain files can be deployed",
        )));
    }
    Ok(release)
}

/// A release as the books know it.
pub(super) fn released(release: &Release, source: &std::path::Path, now: Time) -> world::Release {
    let name = source.file_name().unwrap_or(source.as_os_str());
    world::Release {
        id: release.id.clone(),
        at: now,
        files: release.files.len() as u64,
        bytes: release.bytes.0,
        source: Text::line(name.to_string_lossy().as_bytes()),
    }
}

fn unknown_affiliate(selling: &Selling, name: &str) -> Error {
    let names = selling
        .affiliates
        .iter()
        .map(|affiliate| affiliate.name.as_str());
    let hint = kit::nearest::nearest(name, names).map_or_else(
        || "declare it with [[affiliates]] in the fleet file".to_owned(),
        |near| format!("did you mean {near}?"),
    );
    Error::NotFound(Text::line(format!("there is no affiliate {name}: {hint}")))
}
