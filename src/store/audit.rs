//! The audit log: lines that are only ever added, chained by their hashes so that a change shows.
//!
//! A line's hash is SHA-256 over the hash before it and the line's text as stored, so that lines of every version can be
//! verified for ever. The last number and hash are kept a second time, so that a cut-off end shows too. Whoever may
//! write the file can make a whole new chain: it shows accidents and careless hands, not a determined owner.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};
use vocab::{RunId, Text, Time};
use world::{Actor, AuditLine};

use crate::error::{Failure, StoreError};

type Hash = [u8; 32];

/// A line to add: an [`AuditLine`] that has no number yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Time,
    /// Who, from where.
    pub by: Actor,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// What: `submitted`, `cancelled`, `failed`, `verified`, `shell opened` …
    pub verb: Text,
    /// Of what: the plan's title.
    pub subject: Text,
    /// Objects, hosts, outcome, masked.
    pub detail: Text,
}

impl AuditEntry {
    fn numbered(self, sequence: u64) -> AuditLine {
        let Self {
            at,
            by,
            run,
            verb,
            subject,
            detail,
        } = self;
        AuditLine {
            sequence,
            at,
            by,
            run,
            verb,
            subject,
            detail,
        }
    }
}

/// Adds a line; the caller's transaction makes it whole with what it is about.
pub(crate) fn append(
    connection: &Connection,
    opening: i64,
    entry: AuditEntry,
) -> Result<AuditLine, Failure> {
    let last: Option<(i64, Vec<u8>)> = connection
        .prepare_cached("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (last, before) = last.unwrap_or((0, vec![0; 32]));
    let line = entry.numbered(last.unsigned_abs() + 1);
    let text = serde_json::to_string(&line)?;
    let hash = chain(&before, &text);
    connection
        .prepare_cached("INSERT INTO audit (sequence, line, hash, opening) VALUES (?, ?, ?, ?)")?
        .execute(params![last + 1, text, hash, opening])?;
    connection
        .prepare_cached(
            "INSERT INTO meta VALUES ('audit_head', ?1) ON CONFLICT DO UPDATE SET value = ?1",
        )?
        .execute([head(line.sequence, &hash)])?;
    Ok(line)
}

/// The newest lines, newest first.
pub(crate) fn newest(connection: &Connection, most: usize) -> Result<Vec<AuditLine>, Failure> {
    let mut statement =
        connection.prepare_cached("SELECT line FROM audit ORDER BY sequence DESC LIMIT ?")?;
    let rows = statement.query_map([i64::try_from(most).unwrap_or(i64::MAX)], line_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Lines after this number that another process wrote, oldest first, and the newest number of all.
pub(crate) fn foreign(
    connection: &Connection,
    after: i64,
    opening: i64,
) -> Result<(Vec<AuditLine>, i64), Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT line FROM audit WHERE sequence > ?1 AND opening <> ?2 ORDER BY sequence LIMIT 1000",
    )?;
    let lines: Vec<AuditLine> = statement
        .query_map([after, opening], line_of)?
        .collect::<Result<_, _>>()?;
    let cursor = match lines.last() {
        Some(last) if lines.len() == 1000 => last.sequence.cast_signed(),
        _ => last_sequence(connection)?,
    };
    Ok((lines, cursor))
}

/// The number of the newest line; 0 when there is none.
pub(crate) fn last_sequence(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT coalesce(max(sequence), 0) FROM audit")?
        .query_row([], |row| row.get(0))
}

/// Checks every line against the chain; how many there are.
pub(crate) fn verify(connection: &Connection, file: &Text) -> Result<u64, Failure> {
    let broken = |line: u64, what: &str| {
        let what = Text::line(what);
        Failure::Said(StoreError::AuditBroken {
            file: file.clone(),
            line,
            what,
        })
    };
    let mut statement =
        connection.prepare("SELECT sequence, line, hash FROM audit ORDER BY sequence")?;
    let mut rows = statement.query([])?;
    let (mut count, mut before) = (0_u64, vec![0; 32]);
    while let Some(row) = rows.next()? {
        count += 1;
        if row.get::<_, i64>(0)? != count.cast_signed() {
            return Err(broken(count, "it is missing"));
        }
        let (text, hash): (String, Vec<u8>) = (row.get(1)?, row.get(2)?);
        if chain(&before, &text) != *hash {
            return Err(broken(
                count,
                "its hash does not fit its text and the line before",
            ));
        }
        if !serde_json::from_str::<AuditLine>(&text).is_ok_and(|line| line.sequence == count) {
            return Err(broken(count, "its text is no line of this number"));
        }
        before = hash;
    }
    let kept: Option<String> = connection
        .query_row(
            "SELECT value FROM meta WHERE key = 'audit_head'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    let expected = (count > 0).then(|| head(count, &before));
    if kept != expected {
        return Err(broken(
            count + 1,
            "lines at its end are missing, or its last number was changed",
        ));
    }
    Ok(count)
}

fn line_of(row: &Row<'_>) -> rusqlite::Result<AuditLine> {
    let text = row.get_ref(0)?.as_str()?;
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
    })
}

fn chain(before: &[u8], text: &str) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(text.as_bytes());
    hasher.finalize().into()
}

/// Number and hash as kept a second time.
fn head(sequence: u64, hash: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = format!("{sequence}:");
    for byte in hash {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
