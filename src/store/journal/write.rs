//! Writes runs down: each call is one transaction, on disk before it returns.

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, params};
use vocab::{RunId, Text, Time};
use world::{AuditLine, Run, RunState, StepState};

use crate::audit::{self, AuditEntry};
use crate::error::{Failure, StoreError};
use crate::journal::{leases, queue};

/// Writes a run down with its frozen plan, takes what it changes, and adds the audit line: all or nothing.
pub(crate) fn take_on(
    connection: &mut Connection,
    opening: i64,
    run: &Run,
    entry: AuditEntry,
    file: &Text,
) -> Result<AuditLine, Failure> {
    let transaction = begin(connection)?;
    let change = next_change(&transaction)?;
    let inserted = transaction
        .prepare_cached(
            "INSERT INTO runs (id, plan, state, taken, ended, over, opening, change) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            run.id().to_string(),
            serde_json::to_string(&run.plan)?,
            serde_json::to_string(&run.state)?,
            run.taken.0,
            run.ended.map(|ended| ended.0),
            run.state.is_over(),
            opening,
            change,
        ]);
    match inserted {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            return Err(StoreError::TakenBefore { run: run.id() }.into());
        }
        other => other?,
    };
    if !run.state.is_over() {
        leases::take(&transaction, &run.plan, file)?;
    }
    let line = audit::append(&transaction, opening, entry)?;
    transaction.commit()?;
    Ok(line)
}

/// Takes a run that is over up again, as this process's: what it changes is taken anew, or nothing is.
pub(crate) fn take_up(
    connection: &mut Connection,
    opening: i64,
    run: &Run,
    state: &RunState,
    entry: AuditEntry,
    file: &Text,
) -> Result<AuditLine, Failure> {
    let transaction = begin(connection)?;
    let change = next_change(&transaction)?;
    // Only from where it was seen to be: another process may have taken it up meanwhile.
    let taken = transaction
        .prepare_cached(
            "UPDATE runs SET state = ?, ended = NULL, over = 0, opening = ?, change = ?
             WHERE id = ? AND over = 1 AND state = ?",
        )?
        .execute(params![
            serde_json::to_string(state)?,
            opening,
            change,
            run.id().to_string(),
            serde_json::to_string(&run.state)?,
        ])?;
    if taken == 0 {
        return Err(StoreError::NotOurs { run: run.id() }.into());
    }
    leases::take(&transaction, &run.plan, file)?;
    let line = audit::append(&transaction, opening, entry)?;
    transaction.commit()?;
    Ok(line)
}

/// Writes down where a step is; `output` replaces what is kept of it.
pub(crate) fn step(
    connection: &mut Connection,
    opening: i64,
    run: RunId,
    index: usize,
    state: &StepState,
    output: Option<&Text>,
) -> Result<(), Failure> {
    let transaction = begin(connection)?;
    touch(&transaction, opening, run)?;
    let (id, index) = (run.to_string(), index.cast_signed());
    transaction
        .prepare_cached(
            "INSERT INTO steps (run, step, state) VALUES (?1, ?2, ?3)
             ON CONFLICT (run, step) DO UPDATE SET state = ?3",
        )?
        .execute(params![id, index, serde_json::to_string(state)?])?;
    if let Some(output) = output {
        transaction
            .prepare_cached(
                "INSERT INTO outputs (run, step, output) VALUES (?1, ?2, ?3)
                 ON CONFLICT (run, step) DO UPDATE SET output = ?3",
            )?
            .execute(params![id, index, output.as_str()])?;
    }
    transaction.commit()?;
    Ok(())
}

/// Writes down where a run is, with its audit line if it has one; a run that is over gives back what it held, and its turn.
pub(crate) fn run_state(
    connection: &mut Connection,
    opening: i64,
    run: RunId,
    state: &RunState,
    ended: Option<Time>,
    entry: Option<AuditEntry>,
) -> Result<Option<AuditLine>, Failure> {
    let transaction = begin(connection)?;
    touch(&transaction, opening, run)?;
    transaction
        .prepare_cached("UPDATE runs SET state = ?, ended = ?, over = ? WHERE id = ?")?
        .execute(params![
            serde_json::to_string(state)?,
            ended.map(|ended| ended.0),
            state.is_over(),
            run.to_string()
        ])?;
    if state.is_over() {
        leases::release(&transaction, &run.to_string())?;
        queue::leave(&transaction, &run.to_string())?;
    }
    let line = entry
        .map(|entry| audit::append(&transaction, opening, entry))
        .transpose()?;
    transaction.commit()?;
    Ok(line)
}

/// Gives the turn of a run back that nobody drives for the time being.
pub(crate) fn rest(connection: &mut Connection, opening: i64, run: RunId) -> Result<(), Failure> {
    let transaction = begin(connection)?;
    touch(&transaction, opening, run)?;
    queue::leave(&transaction, &run.to_string())?;
    transaction.commit()?;
    Ok(())
}

/// Removes what the steps of runs printed that were taken on before this and are over.
pub(crate) fn forget_outputs(connection: &Connection, before: Time) -> rusqlite::Result<usize> {
    connection.execute(
        "DELETE FROM outputs WHERE run IN (SELECT id FROM runs WHERE taken < ? AND over = 1)",
        [before.0],
    )
}

/// Adds a line that belongs to no change of a run.
pub(crate) fn append_audit(
    connection: &mut Connection,
    opening: i64,
    entry: AuditEntry,
) -> Result<AuditLine, Failure> {
    let transaction = begin(connection)?;
    let line = audit::append(&transaction, opening, entry)?;
    transaction.commit()?;
    Ok(line)
}

/// Takes the write lock at once, so that what is read within is not outdated when it is written.
pub(crate) fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// The number of the next change to a run.
pub(crate) fn next_change(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached("UPDATE meta SET value = value + 1 WHERE key = 'change' RETURNING value")?
        .query_row([], |row| row.get(0))
}

/// Marks a run as changed; refuses when it is another process's by now.
pub(crate) fn touch(
    transaction: &Transaction<'_>,
    opening: i64,
    run: RunId,
) -> Result<(), Failure> {
    let change = next_change(transaction)?;
    let id = run.to_string();
    let ours = transaction
        .prepare_cached("UPDATE runs SET change = ? WHERE id = ? AND opening = ?")?
        .execute(params![change, id, opening])?;
    if ours == 1 {
        return Ok(());
    }
    let exists = transaction
        .prepare_cached("SELECT 1 FROM runs WHERE id = ?")?
        .exists([id])?;
    Err(if exists {
        StoreError::NotOurs { run }
    } else {
        StoreError::NoSuchRun { run }
    }
    .into())
}
