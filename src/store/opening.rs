//! Opens the file: makes it, brings it up to date, checks it, and sets a damaged one aside, always saying so.

use std::fs::File;

use rusqlite::{Connection, TransactionBehavior, params};
use vocab::Text;

use crate::connection;
use crate::error::{Failure, StoreError};
use crate::folder::{Folder, Found};
use crate::journal::write;
use crate::opened::{How, Opened};
use crate::options::Options;
use crate::process::Process;
use crate::schema;

/// The first `SQLite` without the fault that can damage a file with several writers
/// (<https://www.sqlite.org/wal.html#walresetbug>).
const OLDEST_LIBRARY: i32 = 3_051_003;

/// A file that is open.
pub(crate) struct Open {
    pub(crate) connection: Connection,
    /// This process's row among the openings.
    pub(crate) id: i64,
    /// Locked as long as the file is open.
    pub(crate) users: File,
}

/// A connection to a file that was found whole, or is new.
struct Entered {
    connection: Connection,
    id: i64,
    how: How,
    closed_cleanly: bool,
}

/// Opens the file in the folder, or begins one.
pub(crate) fn open(folder: &Folder, options: &Options) -> Result<(Open, Opened), StoreError> {
    if rusqlite::version_number() < OLDEST_LIBRARY {
        let found = rusqlite::version();
        return Err(StoreError::OldLibrary { found });
    }
    let opening = folder.opening_lock()?;
    let users = folder.users_lock()?;
    let file = folder.file_text();
    let said = |failure: Failure| failure.said(&file);
    let found = match folder.found()? {
        Found::Nothing => begin(folder, How::Fresh).map_err(said),
        Found::Remains => Err(corrupt(&file, "it has no content")),
        Found::File => existing(folder, options, &file).map_err(said),
    };
    let entered = match found {
        Err(StoreError::Corrupt { what, .. }) if Folder::is_only_user(&users) => {
            let kept = folder.set_aside(options.now)?;
            tracing::error!(%file, %what, %kept, "damaged store set aside");
            begin(folder, How::SetAside { what, kept }).map_err(said)?
        }
        other => other?,
    };
    drop(opening);
    let Entered {
        connection,
        id,
        how,
        closed_cleanly,
    } = entered;
    Ok((
        Open {
            connection,
            id,
            users,
        },
        Opened {
            file,
            how,
            closed_cleanly,
        },
    ))
}

/// Makes a new file under another name and moves it into place when it is complete, so that one without content is
/// never a half-made one, but always damage.
fn begin(folder: &Folder, how: How) -> Result<Entered, Failure> {
    let new = folder.new_file()?;
    let mut connection = Connection::open(&new)?;
    schema::migrate(&mut connection, schema::VERSIONS)?;
    connection.close().map_err(|(_, error)| error)?;
    folder.move_into_place(&new)?;
    let mut connection = connection::connect(&folder.file())?;
    connection::trust(&connection)?;
    let id = enter(&mut connection, &Process::current(), &[])?;
    let closed_cleanly = !matches!(how, How::SetAside { .. });
    Ok(Entered {
        connection,
        id,
        how,
        closed_cleanly,
    })
}

/// Opens what is there; damage comes back as [`StoreError::Corrupt`].
fn existing(folder: &Folder, options: &Options, file: &Text) -> Result<Entered, Failure> {
    folder.tighten_file()?;
    let mut connection = connection::connect(&folder.file())?;
    let found = schema::version(&connection)?;
    let known = schema::VERSIONS.len() as u32;
    if found > known {
        let file = file.clone();
        return Err(StoreError::Newer { file, found, known }.into());
    }
    if found == 0 {
        return Err(corrupt(file, "it carries no version").into());
    }
    if let Err(error) = schema::migrate(&mut connection, schema::VERSIONS) {
        // Tables that are there before the version that makes them: it is not the file's own version that stands in it.
        if matches!(error, rusqlite::Error::SqlInputError { .. }) {
            return Err(corrupt(file, &error.to_string()).into());
        }
        return Err(error.into());
    }
    for table in schema::PRECIOUS {
        if let Some(what) = connection::check(&connection, Some(table))? {
            return Err(corrupt(file, &what).into());
        }
    }
    // An empty table of another's in its place is a sound table, and still not this one.
    if !schema::has_marks(&connection)? {
        return Err(corrupt(file, "its marks are gone").into());
    }
    let here = Process::current();
    // Processes that ended without closing the file. Their rows go only when the file was found whole.
    let mut gone = openings(&connection)?;
    gone.retain(|(_, process)| process.is_gone(&here));
    let closed_cleanly = gone.is_empty();
    if !closed_cleanly && let Some(what) = connection::check(&connection, None)? {
        return Err(corrupt(file, &what).into());
    }
    let id = enter(&mut connection, &here, &gone)?;
    write::forget_outputs(&connection, options.now - options.keep.outputs)?;
    connection::trust(&connection)?;
    let how = if found == known {
        How::Kept
    } else {
        How::Migrated { from: found }
    };
    Ok(Entered {
        connection,
        id,
        how,
        closed_cleanly,
    })
}

fn corrupt(file: &Text, what: &str) -> StoreError {
    StoreError::Corrupt {
        file: file.clone(),
        what: Text::line(what),
    }
}

/// Opens the file again after the disk failed; the row among the openings stays the same.
pub(crate) fn reopen(folder: &Folder) -> rusqlite::Result<Connection> {
    let connection = connection::connect(&folder.file())?;
    schema::version(&connection)?;
    connection::trust(&connection)?;
    Ok(connection)
}

/// Puts a row for this process in and takes those of the gone away.
fn enter(
    connection: &mut Connection,
    process: &Process,
    gone: &[(i64, Process)],
) -> rusqlite::Result<i64> {
    let Process {
        boot,
        namespace,
        pid,
        started,
    } = process;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (id, _) in gone {
        transaction.execute("DELETE FROM openings WHERE id = ?", [id])?;
    }
    transaction.execute(
        "INSERT INTO openings (boot, namespace, pid, started) VALUES (?, ?, ?, ?)",
        params![boot, namespace, pid, started],
    )?;
    let id = transaction.last_insert_rowid();
    transaction.commit()?;
    Ok(id)
}

/// Every process that has the file open, or had when it ended.
pub(crate) fn openings(connection: &Connection) -> rusqlite::Result<Vec<(i64, Process)>> {
    let mut statement =
        connection.prepare("SELECT id, boot, namespace, pid, started FROM openings")?;
    let rows = statement.query_map([], |row| {
        let process = Process {
            boot: row.get(1)?,
            namespace: row.get(2)?,
            pid: row.get(3)?,
            started: row.get(4)?,
        };
        Ok((row.get(0)?, process))
    })?;
    rows.collect()
}
