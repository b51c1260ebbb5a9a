//! The schema's versions, kept as `PRAGMA user_version`.

use rusqlite::{Connection, TransactionBehavior};

/// What brings version `index` up to `index + 1`; released ones never change.
pub(crate) const VERSIONS: &[&str] = &[
    include_str!("v1.sql"),
    include_str!("v2.sql"),
    include_str!("v3.sql"),
    include_str!("v4.sql"),
    include_str!("v5.sql"),
    include_str!("v6.sql"),
    include_str!("v7.sql"),
    include_str!("v8.sql"),
    include_str!("v9.sql"),
    include_str!("v10.sql"),
];

/// Tables whose damage would cost more than a graph; they are small, and checked whole at every opening.
pub(crate) const PRECIOUS: [&str; 15] = [
    "meta",
    "openings",
    "runs",
    "steps",
    "records",
    "sites",
    "backups",
    "leases",
    "queue",
    "kept",
    "schedules",
    "marks",
    "notes",
    "outbox",
    "audit",
];

/// The file's version; 0 when nothing was ever put in.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Whether the mark is there that every file has from its first version on.
pub(crate) fn has_marks(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT count(*) > 0 FROM meta WHERE key = 'change'",
        [],
        |row| row.get(0),
    )
}

/// Brings the file up to the newest of `versions`, each step whole or not at all. Another process may do the same at the
/// same moment: the version is read again under the write lock.
pub(crate) fn migrate(connection: &mut Connection, versions: &[&str]) -> rusqlite::Result<()> {
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let at = version(&transaction)?;
        let Some(step) = versions.get(at as usize) else {
            return Ok(());
        };
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", at + 1)?;
        transaction.commit()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every version that was ever released opens and keeps what is in it.
    #[test]
    fn every_older_version_is_brought_up() {
        for from in 1..=VERSIONS.len() {
            let mut connection = Connection::open_in_memory().unwrap();
            migrate(&mut connection, &VERSIONS[..from]).unwrap();
            assert_eq!(version(&connection).unwrap() as usize, from);
            connection
                .execute("INSERT INTO audit VALUES (1, '{}', x'00', 1)", [])
                .unwrap();
            migrate(&mut connection, VERSIONS).unwrap();
            assert_eq!(version(&connection).unwrap() as usize, VERSIONS.len());
            let lines: u32 = connection
                .query_row("SELECT count(*) FROM audit", [], |row| row.get(0))
                .unwrap();
            assert_eq!(lines, 1);
        }
    }

    #[test]
    fn a_step_that_fails_leaves_the_version_before() {
        let steps = [
            "CREATE TABLE a (x)",
            "CREATE TABLE b (x); CREATE TABLE a (x)",
        ];
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(migrate(&mut connection, &steps).is_err());
        assert_eq!(version(&connection).unwrap(), 1);
        assert!(connection.prepare("SELECT * FROM a").is_ok());
        assert!(connection.prepare("SELECT * FROM b").is_err());
    }

    #[test]
    fn the_audit_log_refuses_change_and_removal() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, VERSIONS).unwrap();
        connection
            .execute("INSERT INTO audit VALUES (1, '{}', x'00', 1)", [])
            .unwrap();
        for tampering in ["UPDATE audit SET line = 'x'", "DELETE FROM audit"] {
            let error = connection.execute(tampering, []).unwrap_err().to_string();
            assert!(error.contains("audit log"), "{error}");
        }
    }
}
