//! Which backups go, and how: the manifest first, so that what is left of one that was not deleted whole is none.

use archive::retention::{self, Dated, Reason};
use vocab::{Domain, RunId, Span, Time};
use world::Backup;

use super::manifest::objects;
use super::names::{MANIFEST, Place};
use super::{Result, Vault, failed, stored};
use crate::work::Book;

/// What a run that is not over may still be writing is younger than this.
const OLD_ENOUGH: Span = Span::days(2);

/// Of one site's backups those that no rule keeps, oldest first. Those that lie elsewhere than `place` are left alone: the
/// fleet file names another place now.
pub(crate) fn doomed<'a>(vault: &Vault, backups: &'a [Backup], now: Time) -> Vec<&'a Backup> {
    let place = vault.place();
    let here: Vec<&Backup> = backups.iter().filter(|one| one.place == place).collect();
    let dated: Vec<Dated> = here
        .iter()
        .map(|backup| Dated {
            at: backup.at,
            proven: backup.verified.is_some(),
            is_dump: !backup.is_whole(),
        })
        .collect();
    let reasons: Vec<Vec<Reason>> = retention::keep_in_utc(&dated, now, vault.keep);
    let mut doomed: Vec<&Backup> = here
        .into_iter()
        .zip(reasons)
        .filter(|(_, reasons)| reasons.is_empty())
        .map(|(backup, _)| backup)
        .collect();
    doomed.sort_by_key(|backup| backup.at);
    doomed
}

/// Deletes the backups of a site that no rule keeps, and what runs that failed left half-made; answers how many went.
/// `run` is the one that does it: what it has written stays.
pub(crate) async fn prune(
    vault: &Vault,
    book: &dyn Book,
    domain: &Domain,
    run: RunId,
    now: Time,
) -> Result<usize> {
    let booked = book.backups(domain).await.map_err(|why| failed(&why))?;
    let doomed: Vec<Backup> = doomed(vault, &booked, now).into_iter().cloned().collect();
    let mut gone = 0;
    for backup in &doomed {
        let place = Place {
            domain: backup.domain.clone(),
            at: backup.at,
            id: backup.id,
        };
        let manifest = place.object(MANIFEST)?;
        vault.storage.delete(&manifest).await.map_err(stored)?;
        book.remove_backup(backup.id)
            .await
            .map_err(|why| failed(&why))?;
        for part in &backup.parts {
            let object = place.object(part.part.word())?;
            vault.storage.delete(&object).await.map_err(stored)?;
        }
        gone += 1;
    }
    sweep(vault, domain, run, now).await?;
    Ok(gone)
}

/// Deletes parts beside which no manifest lies, when they are too old to be still under way.
async fn sweep(vault: &Vault, domain: &Domain, run: RunId, now: Time) -> Result<()> {
    let found = objects(vault, Some(domain)).await?;
    let found: Vec<_> = found
        .iter()
        .filter_map(|one| Place::of(&one.name).map(|(place, word)| (&one.name, place, word)))
        .collect();
    for (name, place, _) in &found {
        let whole = found
            .iter()
            .any(|(_, other, word)| other == place && *word == MANIFEST);
        if !whole && place.id != run && now.since(place.at) > OLD_ENOUGH {
            vault.storage.delete(name).await.map_err(stored)?;
        }
    }
    Ok(())
}
