//! Notes of operators and reports of other systems, one document each.

use rusqlite::{Connection, OptionalExtension, params};
use vocab::Text;
use world::{AuditLine, Note};

use crate::audit::{self, AuditEntry};
use crate::documents;
use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::store::Store;

/// What other processes wrote and removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignNotes {
    /// Notes as they are now.
    pub written: Vec<Note>,
    /// The ids of those that are gone.
    pub gone: Vec<Text>,
}

/// Writes a note down; the note as it is now, and its line when it says anything new. A report that is repeated keeps the
/// time of its first.
fn put(
    connection: &mut Connection,
    opening: i64,
    mut note: Note,
    entry: AuditEntry,
) -> Result<(Note, Option<AuditLine>), Failure> {
    let transaction = write::begin(connection)?;
    let before: Vec<Note> = documents::read(
        &transaction,
        "SELECT note FROM notes WHERE id = ? AND note IS NOT NULL",
        [note.id.as_str()],
    )?;
    if let Some(before) = before.into_iter().next() {
        note.at = before.at;
        if note == before {
            return Ok((note, None));
        }
    }
    let change = write::next_change(&transaction)?;
    transaction
        .prepare_cached(
            "INSERT INTO notes (id, note, at, opening, change) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET note = ?2, at = ?3, opening = ?4, change = ?5",
        )?
        .execute(params![
            note.id.as_str(),
            serde_json::to_string(&note)?,
            entry.at.seconds(),
            opening,
            change,
        ])?;
    let line = audit::append(&transaction, opening, entry)?;
    transaction.commit()?;
    Ok((note, Some(line)))
}

/// Removes a note; `None` when it is not there.
fn remove(
    connection: &mut Connection,
    opening: i64,
    id: &Text,
    entry: AuditEntry,
) -> Result<Option<AuditLine>, Failure> {
    let transaction = write::begin(connection)?;
    let known = transaction
        .prepare_cached("SELECT 1 FROM notes WHERE id = ? AND note IS NOT NULL")?
        .query_row([id.as_str()], |_| Ok(()))
        .optional()?;
    if known.is_none() {
        return Ok(None);
    }
    let change = write::next_change(&transaction)?;
    transaction
        .prepare_cached(
            "UPDATE notes SET note = NULL, at = ?2, opening = ?3, change = ?4 WHERE id = ?1",
        )?
        .execute(params![id.as_str(), entry.at.seconds(), opening, change])?;
    let line = audit::append(&transaction, opening, entry)?;
    transaction.commit()?;
    Ok(Some(line))
}

/// What other processes wrote and removed after this change.
pub(crate) fn foreign(
    connection: &Connection,
    after: i64,
    opening: i64,
) -> Result<ForeignNotes, Failure> {
    let gone: Vec<String> = connection
        .prepare_cached(
            "SELECT id FROM notes WHERE change > ?1 AND opening <> ?2 AND note IS NULL ORDER BY change",
        )?
        .query_map([after, opening], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(ForeignNotes {
        written: documents::read(
            connection,
            "SELECT note FROM notes WHERE change > ?1 AND opening <> ?2 AND note IS NOT NULL ORDER BY change",
            [after, opening],
        )?,
        gone: gone.iter().map(Text::line).collect(),
    })
}

impl Store {
    /// All notes, by id.
    pub async fn notes(&self) -> Result<Vec<Note>, StoreError> {
        let query = "SELECT note FROM notes WHERE note IS NOT NULL ORDER BY id";
        self.call(move |worker| documents::read(worker.connection(), query, []))
            .await
    }

    /// Writes a note down with its audit line, on disk before it returns. One of the same id is replaced and keeps its
    /// time; without a word that is new nothing is written, and there is no line.
    pub async fn put_note(
        &self,
        note: Note,
        entry: AuditEntry,
    ) -> Result<(Note, Option<AuditLine>), StoreError> {
        self.call(move |worker| {
            let opening = worker.open.id;
            put(worker.connection(), opening, note, entry)
        })
        .await
    }

    /// Removes a note with its audit line; `None` when it is not there.
    pub async fn remove_note(
        &self,
        id: Text,
        entry: AuditEntry,
    ) -> Result<Option<AuditLine>, StoreError> {
        self.call(move |worker| {
            let opening = worker.open.id;
            remove(worker.connection(), opening, &id, entry)
        })
        .await
    }
}
