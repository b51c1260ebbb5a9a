//! Writes buckets, rolls them up and prunes them: a little each time, so that no transaction takes long.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use world::{SeriesKey, Subject};

use crate::history::gather::Gathered;
use crate::history::tier::Tier;
use crate::journal::write::begin;

/// How many buckets of a tier are rolled up, and how many are pruned, in one go.
const AT_ONCE: i64 = 30;

/// How long after its end a bucket is rolled up, in seconds: by then everything in it has been written.
const GRACE: i64 = 30;

/// The numbers of known series.
pub(crate) type Numbers = HashMap<SeriesKey, i64>;

/// One write: what was gathered, then the upkeep that is due at the second `now`.
pub(crate) fn write(
    connection: &mut Connection,
    numbers: &mut Numbers,
    gathered: &[Gathered],
    tiers: &[Tier],
    bytes: u64,
    now: i64,
) -> rusqlite::Result<()> {
    let transaction = begin(connection)?;
    insert(&transaction, numbers, gathered)?;
    let mut complete = now - GRACE;
    for pair in tiers.windows(2) {
        if let [from, to] = pair {
            complete = roll_up(&transaction, from, to, complete)?;
        }
    }
    for tier in tiers {
        prune(&transaction, tier, now - tier.keep)?;
    }
    if used(&transaction)? > bytes {
        shrink(&transaction, tiers, now)?;
    }
    if forget(&transaction, tiers, now)? {
        numbers.clear();
    }
    transaction.commit()
}

fn insert(
    transaction: &Transaction<'_>,
    numbers: &mut Numbers,
    gathered: &[Gathered],
) -> rusqlite::Result<()> {
    // A bucket is met again when the program was restarted within it, or the clock was set back.
    let mut statement = transaction.prepare_cached(
        "INSERT INTO fine (at, series, low, mean, high) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (at, series) DO UPDATE SET
           low = min(low, excluded.low), mean = (mean + excluded.mean) / 2, high = max(high, excluded.high)",
    )?;
    for bucket in gathered {
        let number = if let Some(number) = numbers.get(&bucket.key) {
            *number
        } else {
            let number = number(transaction, &bucket.key, bucket.at)?;
            numbers.insert(bucket.key.clone(), number);
            number
        };
        statement.execute(params![
            bucket.at,
            number,
            bucket.low,
            bucket.mean,
            bucket.high
        ])?;
    }
    Ok(())
}

/// The number of a series, given to it now when it is new.
fn number(transaction: &Transaction<'_>, key: &SeriesKey, at: i64) -> rusqlite::Result<i64> {
    if let Some(number) = known(transaction, key)? {
        return Ok(number);
    }
    let (kind, node, name) = columns(&key.subject);
    transaction
        .prepare_cached(
            "INSERT INTO series (kind, node, name, metric, seen) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![kind, node, name, key.metric.word(), at])?;
    Ok(transaction.last_insert_rowid())
}

/// The number of a series, if it was ever written.
pub(crate) fn known(connection: &Connection, key: &SeriesKey) -> rusqlite::Result<Option<i64>> {
    let (kind, node, name) = columns(&key.subject);
    connection
        .prepare_cached(
            "SELECT id FROM series WHERE kind = ? AND node = ? AND name = ? AND metric = ?",
        )?
        .query_row(params![kind, node, name, key.metric.word()], |row| {
            row.get(0)
        })
        .optional()
}

fn columns(subject: &Subject) -> (&'static str, &str, &str) {
    match subject {
        Subject::Node(node) => ("node", node.as_str(), ""),
        Subject::Container { node, name } => ("container", node.as_str(), name),
        Subject::Disk { node, mount } => ("disk", node.as_str(), mount),
        Subject::Service(name) => ("service", "", name.as_str()),
        Subject::Site(domain) => ("site", "", domain.as_str()),
    }
}

/// Makes the coarser tier's buckets out of the finer tier, which is complete up to the second `complete`; up to which
/// second the coarser one is complete then. How far this is is kept, so that a restart goes on there.
fn roll_up(
    transaction: &Transaction<'_>,
    from: &Tier,
    to: &Tier,
    complete: i64,
) -> rusqlite::Result<i64> {
    let mark = format!("rolled_{}", to.table);
    let kept: Option<i64> = transaction
        .prepare_cached("SELECT value FROM meta WHERE key = ?")?
        .query_row([&mark], |row| row.get(0))
        .optional()?;
    let complete = to.floor(complete);
    // A mark in the future is left from a wrong clock; waiting for it would leave a hole.
    let begun = kept.unwrap_or(i64::MIN).min(complete);
    let mut at = begun;
    let mut left = AT_ONCE;
    let up_to = loop {
        let next = first_from(transaction, from, at)?.map(|first| to.floor(first));
        let Some(next) = next.filter(|next| next + to.step <= complete) else {
            break complete;
        };
        if left == 0 {
            break next;
        }
        merge(transaction, from, to, next)?;
        at = next + to.step;
        left -= 1;
    };
    if at != begun || kept.is_some_and(|kept| kept != begun) {
        transaction
            .prepare_cached(
                "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
            )?
            .execute(params![mark, at])?;
    }
    Ok(up_to)
}

/// One coarse bucket for every series out of its finer ones.
fn merge(transaction: &Transaction<'_>, from: &Tier, to: &Tier, at: i64) -> rusqlite::Result<()> {
    let (finer, coarser) = (from.table, to.table);
    let which = if to.disks_only {
        "AND series IN (SELECT id FROM series WHERE kind = 'disk')"
    } else {
        ""
    };
    transaction
        .prepare_cached(&format!(
            "INSERT OR REPLACE INTO {coarser} (at, series, low, mean, high)
             SELECT ?1, series, min(low), avg(mean), max(high) FROM {finer}
             WHERE at >= ?1 AND at < ?2 {which} GROUP BY series"
        ))?
        .execute([at, at + to.step])?;
    if to.table == "quarters" {
        transaction
            .prepare_cached("UPDATE series SET seen = ?1 WHERE id IN (SELECT series FROM quarters WHERE at = ?1)")?
            .execute([at])?;
    }
    Ok(())
}

fn first_from(
    transaction: &Transaction<'_>,
    tier: &Tier,
    at: i64,
) -> rusqlite::Result<Option<i64>> {
    transaction
        .prepare_cached(&format!("SELECT min(at) FROM {} WHERE at >= ?", tier.table))?
        .query_row([at], |row| row.get(0))
}

/// Removes the oldest buckets before `until`, at most so many at once.
fn prune(transaction: &Transaction<'_>, tier: &Tier, until: i64) -> rusqlite::Result<usize> {
    let Some(oldest) = first_from(transaction, tier, i64::MIN)?.filter(|oldest| *oldest < until)
    else {
        return Ok(0);
    };
    transaction
        .prepare_cached(&format!("DELETE FROM {} WHERE at < ?", tier.table))?
        .execute([until.min(oldest + AT_ONCE * tier.step)])
}

/// The file is too large: the oldest buckets of the finest tier go that can spare some, file systems' hours last.
fn shrink(transaction: &Transaction<'_>, tiers: &[Tier], now: i64) -> rusqlite::Result<()> {
    for (index, tier) in tiers.iter().enumerate() {
        // What was not rolled up yet, and the newest of every tier, stays.
        let spare = tiers
            .get(index + 1)
            .map_or(tier.step, |next| next.step * 2 + GRACE)
            .max(tier.keep / 20);
        if prune(transaction, tier, now - spare)? > 0 {
            break;
        }
    }
    Ok(())
}

/// Bytes in use; pages that were freed are used again before the file grows.
pub(crate) fn used(connection: &Connection) -> rusqlite::Result<u64> {
    let figure = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = figure("page_count")? - figure("freelist_count")?;
    Ok((pages * figure("page_size")?).unsigned_abs())
}

/// Forgets series without a point, so that containers with ever new names do not fill the file; whether there were any.
fn forget(transaction: &Transaction<'_>, tiers: &[Tier], now: i64) -> rusqlite::Result<bool> {
    let longest = |disks: bool| {
        tiers
            .iter()
            .filter(|tier| disks || !tier.disks_only)
            .map(|tier| tier.keep)
            .max()
    };
    let [all, disks] = [false, true].map(|disks| now - longest(disks).unwrap_or(0) - 86_400);
    let forgotten = transaction
        .prepare_cached(
            "DELETE FROM series WHERE seen < CASE kind WHEN 'disk' THEN ?2 ELSE ?1 END",
        )?
        .execute([all, disks])?;
    Ok(forgotten > 0)
}
