//! The orders for a site that is there: to stand elsewhere, to rest, to be read anew, to have another name.

use std::path::Path;

use vocab::{Domain, Region, ReleaseId, RunId};
use world::{Place, Placement, Refusal, RefusalKind, Site, SiteOrder, SiteState, SiteVerb, World};

use crate::backup;
use crate::order::order;
use crate::placement::{self, Wanted};
use crate::work::Ends;

type Result<T> = std::result::Result<T, Refusal>;

/// An order that changes nothing of the site's place.
pub(crate) fn as_it_stands(ends: &Ends, verb: SiteVerb, site: &Site) -> Result<SiteOrder> {
    match (verb, site.state) {
        (SiteVerb::Suspend, SiteState::Suspended) => {
            return refuse(
                RefusalKind::Conflict,
                format!("{} is suspended already", site.domain),
            );
        }
        (SiteVerb::Resume, SiteState::Suspended) => {}
        (SiteVerb::Resume, _) => {
            return refuse(
                RefusalKind::Conflict,
                format!("{} is not suspended", site.domain),
            );
        }
        _ => served(site)?,
    }
    Ok(order(ends, verb, site.clone(), None, None))
}

/// An order to stand elsewhere.
pub(crate) async fn moved(
    world: &World,
    ends: &Ends,
    site: &Site,
    region: Option<Region>,
    placement: &Placement,
    run: RunId,
) -> Result<SiteOrder> {
    served(site)?;
    let on = placement::region_of(world, placement);
    let region = region.or(on).unwrap_or(site.region);
    let wanted = Wanted {
        region,
        placement,
        site: Some(site),
        run,
        domain: &site.domain,
    };
    elsewhere(world, ends, SiteVerb::Move, &wanted, site, None).await
}

/// An order to be served from the next region: what is kept on this machine is sent there; what is not comes from the newest
/// backup, or else from the old place, if that still answers. A database comes from the backup, whatever answers.
pub(crate) async fn failed_over(
    world: &World,
    ends: &Ends,
    site: &Site,
    rehearse: bool,
    run: RunId,
) -> Result<SiteOrder> {
    served(site)?;
    let wanted = Wanted {
        region: next(site.region),
        placement: &Placement::Room,
        site: Some(site),
        run,
        domain: &site.domain,
    };
    if site.objects.left_behind.is_some() {
        return refuse(
            RefusalKind::Conflict,
            format!(
                "{0} was failed over before, and its old place is not tidied up: `wheelhouse site move {0}` settles it",
                site.domain
            ),
        );
    }
    let verb = if rehearse {
        SiteVerb::Rehearse
    } else {
        SiteVerb::Failover
    };
    let files = kept_here(ends, &site.current);
    let backup = backup::standing_in(ends, site, files.is_some()).await?;
    let mut order = elsewhere(world, ends, verb, &wanted, site, files).await?;
    if let Some((served, about)) = backup {
        if order.files.is_none() {
            order.files = Some(lies_here(ends, &served.current));
            order.site.current = served.current;
            order.site.releases = served.releases;
        }
        order.backup = Some(about);
    }
    if order.files.is_some() {
        // What is not sent cannot be gone back to there.
        let current = order.site.current.clone();
        order.site.releases.retain(|release| release.id == current);
    }
    Ok(order)
}

/// An order to answer by another domain.
pub(crate) fn renamed(world: &World, ends: &Ends, site: &Site, to: &Domain) -> Result<SiteOrder> {
    served(site)?;
    if world.sites.contains_key(to) {
        return refuse(RefusalKind::Conflict, format!("{to} is a site already"));
    }
    if site.objects.left_behind.is_some() {
        return refuse(
            RefusalKind::Conflict,
            format!(
                "{0} was failed over, and its old place is not tidied up: `wheelhouse site move {0}` settles it",
                site.domain
            ),
        );
    }
    let mut next = site.clone();
    next.domain = to.clone();
    next.objects.record = String::new();
    next.objects.zone = String::new();
    let mut order = order(ends, SiteVerb::Rename, next, None, None);
    order.was = Some(Box::new(site.clone()));
    Ok(order)
}

async fn elsewhere(
    world: &World,
    ends: &Ends,
    verb: SiteVerb,
    wanted: &Wanted<'_>,
    site: &Site,
    files: Option<String>,
) -> Result<SiteOrder> {
    let mut machine = ends.offer.machine(wanted.region);
    let place: Place = placement::choose(world, ends, wanted, &mut machine).await?;
    let mut next = site.clone();
    next.stand(place);
    let mut order = order(ends, verb, next, None, files);
    order.machine = machine;
    order.was = Some(Box::new(site.clone()));
    Ok(order)
}

/// The region after this one, in the order of failover; after the last comes the first.
fn next(region: Region) -> Region {
    let order = Region::WORDS.map(|(_, region)| region);
    let at = order.iter().position(|one| *one == region).unwrap_or(0);
    order[(at + 1) % order.len()]
}

/// Where a release lies on this machine, when it does.
fn kept_here(ends: &Ends, release: &ReleaseId) -> Option<String> {
    let path = lies_here(ends, release);
    Path::new(&path).is_dir().then_some(path)
}

/// Where a release lies on this machine, or is to lie.
fn lies_here(ends: &Ends, release: &ReleaseId) -> String {
    let path = ends.offer.releases.join(release.as_str());
    path.to_string_lossy().into_owned()
}

/// A site that visitors are to see.
pub(crate) fn served(site: &Site) -> Result<()> {
    if site.state == SiteState::Suspended {
        return refuse(
            RefusalKind::Conflict,
            format!(
                "{0} is suspended: `wheelhouse site resume {0}` first",
                site.domain
            ),
        );
    }
    Ok(())
}

fn refuse<T>(kind: RefusalKind, words: String) -> Result<T> {
    Err(Refusal::new(kind, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failover_goes_round() {
        assert_eq!(next(Region::UsEast), Region::EuCentral);
        assert_eq!(next(Region::EuCentral), Region::AsiaPacific);
        assert_eq!(next(Region::AsiaPacific), Region::UsEast);
    }
}
