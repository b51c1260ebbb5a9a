//! The one process of an installation that runs schedules and goes on with what was left.
//!
//! It holds a row with its opening: whether it still runs is told by its process, and by its heartbeat where the process
//! cannot be seen. `serve` takes the row from a console, which finds out when it looks the next time; every turn of a
//! schedule is begun under the same lock, so that two can never both begin it.

use rusqlite::{Connection, OptionalExtension, params};
use vocab::{Span, Time};
use world::{Executor, ExecutorKind};

use crate::error::{Failure, StoreError};
use crate::journal::{recovery, write};
use crate::store::Store;

/// How often the holder writes that it is there.
const BEAT: Span = Span::seconds(10);

/// A holder that has not written for so long holds nothing any more: it hangs, or is where it cannot be seen.
const SILENT: Span = Span::seconds(45);

struct Held {
    opening: i64,
    executor: Executor,
    beat: Time,
}

fn held(connection: &Connection, here: i64) -> Result<Option<Held>, Failure> {
    let row = connection
        .prepare_cached("SELECT opening, kind, pid, since, beat FROM executor")?
        .query_row([], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, u32>(2)?,
                row.get::<_, i64>(3)?,
                row.get::<_, i64>(4)?,
            ))
        })
        .optional()?;
    Ok(row.map(|(opening, kind, pid, since, beat)| {
        let serve = ExecutorKind::Serve;
        Held {
            opening,
            executor: Executor {
                kind: if kind == serve.word() {
                    serve
                } else {
                    ExecutorKind::Console
                },
                pid,
                since: Time(since),
                here: opening == here,
            },
            beat: Time(beat),
        }
    }))
}

/// The holder, when it is there.
fn present(connection: &Connection, here: i64, now: Time) -> Result<Option<Held>, Failure> {
    let Some(held) = held(connection, here)? else {
        return Ok(None);
    };
    let there = held.opening == here
        || now.since(held.beat) < SILENT && recovery::alive(connection)?.contains(&held.opening);
    Ok(there.then_some(held))
}

/// Whether this process may begin what is due: it is the executor, or, where `alone` is enough, nobody is.
pub(crate) fn may_begin(
    connection: &Connection,
    here: i64,
    alone: bool,
    now: Time,
) -> Result<bool, Failure> {
    Ok(match present(connection, here, now)? {
        Some(held) => held.executor.here,
        None => alone,
    })
}

fn attend(
    connection: &mut Connection,
    here: i64,
    claim: Option<ExecutorKind>,
    now: Time,
) -> Result<Option<Executor>, Failure> {
    // Most looks change nothing and need no lock.
    let found = present(connection, here, now)?;
    let changes = match (&found, claim) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(held), Some(_)) if held.executor.here => now.since(held.beat) >= BEAT,
        (Some(held), Some(kind)) => kind > held.executor.kind,
    };
    let Some(kind) = claim.filter(|_| changes) else {
        return Ok(found.map(|held| held.executor));
    };
    let transaction = write::begin(connection)?;
    let found = present(&transaction, here, now)?;
    let executor = match found {
        Some(held) if held.executor.here => held.executor,
        Some(held) if kind <= held.executor.kind => return Ok(Some(held.executor)),
        _ => Executor {
            kind,
            pid: std::process::id(),
            since: now,
            here: true,
        },
    };
    transaction
        .prepare_cached(
            "INSERT INTO executor (one, opening, kind, pid, since, beat) VALUES (1, ?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (one) DO UPDATE SET opening = ?1, kind = ?2, pid = ?3, since = ?4, beat = ?5",
        )?
        .execute(params![
            here,
            executor.kind.word(),
            executor.pid,
            executor.since.0,
            now.0
        ])?;
    transaction.commit()?;
    Ok(Some(executor))
}

fn give_up(connection: &mut Connection, here: i64) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    transaction.execute("DELETE FROM executor WHERE opening = ?", [here])?;
    transaction.commit()?;
    Ok(())
}

impl Store {
    /// Looks who runs schedules, and with `claim` tries to be the one: a place that is free, or whose holder is gone or
    /// silent, is taken; `serve` also takes it from a console. Whoever holds it says so again here every 10 s. `now` is
    /// the time of this look.
    pub async fn attend(
        &self,
        claim: Option<ExecutorKind>,
        now: Time,
    ) -> Result<Option<Executor>, StoreError> {
        self.call(move |worker| {
            let here = worker.open.id;
            attend(worker.connection(), here, claim, now)
        })
        .await
    }

    /// Gives the place up, if this process holds it, so that the next one need not find out.
    pub async fn give_up(&self) -> Result<(), StoreError> {
        self.call(|worker| {
            let here = worker.open.id;
            give_up(worker.connection(), here)
        })
        .await
    }
}
