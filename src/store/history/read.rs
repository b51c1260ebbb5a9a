//! Reads the course of a figure back, joined from the tiers.

use rusqlite::{Connection, OptionalExtension};
use vocab::Time;
use world::SeriesKey;

use crate::history::tier::{Bucket, Tier};
use crate::history::write;

/// The course from `from` to `until`, oldest first, at most `most` buckets: from the finest tier that reaches back so
/// far, its newest end from the finer ones, neighbours joined when there are too many.
pub(crate) fn course(
    connection: &Connection,
    tiers: &[Tier],
    key: &SeriesKey,
    from: Time,
    until: Time,
    most: usize,
) -> rusqlite::Result<Vec<Bucket>> {
    let snapshot = connection.unchecked_transaction()?;
    let Some(series) = write::known(&snapshot, key)? else {
        return Ok(Vec::new());
    };
    let mut at = from.seconds();
    let until = until.seconds();
    let mut found = Vec::new();
    let first = covering(&snapshot, tiers, at)?;
    for tier in tiers.iter().take(first + 1).rev() {
        let rows = rows(&snapshot, tier, series, at, until)?;
        if let Some(last) = rows.last() {
            at = last.at.seconds() + tier.step;
        }
        found.extend(rows);
    }
    snapshot.finish()?;
    let width = until.saturating_sub(from.seconds())
        / i64::try_from(most.max(2) - 1).unwrap_or(i64::MAX)
        + 1;
    Ok(if found.len() > most {
        join(&found, width)
    } else {
        found
    })
}

/// The finest tier that reaches back to `from`; the one that reaches back farthest when none does.
fn covering(connection: &Connection, tiers: &[Tier], from: i64) -> rusqlite::Result<usize> {
    let mut best = (i64::MAX, 0);
    for (index, tier) in tiers.iter().enumerate() {
        let oldest: Option<i64> = connection
            .prepare_cached(&format!("SELECT min(at) FROM {}", tier.table))?
            .query_row([], |row| row.get(0))?;
        let Some(oldest) = oldest else {
            continue;
        };
        if oldest <= from + tier.step {
            return Ok(index);
        }
        if oldest < best.0 {
            best = (oldest, index);
        }
    }
    Ok(best.1)
}

/// The tier's buckets of a series that start in `from..until`. The key is time first, and buckets start at known
/// seconds, so each is looked up by itself: a few thousand look-ups of a microsecond.
fn rows(
    connection: &Connection,
    tier: &Tier,
    series: i64,
    from: i64,
    until: i64,
) -> rusqlite::Result<Vec<Bucket>> {
    let ends: (Option<i64>, Option<i64>) = connection
        .prepare_cached(&format!(
            "SELECT (SELECT min(at) FROM {0} WHERE at >= ?), (SELECT max(at) FROM {0})",
            tier.table
        ))?
        .query_row([from], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = ends else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT low, mean, high FROM {} WHERE at = ? AND series = ?",
        tier.table
    ))?;
    let mut found = Vec::new();
    let mut at = tier.floor(first);
    while at <= last && at < until {
        let bucket = statement.query_row([at, series], |row| {
            Ok(Bucket {
                at: Time::from_seconds(at),
                low: row.get(0)?,
                mean: row.get(1)?,
                high: row.get(2)?,
            })
        });
        found.extend(bucket.optional()?);
        at += tier.step;
    }
    Ok(found)
}

/// Joins buckets that start within the same `width` seconds.
fn join(buckets: &[Bucket], width: i64) -> Vec<Bucket> {
    let slot = |bucket: &Bucket| bucket.at.seconds().div_euclid(width);
    let joined = |group: &[Bucket]| {
        let (first, rest) = group.split_first()?;
        let mut all = *first;
        let mut sum = f64::from(first.mean);
        for bucket in rest {
            all.low = all.low.min(bucket.low);
            all.high = all.high.max(bucket.high);
            sum += f64::from(bucket.mean);
        }
        all.mean = (sum / group.len() as f64) as f32;
        Some(all)
    };
    buckets
        .chunk_by(|a, b| slot(a) == slot(b))
        .filter_map(joined)
        .collect()
}
