//! `wheelhouse release`: a site serves new files. `wheelhouse rollback`: it serves kept ones again.

use std::path::PathBuf;

use vocab::{Domain, ReleaseId, RollbackLevel, Text};
use world::{Intent, Site, SiteOrder, SiteVerb};

use super::{Selling, deploy, site};
use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::{Error, Result};
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

/// Reads the files, and has the site serve them when it answers with them.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let selling = context.selling()?;
    let booked = site(context.watch.world(), &options.domain)?.clone();
    let release = deploy::read(options.files.clone(), &selling).await?;
    let id = release.id.clone();
    if id == booked.current {
        return Err(Error::Usage(Text::line(format!(
            "{} serves these very files already",
            booked.domain
        ))));
    }
    let mut next = booked.clone();
    next.releases.retain(|kept| kept.id != id);
    next.releases.insert(
        0,
        deploy::released(&release, &options.files, context.watch.now()),
    );
    next.releases.truncate(selling.keep_releases.max(2));
    let files = release.root.to_string_lossy().into_owned();
    let order = order(&selling, booked, next, id, Some(files));
    act::change(context, Intent::Site(Box::new(order)), &options.act).await
}

/// Has the site serve a kept release.
pub(crate) async fn rollback(options: &RollbackOptions, context: &mut Context) -> Result<Exit> {
    let selling = context.selling()?;
    let booked = site(context.watch.world(), &options.domain)?.clone();
    let id = chosen(&booked, options.release.as_deref())?;
    let order = order(&selling, booked.clone(), booked, id, None);
    act::change(context, Intent::Site(Box::new(order)), &options.act).await
}

/// The release that is meant: by the beginning of its id, or the newest that is not served.
fn chosen(site: &Site, wanted: Option<&str>) -> Result<ReleaseId> {
    let kept = || {
        site.releases
            .iter()
            .filter(|release| release.id != site.current)
    };
    let Some(wanted) = wanted else {
        return kept()
            .next()
            .map(|release| release.id.clone())
            .ok_or_else(|| {
                Error::NotFound(Text::line(format!("{} has no other release", site.domain)))
            });
    };
    let found: Vec<_> = kept()
        .filter(|release| release.id.as_str().starts_with(wanted))
        .collect();
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(Error::NotFound(Text::line(format!(
            "{} keeps no other release that begins with {wanted}: `wheelhouse sites {}` lists them",
            site.domain, site.domain
        )))),
        _ => Err(Error::Usage(Text::line(format!(
            "{wanted} is the beginning of several releases: type more of it"
        )))),
    }
}

fn order(
    selling: &Selling,
    booked: Site,
    next: Site,
    current: ReleaseId,
    files: Option<String>,
) -> SiteOrder {
    let location = booked.region.hetzner_location();
    SiteOrder {
        verb: SiteVerb::Release,
        before: Some(booked.current),
        site: Site { current, ..next },
        files,
        installation: selling.installation.clone(),
        machine: selling.machine(location),
        certificates: selling.certificates.clone(),
        email: None,
        level: RollbackLevel::Full,
        version: 0,
    }
}
