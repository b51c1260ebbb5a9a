//! The words of plans about backups: what each step does and by which call, what is overwritten, what is asked for.

use vocab::{Span, Text};
use world::{BackupStep, Confirmation, Reversibility, SiteOrder, SiteVerb};

use super::{Place, described, is_given};

/// A text of the step for the journal.
pub(crate) const fn word(step: BackupStep) -> &'static str {
    match step {
        BackupStep::Take(_) => "take",
        BackupStep::Manifest => "manifest",
        BackupStep::Note => "note backup",
        BackupStep::Prune => "prune",
        BackupStep::Fetch(_) => "fetch",
        BackupStep::Lay(_) => "lay",
        BackupStep::Try(_) => "try",
        BackupStep::Give(_) => "give",
        BackupStep::Redirect => "redirect",
        BackupStep::Proven => "proven",
    }
}

/// What a step does.
pub(crate) fn title(step: BackupStep, order: &SiteOrder) -> String {
    match step {
        BackupStep::Take(part) => format!("{}, sealed", part.word()),
        BackupStep::Manifest => "manifest: from here on it is a backup".to_owned(),
        BackupStep::Note => "the backup in the books".to_owned(),
        BackupStep::Prune => match doomed(order) {
            0 => "delete what no rule keeps".to_owned(),
            1 => "delete 1 backup".to_owned(),
            count => format!("delete {count} backups"),
        },
        BackupStep::Fetch(part) => format!("fetch {}, opened and compared", part.word()),
        BackupStep::Lay(part) => format!("{} into the folder", part.word()),
        BackupStep::Try(part) => format!("{} into a scratch place, compared", part.word()),
        BackupStep::Give(part) => format!("{} back into the site", part.word()),
        BackupStep::Redirect => "DNS record to the new server".to_owned(),
        BackupStep::Proven => "note that the backup is whole".to_owned(),
    }
}

/// The call or command that does it.
pub(crate) fn exact(step: BackupStep, order: &SiteOrder) -> String {
    let objects = &order.site.objects;
    match step {
        BackupStep::Take(part) => format!(
            "{} | seal > {}",
            described(&order.site, part),
            object(order, part.word())
        ),
        BackupStep::Manifest => format!("seal > {}", object(order, super::names::MANIFEST)),
        BackupStep::Note | BackupStep::Proven => "the backup in the books".to_owned(),
        BackupStep::Prune => "each backup's manifest first, then its parts".to_owned(),
        BackupStep::Fetch(part) => format!("open < {}", object(order, part.word())),
        BackupStep::Lay(part) => {
            let to = order
                .backup
                .as_ref()
                .and_then(|about| about.to.as_deref())
                .unwrap_or_default();
            format!("open < {} > {to}", object(order, part.word()))
        }
        BackupStep::Try(part) => format!("open < {} | compare", object(order, part.word())),
        BackupStep::Give(part) => format!(
            "open < {} | ssh root@{}",
            object(order, part.word()),
            crate::names::server_of(order)
        ),
        BackupStep::Redirect => format!(
            "PATCH /zones/{}/dns_records/{}",
            objects.zone, objects.record
        ),
    }
}

/// How long it may take.
pub(crate) const fn deadline(step: BackupStep) -> Span {
    match step {
        BackupStep::Take(_)
        | BackupStep::Fetch(_)
        | BackupStep::Lay(_)
        | BackupStep::Try(_)
        | BackupStep::Give(_) => Span::minutes(60),
        BackupStep::Manifest
        | BackupStep::Note
        | BackupStep::Prune
        | BackupStep::Redirect
        | BackupStep::Proven => Span::minutes(2),
    }
}

/// How hard it is to take back, and what it asks for. What changes nothing of the site asks for nothing.
pub(crate) fn consent(order: &SiteOrder) -> (Reversibility, Confirmation) {
    let domain = Text::line(order.site.domain.as_str());
    match order.verb {
        SiteVerb::Restore if to(order).is_none() => {
            if overwrites(order) {
                (Reversibility::Irreversible, Confirmation::TypedName(domain))
            } else {
                (Reversibility::Disruptive, Confirmation::Letter('r'))
            }
        }
        SiteVerb::Prune => (Reversibility::Irreversible, Confirmation::TypedName(domain)),
        _ => (Reversibility::Reversible, Confirmation::Grace(Span::ZERO)),
    }
}

/// Whether data of the site are replaced that no release keeps.
fn overwrites(order: &SiteOrder) -> bool {
    let about = order.backup.as_ref().filter(|about| about.lost.is_none());
    let parts = about.into_iter().flat_map(|about| {
        let made = about.made.iter().flat_map(|made| &made.parts);
        made.filter(|held| about.wanted.takes(held.part))
    });
    parts.into_iter().any(|held| is_given(held.part))
}

fn to(order: &SiteOrder) -> Option<&str> {
    order.backup.as_ref()?.to.as_deref()
}

fn doomed(order: &SiteOrder) -> usize {
    order.backup.as_ref().map_or(0, |about| about.doomed.len())
}

/// What the operator is told before anything is done.
pub(crate) fn detail(order: &SiteOrder) -> String {
    let Some(about) = &order.backup else {
        return String::new();
    };
    let of = about.made.as_ref().map_or_else(String::new, |made| {
        format!(
            "backup {} of {}, {} in {} files",
            made.id.short(),
            made.at.timestamp(),
            made.bytes(),
            made.files
        )
    });
    match (order.verb, to(order)) {
        (SiteVerb::Backup | SiteVerb::Dump, _) => format!(
            "release {}; {}",
            order.site.current,
            super::to_take(order)
                .iter()
                .map(|part| part.word())
                .collect::<Vec<_>>()
                .join(", ")
        ),
        (SiteVerb::Prune, _) => format!("{} backups that no rule keeps", doomed(order)),
        (SiteVerb::Restore, Some(to)) => format!("{of}, into {to}"),
        (SiteVerb::Restore, None) if about.lost.is_some() => format!(
            "{of}, onto a new server {} in {}; customer and subscription stay",
            order.machine.server_type, order.machine.location
        ),
        (SiteVerb::Restore, None) => format!("{of}, {}", about.wanted.word()),
        _ => of,
    }
}

/// What is lost, and what else should be known.
pub(crate) fn warnings(order: &SiteOrder) -> Vec<Text> {
    let Some(about) = &order.backup else {
        return Vec::new();
    };
    let mut warnings = Vec::new();
    let made = about.made.as_ref();
    if order.verb == SiteVerb::Restore && to(order).is_none() {
        if let (Some(made), Some(before)) = (made, &order.before)
            && order.files.is_some()
            && *before != made.release
        {
            warnings.push(format!(
                "release {} is served instead of {before}",
                made.release
            ));
        }
        if overwrites(order) {
            warnings.push(format!(
                "what was written to the site since {} is lost",
                about.at.timestamp()
            ));
        }
        if let Some(lost) = &about.lost {
            warnings.push(format!(
                "server {} is gone: a new one costs as much from now on",
                lost.name
            ));
        }
    }
    if let Some(newer) = about.newer {
        let (domain, id) = (&order.site.domain, newer.short());
        warnings.push(format!(
            "the database was dumped since, and that dump is not used with it: afterwards \
             `wheelhouse restore {domain} {id} --part database` brings the database to it"
        ));
    }
    for id in &about.doomed {
        warnings.push(format!("backup {} is deleted for good", id.short()));
    }
    warnings.iter().map(Text::line).collect()
}

/// How its success will be seen.
pub(crate) fn verification(order: &SiteOrder) -> Option<&'static str> {
    match (order.verb, to(order)) {
        (SiteVerb::Backup | SiteVerb::Dump, _) => {
            Some("the backup's manifest is there, and says what was sent")
        }
        (SiteVerb::Drill, _) => Some("every byte of it was opened, hashed and compared"),
        (SiteVerb::Prune, _) => Some("what no rule keeps is gone"),
        (SiteVerb::Restore, Some(_)) => Some("every byte that was laid there was hashed"),
        _ => None,
    }
}

/// The name of an object of the order's backup.
fn object(order: &SiteOrder, word: &str) -> String {
    let place = order.backup.as_ref().map(|about| Place {
        domain: order.site.domain.clone(),
        at: about.at,
        id: about.id,
    });
    place
        .and_then(|place| place.object(word).ok())
        .map_or_else(String::new, |name| name.to_string())
}
