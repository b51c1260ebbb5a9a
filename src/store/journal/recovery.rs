//! Finds runs that a dead process left open.

use std::collections::HashSet;

use rusqlite::{Connection, params};
use world::{Run, RunState};

use crate::error::Failure;
use crate::journal::{leases, read, write};
use crate::opening;
use crate::process::Process;

/// Runs that are not over and whose process is gone, now this process's own: no second one gets them too. A run that
/// cannot be understood is ended as unknown here, for nobody else could.
pub(crate) fn claim(connection: &mut Connection, opening: i64) -> Result<Vec<Run>, Failure> {
    let transaction = write::begin(connection)?;
    let here = Process::current();
    let alive: HashSet<i64> = opening::openings(&transaction)?
        .into_iter()
        .filter_map(|(id, process)| (!process.is_gone(&here)).then_some(id))
        .collect();
    let open: Vec<(read::RawRun, i64)> = transaction
        .prepare("SELECT id, plan, state, taken, ended, opening FROM runs WHERE over = 0 ORDER BY taken, id")?
        .query_map([], |row| Ok((read::raw(row)?, row.get(5)?)))?
        .collect::<Result<_, _>>()?;
    let mut claimed = Vec::new();
    for (row, _) in open.into_iter().filter(|(_, owner)| !alive.contains(owner)) {
        let id = &row.id;
        let change = write::next_change(&transaction)?;
        transaction.execute(
            "UPDATE runs SET opening = ?, change = ? WHERE id = ?",
            params![opening, change, id],
        )?;
        if let Some(run) = read::whole(&transaction, &row)? {
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
