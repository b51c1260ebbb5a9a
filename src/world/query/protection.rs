//! How well sites are protected by their backups.

use vocab::{Bytes, Domain, Span, Time};

use crate::backup::Backup;
use crate::world::World;

/// How well a site is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protection {
    /// How many backups there are, dumps of the database alone among them.
    pub count: usize,
    /// Their bytes before they were sealed.
    pub bytes: Bytes,
    /// When the newest whole one was begun.
    pub newest: Option<Time>,
    /// When the database was last dumped, in a whole backup or alone.
    pub dumped: Option<Time>,
    /// When a whole one was last restored and seen to be whole: what no drill has opened is a hope, not a backup.
    pub verified: Option<Time>,
    /// Whether a whole one should have been made by now.
    pub overdue: bool,
    /// Whether a dump of its database should have been made by now.
    pub dump_overdue: bool,
}

/// The backups of a site, newest first.
pub fn backups_of<'a>(world: &'a World, domain: &Domain) -> Vec<&'a Backup> {
    let mut found: Vec<&Backup> = world
        .backups
        .values()
        .filter(|backup| backup.domain == *domain)
        .collect();
    found.sort_by_key(|backup| std::cmp::Reverse((backup.at, backup.id)));
    found
}

/// How well a site is protected at `now`. Without rules in the fleet file nothing is overdue; with them a backup is when the
/// newest one, or the site itself, is half as old again as they say. A dump of the database alone is no backup of the site.
pub fn protection(world: &World, domain: &Domain, now: Time) -> Protection {
    let backups = backups_of(world, domain);
    let site = world.sites.get(domain);
    let newest = |fits: fn(&Backup) -> bool| {
        let mut fitting = backups.iter().filter(|backup| fits(backup));
        fitting.next().map(|backup| backup.at)
    };
    let (whole, dumped) = (newest(Backup::is_whole), newest(Backup::has_dump));
    let overdue = |every: Option<Span>, newest: Option<Time>| {
        let since = newest.or(site.map(|site| site.created));
        let late = |every: Span| Span(every.0.saturating_mul(3) / 2);
        matches!((every, since), (Some(every), Some(since)) if now.since(since) > late(every))
    };
    let rules = world.backup_rules.as_ref();
    let has_database = site.is_some_and(|site| site.kind.has_database());
    Protection {
        count: backups.len(),
        bytes: Bytes(backups.iter().map(|backup| backup.bytes().0).sum()),
        newest: whole,
        dumped,
        verified: backups
            .iter()
            .filter(|backup| backup.is_whole())
            .filter_map(|backup| backup.verified)
            .max(),
        overdue: overdue(rules.map(|rules| rules.every), whole),
        dump_overdue: has_database && overdue(rules.and_then(|rules| rules.dumps), dumped),
    }
}

#[cfg(test)]
mod tests {
    use vocab::{ReleaseId, RunId, Text};

    use super::*;
    use crate::backup::{BackupPart, BackupRules, SitePart};
    use crate::{Event, Fact};

    fn backup(id: RunId, at: Time, verified: Option<Time>) -> Fact {
        of(SitePart::Files, id, at, verified)
    }

    fn of(part: SitePart, id: RunId, at: Time, verified: Option<Time>) -> Fact {
        let release = ReleaseId::new("0123456789abcdef").unwrap();
        let part = BackupPart {
            part,
            bytes: 100,
            sha256: "0".repeat(64),
        };
        Fact::BackupBooked(Box::new(Backup {
            id,
            domain: Domain::new("shop.example.com").unwrap(),
            at,
            took: Span::seconds(1),
            release,
            files: 1,
            parts: vec![part],
            key: Text::default(),
            place: Text::default(),
            verified,
        }))
    }

    #[test]
    fn ages_and_sums_and_what_is_late() {
        let domain = Domain::new("shop.example.com").unwrap();
        let at = |hour| Time::default() + Span::hours(hour);
        let mut world = World::default();
        let apply = |world: &mut World, fact| {
            world.apply(&Event { at: at(0), fact });
        };
        let nothing = protection(&world, &domain, at(99));
        assert_eq!((nothing.count, nothing.newest), (0, None));
        assert!(!nothing.overdue, "no rules, no site");
        let (one, two) = (RunId::made_at(at(10)), RunId::made_at(at(20)));
        apply(&mut world, backup(one, at(10), Some(at(11))));
        apply(&mut world, backup(two, at(20), None));
        let both = protection(&world, &domain, at(99));
        assert_eq!((both.count, both.bytes), (2, Bytes(200)));
        assert_eq!((both.newest, both.verified), (Some(at(20)), Some(at(11))));
        assert!(!both.overdue, "no rules");
        let rules = BackupRules {
            every: Span::hours(24),
            dumps: None,
            place: Text::default(),
            keep: [7, 4, 12],
        };
        apply(&mut world, Fact::BackupsDeclared(Some(Box::new(rules))));
        assert!(!protection(&world, &domain, at(20 + 36)).overdue);
        assert!(protection(&world, &domain, at(20 + 37)).overdue);
        // A dump of the database is none of the site, however young and proven it is.
        let dump = RunId::made_at(at(50));
        let proven = Some(at(51));
        apply(&mut world, of(SitePart::Database, dump, at(50), proven));
        let beside = protection(&world, &domain, at(20 + 37));
        assert!(beside.overdue);
        assert_eq!(
            (beside.count, beside.newest, beside.dumped, beside.verified),
            (3, Some(at(20)), Some(at(50)), Some(at(11)))
        );
        apply(&mut world, Fact::BackupGone(dump));
        apply(&mut world, Fact::BackupGone(two));
        assert!(protection(&world, &domain, at(20 + 36)).overdue);
        let ids: Vec<Time> = backups_of(&world, &domain)
            .iter()
            .map(|backup| backup.at)
            .collect();
        assert_eq!(ids, [at(10)]);
    }
}
