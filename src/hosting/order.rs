//! From a wish to an order: names are looked up, the files are read and taken in, and everything that the run needs is
//! frozen, so that it means the same after any crash and change of configuration.

use std::path::{Path, PathBuf};

use archive::Limits;
use vocab::{ReleaseId, RollbackLevel, RunId, SiteKind, Text, Time};
use world::{
    DeployRequest, Refusal, RefusalKind, Site, SiteObjects, SiteOrder, SiteRequest, SiteState,
    SiteVerb, World,
};

use crate::backup;
use crate::growth;
use crate::kind;
use crate::life;
use crate::offer::Affiliate;
use crate::placement::{self, Wanted};
use crate::plan::VERSION;
use crate::work::Ends;

type Result<T> = std::result::Result<T, Refusal>;

/// The order that a wish comes to.
pub(crate) async fn of(
    world: &World,
    ends: &Ends,
    request: &SiteRequest,
    id: RunId,
    now: Time,
) -> Result<SiteOrder> {
    let mut order = by_wish(world, ends, request, id, now).await?;
    // By it the run puts back what it changed, and nobody begins it when the site is another one by then.
    let was = world.sites.get(request.domain());
    order.was = order.was.or_else(|| was.cloned().map(Box::new));
    Ok(order)
}

async fn by_wish(
    world: &World,
    ends: &Ends,
    request: &SiteRequest,
    id: RunId,
    now: Time,
) -> Result<SiteOrder> {
    match request {
        SiteRequest::Backup { .. }
        | SiteRequest::Dump { .. }
        | SiteRequest::Restore(_)
        | SiteRequest::Drill { .. }
        | SiteRequest::Prune { .. } => backup::order(world, ends, request, id, now).await,
        SiteRequest::Deploy(wish) => deploy(world, ends, wish, id, now).await,
        SiteRequest::Release { domain, files } => {
            release(ends, world.site(domain)?, files, now).await
        }
        SiteRequest::Rollback { domain, release } => {
            let site = world.site(domain)?;
            let current = kept(site, release.as_deref())?;
            let before = site.current.clone();
            let next = Site {
                current,
                ..site.clone()
            };
            Ok(order(ends, SiteVerb::Release, next, Some(before), None))
        }
        SiteRequest::Delete { domain } => {
            let site = world.site(domain)?.clone();
            let before = site.current.clone();
            Ok(order(ends, SiteVerb::Delete, site, Some(before), None))
        }
        SiteRequest::Move {
            domain,
            region,
            placement,
        } => life::moved(world, ends, world.site(domain)?, *region, placement, id).await,
        SiteRequest::Failover { domain, rehearse } => {
            life::failed_over(world, ends, world.site(domain)?, *rehearse, id).await
        }
        SiteRequest::Grow { domain, to } => {
            growth::grown(world, ends, world.site(domain)?, to.as_deref()).await
        }
        SiteRequest::Rename { domain, to } => life::renamed(world, ends, world.site(domain)?, to),
        SiteRequest::Suspend { domain }
        | SiteRequest::Resume { domain }
        | SiteRequest::Restart { domain }
        | SiteRequest::Renew { domain }
        | SiteRequest::Repoint { domain }
        | SiteRequest::Collect { domain } => {
            life::as_it_stands(ends, request.verb(), world.site(domain)?)
        }
    }
}

async fn deploy(
    world: &World,
    ends: &Ends,
    wish: &DeployRequest,
    id: RunId,
    now: Time,
) -> Result<SiteOrder> {
    let domain = &wish.domain;
    if world.sites.contains_key(domain) {
        return Err(Refusal::new(
            RefusalKind::Conflict,
            format!(
                "{domain} is a site already: `wheelhouse release {domain} …` changes what it serves"
            ),
        ));
    }
    let affiliate = affiliate(ends, &wish.affiliate)?;
    let (release, kind, files) = read(ends, &wish.files, wish.kind, now).await?;
    let on = placement::region_of(world, &wish.placement);
    let region = wish.region.or(on).unwrap_or(affiliate.region);
    let mut machine = ends.offer.machine(region);
    let wanted = Wanted {
        region,
        placement: &wish.placement,
        site: None,
        run: id,
        domain,
    };
    let place = placement::choose(world, ends, &wanted, &mut machine).await?;
    let mut site = Site {
        domain: domain.clone(),
        kind,
        affiliate: affiliate.name.clone(),
        region,
        state: SiteState::Active,
        price: ends.offer.price,
        cost: Some(ends.offer.server_cost),
        deployment: id,
        created: now,
        current: release.id.clone(),
        releases: vec![release],
        objects: SiteObjects::default(),
    };
    site.stand(place);
    Ok(SiteOrder {
        machine,
        email: affiliate.email.clone(),
        level: wish.level,
        ..order(ends, SiteVerb::Deploy, site, None, Some(files))
    })
}

async fn release(ends: &Ends, site: &Site, files: &Path, now: Time) -> Result<SiteOrder> {
    let (release, _, files) = read(ends, files, Some(site.kind), now).await?;
    if release.id == site.current {
        return Err(invalid(format!(
            "{} serves these very files already",
            site.domain
        )));
    }
    let mut next = site.clone();
    next.current = release.id.clone();
    next.releases.retain(|kept| kept.id != release.id);
    next.releases.insert(0, release);
    next.releases.truncate(ends.offer.keep_releases.max(2));
    let before = site.current.clone();
    Ok(order(
        ends,
        SiteVerb::Release,
        next,
        Some(before),
        Some(files),
    ))
}

pub(crate) fn order(
    ends: &Ends,
    verb: SiteVerb,
    site: Site,
    before: Option<ReleaseId>,
    files: Option<String>,
) -> SiteOrder {
    SiteOrder {
        verb,
        machine: ends.offer.machine(site.region),
        site,
        was: None,
        before,
        port_before: None,
        files,
        installation: ends.installation.clone(),
        certificates: ends.offer.certificates.clone(),
        email: None,
        level: RollbackLevel::Full,
        backup: None,
        growth: None,
        version: VERSION,
    }
}

/// A declared affiliate.
fn affiliate<'a>(ends: &'a Ends, name: &str) -> Result<&'a Affiliate> {
    let declared = &ends.offer.affiliates;
    let found = declared
        .iter()
        .find(|affiliate| affiliate.name.as_str() == name);
    found.ok_or_else(|| {
        let names = declared.iter().map(|affiliate| affiliate.name.as_str());
        let hint = kit::nearest::nearest(name, names).map_or_else(
            || "declare it with [[affiliates]] in the fleet file".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        missing(format!("there is no affiliate {name}: {hint}"))
    })
}

/// The kept release that is meant: by the beginning of its id, or the newest that is not served.
fn kept(site: &Site, wanted: Option<&str>) -> Result<ReleaseId> {
    let wanted_or_any = wanted.unwrap_or_default();
    let mut found = site
        .releases
        .iter()
        .map(|release| &release.id)
        .filter(|id| **id != site.current && id.as_str().starts_with(wanted_or_any));
    match (wanted, found.next(), found.next()) {
        (None, Some(id), _) | (Some(_), Some(id), None) => Ok(id.clone()),
        (None, None, _) => Err(missing(format!("{} has no other release", site.domain))),
        (Some(wanted), None, _) => Err(missing(format!(
            "{} keeps no other release that begins with {wanted}: `wheelhouse sites {}` lists them",
            site.domain, site.domain
        ))),
        (Some(wanted), Some(_), Some(_)) => Err(invalid(format!(
            "{wanted} is the beginning of several releases: type more of it"
        ))),
    }
}

/// Takes an archive or a folder in, as a release of this machine; says where it lies.
async fn read(
    ends: &Ends,
    files: &Path,
    wished: Option<SiteKind>,
    now: Time,
) -> Result<(world::Release, SiteKind, String)> {
    let (path, into): (PathBuf, PathBuf) = (files.to_owned(), ends.offer.releases.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let limits = Limits::default();
        if let Err(error) = std::fs::metadata(&path) {
            let path = path.display();
            return Err(format!("{path}: {error}; give a folder or a zip archive"));
        }
        let release = if path.is_dir() {
            archive::read_folder(&path, &limits, &into)
        } else {
            archive::read_archive(&path, &limits, &into)
        };
        let release = release.map_err(|error| error.to_string())?;
        let kind = kind::of(&release, wished)?;
        Ok((release, kind))
    });
    let (release, kind) = reading
        .await
        .map_err(|_| invalid("the files could not be read".to_owned()))?
        .map_err(invalid)?;
    let source = files.file_name().unwrap_or(files.as_os_str());
    let released = world::Release {
        id: release.id,
        at: now,
        files: release.files.len() as u64,
        bytes: release.bytes.0,
        source: Text::line(source.to_string_lossy().as_bytes()),
        schema: None,
    };
    Ok((released, kind, release.root.to_string_lossy().into_owned()))
}

pub(crate) fn missing(words: String) -> Refusal {
    Refusal::new(RefusalKind::NotFound, words)
}

pub(crate) fn invalid(words: String) -> Refusal {
    Refusal::new(RefusalKind::Invalid, words)
}
