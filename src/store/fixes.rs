//! The autopilot's record and switch: which fixes were tried, what was seen afterwards, and whether it is stopped.

use rusqlite::{Connection, OptionalExtension, params};
use vocab::Span;
use world::AuditLine;
use world::autopilot::{Attempt, Switch};

use crate::audit::{self, AuditEntry};
use crate::documents;
use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::store::Store;

/// Attempts older than this are let go: a fix's record does not reach further back.
const KEPT: Span = Span::days(90);

/// The most attempts that are read at once.
const MOST: i64 = 500;

/// What is kept of the autopilot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptFixes {
    /// Whether it is stopped.
    pub switch: Switch,
    /// Attempts that are new or moved on since the last look, the oldest change first.
    pub attempts: Vec<Attempt>,
    /// How far was read: the next look begins there.
    pub change: i64,
}

fn put(
    connection: &mut Connection,
    opening: i64,
    attempt: &Attempt,
    entry: Option<AuditEntry>,
) -> Result<Option<AuditLine>, Failure> {
    let transaction = write::begin(connection)?;
    transaction
        .prepare_cached(
            "INSERT INTO fixes (run, begun, change, fix)
             VALUES (?1, ?2, (SELECT coalesce(max(change), 0) + 1 FROM fixes), ?3)
             ON CONFLICT (run) DO UPDATE SET change = excluded.change, fix = ?3",
        )?
        .execute(params![
            attempt.run.to_string(),
            attempt.begun.seconds(),
            serde_json::to_string(attempt)?
        ])?;
    transaction
        .prepare_cached("DELETE FROM fixes WHERE begun < ?")?
        .execute([(attempt.begun - KEPT).seconds()])?;
    let line = entry
        .map(|entry| audit::append(&transaction, opening, entry))
        .transpose()?;
    transaction.commit()?;
    Ok(line)
}

fn put_switch(
    connection: &mut Connection,
    opening: i64,
    switch: &Switch,
    entry: AuditEntry,
) -> Result<AuditLine, Failure> {
    let transaction = write::begin(connection)?;
    transaction
        .prepare_cached(
            "INSERT INTO autopilot (one, switch) VALUES (1, ?1)
             ON CONFLICT (one) DO UPDATE SET switch = ?1",
        )?
        .execute([serde_json::to_string(switch)?])?;
    let line = audit::append(&transaction, opening, entry)?;
    transaction.commit()?;
    Ok(line)
}

fn read(connection: &Connection, since: i64) -> Result<KeptFixes, Failure> {
    let switch: Option<String> = connection
        .prepare_cached("SELECT switch FROM autopilot")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let query = "SELECT fix FROM (SELECT fix, change FROM fixes WHERE change > ?1
                 ORDER BY change DESC LIMIT ?2) ORDER BY change";
    let attempts = documents::read(connection, query, [since, MOST])?;
    let change: Option<i64> = connection
        .prepare_cached("SELECT max(change) FROM fixes")?
        .query_row([], |row| row.get(0))?;
    Ok(KeptFixes {
        switch: switch
            .map(|switch| serde_json::from_str(&switch))
            .transpose()?
            .unwrap_or_default(),
        attempts,
        change: change.unwrap_or(since),
    })
}

impl Store {
    /// Writes an attempt down as it is now, with a line for the audit log where there is something to say; both or none,
    /// on disk before it returns.
    pub async fn put_fix(
        &self,
        attempt: &Attempt,
        entry: Option<AuditEntry>,
    ) -> Result<Option<AuditLine>, StoreError> {
        let attempt = attempt.clone();
        self.call(move |worker| {
            let opening = worker.open.id;
            put(worker.connection(), opening, &attempt, entry)
        })
        .await
    }

    /// Writes down whether the autopilot is stopped, with its line of the audit log; both or none.
    pub async fn put_autopilot_switch(
        &self,
        switch: &Switch,
        entry: AuditEntry,
    ) -> Result<AuditLine, StoreError> {
        let switch = switch.clone();
        self.call(move |worker| {
            let opening = worker.open.id;
            put_switch(worker.connection(), opening, &switch, entry)
        })
        .await
    }

    /// The switch, and the attempts that changed after `since`, the `change` of the last look; 0 reads all.
    pub async fn fixes(&self, since: i64) -> Result<KeptFixes, StoreError> {
        self.call(move |worker| read(worker.connection(), since))
            .await
    }
}
