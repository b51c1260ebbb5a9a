//! What became of schedules: when each was last begun and how that ended, what is paused, what was asked for.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use vocab::{ScheduleName, Text, Time};
use world::{Actor, AuditLine, Pause, ScheduleRecord, Turn, TurnEnd};

use crate::audit::{self, AuditEntry};
use crate::error::{Failure, StoreError};
use crate::executor;
use crate::journal::{recovery, write};
use crate::store::Store;

/// What is written down of a schedule beside its turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleChange {
    /// A turn was asked for.
    Asked(Time, Actor),
    /// It is paused.
    Paused(Pause),
    /// It is paused no longer.
    Resumed,
}

/// A row, and whether the process that carries out a turn of it still runs; `None` when none is under way.
type Found = (ScheduleRecord, Option<bool>);

fn parsed(text: &str, known: Time) -> ScheduleRecord {
    // A record that cannot be understood is begun anew: nothing of it is worth stopping everything for.
    serde_json::from_str(text).unwrap_or_else(|_| ScheduleRecord::new(known))
}

fn all(connection: &Connection, now: Time) -> Result<BTreeMap<ScheduleName, Found>, Failure> {
    let alive = recovery::alive(connection)?;
    let rows: Vec<(String, Option<i64>, String)> = connection
        .prepare_cached("SELECT name, opening, record FROM schedules")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows
        .into_iter()
        .filter_map(|(name, opening, text)| {
            let name = ScheduleName::new(&name).ok()?;
            let under_way = opening.map(|opening| alive.contains(&opening));
            Some((name, (parsed(&text, now), under_way)))
        })
        .collect())
}

fn one(
    transaction: &Transaction<'_>,
    name: &ScheduleName,
    now: Time,
) -> Result<(ScheduleRecord, Option<i64>), Failure> {
    let row: Option<(Option<i64>, String)> = transaction
        .prepare_cached("SELECT opening, record FROM schedules WHERE name = ?")?
        .query_row([name.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match row {
        Some((opening, text)) => (parsed(&text, now), opening),
        None => (ScheduleRecord::new(now), None),
    })
}

fn put(
    transaction: &Transaction<'_>,
    name: &ScheduleName,
    opening: Option<i64>,
    record: &ScheduleRecord,
) -> Result<(), Failure> {
    transaction
        .prepare_cached(
            "INSERT INTO schedules (name, opening, record) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE SET opening = ?2, record = ?3",
        )?
        .execute(params![
            name.as_str(),
            opening,
            serde_json::to_string(record)?
        ])?;
    Ok(())
}

/// Notes those that are new as known from now on, and turns whose process is gone as interrupted.
fn settle(connection: &mut Connection, names: &[ScheduleName], now: Time) -> Result<(), Failure> {
    // Most of the time there is nothing to note, and no lock is needed to see that.
    let known = all(connection, now)?;
    let lost = |(_, under_way): &Found| *under_way == Some(false);
    if names.iter().all(|name| known.contains_key(name)) && !known.values().any(lost) {
        return Ok(());
    }
    let transaction = write::begin(connection)?;
    let found = all(&transaction, now)?;
    for name in names.iter().filter(|name| !found.contains_key(*name)) {
        put(&transaction, name, None, &ScheduleRecord::new(now))?;
    }
    for (name, (mut record, under_way)) in found {
        if under_way != Some(false) {
            continue;
        }
        let begun = record.begun.unwrap_or(record.known);
        record.last = Some(Turn {
            begun,
            took: now.since(begun),
            end: TurnEnd::Interrupted,
            words: Text::line(
                "the process that carried it out has ended; its runs are gone on with",
            ),
        });
        put(&transaction, &name, None, &record)?;
    }
    transaction.commit()?;
    Ok(())
}

fn begin(
    connection: &mut Connection,
    here: i64,
    name: &ScheduleName,
    expected: Option<Time>,
    alone: bool,
    now: Time,
) -> Result<bool, Failure> {
    let transaction = write::begin(connection)?;
    if !executor::may_begin(&transaction, here, alone, now)? {
        return Ok(false);
    }
    let (mut record, opening) = one(&transaction, name, now)?;
    if let Some(opening) = opening
        && recovery::alive(&transaction)?.contains(&opening)
    {
        return Ok(false);
    }
    // Whoever decided to begin this turn must have seen the one before.
    if record.begun != expected {
        return Ok(false);
    }
    record.begun = Some(now);
    record.asked = None;
    put(&transaction, name, Some(here), &record)?;
    transaction.commit()?;
    Ok(true)
}

fn end(
    connection: &mut Connection,
    here: i64,
    name: &ScheduleName,
    turn: Turn,
    now: Time,
) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    let (mut record, opening) = one(&transaction, name, now)?;
    // Another process may have found this one gone, by its silence, and begun a turn of its own.
    if opening == Some(here) {
        record.last = Some(turn);
        put(&transaction, name, None, &record)?;
        transaction.commit()?;
    }
    Ok(())
}

fn note(
    connection: &mut Connection,
    here: i64,
    name: &ScheduleName,
    turn: Turn,
    now: Time,
) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    let (mut record, opening) = one(&transaction, name, now)?;
    if opening.is_none() && executor::may_begin(&transaction, here, false, now)? {
        record.begun = Some(turn.begun);
        record.last = Some(turn);
        put(&transaction, name, None, &record)?;
        transaction.commit()?;
    }
    Ok(())
}

fn change(
    connection: &mut Connection,
    here: i64,
    name: &ScheduleName,
    change: ScheduleChange,
    entry: AuditEntry,
) -> Result<AuditLine, Failure> {
    let transaction = write::begin(connection)?;
    let (mut record, opening) = one(&transaction, name, entry.at)?;
    match change {
        ScheduleChange::Asked(at, by) => record.asked = Some((at, by)),
        ScheduleChange::Paused(pause) => record.paused = Some(pause),
        ScheduleChange::Resumed => {
            if let Some(pause) = &mut record.paused {
                pause.until = Some(pause.until.map_or(entry.at, |until| until.min(entry.at)));
            }
        }
    }
    put(&transaction, name, opening, &record)?;
    let line = audit::append(&transaction, here, entry)?;
    transaction.commit()?;
    Ok(line)
}

impl Store {
    /// What is known of all schedules that ever were, each with whether a turn of it is under way in a process that runs.
    pub async fn schedules(
        &self,
        now: Time,
    ) -> Result<BTreeMap<ScheduleName, (ScheduleRecord, bool)>, StoreError> {
        let found = self
            .call(move |worker| all(worker.connection(), now))
            .await?;
        Ok(found
            .into_iter()
            .map(|(name, (record, under_way))| (name, (record, under_way == Some(true))))
            .collect())
    }

    /// Notes schedules that are new as known from now on, and turns whose process is gone as interrupted. For the
    /// executor.
    pub async fn settle_schedules(
        &self,
        names: Vec<ScheduleName>,
        now: Time,
    ) -> Result<(), StoreError> {
        self.call(move |worker| settle(worker.connection(), &names, now))
            .await
    }

    /// Begins a turn of a schedule, on disk before it returns. False when it must not be begun here: another process is
    /// the executor, or carries out a turn of it, or the turn before is not the `expected` one any more. With `alone` it may also be begun where there is no executor.
    pub async fn begin_turn(
        &self,
        name: ScheduleName,
        expected: Option<Time>,
        alone: bool,
        now: Time,
    ) -> Result<bool, StoreError> {
        self.call(move |worker| {
            let here = worker.open.id;
            begin(worker.connection(), here, &name, expected, alone, now)
        })
        .await
    }

    /// Writes down how a turn that was begun here ended.
    pub async fn end_turn(
        &self,
        name: ScheduleName,
        turn: Turn,
        now: Time,
    ) -> Result<(), StoreError> {
        self.call(move |worker| {
            let here = worker.open.id;
            end(worker.connection(), here, &name, turn, now)
        })
        .await
    }

    /// Writes down a turn that came about without being begun: of what goes on all the time. Nothing is written where this
    /// process is not the executor, or while a turn that was asked for is under way; one that is asked for stays so.
    pub async fn note_turn(
        &self,
        name: ScheduleName,
        turn: Turn,
        now: Time,
    ) -> Result<(), StoreError> {
        self.call(move |worker| {
            let here = worker.open.id;
            note(worker.connection(), here, &name, turn, now)
        })
        .await
    }

    /// Writes down what an operator did with a schedule, with its audit line.
    pub async fn change_schedule(
        &self,
        name: ScheduleName,
        what: ScheduleChange,
        entry: AuditEntry,
    ) -> Result<AuditLine, StoreError> {
        self.call(move |worker| {
            let here = worker.open.id;
            change(worker.connection(), here, &name, what, entry)
        })
        .await
    }
}
