//! Reads runs back.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Params, Row};
use vocab::{RunId, Text, Time};
use world::{AuditLine, Happening, ItemId, Mark, Run, RunState, Weights};

use crate::error::Failure;
use crate::journal::queue;
use crate::notes::ForeignNotes;
use crate::{audit, happenings, marks, notes};

const COLUMNS: &str = "SELECT id, plan, state, taken, ended FROM runs";

/// What other processes wrote since the last look.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Foreign {
    /// Runs that are new or moved on, as they are now.
    pub runs: Vec<Run>,
    /// New lines of the audit log, oldest first.
    pub audit: Vec<AuditLine>,
    /// Runs that wait for their turn, in whatever process, with how many come before each.
    pub waiting: Vec<(RunId, usize)>,
    /// What was done with items, as it is now.
    pub marks: Vec<(ItemId, Mark)>,
    /// Notes that were written or removed.
    pub notes: ForeignNotes,
    /// What people did with items, and which fixes were run.
    pub happenings: Vec<Happening>,
    /// The weights that were learnt, when they were accepted or given up.
    pub weights: Option<Option<Weights>>,
}

/// Runs read from the journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Runs {
    /// Those that can be understood.
    pub runs: Vec<Run>,
    /// The ids of those that cannot: their rows are damaged, or of a version that knew other kinds of step. They are
    /// left out so that they do not hide the others; whoever shows runs says so.
    pub unreadable: Vec<Text>,
}

/// How far the writing of other processes was read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cursor {
    data: i64,
    change: i64,
    audit: i64,
}

impl Cursor {
    /// At the end of what is there now.
    pub(crate) fn at_end(connection: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            data: data_version(connection)?,
            change: last_change(connection)?,
            audit: audit::last_sequence(connection)?,
        })
    }

    /// The connection is another one: the next look must look.
    pub(crate) const fn doubt(&mut self) {
        self.data = -1;
    }

    /// What other processes wrote since. Costs next to nothing when none wrote.
    pub(crate) fn advance(
        &mut self,
        connection: &Connection,
        opening: i64,
    ) -> Result<Foreign, Failure> {
        let data = data_version(connection)?;
        if data == self.data {
            return Ok(Foreign::default());
        }
        // One snapshot for all of it, so that the marks fit what was read.
        let snapshot = connection.unchecked_transaction()?;
        let change = last_change(&snapshot)?;
        let Runs { runs, .. } = select(
            &snapshot,
            &format!("{COLUMNS} WHERE change > ?1 AND opening <> ?2 ORDER BY change"),
            [self.change, opening],
        )?;
        let (lines, audit) = audit::foreign(&snapshot, self.audit, opening)?;
        let waiting = queue::waiting(&snapshot)?;
        let marks = marks::foreign(&snapshot, self.change, opening)?;
        let notes = notes::foreign(&snapshot, self.change, opening)?;
        let happenings = happenings::foreign(&snapshot, self.change, opening)?;
        let weights = marks::foreign_weights(&snapshot, self.change, opening)?;
        snapshot.finish()?;
        let waiting = waiting
            .into_iter()
            .filter_map(|(run, before)| Some((run.parse().ok()?, before)))
            .collect();
        // When lines are left over, the next look must not be skipped.
        let data = if lines.len() < 1000 { data } else { self.data };
        *self = Self {
            data,
            change,
            audit,
        };
        Ok(Foreign {
            runs,
            audit: lines,
            waiting,
            marks,
            notes,
            happenings,
            weights,
        })
    }
}

/// The newest runs, newest first.
pub(crate) fn newest(connection: &Connection, most: usize) -> Result<Runs, Failure> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    select(
        connection,
        &format!("{COLUMNS} ORDER BY taken DESC, id DESC LIMIT ?"),
        [most],
    )
}

/// The run of this id; `None` inside when its row cannot be understood.
pub(crate) fn one(connection: &Connection, id: &str) -> rusqlite::Result<Option<Run>> {
    let row = connection
        .prepare_cached(&format!("{COLUMNS} WHERE id = ?"))?
        .query_row([id], raw)?;
    whole(connection, &row)
}

/// The run of this id as it is to be shown; `None` when it is not there or its row cannot be understood.
pub(crate) fn shown(connection: &Connection, id: &str) -> Result<Option<Run>, Failure> {
    let mut found = one(connection, id).optional()?.flatten();
    if let Some(run) = &mut found
        && matches!(run.state, RunState::Queued { .. })
    {
        stand(run, &queue::waiting(connection)?);
    }
    Ok(found)
}

/// A run's row as stored.
pub(crate) struct RawRun {
    pub(crate) id: String,
    plan: String,
    state: String,
    taken: i64,
    ended: Option<i64>,
}

pub(crate) fn raw(row: &Row<'_>) -> rusqlite::Result<RawRun> {
    Ok(RawRun {
        id: row.get(0)?,
        plan: row.get(1)?,
        state: row.get(2)?,
        taken: row.get(3)?,
        ended: row.get(4)?,
    })
}

fn select(connection: &Connection, sql: &str, parameters: impl Params) -> Result<Runs, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows: Vec<RawRun> = statement
        .query_map(parameters, raw)?
        .collect::<Result<_, _>>()?;
    let mut found = Runs::default();
    for row in rows {
        match whole(connection, &row)? {
            Some(run) => found.runs.push(run),
            None => found.unreadable.push(Text::line(row.id)),
        }
    }
    let waiting = |run: &Run| matches!(run.state, RunState::Queued { .. });
    if found.runs.iter().any(waiting) {
        let places = queue::waiting(connection)?;
        for run in &mut found.runs {
            stand(run, &places);
        }
    }
    Ok(found)
}

/// Where a run that waits stands in the queue by now, instead of where it stood when it began to wait.
fn stand(run: &mut Run, places: &BTreeMap<String, usize>) {
    if let RunState::Queued { before, .. } = &mut run.state {
        *before = places
            .get(&run.plan.id.to_string())
            .copied()
            .unwrap_or_default();
    }
}

/// The run with its steps; `None` when one of its rows cannot be understood.
pub(crate) fn whole(connection: &Connection, row: &RawRun) -> rusqlite::Result<Option<Run>> {
    let mut steps = Vec::new();
    connection
        .prepare_cached("SELECT step, state, coalesce(output, '') FROM steps LEFT JOIN outputs USING (run, step) WHERE run = ?")?
        .query_map([&row.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .try_for_each(|step| {
            steps.push(step?);
            Ok::<_, rusqlite::Error>(())
        })?;
    match parse(row, steps) {
        Ok(run) => Ok(Some(run)),
        Err(error) => {
            tracing::error!(run = row.id, %error, "run in the journal cannot be understood");
            Ok(None)
        }
    }
}

fn parse(row: &RawRun, steps: Vec<(i64, String, String)>) -> serde_json::Result<Run> {
    let plan = serde_json::from_str(&row.plan)?;
    let mut run = Run::new(plan, serde_json::from_str(&row.state)?, Time(row.taken));
    run.ended = row.ended.map(Time);
    for (index, state, output) in steps {
        let index = usize::try_from(index).ok();
        if let Some(step) = index.and_then(|index| run.steps.get_mut(index)) {
            step.state = serde_json::from_str(&state)?;
            // Sanitised when it came in; again because others can write the file too.
            step.output = Text::block(output);
        }
    }
    Ok(run)
}

fn last_change(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT value FROM meta WHERE key = 'change'")?
        .query_row([], |row| row.get(0))
}

/// Moves when another connection has written (<https://www.sqlite.org/pragma.html#pragma_data_version>).
fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))
}
