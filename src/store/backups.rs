//! The backups of sites, one document each.

use rusqlite::{Connection, params};
use vocab::RunId;
use world::Backup;

use crate::documents;
use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::store::Store;

fn put(connection: &mut Connection, backup: &Backup) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    transaction
        .prepare_cached(
            "INSERT INTO backups (id, domain, backup) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET backup = ?3",
        )?
        .execute(params![
            backup.id.to_string(),
            backup.domain.as_str(),
            serde_json::to_string(backup)?
        ])?;
    transaction.commit()?;
    Ok(())
}

fn remove(connection: &mut Connection, id: RunId) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    transaction
        .prepare_cached("DELETE FROM backups WHERE id = ?")?
        .execute([id.to_string()])?;
    transaction.commit()?;
    Ok(())
}

impl Store {
    /// All backups, oldest first.
    pub async fn backups(&self) -> Result<Vec<Backup>, StoreError> {
        let query = "SELECT backup FROM backups ORDER BY id";
        self.call(move |worker| documents::read(worker.connection(), query, []))
            .await
    }

    /// Writes a backup down as it is now; on disk before it returns.
    pub async fn put_backup(&self, backup: &Backup) -> Result<(), StoreError> {
        let backup = backup.clone();
        self.call(move |worker| put(worker.connection(), &backup))
            .await
    }

    /// Takes a backup out of the books; one that is not there is no error.
    pub async fn remove_backup(&self, id: RunId) -> Result<(), StoreError> {
        self.call(move |worker| remove(worker.connection(), id))
            .await
    }
}
