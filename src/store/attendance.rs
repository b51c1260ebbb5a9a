//! When an operator was last at the keys of a console: what happened since is told to whoever comes next.

use rusqlite::{Connection, OptionalExtension, params};
use vocab::Time;

use crate::error::{Failure, StoreError};
use crate::store::Store;

/// Of several consoles the one that writes last counts: they have one clock.
fn put(connection: &Connection, at: Time) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT INTO meta VALUES ('operator_seen', ?1) ON CONFLICT DO UPDATE SET value = ?1",
        )?
        .execute(params![at.0])?;
    Ok(())
}

fn read(connection: &Connection) -> Result<Option<Time>, Failure> {
    let at: Option<i64> = connection
        .prepare_cached("SELECT value FROM meta WHERE key = 'operator_seen'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(at.map(Time))
}

impl Store {
    /// An operator is at the keys of a console.
    pub async fn put_operator_seen(&self, at: Time) -> Result<(), StoreError> {
        self.call(move |worker| put(worker.connection(), at)).await
    }

    /// When an operator was last at the keys of a console; `None` when never.
    pub async fn operator_seen(&self) -> Result<Option<Time>, StoreError> {
        self.call(|worker| read(worker.connection())).await
    }
}
