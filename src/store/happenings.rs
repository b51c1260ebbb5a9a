//! What became of items, the oldest first: bounded by age and by count.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use vocab::{RunId, Span};
use world::priorities::What;
use world::{Happening, ItemId};

use crate::documents;
use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::store::Store;

/// So long they are kept.
const KEPT_FOR: Span = Span::days(90);

/// So many are kept.
const KEPT: i64 = 100_000;

/// What was said of a run that is under way is among so many of an item's newest.
const RECENT: i64 = 20;

/// Adds one, unless it says what was said last: several processes see the same trouble.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    opening: i64,
    happening: &Happening,
) -> Result<(), Failure> {
    let state = state(&happening.what);
    if !state.is_empty() {
        let before: Option<String> = transaction
            .prepare_cached(
                "SELECT state FROM happenings WHERE item = ? AND state <> '' ORDER BY id DESC LIMIT 1",
            )?
            .query_row([happening.item.0.as_str()], |row| row.get(0))
            .optional()?;
        // What never came up, as far as is known, does not end either.
        if before.as_deref().unwrap_or("over") == state {
            return Ok(());
        }
    }
    if let What::FixBegun { run, .. } = happening.what
        && is_begun(transaction, &happening.item, run)?
    {
        return Ok(());
    }
    let change = write::next_change(transaction)?;
    transaction
        .prepare_cached(
            "INSERT INTO happenings (at, item, state, happening, opening, change) VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            happening.at.0,
            happening.item.0.as_str(),
            state,
            serde_json::to_string(happening)?,
            opening,
            change,
        ])?;
    Ok(())
}

/// Whether it is known that a run was begun for an item.
fn is_begun(transaction: &Transaction<'_>, item: &ItemId, run: RunId) -> Result<bool, Failure> {
    let mut newest = transaction.prepare_cached(
        "SELECT happening FROM happenings WHERE item = ? AND state = '' ORDER BY id DESC LIMIT ?",
    )?;
    let texts = newest.query_map(params![item.0.as_str(), RECENT], |row| {
        row.get::<_, String>(0)
    })?;
    for text in texts {
        let known: Happening = serde_json::from_str(&text?)?;
        if matches!(known.what, What::FixBegun { run: of, .. } if of == run) {
            return Ok(true);
        }
    }
    Ok(false)
}

const fn state(what: &What) -> &'static str {
    match what {
        What::Raised | What::Reopened => "open",
        What::Closed | What::Vanished | What::Archived => "over",
        What::Folded { .. }
        | What::Marked { .. }
        | What::FixBegun { .. }
        | What::FixEnded { .. } => "",
    }
}

/// Forgets what is too old, or too much, counted from the newest; marks and notes nobody needs go with it.
pub(crate) fn prune(transaction: &Transaction<'_>) -> Result<(), Failure> {
    let newest: Option<(i64, i64)> = transaction
        .prepare_cached("SELECT id, at FROM happenings ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, at)) = newest else {
        return Ok(());
    };
    let since = at - KEPT_FOR.0;
    transaction
        .prepare_cached("DELETE FROM happenings WHERE id <= ?1 OR id IN (SELECT id FROM happenings WHERE at < ?2 ORDER BY id LIMIT 1000)")?
        .execute([id - KEPT, since])?;
    transaction
        .prepare_cached("DELETE FROM marks WHERE at < ?")?
        .execute([since / 1000])?;
    transaction
        .prepare_cached("DELETE FROM notes WHERE note IS NULL AND at < ?")?
        .execute([since / 1000])?;
    Ok(())
}

/// What people of other processes did, after this change.
pub(crate) fn foreign(
    connection: &Connection,
    after: i64,
    opening: i64,
) -> Result<Vec<Happening>, Failure> {
    documents::read(
        connection,
        "SELECT happening FROM happenings WHERE change > ?1 AND opening <> ?2 AND state = '' ORDER BY id",
        [after, opening],
    )
}

impl Store {
    /// What became of items, the oldest first: the newest so many, of all or of one.
    pub async fn happenings(
        &self,
        item: Option<ItemId>,
        most: usize,
    ) -> Result<Vec<Happening>, StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.call(move |worker| {
            let connection = worker.connection();
            let mut found: Vec<Happening> = match &item {
                Some(item) => documents::read(
                    connection,
                    "SELECT happening FROM happenings WHERE item = ?1 ORDER BY id DESC LIMIT ?2",
                    params![item.0.as_str(), most],
                )?,
                None => documents::read(
                    connection,
                    "SELECT happening FROM happenings ORDER BY id DESC LIMIT ?",
                    [most],
                )?,
            };
            found.reverse();
            Ok(found)
        })
        .await
    }
}
