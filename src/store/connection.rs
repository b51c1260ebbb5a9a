//! A connection with the settings that the journal's promises rest on.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};

/// How long a write waits for those of other processes: fifty commands at once take their turns within it.
const BUSY: Duration = Duration::from_secs(15);

/// Opens an existing file (an empty one becomes a database with the first write).
pub(crate) fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY)?;
    // While the file is looked at, closing must not fold the log into it: a damaged pair is kept as it was found.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        let what =
            "this file system cannot share memory between processes, as the write-ahead log needs";
        let error = ffi::Error::new(ffi::SQLITE_IOERR_SHMMAP);
        return Err(rusqlite::Error::SqliteFailure(error, Some(what.to_owned())));
    }
    // Every commit is on disk before it is answered, also after a power cut (<https://www.sqlite.org/pragma.html#pragma_synchronous>).
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "journal_size_limit", 8 * 1024 * 1024)?;
    Ok(connection)
}

/// The file was found whole: closing the last connection may fold the log into it again.
pub(crate) fn trust(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

/// The first thing wrong with the file, or with one table of it, if anything is.
pub(crate) fn check(
    connection: &Connection,
    table: Option<&str>,
) -> rusqlite::Result<Option<String>> {
    let result: String = match table {
        Some(table) => {
            connection.query_row(&format!("PRAGMA quick_check({table})"), [], |row| {
                row.get(0)
            })?
        }
        None => connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?,
    };
    Ok((result != "ok").then_some(result))
}
