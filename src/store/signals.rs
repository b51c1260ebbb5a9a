//! The open signals, one document each: the next process goes on with them.

use rusqlite::{Connection, params};
use world::{Happening, Signal, SignalId};

use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::store::Store;
use crate::{documents, happenings};

/// Everything that changed since the last time, in one transaction.
fn keep(
    connection: &mut Connection,
    opening: i64,
    open: &[Signal],
    gone: &[SignalId],
    happened: &[Happening],
) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    {
        let mut put = transaction.prepare_cached(
            "INSERT INTO signals (id, signal) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET signal = ?2",
        )?;
        for signal in open {
            put.execute(params![key(&signal.id), serde_json::to_string(signal)?])?;
        }
        let mut remove = transaction.prepare_cached("DELETE FROM signals WHERE id = ?")?;
        for id in gone {
            remove.execute([key(id)])?;
        }
    }
    for happening in happened {
        happenings::append(&transaction, opening, happening)?;
    }
    happenings::prune(&transaction)?;
    transaction.commit()?;
    Ok(())
}

fn key(id: &SignalId) -> String {
    id.to_string()
}

impl Store {
    /// Writes down signals as they are now, forgets those that are gone, and writes down what became of items: all of it
    /// or nothing, on disk before it returns. What another process has written down already is not written again.
    pub async fn keep_signals(
        &self,
        open: Vec<Signal>,
        gone: Vec<SignalId>,
        happened: Vec<Happening>,
    ) -> Result<(), StoreError> {
        self.call(move |worker| {
            let opening = worker.open.id;
            keep(worker.connection(), opening, &open, &gone, &happened)
        })
        .await
    }

    /// The signals that were open when they were last written down.
    pub async fn signals(&self) -> Result<Vec<Signal>, StoreError> {
        let query = "SELECT signal FROM signals ORDER BY id";
        self.call(move |worker| documents::read(worker.connection(), query, []))
            .await
    }
}
