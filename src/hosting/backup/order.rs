//! From a wish about backups to an order: which backup, whether its manifest can be read, whether the site's server is there.

use drivers::provider::Fault;
use vocab::{Domain, RunId, SiteKind, Text, Time};
use world::{
    Backup, BackupOrder, BackupStep, LostServer, Refusal, RefusalKind, Release, RestoreRequest,
    Site, SiteObjects, SiteOrder, SitePart, SiteRequest, SiteState, SiteStep, SiteVerb, Wanted,
    World,
};

use super::{Manifest, Place, Vault, doomed, is_given, to_take};
use crate::names;
use crate::order::{self, invalid, missing};
use crate::webserver::Trouble;
use crate::work::Ends;

type Result<T> = std::result::Result<T, Refusal>;

/// The order that a wish comes to.
pub(crate) async fn order(
    world: &World,
    ends: &Ends,
    request: &SiteRequest,
    id: RunId,
    now: Time,
) -> Result<SiteOrder> {
    let vault = ends.backups.as_ref();
    let vault = vault.map_err(|why| Refusal::new(RefusalKind::Invalid, why))?;
    let domain = request.domain();
    match request {
        SiteRequest::Restore(wish) => restore(world, ends, vault, wish, id).await,
        SiteRequest::Drill { backup, .. } => {
            let (manifest, _) = chosen(vault, domain, backup.as_deref(), Wanted::All).await?;
            let site = world.sites.get(domain).cloned().unwrap_or(manifest.site);
            let mut about = about(manifest.backup, Wanted::All);
            // A dump is loaded beside the site's own database, where there is one.
            let loads = about
                .made
                .as_ref()
                .is_some_and(|made| made.part(SitePart::Database).is_some());
            if loads && is_gone(ends, &site).await? {
                about.lost = Some(lost(&site));
            }
            Ok(with(ends, SiteVerb::Drill, site, about))
        }
        SiteRequest::Prune { .. } => {
            let site = world.site(domain)?.clone();
            let about = BackupOrder {
                doomed: doomed_of(world, vault, domain, now)?,
                ..new(id, now)
            };
            Ok(with(ends, SiteVerb::Prune, site, about))
        }
        _ => {
            let (site, verb) = (world.site(domain)?.clone(), request.verb());
            if verb == SiteVerb::Dump && !site.kind.has_database() {
                let kind = site.kind;
                return Err(invalid(format!(
                    "{domain} has no database, as a site of type {kind}: `wheelhouse backup {domain}` backs up what it has"
                )));
            }
            Ok(with(ends, verb, site, new(id, now)))
        }
    }
}

/// A backup that is to be made.
const fn new(id: RunId, at: Time) -> BackupOrder {
    BackupOrder {
        id,
        at,
        made: None,
        wanted: Wanted::All,
        to: None,
        lost: None,
        newer: None,
        doomed: Vec::new(),
    }
}

/// A backup that is there.
pub(super) fn about(made: Backup, wanted: Wanted) -> BackupOrder {
    let new = new(made.id, made.at);
    BackupOrder {
        wanted,
        made: Some(made),
        ..new
    }
}

fn with(ends: &Ends, verb: SiteVerb, site: Site, about: BackupOrder) -> SiteOrder {
    SiteOrder {
        backup: Some(about),
        ..order::order(ends, verb, site, None, None)
    }
}

/// The backups that go; refused when there is nothing to do.
fn doomed_of(world: &World, vault: &Vault, domain: &Domain, now: Time) -> Result<Vec<RunId>> {
    let backups: Vec<Backup> = world
        .backups
        .values()
        .filter(|backup| backup.domain == *domain)
        .cloned()
        .collect();
    let gone: Vec<RunId> = doomed(vault, &backups, now)
        .iter()
        .map(|backup| backup.id)
        .collect();
    if gone.is_empty() {
        return Err(Refusal::new(
            RefusalKind::Needless,
            format!(
                "every backup of {domain} is kept ({} of them): there is nothing to delete",
                backups.len()
            ),
        ));
    }
    Ok(gone)
}

/// The backup that is meant, as its place has it: the books may be lost. The newest that has what is wanted unless one is
/// named; with it a newer dump of the database alone, if there is one: it stands for no whole backup.
pub(super) async fn chosen(
    vault: &Vault,
    domain: &Domain,
    named: Option<&str>,
    wanted: Wanted,
) -> Result<(Manifest, Option<RunId>)> {
    let mut places = Manifest::places(vault, Some(domain))
        .await
        .map_err(unreachable)?;
    places.sort_by_key(|place| std::cmp::Reverse((place.at, place.id)));
    if let Some(named) = named {
        let place = by_name(vault, domain, &places, named)?;
        return Ok((read(vault, place).await?, None));
    }
    let mut newer = None;
    for place in &places {
        let manifest = read(vault, place).await?;
        let made = &manifest.backup;
        if made.is_whole() || wanted == Wanted::Database && made.has_dump() {
            return Ok((manifest, newer));
        }
        newer = newer.or(Some(made.id));
    }
    Err(missing(format!(
        "there is no backup of {domain} in {}{}: `wheelhouse backup {domain}` makes one",
        vault.place(),
        newer.map_or("", |_| " but dumps of its database alone")
    )))
}

/// The backup by a name.
fn by_name<'a>(
    vault: &Vault,
    domain: &Domain,
    places: &'a [Place],
    named: &str,
) -> Result<&'a Place> {
    let mut found = places.iter().filter(|place| {
        let id = place.id.to_string();
        id.starts_with(named) || id.ends_with(named) || place.id.short() == named
    });
    match (found.next(), found.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => Err(invalid(format!(
            "{named} fits several backups: type more of it"
        ))),
        (None, _) => Err(missing(format!(
            "there is no backup {named} of {domain} in {}: `wheelhouse backup list {domain}` lists them",
            vault.place()
        ))),
    }
}

async fn read(vault: &Vault, place: &Place) -> Result<Manifest> {
    let manifest = Manifest::read(vault, place).await.map_err(unreachable)?;
    manifest.ok_or_else(|| missing(format!("backup {} was deleted meanwhile", place.id)))
}

fn unreachable(trouble: Trouble) -> Refusal {
    let (Trouble::Not(why) | Trouble::Unknown(why)) = trouble;
    Refusal::new(RefusalKind::Unreachable, why)
}

async fn restore(
    world: &World,
    ends: &Ends,
    vault: &Vault,
    wish: &RestoreRequest,
    id: RunId,
) -> Result<SiteOrder> {
    let (domain, named) = (&wish.domain, wish.backup.as_deref());
    let (manifest, newer) = chosen(vault, domain, named, wish.wanted).await?;
    let made = manifest.backup;
    let named = made.id;
    if wish.wanted == Wanted::All && !made.is_whole() {
        return Err(invalid(format!(
            "backup {named} is a dump of the database of {domain} alone: `--part database` brings it back"
        )));
    }
    if !made.parts.iter().any(|held| wish.wanted.takes(held.part)) {
        return Err(invalid(format!(
            "backup {named} of {} has no {}",
            wish.domain,
            wish.wanted.word()
        )));
    }
    let booked = world.sites.get(&wish.domain);
    let site = booked.unwrap_or(&manifest.site).clone();
    let mut about = about(made, wish.wanted);
    if let Some(to) = &wish.to {
        about.to = Some(to.to_string_lossy().into_owned());
        return Ok(with(ends, SiteVerb::Restore, site, about));
    }
    about.newer = newer.filter(|_| wish.wanted == Wanted::All);
    if site.state == SiteState::Suspended {
        return Err(invalid(format!(
            "{} is suspended, so nobody would see whether it is back: `wheelhouse site resume {}` first",
            site.domain, site.domain
        )));
    }
    let before = site.current.clone();
    let gone = is_gone(ends, &site).await?;
    if gone && wish.wanted != Wanted::All {
        return Err(invalid(format!(
            "the server {} of {} is gone, so there is nothing to put {} on: restore all of it",
            site.objects.server_name,
            wish.domain,
            wish.wanted.word()
        )));
    }
    let mut site = served(site, &manifest.site, &about, ends.offer.keep_releases, gone);
    if gone {
        about.lost = Some(lost(&site));
        let objects = &mut site.objects;
        *objects = SiteObjects {
            server: String::new(),
            server_name: names::server(&wish.domain, id),
            address: String::new(),
            ssh_key: String::new(),
            made_by: Some(id),
            port: None,
            ..objects.clone()
        };
    }
    let files = wish.wanted.takes(SitePart::Files).then(|| {
        let folder = ends.offer.releases.join(site.current.as_str());
        folder.to_string_lossy().into_owned()
    });
    Ok(SiteOrder {
        before: (!gone).then_some(before),
        files,
        ..with(ends, SiteVerb::Restore, site, about)
    })
}

/// The server that a site stood on.
pub(super) fn lost(site: &Site) -> LostServer {
    LostServer {
        name: site.objects.server_name.clone(),
        address: site.objects.address.clone(),
    }
}

/// Whether the provider has the site's server no more. One that is there and does not answer is not gone.
async fn is_gone(ends: &Ends, site: &Site) -> Result<bool> {
    let Ok(id) = site.objects.server.parse() else {
        return Ok(true);
    };
    match ends.hetzner.server(id).await {
        Ok(_) => Ok(false),
        Err(error) if error.fault == Fault::NotFound => Ok(true),
        Err(error) => Err(Refusal::new(RefusalKind::Unreachable, error.to_string())),
    }
}

/// The site as it is when its files are those of the backup.
pub(super) fn served(
    site: Site,
    then: &Site,
    about: &BackupOrder,
    keep: usize,
    gone: bool,
) -> Site {
    let Some(made) = about
        .made
        .as_ref()
        .filter(|_| about.wanted.takes(SitePart::Files))
    else {
        return site;
    };
    let known = site
        .releases
        .iter()
        .chain(&then.releases)
        .find(|known| known.id == made.release)
        .cloned();
    let back = known.unwrap_or_else(|| Release {
        id: made.release.clone(),
        at: made.at,
        files: made.files,
        bytes: made.part(SitePart::Files).map_or(0, |part| part.bytes),
        source: Text::line("a backup"),
        schema: None,
    });
    let mut releases = if gone { Vec::new() } else { site.releases };
    if !releases.iter().any(|kept| kept.id == back.id) {
        releases.insert(0, back);
        releases.truncate(keep.max(2));
    }
    Site {
        current: made.release.clone(),
        releases,
        ..site
    }
}

/// The steps of an order that makes or uses a backup, in order.
pub(crate) fn steps_of(order: &SiteOrder) -> Vec<SiteStep> {
    let Some(about) = &order.backup else {
        return Vec::new();
    };
    let held = || {
        let parts = about.made.iter().flat_map(|made| &made.parts);
        parts
            .map(|held| held.part)
            .filter(|part| about.wanted.takes(*part))
    };
    let backup = SiteStep::Backup;
    match order.verb {
        SiteVerb::Backup | SiteVerb::Dump => {
            let parts = to_take(order).into_iter().map(BackupStep::Take);
            let rest = [BackupStep::Manifest, BackupStep::Note, BackupStep::Prune];
            parts.chain(rest).map(backup).collect()
        }
        SiteVerb::Drill => held()
            .map(BackupStep::Try)
            .chain([BackupStep::Proven])
            .map(backup)
            .collect(),
        SiteVerb::Prune => vec![backup(BackupStep::Prune)],
        _ if about.to.is_some() => held().map(BackupStep::Lay).map(backup).collect(),
        _ => restoring(order, about, &held().collect::<Vec<_>>()),
    }
}

/// The steps that bring a site, or a part of it, back.
fn restoring(order: &SiteOrder, about: &BackupOrder, parts: &[SitePart]) -> Vec<SiteStep> {
    use SiteStep as S;
    let each = |step: fn(SitePart) -> BackupStep| parts.iter().copied().map(step).map(S::Backup);
    let gone = about.lost.is_some();
    let has_containers = order.site.kind != SiteKind::Static;
    let files = order.files.is_some();
    let mut steps: Vec<S> = each(BackupStep::Fetch).collect();
    if gone {
        steps.extend([S::SshKey, S::Server, S::HostKey, S::Base, S::Upload]);
        if order.site.kind == SiteKind::WordPress {
            steps.push(S::Database);
        }
    } else if files {
        steps.push(S::Backup(BackupStep::Give(SitePart::Files)));
    }
    let given = parts.iter().copied().filter(|part| is_given(*part));
    steps.extend(given.map(|part| S::Backup(BackupStep::Give(part))));
    if files && has_containers {
        steps.push(S::Container);
    }
    if files {
        steps.push(S::Switch);
    }
    if gone || files && has_containers {
        steps.push(S::Route);
    }
    if gone {
        steps.extend([S::Backup(BackupStep::Redirect), S::Resolves]);
    }
    steps.push(S::Answers);
    if about.wanted == Wanted::All {
        steps.push(S::Backup(BackupStep::Proven));
    }
    steps.push(S::Book);
    if files && has_containers && !gone {
        steps.push(S::Retire);
    }
    steps
}

/// Whether the run starts a container beside the one that serves, and so needs a port of its own.
pub(crate) fn needs_port(order: &SiteOrder) -> bool {
    order.verb == SiteVerb::Restore
        && order.files.is_some()
        && order.before.as_ref() != Some(&order.site.current)
}
