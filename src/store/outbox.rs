//! The outbox of alerts: each message before it is sent, every attempt before it is made, and what came of it.
//!
//! Only the executor puts messages in and begins attempts, under the store's lock: two processes never send the same message
//! at the same time. What was begun and never ended is begun again: a message may come twice, and is never lost.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use vocab::{Span, Text, Time};
use world::alerts::DeliveryState;
use world::{AuditLine, Delivery};

use crate::audit::{self, AuditEntry};
use crate::documents;
use crate::error::{Failure, StoreError};
use crate::executor;
use crate::journal::write;
use crate::store::Store;

/// Messages older than this are let go.
const KEPT: Span = Span::days(90);

/// The most messages that are read at once.
const MOST: i64 = 1000;

/// What is kept of alerts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptAlerts {
    /// Messages that are new or moved on since the last look, the oldest change first.
    pub deliveries: Vec<Delivery>,
    /// How far was read: the next look begins there.
    pub change: i64,
}

fn one(transaction: &Transaction<'_>, id: &Text) -> Result<Option<Delivery>, Failure> {
    let text: Option<String> = transaction
        .prepare_cached("SELECT delivery FROM outbox WHERE id = ?")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

fn put(transaction: &Transaction<'_>, delivery: &Delivery) -> Result<(), Failure> {
    transaction
        .prepare_cached(
            "INSERT INTO outbox (id, over, made, change, delivery)
             VALUES (?1, ?2, ?3, (SELECT coalesce(max(change), 0) + 1 FROM outbox), ?4)
             ON CONFLICT (id) DO UPDATE SET over = ?2, change = excluded.change, delivery = ?4",
        )?
        .execute(params![
            delivery.id.as_str(),
            delivery.state.is_over(),
            delivery.made.0,
            serde_json::to_string(delivery)?
        ])?;
    Ok(())
}

fn queue(
    connection: &mut Connection,
    here: i64,
    messages: Vec<Delivery>,
    needless: Vec<Delivery>,
    now: Time,
) -> Result<Vec<Delivery>, Failure> {
    let transaction = write::begin(connection)?;
    if !executor::may_begin(&transaction, here, false, now)? {
        return Ok(Vec::new());
    }
    let mut written = Vec::new();
    for message in messages {
        if one(&transaction, &message.id)?.is_none() {
            put(&transaction, &message)?;
            written.push(message);
        }
    }
    for message in needless {
        let known = one(&transaction, &message.id)?;
        if known.is_some_and(|known| known.state == DeliveryState::Queued && known.attempts == 0) {
            put(&transaction, &message)?;
            written.push(message);
        }
    }
    transaction
        .prepare_cached("DELETE FROM outbox WHERE over AND made < ?")?
        .execute([(now - KEPT).0])?;
    transaction.commit()?;
    Ok(written)
}

fn begin(
    connection: &mut Connection,
    here: i64,
    id: &Text,
    now: Time,
) -> Result<Option<Delivery>, Failure> {
    let transaction = write::begin(connection)?;
    if !executor::may_begin(&transaction, here, false, now)? {
        return Ok(None);
    }
    let found = one(&transaction, id)?;
    let Some(mut delivery) = found.filter(|found| !found.state.is_over() && found.next <= now)
    else {
        return Ok(None);
    };
    delivery.attempts += 1;
    delivery.state = DeliveryState::Failed;
    delivery.words = Text::line("an attempt was begun, and is not known to have ended");
    put(&transaction, &delivery)?;
    transaction.commit()?;
    Ok(Some(delivery))
}

fn write_down(
    connection: &mut Connection,
    here: i64,
    delivery: &Delivery,
    entry: Option<AuditEntry>,
) -> Result<Option<AuditLine>, Failure> {
    let transaction = write::begin(connection)?;
    put(&transaction, delivery)?;
    let line = entry
        .map(|entry| audit::append(&transaction, here, entry))
        .transpose()?;
    transaction.commit()?;
    Ok(line)
}

fn read(connection: &Connection, since: i64) -> Result<KeptAlerts, Failure> {
    let query = "SELECT delivery FROM (SELECT delivery, change FROM outbox WHERE change > ?1
                 ORDER BY change DESC LIMIT ?2) ORDER BY change";
    let deliveries = documents::read(connection, query, [since, MOST])?;
    let change: Option<i64> = connection
        .prepare_cached("SELECT max(change) FROM outbox")?
        .query_row([], |row| row.get(0))?;
    Ok(KeptAlerts {
        deliveries,
        change: change.unwrap_or(since),
    })
}

impl Store {
    /// Puts messages into the outbox, and notes those that need not be sent any more; all or none, on disk before it
    /// returns. Those that were not there already come back. Nothing is done where another process is the executor.
    pub async fn queue_alerts(
        &self,
        messages: Vec<Delivery>,
        needless: Vec<Delivery>,
        now: Time,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.call(move |worker| {
            let here = worker.open.id;
            queue(worker.connection(), here, messages, needless, now)
        })
        .await
    }

    /// Begins an attempt to send a message, on disk before it returns; the message as it is then. `None` when it must not
    /// be sent here and now: another process is the executor, it is over, or it waits.
    pub async fn begin_alert(&self, id: &Text, now: Time) -> Result<Option<Delivery>, StoreError> {
        let id = id.clone();
        self.call(move |worker| {
            let here = worker.open.id;
            begin(worker.connection(), here, &id, now)
        })
        .await
    }

    /// Writes a message down as it is now, with a line for the audit log where somebody asked for it; both or none.
    pub async fn put_alert(
        &self,
        delivery: &Delivery,
        entry: Option<AuditEntry>,
    ) -> Result<Option<AuditLine>, StoreError> {
        let delivery = delivery.clone();
        self.call(move |worker| {
            let here = worker.open.id;
            write_down(worker.connection(), here, &delivery, entry)
        })
        .await
    }

    /// The messages that changed after `since`, the `change` of the last look; 0 reads the newest there are.
    pub async fn alerts(&self, since: i64) -> Result<KeptAlerts, StoreError> {
        self.call(move |worker| read(worker.connection(), since))
            .await
    }
}
