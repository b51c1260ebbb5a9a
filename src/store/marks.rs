//! What operators did with items, and which weights were learnt from it.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use vocab::Time;
use world::priorities::{Choice, What, learning};
use world::{Happening, ItemId, Mark, MarkRequest, Refusal, Weights};

use crate::audit::{self, AuditEntry};
use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::store::Store;
use crate::{documents, happenings};

/// What is to be done with an item, and what is known of it.
#[derive(Debug, Clone)]
pub struct Marking {
    /// Which, with its line and the money in danger; its words become those of what was done.
    pub item: Happening,
    /// What.
    pub request: MarkRequest,
    /// Who and when; its detail becomes the words of what was done.
    pub entry: AuditEntry,
    /// What it says of the weights.
    pub choice: Option<Choice>,
}

/// What was done with an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// What is so now.
    pub mark: Mark,
    /// The line of the audit log.
    pub line: world::AuditLine,
    /// What became of the item.
    pub happening: Happening,
}

fn mark(
    connection: &mut Connection,
    opening: i64,
    marking: Marking,
) -> Result<Result<Marked, Refusal>, Failure> {
    let transaction = write::begin(connection)?;
    let Marking {
        mut item,
        request,
        mut entry,
        choice,
    } = marking;
    let before = one(&transaction, &item.item)?.unwrap_or_default();
    let (mark, words) = match before.after(&request, &entry.by.user, entry.at) {
        Ok(after) => after,
        Err(refusal) => return Ok(Err(refusal)),
    };
    put(&transaction, opening, &item.item, &mark, entry.at)?;
    item.what = What::Marked {
        by: entry.by.user.clone(),
        words: words.clone(),
    };
    happenings::append(&transaction, opening, &item)?;
    if let Some(choice) = choice {
        keep_choice(&transaction, &choice)?;
    }
    entry.detail = words;
    let line = audit::append(&transaction, opening, entry)?;
    transaction.commit()?;
    Ok(Ok(Marked {
        mark,
        line,
        happening: item,
    }))
}

fn archive(
    connection: &mut Connection,
    opening: i64,
    items: Vec<Happening>,
) -> Result<Vec<(ItemId, Mark)>, Failure> {
    let transaction = write::begin(connection)?;
    let mut marked = Vec::with_capacity(items.len());
    for item in items {
        let mut mark = one(&transaction, &item.item)?.unwrap_or_default();
        if mark.archived.is_none() {
            mark.archived = Some(item.at);
            put(&transaction, opening, &item.item, &mark, item.at)?;
            happenings::append(&transaction, opening, &item)?;
        }
        marked.push((item.item, mark));
    }
    transaction.commit()?;
    Ok(marked)
}

fn one(connection: &Connection, item: &ItemId) -> Result<Option<Mark>, Failure> {
    let found: Vec<Mark> = documents::read(
        connection,
        "SELECT mark FROM marks WHERE item = ?",
        [item.0.as_str()],
    )?;
    Ok(found.into_iter().next())
}

fn put(
    transaction: &Transaction<'_>,
    opening: i64,
    item: &ItemId,
    mark: &Mark,
    at: Time,
) -> Result<(), Failure> {
    let change = write::next_change(transaction)?;
    transaction
        .prepare_cached(
            "INSERT INTO marks (item, mark, at, opening, change) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (item) DO UPDATE SET mark = ?2, at = ?3, opening = ?4, change = ?5",
        )?
        .execute(params![
            item.0.as_str(),
            serde_json::to_string(mark)?,
            at.seconds(),
            opening,
            change,
        ])?;
    Ok(())
}

fn keep_choice(transaction: &Transaction<'_>, choice: &Choice) -> Result<(), Failure> {
    transaction
        .prepare_cached("INSERT INTO choices (body) VALUES (?)")?
        .execute([serde_json::to_string(choice)?])?;
    transaction
        .prepare_cached("DELETE FROM choices WHERE id <= (SELECT max(id) FROM choices) - ?")?
        .execute([learning::CHOICES_KEPT.cast_signed()])?;
    Ok(())
}

fn weigh(
    connection: &mut Connection,
    opening: i64,
    weights: Option<&Weights>,
    entry: AuditEntry,
) -> Result<world::AuditLine, Failure> {
    let transaction = write::begin(connection)?;
    let change = write::next_change(&transaction)?;
    transaction
        .prepare_cached(
            "INSERT INTO weights (one, body, opening, change) VALUES (1, ?1, ?2, ?3)
             ON CONFLICT (one) DO UPDATE SET body = ?1, opening = ?2, change = ?3",
        )?
        .execute(params![
            weights.map(serde_json::to_string).transpose()?,
            opening,
            change,
        ])?;
    let line = audit::append(&transaction, opening, entry)?;
    transaction.commit()?;
    Ok(line)
}

/// The marks that other processes changed after this change.
pub(crate) fn foreign(
    connection: &Connection,
    after: i64,
    opening: i64,
) -> Result<Vec<(ItemId, Mark)>, Failure> {
    all(
        connection,
        "SELECT item, mark FROM marks WHERE change > ?1 AND opening <> ?2 ORDER BY change",
        [after, opening],
    )
}

/// The learnt weights, when another process changed them after this change; `Some(None)` when it gave them up.
#[expect(
    clippy::option_option,
    reason = "unchanged and given up are different things"
)]
pub(crate) fn foreign_weights(
    connection: &Connection,
    after: i64,
    opening: i64,
) -> Result<Option<Option<Weights>>, Failure> {
    let body: Option<Option<String>> = connection
        .prepare_cached("SELECT body FROM weights WHERE change > ?1 AND opening <> ?2")?
        .query_row([after, opening], |row| row.get(0))
        .optional()?;
    body.map(|body| {
        body.map(|body| serde_json::from_str(&body).map_err(Failure::from))
            .transpose()
    })
    .transpose()
}

fn all(
    connection: &Connection,
    query: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<(ItemId, Mark)>, Failure> {
    let rows: Vec<(String, String)> = connection
        .prepare_cached(query)?
        .query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    rows.iter()
        .map(|(item, mark)| Ok((ItemId(item.as_str().into()), serde_json::from_str(mark)?)))
        .collect()
}

impl Store {
    /// Does something with an item: its mark, what became of it and the audit line, all or nothing, on disk before it
    /// returns. Two that do so at once lose nothing of each other. Refused as [`Mark::after`] refuses.
    pub async fn mark(&self, marking: Marking) -> Result<Result<Marked, Refusal>, StoreError> {
        self.call(move |worker| {
            let opening = worker.open.id;
            mark(worker.connection(), opening, marking)
        })
        .await
    }

    /// Puts items away; the marks as they are now. One that was put away before stays as it is.
    pub async fn archive(&self, items: Vec<Happening>) -> Result<Vec<(ItemId, Mark)>, StoreError> {
        self.call(move |worker| {
            let opening = worker.open.id;
            archive(worker.connection(), opening, items)
        })
        .await
    }

    /// All marks, by item.
    pub async fn marks(&self) -> Result<Vec<(ItemId, Mark)>, StoreError> {
        let query = "SELECT item, mark FROM marks ORDER BY item";
        self.call(move |worker| all(worker.connection(), query, []))
            .await
    }

    /// The choices, the oldest first.
    pub async fn choices(&self) -> Result<Vec<Choice>, StoreError> {
        let query = "SELECT body FROM choices ORDER BY id";
        self.call(move |worker| documents::read(worker.connection(), query, []))
            .await
    }

    /// The weights that were learnt and accepted; `None` when none are.
    pub async fn learnt_weights(&self) -> Result<Option<Weights>, StoreError> {
        self.call(|worker| Ok(foreign_weights(worker.connection(), -1, -1)?.flatten()))
            .await
    }

    /// Accepts learnt weights, or gives them up, with the audit line.
    pub async fn weigh(
        &self,
        weights: Option<Weights>,
        entry: AuditEntry,
    ) -> Result<world::AuditLine, StoreError> {
        self.call(move |worker| {
            let opening = worker.open.id;
            weigh(worker.connection(), opening, weights.as_ref(), entry)
        })
        .await
    }
}
