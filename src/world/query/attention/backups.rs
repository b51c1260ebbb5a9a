//! Concerns of backups: overdue.

use vocab::{Text, Time};

use super::{About, Concern, Severity};
use crate::query::protection;
use crate::site::Site;
use crate::world::World;

pub(super) fn backup_concern(world: &World, site: &Site, now: Time) -> Option<Concern> {
    let protection = protection(world, &site.domain, now);
    let rules = world.backup_rules.as_ref().filter(|_| protection.overdue)?;
    let title = match protection.newest {
        Some(newest) => format!(
            "{}: the last backup is {} old",
            site.domain,
            now.since(newest)
        ),
        None => format!("{} has no backup", site.domain),
    };
    Some(Concern {
        severity: Severity::Warning,
        about: About::Site(site.domain.clone()),
        title: Text::line(title),
        detail: Text::line(format!(
            "one is to be made every {}: wheelhouse backup {}",
            rules.every, site.domain
        )),
        since: protection.newest.unwrap_or(site.created) + rules.every,
        fix: None,
    })
}
