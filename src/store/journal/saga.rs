//! The records of sagas: each call is one transaction, on disk before it returns.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use saga::{Journal, JournalError, Record, Status};
use vocab::{RunId, Text};

use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::store::Store;

fn load(connection: &Connection, run: RunId) -> Result<(Status, Vec<Record>), Failure> {
    let id = run.to_string();
    let status: Option<String> = connection
        .prepare_cached("SELECT saga FROM runs WHERE id = ?")?
        .query_row([&id], |row| row.get(0))
        .optional()?
        .ok_or(StoreError::NoSuchRun { run })?;
    let status = status
        .map(|text| serde_json::from_str(&text))
        .transpose()?
        .unwrap_or_default();
    let rows: Vec<(usize, String)> = connection
        .prepare_cached("SELECT step, record FROM records WHERE run = ? ORDER BY step")?
        .query_map([&id], |row| {
            Ok((row.get::<_, u32>(0)? as usize, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    let count = rows.last().map_or(0, |(step, _)| step + 1);
    let mut records = vec![Record::default(); count];
    for (step, text) in rows {
        records[step] = serde_json::from_str(&text)?;
    }
    Ok((status, records))
}

fn write_record(
    connection: &mut Connection,
    opening: i64,
    run: RunId,
    step: usize,
    record: &Record,
) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    write::touch(&transaction, opening, run)?;
    transaction
        .prepare_cached(
            "INSERT INTO records (run, step, record) VALUES (?1, ?2, ?3)
             ON CONFLICT (run, step) DO UPDATE SET record = ?3",
        )?
        .execute(params![
            run.to_string(),
            step.cast_signed(),
            serde_json::to_string(record)?
        ])?;
    transaction.commit()?;
    Ok(())
}

fn turn(
    connection: &mut Connection,
    opening: i64,
    run: RunId,
    status: &Status,
) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    write::touch(&transaction, opening, run)?;
    transaction
        .prepare_cached("UPDATE runs SET saga = ? WHERE id = ?")?
        .execute(params![serde_json::to_string(status)?, run.to_string()])?;
    transaction.commit()?;
    Ok(())
}

#[async_trait]
impl Journal for Store {
    async fn load(&self, run: RunId) -> Result<(Status, Vec<Record>), JournalError> {
        self.call(move |worker| load(worker.connection(), run))
            .await
            .map_err(|error| refused(&error))
    }

    async fn write(&self, run: RunId, step: usize, record: &Record) -> Result<(), JournalError> {
        let record = record.clone();
        self.call(move |worker| {
            let opening = worker.open.id;
            write_record(worker.connection(), opening, run, step, &record)
        })
        .await
        .map_err(|error| refused(&error))
    }

    async fn turn(&self, run: RunId, status: &Status) -> Result<(), JournalError> {
        let status = status.clone();
        self.call(move |worker| {
            let opening = worker.open.id;
            turn(worker.connection(), opening, run, &status)
        })
        .await
        .map_err(|error| refused(&error))
    }
}

fn refused(error: &StoreError) -> JournalError {
    JournalError(Text::line(error.to_string()))
}
