//! Finds runs that a dead process left open.

use std::collections::HashSet;

use rusqlite::{Connection, params};
use vocab::RunId;
use world::{Run, RunState};

use crate::error::Failure;
use crate::journal::{leases, queue, read, write};
use crate::opening;
use crate::process::Process;

/// Which of the runs of dead processes are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// All of them.
    All,
    /// Those that have to be gone on with.
    OnSites,
    /// Those that are only to be ended.
    NotOnSites,
    /// This one alone.
    Run(RunId),
}

impl Left {
    /// Whether a run is meant. One that cannot be understood is on no site.
    fn takes(self, run: Option<&Run>) -> bool {
        let on_site = run.is_some_and(|run| run.plan.order().is_some());
        match self {
            Self::All => true,
            Self::OnSites => on_site,
            Self::NotOnSites => !on_site,
            Self::Run(id) => run.is_some_and(|run| run.id() == id),
        }
    }
}

/// The openings whose process still runs.
pub(crate) fn alive(connection: &Connection) -> rusqlite::Result<HashSet<i64>> {
    let here = Process::current();
    let openings = opening::openings(connection)?.into_iter();
    Ok(openings
        .filter_map(|(id, process)| (!process.is_gone(&here)).then_some(id))
        .collect())
}

/// Whether the process that carried a run out is gone.
pub(crate) fn is_left(connection: &Connection, run: &str) -> rusqlite::Result<bool> {
    let owner: i64 =
        connection.query_row("SELECT opening FROM runs WHERE id = ?", [run], |row| {
            row.get(0)
        })?;
    Ok(!alive(connection)?.contains(&owner))
}

/// Runs that are not over and whose process is gone, now this process's own: no second one gets them too. A run that
/// cannot be understood is ended as unknown here, for nobody else could.
pub(crate) fn claim(
    connection: &mut Connection,
    opening: i64,
    which: Left,
) -> Result<Vec<Run>, Failure> {
    let transaction = write::begin(connection)?;
    let alive = alive(&transaction)?;
    let open: Vec<(read::RawRun, i64)> = transaction
        .prepare("SELECT id, plan, state, taken, ended, opening FROM runs WHERE over = 0 ORDER BY taken, id")?
        .query_map([], |row| Ok((read::raw(row)?, row.get(5)?)))?
        .collect::<Result<_, _>>()?;
    let mut claimed = Vec::new();
    for (row, _) in open.into_iter().filter(|(_, owner)| !alive.contains(owner)) {
        let id = &row.id;
        let run = read::whole(&transaction, &row)?;
        if !which.takes(run.as_ref()) {
            continue;
        }
        // It waits for its turn again, where it was in the order.
        queue::leave(&transaction, id)?;
        let change = write::next_change(&transaction)?;
        transaction.execute(
            "UPDATE runs SET opening = ?, change = ? WHERE id = ?",
            params![opening, change, id],
        )?;
        if let Some(run) = run {
            claimed.push(run);
            continue;
        }
        let unknown = serde_json::to_string(&RunState::Unknown)?;
        transaction.execute(
            "UPDATE runs SET state = ?, over = 1 WHERE id = ?",
            params![unknown, id],
        )?;
        leases::release(&transaction, id)?;
    }
    transaction.commit()?;
    Ok(claimed)
}
