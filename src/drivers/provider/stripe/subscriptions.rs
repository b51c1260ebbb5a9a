//! Subscriptions: begun, found, paused, ended.

use serde::Deserialize;
use vocab::{Text, Time};

use super::Stripe;
use super::form::Form;
use super::model::{Metadata, list, reference};
use super::page::Listed;
use super::prices::Price;
use crate::provider::call::Call;
use crate::provider::moment;
use crate::provider::words::words;
use crate::provider::{Answer, IdempotencyKey, ObjectId, Read};

words! {
    /// How a subscription stands.
    SubscriptionStatus {
        /// The first payment is open, for at most 23 hours.
        Incomplete = "incomplete",
        /// The first payment never came.
        IncompleteExpired = "incomplete_expired",
        /// It is in its trial.
        Trialing = "trialing",
        /// It is paid.
        Active = "active",
        /// A payment is late.
        PastDue = "past_due",
        /// It has ended.
        Canceled = "canceled",
        /// Payments are no longer tried.
        Unpaid = "unpaid",
        /// It waits for a way to pay.
        Paused = "paused",
    }
}

impl SubscriptionStatus {
    /// Whether it has ended for good.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Subscription {
    /// Its id, `sub_…`.
    pub id: ObjectId,
    /// How it stands.
    pub status: SubscriptionStatus,
    /// Whose it is.
    #[serde(default, deserialize_with = "reference")]
    pub customer: Option<ObjectId>,
    /// What it is for.
    #[serde(default, deserialize_with = "list")]
    pub items: Vec<SubscriptionItem>,
    /// Whether it ends with the period that is paid.
    #[serde(default)]
    pub cancel_at_period_end: bool,
    /// When it will end, if that is set.
    #[serde(default, deserialize_with = "moment::unix")]
    pub cancel_at: Option<Time>,
    /// When its end was asked for.
    #[serde(default, deserialize_with = "moment::unix")]
    pub canceled_at: Option<Time>,
    /// When it ended.
    #[serde(default, deserialize_with = "moment::unix")]
    pub ended_at: Option<Time>,
    /// When it was made.
    #[serde(default, deserialize_with = "moment::unix")]
    pub created: Option<Time>,
    /// What becomes of invoices while it is suspended; none while it is not.
    #[serde(default)]
    pub pause_collection: Option<PauseCollection>,
    /// The newest invoice.
    #[serde(default, deserialize_with = "reference")]
    pub latest_invoice: Option<ObjectId>,
    /// Our own notes.
    #[serde(default)]
    pub metadata: Metadata,
}

impl Listed for Subscription {
    fn id(&self) -> &ObjectId {
        &self.id
    }
}

/// A line of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SubscriptionItem {
    /// Its id, `si_…`.
    pub id: ObjectId,
    /// At what price.
    pub price: Price,
    /// How many.
    #[serde(default)]
    pub quantity: Option<u64>,
    /// Since when the current period runs.
    #[serde(default, deserialize_with = "moment::unix")]
    pub current_period_start: Option<Time>,
    /// Until when.
    #[serde(default, deserialize_with = "moment::unix")]
    pub current_period_end: Option<Time>,
}

words! {
    /// What becomes of invoices while a subscription is suspended.
    PausedInvoices {
        /// They are void: nothing is owed for the time.
        Void = "void",
        /// They stay drafts, to be sent later.
        KeepAsDraft = "keep_as_draft",
        /// They are written off.
        MarkUncollectible = "mark_uncollectible",
    }
}

/// A suspension.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PauseCollection {
    /// What becomes of invoices.
    pub behavior: PausedInvoices,
    /// Until when; until it is lifted for `None`.
    #[serde(default, deserialize_with = "moment::unix")]
    pub resumes_at: Option<Time>,
}

/// What becomes of a subscription whose first payment fails. Always said, because the default is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentBehavior {
    /// It is charged now, and stays incomplete if that fails.
    AllowIncomplete,
    /// It stays incomplete until the customer pays.
    DefaultIncomplete,
    /// There is none.
    ErrorIfIncomplete,
}

impl PaymentBehavior {
    const fn word(self) -> &'static str {
        match self {
            Self::AllowIncomplete => "allow_incomplete",
            Self::DefaultIncomplete => "default_incomplete",
            Self::ErrorIfIncomplete => "error_if_incomplete",
        }
    }
}

/// How a subscription is paid (<https://docs.stripe.com/billing/collection-method>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// The customer's way of payment is charged at the start of every period; what becomes of it when the first payment
    /// fails.
    Charge(PaymentBehavior),
    /// An invoice is sent at the start of every period.
    Invoice {
        /// To be paid within so many days.
        days_until_due: u32,
    },
}

/// A subscription to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSubscription {
    /// Whose it is.
    pub customer: ObjectId,
    /// At what price.
    pub price: ObjectId,
    /// How it is paid.
    pub collection: Collection,
    /// Its text on invoices.
    pub description: Option<Text>,
    /// By which it is found again.
    pub metadata: Metadata,
}

/// What a subscription says of what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionNote {
    /// Its text on invoices.
    pub description: Text,
    /// Notes that are set; others stay.
    pub metadata: Metadata,
}

impl Stripe {
    /// Begins a subscription, and with it the charging.
    pub async fn create_subscription(
        &self,
        key: &IdempotencyKey,
        new: &NewSubscription,
    ) -> Answer<Subscription> {
        let form = Form::default()
            .field("customer", &new.customer)
            .field("items[0][price]", &new.price)
            .field_if("description", new.description.as_ref())
            .metadata(&new.metadata);
        let form = match new.collection {
            Collection::Charge(behavior) => form
                .field("collection_method", "charge_automatically")
                .field("payment_behavior", behavior.word()),
            Collection::Invoice { days_until_due } => form
                .field("collection_method", "send_invoice")
                .field("days_until_due", &days_until_due),
        };
        self.change(key, Call::post(&[&"subscriptions"]), form)
            .await
    }

    /// A subscription by its id.
    pub async fn subscription(&self, id: &ObjectId) -> Read<Subscription> {
        self.transport
            .read(Call::get(&[&"subscriptions", id]))
            .await
    }

    /// All subscriptions of a customer, or of the account for `None`; those that have ended too.
    pub async fn subscriptions(&self, customer: Option<&ObjectId>) -> Read<Vec<Subscription>> {
        self.all(|| {
            Call::get(&[&"subscriptions"])
                .query("status", "all")
                .query_if("customer", customer)
        })
        .await
    }

    /// Ends a subscription at once. One that has ended already is not found.
    pub async fn cancel_subscription(&self, id: &ObjectId) -> Answer<Subscription> {
        self.transport
            .change(Call::delete(&[&"subscriptions", id]))
            .await
    }

    /// Lets a subscription end with the period that is paid, or takes that back.
    pub async fn set_cancel_at_period_end(
        &self,
        key: &IdempotencyKey,
        id: &ObjectId,
        cancel: bool,
    ) -> Answer<Subscription> {
        let form = Form::default().field("cancel_at_period_end", &cancel);
        self.change(key, Call::post(&[&"subscriptions", id]), form)
            .await
    }

    /// Has a subscription say something else of what it is for. What it bills stays.
    pub async fn note_subscription(
        &self,
        key: &IdempotencyKey,
        id: &ObjectId,
        note: &SubscriptionNote,
    ) -> Answer<Subscription> {
        let form = Form::default()
            .field("description", &note.description)
            .metadata(&note.metadata);
        self.change(key, Call::post(&[&"subscriptions", id]), form)
            .await
    }

    /// Suspends the charging.
    pub async fn pause_collection(
        &self,
        key: &IdempotencyKey,
        id: &ObjectId,
        invoices: &PausedInvoices,
    ) -> Answer<Subscription> {
        let form = Form::default().field("pause_collection[behavior]", invoices);
        self.change(key, Call::post(&[&"subscriptions", id]), form)
            .await
    }

    /// Takes the charging up again.
    pub async fn resume_collection(
        &self,
        key: &IdempotencyKey,
        id: &ObjectId,
    ) -> Answer<Subscription> {
        // Stripe unsets what is sent empty.
        let form = Form::default().field("pause_collection", "");
        self.change(key, Call::post(&[&"subscriptions", id]), form)
            .await
    }
}
