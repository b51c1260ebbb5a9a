//! What operators have chosen to keep of what runs left at providers.

use rusqlite::{Connection, params};
use vocab::Time;
use world::Kept;

use crate::documents;
use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::store::Store;

fn keep(connection: &mut Connection, all: &[Kept]) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    for kept in all {
        transaction
            .prepare_cached(
                "INSERT INTO kept (kind, id, until, kept) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (kind, id) DO UPDATE SET until = ?3, kept = ?4",
            )?
            .execute(params![
                kept.object.kind.as_str(),
                kept.object.id.as_str(),
                kept.until.seconds(),
                serde_json::to_string(kept)?
            ])?;
    }
    transaction.commit()?;
    Ok(())
}

impl Store {
    /// Writes down what an operator keeps; on disk before it returns.
    pub async fn keep(&self, kept: Vec<Kept>) -> Result<(), StoreError> {
        self.call(move |worker| keep(worker.connection(), &kept))
            .await
    }

    /// What is kept now; nothing whose time is over.
    pub async fn kept(&self, now: Time) -> Result<Vec<Kept>, StoreError> {
        let query = "SELECT kept FROM kept WHERE until > ? ORDER BY kind, id";
        self.call(move |worker| documents::read(worker.connection(), query, [now.seconds()]))
            .await
    }
}
