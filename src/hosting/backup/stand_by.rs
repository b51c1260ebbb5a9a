//! A backup in the place of a server that does not answer: what a failover takes from it.

use world::{
    BackupOrder, BackupStep, Refusal, RefusalKind, Site, SiteOrder, SitePart, SiteStep, Wanted,
};

use super::order::{about, chosen, lost, served};
use super::{is_given, parts_of};
use crate::work::Ends;

type Result<T> = std::result::Result<T, Refusal>;

/// What a failover brings back of the newest backup, with the site as it is served then; nothing where it needs none. What a
/// database holds is nowhere else, so that without a backup there is no failover; files are fetched from the old place then.
pub(crate) async fn standing_in(
    ends: &Ends,
    site: &Site,
    has_files: bool,
) -> Result<Option<(Site, BackupOrder)>> {
    let needs = parts_of(site).into_iter().any(is_given);
    if has_files && !needs {
        return Ok(None);
    }
    let newest = async {
        let vault = ends.backups.as_ref();
        let vault = vault.map_err(|why| Refusal::new(RefusalKind::Invalid, why))?;
        chosen(vault, &site.domain, None, Wanted::All).await
    };
    let (manifest, newer) = match newest.await {
        Ok(manifest) => manifest,
        Err(_) if !needs => return Ok(None),
        Err(why) => {
            return Err(Refusal::new(
                why.kind,
                format!(
                    "{} has a database, which a failover brings back from a backup: {}",
                    site.domain, why.text
                ),
            ));
        }
    };
    let mut about = about(manifest.backup, Wanted::All);
    if let Some(made) = &mut about.made {
        made.parts
            .retain(|held| is_given(held.part) || (held.part == SitePart::Files && !has_files));
    }
    about.lost = Some(lost(site));
    about.newer = newer;
    let served = served(site.clone(), &manifest.site, &about, 1, true);
    Ok(Some((served, about)))
}

/// The steps of a failover that bring back what the order names of a backup: opened here, and given to the stand-by.
pub(crate) fn stand_by(order: &SiteOrder) -> (Vec<SiteStep>, Vec<SiteStep>) {
    let made = order.backup.as_ref().and_then(|about| about.made.as_ref());
    let parts = || made.into_iter().flat_map(|made| &made.parts);
    let fetched = parts().map(|held| SiteStep::Backup(BackupStep::Fetch(held.part)));
    let given = parts().filter(|held| is_given(held.part));
    let given = given.map(|held| SiteStep::Backup(BackupStep::Give(held.part)));
    (fetched.collect(), given.collect())
}
