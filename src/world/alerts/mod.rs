//! Alerts: who is told what, by which channel, and what became of it.
//!
//! Flow: items and the outbox → [`due`] (what a channel is to be told now) → the outbox, kept in the store → the engine sends →
//! [`Delivery`] as it stands then. One message for an incident, which is a cause with its consequences folded: it is told when it
//! opened, when it became worse, again after a while, and when it is over. What is announced maintenance, put away, snoozed
//! or acknowledged is not told. All of it depends on the world and the moment alone, so that a new start tells nothing twice.

mod channel;
mod delivery;
mod due;
mod outbox;
mod report;
#[cfg(test)]
mod tests;

pub use channel::{AlertRate, Channel, ChannelKind};
pub use delivery::{Delivery, DeliveryState, MessageKind, test_message};
pub use due::{Clock, Due, due};
pub use outbox::{Outbox, Standing};
pub use report::{Report, Section, report};

use serde::{Deserialize, Serialize};
use vocab::{ChannelName, Text};

/// The channels and what became of their messages.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Alerts {
    /// The channels of the fleet file, in its order.
    pub channels: Vec<Channel>,
    /// Their messages.
    pub outbox: Outbox,
}

impl Alerts {
    /// A channel by its name.
    pub fn channel(&self, name: &ChannelName) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.name == *name)
    }

    /// Why a channel does not deliver; `None` while it does, as far as is known.
    pub fn trouble(&self, channel: &Channel) -> Option<Text> {
        if channel.unusable.is_some() {
            return channel.unusable.clone();
        }
        self.outbox.standing(&channel.name).trouble
    }
}
