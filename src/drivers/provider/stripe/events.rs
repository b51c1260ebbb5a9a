//! Events: that something changed. What it is now is to be read from the object itself, because events come doubled and
//! in any order.

use serde::Deserialize;
use vocab::{Text, Time};

use super::Stripe;
use super::page::Listed;
use crate::provider::call::Call;
use crate::provider::moment;
use crate::provider::{ObjectId, Read};

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// Its id, `evt_…`: the same one may arrive more than once.
    pub id: ObjectId,
    /// What happened, such as `invoice.paid`.
    #[serde(rename = "type")]
    pub kind: Text,
    /// When.
    #[serde(default, deserialize_with = "moment::unix")]
    pub created: Option<Time>,
    /// Whether it is about real money.
    #[serde(default)]
    pub livemode: bool,
    /// To what.
    pub data: EventData,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EventData {
    /// The object.
    pub object: EventObject,
}

/// The object of an event: enough to read it anew.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EventObject {
    /// Its id; a few kinds of object have none.
    #[serde(default)]
    pub id: Option<ObjectId>,
    /// Its kind, such as `subscription`.
    #[serde(default)]
    pub object: Text,
    /// Whose it is, where it belongs to a customer.
    #[serde(default, deserialize_with = "super::model::reference")]
    pub customer: Option<ObjectId>,
}

impl Listed for Event {
    fn id(&self) -> &ObjectId {
        &self.id
    }
}

impl Stripe {
    /// Events of the last 30 days, newest first, made at or after a moment: what webhooks may have missed.
    pub async fn events(&self, since: Time) -> Read<Vec<Event>> {
        self.all(|| Call::get(&[&"events"]).query("created[gte]", &since.seconds()))
            .await
    }
}
