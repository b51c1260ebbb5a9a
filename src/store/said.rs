//! What providers said last: one document for each thing, and how far each source has read.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use vocab::Text;
use world::money::{Billing, BillingChange};
use world::{Quota, ServerPrices};

use crate::error::{Failure, StoreError};
use crate::journal::write;
use crate::store::Store;

const SUBSCRIPTION: &str = "subscription";
const INVOICE: &str = "invoice";
const MOVEMENT: &str = "movement";
const SERVERS: &str = "servers";
const QUOTA: &str = "quota";
const MARK: &str = "mark";

/// How far the payment provider was read.
const BILLING: &str = "billing";

/// All documents of a shelf; one that a newer console wrote differently is left out, and read anew from its provider.
fn shelf<T: DeserializeOwned>(connection: &Connection, shelf: &str) -> Result<Vec<T>, Failure> {
    let texts: Vec<String> = connection
        .prepare_cached("SELECT body FROM said WHERE shelf = ? ORDER BY id")?
        .query_map([shelf], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let read = |text: &String| match serde_json::from_str(text) {
        Ok(document) => Some(document),
        Err(error) => {
            tracing::warn!(shelf, %error, "what a provider said is kept in a form that cannot be read");
            None
        }
    };
    Ok(texts.iter().filter_map(read).collect())
}

pub(crate) fn put(
    transaction: &Transaction<'_>,
    shelf: &str,
    id: &str,
    document: &impl Serialize,
) -> Result<(), Failure> {
    transaction
        .prepare_cached(
            "INSERT INTO said (shelf, id, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (shelf, id) DO UPDATE SET body = ?3",
        )?
        .execute(params![shelf, id, serde_json::to_string(document)?])?;
    Ok(())
}

/// How far a source has read, in its own words.
pub(crate) fn mark(connection: &Connection, source: &str) -> Result<Option<String>, Failure> {
    let text: Option<String> = connection
        .prepare_cached("SELECT body FROM said WHERE shelf = ? AND id = ?")?
        .query_row([MARK, source], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

pub(crate) fn put_mark(
    transaction: &Transaction<'_>,
    source: &str,
    mark: &str,
) -> Result<(), Failure> {
    put(transaction, MARK, source, &mark)
}

/// What the payment provider said, with how far it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptBilling {
    /// All of it.
    pub billing: Billing,
    /// The reader's own word of how far it has read.
    pub mark: Option<String>,
}

fn billing(connection: &Connection) -> Result<KeptBilling, Failure> {
    let mut billing = Billing::default();
    let change = BillingChange {
        subscriptions: shelf(connection, SUBSCRIPTION)?,
        invoices: shelf(connection, INVOICE)?,
        movements: shelf(connection, MOVEMENT)?,
        ..BillingChange::default()
    };
    billing.apply(&change);
    let times: Vec<BillingChange> = shelf(connection, BILLING)?;
    billing.read = times.first().map(|last| last.read);
    billing.since = times.first().and_then(|last| last.since);
    Ok(KeptBilling {
        billing,
        mark: mark(connection, BILLING)?,
    })
}

fn put_billing(
    connection: &mut Connection,
    change: &BillingChange,
    mark: &str,
) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    for subscription in &change.subscriptions {
        put(&transaction, SUBSCRIPTION, &subscription.id, subscription)?;
    }
    for invoice in &change.invoices {
        put(&transaction, INVOICE, &invoice.id, invoice)?;
    }
    for movement in &change.movements {
        put(&transaction, MOVEMENT, &movement.id, movement)?;
    }
    let before: Vec<BillingChange> = shelf(&transaction, BILLING)?;
    let known = before.first().and_then(|last| last.since);
    let times = BillingChange {
        since: known.or(change.since),
        read: change.read,
        ..BillingChange::default()
    };
    put(&transaction, BILLING, "", &times)?;
    put_mark(&transaction, BILLING, mark)?;
    transaction.commit()?;
    Ok(())
}

fn put_one(
    connection: &mut Connection,
    shelf: &str,
    id: &str,
    document: &impl Serialize,
) -> Result<(), Failure> {
    let transaction = write::begin(connection)?;
    put(&transaction, shelf, id, document)?;
    transaction.commit()?;
    Ok(())
}

impl Store {
    /// What the payment provider said last.
    pub async fn billing(&self) -> Result<KeptBilling, StoreError> {
        self.call(|worker| billing(worker.connection())).await
    }

    /// Keeps a look at the payment provider and how far it has read with that: both or neither, on disk before it returns.
    pub async fn put_billing(&self, change: &BillingChange, mark: &str) -> Result<(), StoreError> {
        let (change, mark) = (change.clone(), mark.to_owned());
        self.call(move |worker| put_billing(worker.connection(), &change, &mark))
            .await
    }

    /// What servers cost, as their provider said it last.
    pub async fn server_prices(&self) -> Result<Option<ServerPrices>, StoreError> {
        self.call(|worker| Ok(shelf(worker.connection(), SERVERS)?.pop()))
            .await
    }

    /// Keeps what servers cost.
    pub async fn put_server_prices(&self, prices: &ServerPrices) -> Result<(), StoreError> {
        let prices = prices.clone();
        self.call(move |worker| put_one(worker.connection(), SERVERS, "", &prices))
            .await
    }

    /// What was left of each provider's quota when it said so last.
    pub async fn quotas(&self) -> Result<Vec<Quota>, StoreError> {
        self.call(|worker| shelf(worker.connection(), QUOTA)).await
    }

    /// Keeps what is left of a provider's quota.
    pub async fn put_quota(&self, quota: Quota) -> Result<(), StoreError> {
        let id = Text::line(quota.provider.word());
        self.call(move |worker| put_one(worker.connection(), QUOTA, &id, &quota))
            .await
    }
}
