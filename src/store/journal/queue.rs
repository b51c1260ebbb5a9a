//! The queue of runs on sites: only so many are driven at once, in whatever processes; the others wait, in the order in which
//! they were taken on. Who waits asks now and then; nobody has to wake anybody, so that a process that dies wakes nobody
//! late: its runs do not count from then on.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use vocab::{RunId, Text};
use world::Run;

use crate::error::{Failure, StoreError};
use crate::journal::leases::{self, Wanted};
use crate::journal::{read, recovery, write};

/// Whether a run may be driven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// It may, until it is over or its turn is given back.
    Come,
    /// It waits.
    Waits {
        /// How many runs come before it, those that are driven among them.
        before: usize,
        /// What keeps it besides them: a server in the hands of a run whose process has ended, and what can be done about
        /// it. Empty for nothing.
        held: Text,
    },
}

/// A run in the queue whose process still runs.
struct Queued {
    run: String,
    has_turn: bool,
    wants: Vec<Wanted>,
}

/// Those in the queue whose process still runs, in their order: first those whose turn has come.
fn queued(connection: &Connection) -> Result<Vec<Queued>, Failure> {
    let rows: Vec<(String, bool, String, i64)> = connection
        .prepare_cached(
            "SELECT run, turn, wants, opening FROM queue JOIN runs ON runs.id = queue.run
             ORDER BY turn DESC, queue.taken, run",
        )?
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let alive = recovery::alive(connection)?;
    let living = rows.into_iter().filter(|row| alive.contains(&row.3));
    let queued = living.map(|(run, has_turn, wants, _)| Queued {
        // One damaged row must not keep all others waiting.
        wants: serde_json::from_str(&wants).unwrap_or_default(),
        run,
        has_turn,
    });
    Ok(queued.collect())
}

/// How many runs come before each of those that wait, by their ids.
pub(crate) fn waiting(connection: &Connection) -> Result<BTreeMap<String, usize>, Failure> {
    let all = queued(connection)?.into_iter().enumerate();
    let waiting = all.filter(|(_, one)| !one.has_turn);
    Ok(waiting.map(|(before, one)| (one.run, before)).collect())
}

/// Asks whether a run's turn has come, and takes it when it has, with the servers that the run holds from then on. The run
/// is in the queue from the first time on.
pub(crate) fn ask(
    connection: &mut Connection,
    opening: i64,
    run: RunId,
    at_once: usize,
) -> Result<Turn, Failure> {
    let id = run.to_string();
    enter(connection, opening, run, &id)?;
    // Looking needs no lock for writing: those who wait do not keep those who work waiting.
    let turn = look(connection, &id, at_once)?;
    if turn != Turn::Come {
        return Ok(turn);
    }
    let transaction = write::begin(connection)?;
    let turn = look(&transaction, &id, at_once)?;
    if turn == Turn::Come {
        write::touch(&transaction, opening, run)?;
        let wants: String = transaction
            .prepare_cached("UPDATE queue SET turn = 1 WHERE run = ? RETURNING wants")?
            .query_row([&id], |row| row.get(0))?;
        for wanted in serde_json::from_str::<Vec<Wanted>>(&wants)? {
            leases::put(&transaction, &wanted, &id)?;
        }
        transaction.commit()?;
    }
    Ok(turn)
}

/// Puts a run of this process in the queue, unless it is there.
fn enter(connection: &mut Connection, opening: i64, run: RunId, id: &str) -> Result<(), Failure> {
    let is_there = connection
        .prepare_cached("SELECT 1 FROM queue WHERE run = ?")?
        .exists([id])?;
    if is_there {
        return Ok(());
    }
    let transaction = write::begin(connection)?;
    write::touch(&transaction, opening, run)?;
    let Some(found) = read::one(&transaction, id).optional()?.flatten() else {
        return Err(StoreError::NoSuchRun { run }.into());
    };
    let wants = serde_json::to_string(&leases::with_its_turn(&found.plan))?;
    transaction
        .prepare_cached("INSERT INTO queue (run, taken, turn, wants) VALUES (?, ?, 0, ?)")?
        .execute(params![id, found.taken.0, wants])?;
    transaction.commit()?;
    Ok(())
}

/// Where a run in the queue is, as it is now.
fn look(connection: &Connection, id: &str, at_once: usize) -> Result<Turn, Failure> {
    let all = queued(connection)?;
    let Some(before) = all.iter().position(|one| one.run == id) else {
        // Only a run of a process that is gone: whoever asks is none.
        return Ok(Turn::Waits {
            before: all.len(),
            held: Text::default(),
        });
    };
    let own = &all[before];
    if own.has_turn {
        return Ok(Turn::Come);
    }
    let driven = all.iter().filter(|one| one.has_turn).count();
    let mut kept = Vec::new();
    for wanted in &own.wants {
        kept.extend(leases::other_holder(connection, wanted, id)?);
    }
    let mut is_next = kept.is_empty();
    let mut first = driven;
    for other in &all[driven..before] {
        // Who waits for a server keeps nobody waiting but for the same server.
        is_next &= !other.wants.iter().any(|wanted| own.wants.contains(wanted));
        let mut free = true;
        for wanted in &other.wants {
            free &= leases::other_holder(connection, wanted, &other.run)?.is_none();
        }
        first += usize::from(free);
    }
    if is_next && first < at_once {
        return Ok(Turn::Come);
    }
    let mut held = Text::default();
    for holder in &kept {
        if recovery::is_left(connection, holder)? {
            held = left(connection, holder)?;
        }
    }
    Ok(Turn::Waits { before, held })
}

/// A holder that nobody drives, and what can be done about it.
fn left(connection: &Connection, holder: &str) -> Result<Text, Failure> {
    let found: Option<Run> = read::one(connection, holder).optional()?.flatten();
    let Some(run) = found else {
        return Ok(Text::line(format!(
            "run {holder}, which cannot be read, holds its server"
        )));
    };
    Ok(Text::line(format!(
        "its server is held by run {0} ({1}), whose process has ended: a console goes on with that, or \
         `wheelhouse runs resume {0}`",
        run.id().short(),
        run.plan.title
    )))
}

/// Takes a run out of the queue: it is over, or nobody drives it any more. What it holds it holds on to.
pub(crate) fn leave(connection: &Connection, run: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM queue WHERE run = ?")?
        .execute([run])
        .map(drop)
}
