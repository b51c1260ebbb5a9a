//! Visits and requests of sites by hour and day, and who of a day's visitors was counted already.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};
use vocab::{Domain, Span, Time};
use world::Tally;
use world::pulse::{DAYS_KEPT, HOURS_KEPT, day};

use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::said;
use crate::store::Store;

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// How long hours are kept, in seconds; what is older is told by days.
const HOURS: i64 = 35 * DAY;

/// How long days are kept, in seconds.
const DAYS: i64 = 400 * DAY;

/// So many different visitors of a site and day are told apart; a flood of made-up ones must not fill the disk.
const MOST_VISITORS: i64 = 200_000;

/// Counts of a site that are whole: each is all that is known of its hour or day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteCounts {
    /// The site.
    pub site: Domain,
    /// By the beginning of the hour.
    pub hours: Vec<(Time, Tally)>,
    /// By the beginning of the day in UTC.
    pub days: Vec<(Time, Tally)>,
}

/// What a stretch of a web server's log came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogCounts {
    /// By the beginning of the hour.
    pub hours: Vec<(Time, Tally)>,
    /// Visitors, each by a number of its own, with the beginning of the day.
    pub visitors: Vec<(Time, u64)>,
}

fn all(connection: &Connection, now: Time) -> Result<Vec<SiteCounts>, Failure> {
    let names: Vec<String> = connection
        .prepare_cached("SELECT domain FROM sites ORDER BY domain")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for name in names {
        let Ok(site) = Domain::new(&name) else {
            continue;
        };
        let hours = now - Span::hours(i64::from(HOURS_KEPT));
        let days = now - Span::days(i64::from(DAYS_KEPT));
        found.push(SiteCounts {
            hours: since(connection, &site, HOUR, hours)?,
            days: since(connection, &site, DAY, days)?,
            site,
        });
    }
    Ok(found)
}

fn since(
    connection: &Connection,
    site: &Domain,
    length: i64,
    from: Time,
) -> Result<Vec<(Time, Tally)>, Failure> {
    let rows: Vec<(i64, String)> = connection
        .prepare_cached(
            "SELECT at, tally FROM counts WHERE site = ? AND length = ? AND at >= ? ORDER BY at",
        )?
        .query_map(params![site.as_str(), length, from.seconds()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    rows.into_iter()
        .map(|(at, tally)| Ok((Time::from_seconds(at), serde_json::from_str(&tally)?)))
        .collect()
}

/// Adds counts to a stretch; what it is then.
fn add(
    transaction: &Transaction<'_>,
    site: &Domain,
    length: i64,
    at: Time,
    more: &Tally,
) -> Result<(Time, Tally), Failure> {
    let begin = Time::from_seconds(at.seconds().div_euclid(length) * length);
    let known: Option<String> = transaction
        .prepare_cached("SELECT tally FROM counts WHERE site = ? AND length = ? AND at = ?")?
        .query_row(params![site.as_str(), length, begin.seconds()], |row| {
            row.get(0)
        })
        .optional()?;
    let known: Tally =
        known.map_or_else(|| Ok(Tally::default()), |text| serde_json::from_str(&text))?;
    let sum = known.and(more);
    transaction
        .prepare_cached(
            "INSERT INTO counts (site, length, at, tally) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (site, length, at) DO UPDATE SET tally = ?4",
        )?
        .execute(params![
            site.as_str(),
            length,
            begin.seconds(),
            serde_json::to_string(&sum)?
        ])?;
    Ok((begin, sum))
}

/// Adds hours, and their days with them; the oldest of both go.
fn count(
    transaction: &Transaction<'_>,
    site: &Domain,
    counts: &[(Time, Tally)],
    now: Time,
) -> Result<SiteCounts, Failure> {
    let (mut hours, mut days) = (BTreeMap::new(), BTreeMap::new());
    for (at, tally) in counts {
        hours.extend([add(transaction, site, HOUR, *at, tally)?]);
        days.extend([add(transaction, site, DAY, *at, tally)?]);
    }
    for (length, keep) in [(HOUR, HOURS), (DAY, DAYS)] {
        transaction
            .prepare_cached("DELETE FROM counts WHERE site = ? AND length = ? AND at < ?")?
            .execute(params![site.as_str(), length, now.seconds() - keep])?;
    }
    Ok(SiteCounts {
        site: site.clone(),
        hours: hours.into_iter().collect(),
        days: days.into_iter().collect(),
    })
}

fn count_visits(
    connection: &mut Connection,
    visits: &[(Domain, Time, Tally)],
    now: Time,
) -> Result<Vec<SiteCounts>, Failure> {
    let transaction = write::begin(connection)?;
    let mut found = Vec::with_capacity(visits.len());
    for (site, at, tally) in visits {
        found.push(count(&transaction, site, &[(*at, *tally)], now)?);
    }
    transaction.commit()?;
    Ok(found)
}

/// What was read of a site's log, and between which marks.
#[derive(Debug, Clone)]
struct Reading {
    site: Domain,
    before: Option<String>,
    after: String,
    counts: LogCounts,
    now: Time,
}

fn count_log(
    connection: &mut Connection,
    reading: &Reading,
) -> Result<Option<SiteCounts>, Failure> {
    let transaction = write::begin(connection)?;
    let (site, log) = (&reading.site, log_of(&reading.site));
    if said::mark(&transaction, &log)? != reading.before {
        return Ok(None);
    }
    said::put_mark(&transaction, &log, &reading.after)?;
    let mut counted = count(&transaction, site, &reading.counts.hours, reading.now)?;
    let mut of_days: BTreeMap<Time, Vec<u64>> = BTreeMap::new();
    for (at, visitor) in &reading.counts.visitors {
        of_days.entry(day(*at)).or_default().push(*visitor);
    }
    for (at, visitors) in of_days {
        let more = Tally {
            visitors: new_ones(&transaction, site, at, &visitors)?,
            ..Tally::default()
        };
        let sum = add(&transaction, site, DAY, at, &more)?;
        counted.days.retain(|(known, _)| *known != at);
        counted.days.push(sum);
    }
    // Who came the day before yesterday is nobody's business any more.
    let yesterday = day(reading.now).seconds() - DAY;
    for table in ["visitors", "salts"] {
        transaction
            .prepare_cached(&format!("DELETE FROM {table} WHERE day < ?"))?
            .execute([yesterday])?;
    }
    transaction.commit()?;
    Ok(Some(counted))
}

/// How many of the visitors were not seen on that site and day before; from now on they were.
fn new_ones(
    transaction: &Transaction<'_>,
    site: &Domain,
    day: Time,
    visitors: &[u64],
) -> Result<u64, Failure> {
    let day = day.seconds();
    let mut known: i64 = transaction
        .prepare_cached("SELECT count(*) FROM visitors WHERE day = ? AND site = ?")?
        .query_row(params![day, site.as_str()], |row| row.get(0))?;
    let salt = salt(transaction, day)?;
    let mut insert = transaction
        .prepare_cached("INSERT OR IGNORE INTO visitors (day, site, visitor) VALUES (?, ?, ?)")?;
    let mut new = 0;
    for visitor in visitors {
        if known >= MOST_VISITORS {
            break;
        }
        let digest = Sha256::new()
            .chain_update(&salt)
            .chain_update(visitor.to_le_bytes())
            .finalize();
        if insert.execute(params![day, site.as_str(), &digest[..8]])? > 0 {
            known += 1;
            new += 1;
        }
    }
    Ok(new)
}

/// The day's salt, made by `SQLite` when the day has none.
fn salt(transaction: &Transaction<'_>, day: i64) -> Result<Vec<u8>, Failure> {
    transaction
        .prepare_cached("INSERT OR IGNORE INTO salts (day, salt) VALUES (?, randomblob(16))")?
        .execute([day])?;
    let salt = transaction
        .prepare_cached("SELECT salt FROM salts WHERE day = ?")?
        .query_row([day], |row| row.get(0))?;
    Ok(salt)
}

/// The source that reads a site's log.
fn log_of(site: &Domain) -> String {
    format!("log {site}")
}

/// Takes all of a site away that was counted.
pub(crate) fn forget(transaction: &Transaction<'_>, site: &Domain) -> Result<(), Failure> {
    for table in ["counts", "visitors"] {
        transaction
            .prepare_cached(&format!("DELETE FROM {table} WHERE site = ?"))?
            .execute([site.as_str()])?;
    }
    transaction
        .prepare_cached("DELETE FROM said WHERE shelf = 'mark' AND id = ?")?
        .execute([log_of(site)])?;
    Ok(())
}

impl Store {
    /// The counts of all sites that are in the books, as far back as the world keeps them.
    pub async fn site_counts(&self, now: Time) -> Result<Vec<SiteCounts>, StoreError> {
        self.call(move |worker| all(worker.connection(), now)).await
    }

    /// Adds visits to the hours they were made in; what those hours and days are then.
    pub async fn count_visits(
        &self,
        visits: Vec<(Domain, Time, Tally)>,
        now: Time,
    ) -> Result<Vec<SiteCounts>, StoreError> {
        self.call(move |worker| count_visits(worker.connection(), &visits, now))
            .await
    }

    /// How far a site's log was read, in the reader's own words.
    pub async fn log_mark(&self, site: &Domain) -> Result<Option<String>, StoreError> {
        let log = log_of(site);
        self.call(move |worker| said::mark(worker.connection(), &log))
            .await
    }

    /// Adds what was read of a site's log from the mark `before` to the mark `after`; what the touched hours and days are
    /// then. `None`, and nothing added, when another process has read on from `before` already.
    pub async fn count_log(
        &self,
        site: &Domain,
        (before, after): (Option<String>, String),
        counts: LogCounts,
        now: Time,
    ) -> Result<Option<SiteCounts>, StoreError> {
        let reading = Reading {
            site: site.clone(),
            before,
            after,
            counts,
            now,
        };
        self.call(move |worker| count_log(worker.connection(), &reading))
            .await
    }
}
