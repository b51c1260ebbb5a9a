//! The backups of the play: one a day, as many as the usual rules keep, most of them tried now and then.

use kit::backoff::mix;
use vocab::{RunId, Span, Text, Time};
use world::{Backup, BackupPart, BackupRules, Site, SitePart};

use super::Simulation;
use super::scenario::UNSAVED;
use super::shape::{chance, salt};

/// Where they are said to lie.
const PLACE: &str = "bucket aurora at https://s3.example.com";

/// So long ago the backups of one site stopped.
const STOPPED: Span = Span::hours(52);

/// One a day, kept as it is usual.
pub(super) fn rules() -> BackupRules {
    BackupRules {
        every: Span::hours(24),
        dumps: None,
        place: Text::line(PLACE),
        keep: [7, 4, 12],
    }
}

/// The backups of a site, as old as the site at most.
pub(super) fn of(simulation: &Simulation, site: &Site, now: Time) -> Vec<Backup> {
    let seed = simulation.seed;
    let own = mix(seed ^ salt(site.domain.as_str()));
    let newest = now - Span::minutes(40 + (chance(seed, own, 11) * 1_200.0) as i64);
    let stopped = simulation.scenario.is_bad() && site.domain.as_str() == UNSAVED;
    let newest = if stopped { now - STOPPED } else { newest };
    let days = (0..7).chain([14, 21, 28, 60, 90, 120]);
    days.map(|day| newest - Span::days(day))
        .filter(|at| *at > site.created)
        .enumerate()
        .filter_map(|(number, at)| backup(site, number, (seed, own), at))
        .collect()
}

fn backup(site: &Site, number: usize, (seed, own): (u64, u64), at: Time) -> Option<Backup> {
    let release = site
        .releases
        .iter()
        .find(|release| release.at <= at)
        .or(site.releases.last())?;
    let part = |part: SitePart, bytes: u64| BackupPart {
        part,
        bytes,
        sha256: format!("{:016x}", mix(own ^ bytes)).repeat(4),
    };
    // Tried once a week.
    let tried = number % 7 == (own % 5) as usize;
    Some(Backup {
        id: run(mix(own ^ number as u64), at)?,
        domain: site.domain.clone(),
        at,
        took: Span::millis(900 + (chance(seed, own, 12) * 9_000.0) as i64),
        release: release.id.clone(),
        files: release.files,
        parts: vec![
            part(SitePart::Files, release.bytes),
            part(SitePart::Configuration, 2_560),
        ],
        key: Text::line(format!("{:016x}{:016x}", mix(1), mix(2))),
        place: Text::line(PLACE),
        verified: tried.then(|| at + Span::minutes(25)),
    })
}

/// The id of the run that made it, by RFC 9562 §5.7: its moment, then digits of its own.
pub(super) fn run(own: u64, at: Time) -> Option<RunId> {
    let millis = at.0.unsigned_abs() & 0xffff_ffff_ffff;
    let (first, second) = (own & 0xfff, mix(own) & 0x3fff_ffff_ffff_ffff);
    let digits = format!("{millis:012x}7{first:03x}{:016x}", second | 1 << 63);
    digits.parse().ok()
}
