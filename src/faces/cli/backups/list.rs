//! `wheelhouse backup list`: what there is, by the books, or by the place itself when the books were lost.

use std::collections::BTreeSet;

use archive::retention::{Dated, Reason, Retention, keep_in_utc};
use serde::Serialize;
use vocab::{Domain, Text, Time};
use world::query::{backups_of, protection};
use world::{Backup, World};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::{count, rfc3339};
use crate::print::{Cell, Stream, Table, Tone, piece};
use crate::settle;

/// Options.
#[derive(Debug, clap::Args)]
pub(super) struct ListOptions {
    /// Only of this site
    #[arg(value_parser = crate::sites::domain)]
    domain: Option<Domain>,
    /// Read the manifests at the place first, and note in the books what they do not have: for when the books were lost
    #[arg(long)]
    from_target: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A site's backups as JSON.
#[derive(Debug, Serialize)]
struct SiteRow {
    domain: String,
    newest: Option<String>,
    verified: Option<String>,
    overdue: bool,
    /// When the database was last dumped, in a whole backup or alone; null when it was not.
    dumped: Option<String>,
    dump_overdue: bool,
    backups: Vec<Row>,
}

/// A backup as JSON.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    /// `whole` or `database`.
    what: &'static str,
    at: String,
    age_ms: i64,
    took_ms: i64,
    bytes: u64,
    files: u64,
    release: String,
    parts: Vec<PartRow>,
    key: String,
    place: String,
    verified: Option<String>,
    /// By which rules it is kept; none: it goes with the next pruning.
    kept: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct PartRow {
    part: &'static str,
    bytes: u64,
    sha256: String,
}

fn row(backup: &Backup, kept: &[Reason], now: Time) -> Row {
    Row {
        id: backup.id.to_string(),
        what: backup.word(),
        at: rfc3339(backup.at),
        age_ms: now.since(backup.at).0,
        took_ms: backup.took.0,
        bytes: backup.bytes().0,
        files: backup.files,
        release: backup.release.to_string(),
        parts: backup
            .parts
            .iter()
            .map(|part| PartRow {
                part: part.part.word(),
                bytes: part.bytes,
                sha256: part.sha256.clone(),
            })
            .collect(),
        key: backup.key.to_string(),
        place: backup.place.to_string(),
        verified: backup.verified.map(rfc3339),
        kept: kept.iter().map(|reason| reason.word()).collect(),
    }
}

/// By which rules each of a site's backups is kept: those of one place among themselves.
fn kept(world: &World, backups: &[&Backup], now: Time) -> Vec<Vec<Reason>> {
    let rules = world.backup_rules.as_ref();
    let retention = rules.map_or_else(Retention::default, |rules| {
        let [daily, weekly, monthly] = rules.keep;
        Retention {
            daily,
            weekly,
            monthly,
        }
    });
    let mut all = vec![Vec::new(); backups.len()];
    let places: BTreeSet<&Text> = backups.iter().map(|backup| &backup.place).collect();
    for place in places {
        let (here, dated): (Vec<usize>, Vec<Dated>) = backups
            .iter()
            .enumerate()
            .filter(|(_, backup)| backup.place == *place)
            .map(|(index, backup)| {
                let proven = backup.verified.is_some();
                let (at, is_dump) = (backup.at, !backup.is_whole());
                let dated = Dated {
                    at,
                    proven,
                    is_dump,
                };
                (index, dated)
            })
            .unzip();
        let reasons = keep_in_utc(&dated, now, retention);
        for (index, reasons) in here.into_iter().zip(reasons) {
            if let Some(slot) = all.get_mut(index) {
                *slot = reasons;
            }
        }
    }
    all
}

/// The sites that are asked for: those of the books, and those of which only backups are left.
fn domains(world: &World, only: Option<&Domain>) -> Vec<Domain> {
    let mut all: Vec<Domain> = world
        .sites
        .keys()
        .chain(world.backups.values().map(|backup| &backup.domain))
        .filter(|domain| only.is_none_or(|only| only == *domain))
        .cloned()
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Prints what the books hold.
pub(super) async fn run(options: &ListOptions, context: &mut Context) -> Result<Exit> {
    if options.from_target {
        from_target(context).await?;
    }
    let (world, now) = (context.watch.world(), context.watch.now());
    let out = &mut context.console.out;
    let domains = domains(world, options.domain.as_ref());
    if let Some(domain) = options.domain.as_ref().filter(|_| domains.is_empty()) {
        world.site(domain)?;
    }
    if options.json {
        let rows: Vec<SiteRow> = domains
            .iter()
            .map(|domain| site_row(world, domain, now))
            .collect();
        out.json(&rows)?;
    } else {
        print(world, &domains, now, out)?;
    }
    Ok(Exit::Fine)
}

/// Has the engine read what lies at the place, and waits until it is seen here.
async fn from_target(context: &mut Context) -> Result<()> {
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    let reading = async { command.find_backups().await.map_err(Error::from) };
    let found = context.interrupts.guard(reading).await?;
    let words = format!(
        "{} at the place, of which the books had not {}",
        count(found.whole, "backup"),
        found.noted.len()
    );
    context.console.err.say(Tone::Dim, words)?;
    for why in &found.unreadable {
        let line = piece(Tone::Warn, format!("not read: {why}"));
        context.console.err.line(&[line])?;
    }
    let noted = |world: &World, _: Time| {
        let mut noted = found.noted.iter();
        noted.all(|id| world.backups.contains_key(id))
    };
    let seen = settle::until(&mut *context.watch, settle::LONGEST, noted);
    context.interrupts.guard(seen).await.map(drop)
}

fn site_row(world: &World, domain: &Domain, now: Time) -> SiteRow {
    let backups = backups_of(world, domain);
    let kept = kept(world, &backups, now);
    let protection = protection(world, domain, now);
    SiteRow {
        domain: domain.to_string(),
        newest: protection.newest.map(rfc3339),
        verified: protection.verified.map(rfc3339),
        overdue: protection.overdue,
        dumped: protection.dumped.map(rfc3339),
        dump_overdue: protection.dump_overdue,
        backups: backups
            .iter()
            .zip(&kept)
            .map(|(backup, kept)| row(backup, kept, now))
            .collect(),
    }
}

fn print(world: &World, domains: &[Domain], now: Time, out: &mut Stream) -> Result<()> {
    if domains.is_empty() {
        return out.say(
            Tone::Dim,
            "no backups, and no sites to make them of: `wheelhouse deploy` makes a site",
        );
    }
    let mut table = Table::new(&[
        "DOMAIN", "BACKUP", "WHAT", "AGE", "SIZE", "FILES", "RELEASE", "KEPT AS", "VERIFIED",
        "PLACE",
    ]);
    for domain in domains {
        let backups = backups_of(world, domain);
        let found = protection(world, domain, now);
        if backups.is_empty() {
            let (none, tone) = if found.overdue || found.dump_overdue {
                ("none, overdue", Tone::Warn)
            } else {
                ("none", Tone::Dim)
            };
            let mut cells = vec![Cell::of(domain.as_str()), Cell::of(none).tone(tone)];
            cells.resize_with(10, || Cell::of(""));
            table.row(cells);
        }
        let kept = kept(world, &backups, now);
        for (backup, kept) in backups.iter().zip(&kept) {
            let at = Some(backup.at);
            let late =
                found.overdue && found.newest == at || found.dump_overdue && found.dumped == at;
            let words: Vec<&str> = kept.iter().map(|reason| reason.word()).collect();
            let verified = backup.verified.map_or_else(
                || Cell::of("never").tone(Tone::Dim),
                |at| Cell::of(format!("{} ago", now.since(at))).tone(Tone::Good),
            );
            table.row(vec![
                Cell::of(domain.as_str()),
                Cell::of(backup.id.short()),
                Cell::of(backup.word()),
                Cell::figure(Some(now.since(backup.at))).tone(if late {
                    Tone::Warn
                } else {
                    Tone::Plain
                }),
                Cell::figure(Some(backup.bytes())),
                Cell::figure(Some(backup.files)),
                Cell::of(backup.release.as_str()),
                Cell::of(words.join(" ")),
                verified,
                Cell::of(&backup.place),
            ]);
        }
    }
    table.print(out, 0)
}
