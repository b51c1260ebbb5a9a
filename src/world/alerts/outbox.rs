//! The outbox: the messages of all channels, and what they say of each channel and each incident.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocab::{ChannelName, Severity, Span, Text, Time};

use super::{Delivery, DeliveryState, MessageKind};
use crate::priorities::ItemId;

/// The most messages that are kept in memory beside those of incidents that are not over; older ones are in the store.
const KEPT: usize = 500;

/// After so many failures in a row a channel is said not to deliver.
const TROUBLED: u32 = 3;

/// The messages, by id.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outbox {
    all: BTreeMap<Text, Delivery>,
}

/// How a channel stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// When it last delivered something.
    pub delivered: Option<Time>,
    /// Messages that are to be sent.
    pub waiting: usize,
    /// Messages that were given up since it last delivered something.
    pub given_up: usize,
    /// Why it does not deliver; `None` while it does.
    pub trouble: Option<Text>,
}

/// What a channel was told of an incident, as far as its newest opening goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told<'a> {
    /// The message of its opening.
    pub opened: &'a Delivery,
    /// The gravest that was told.
    pub severity: Severity,
    /// When something was last written or, once that is so, told of it.
    pub last: Time,
    /// Whether the last of it is still to be sent.
    pub waits: bool,
    /// How often it was repeated.
    pub repeats: usize,
    /// Whether its end was told, or no longer needs to be.
    pub is_over: bool,
}

impl Outbox {
    /// Takes messages in as they are now, and lets go what nobody needs any more.
    pub fn take_in(&mut self, deliveries: &[Delivery]) {
        for delivery in deliveries {
            self.all.insert(delivery.id.clone(), delivery.clone());
        }
        if self.all.len() > 2 * KEPT {
            self.prune();
        }
    }

    fn prune(&mut self) {
        let mut newest: Vec<Time> = self.all.values().map(|delivery| delivery.made).collect();
        newest.sort_unstable();
        let oldest = newest[newest.len() - KEPT];
        let mut kept: Vec<Text> = Vec::new();
        let channels: Vec<ChannelName> = self.all.values().map(|one| one.channel.clone()).collect();
        for channel in channels {
            let told = self.told(&channel);
            kept.extend(
                told.values()
                    .filter(|told| !told.is_over)
                    .map(|told| told.opened.id.clone()),
            );
        }
        kept.sort_unstable();
        self.all.retain(|id, delivery| {
            delivery.made >= oldest || !delivery.state.is_over() || kept.binary_search(id).is_ok()
        });
    }

    /// All messages, in no order of theirs.
    pub fn all(&self) -> impl Iterator<Item = &Delivery> {
        self.all.values()
    }

    /// A message.
    pub fn get(&self, id: &Text) -> Option<&Delivery> {
        self.all.get(id)
    }

    /// The messages of a channel, the oldest first.
    pub fn of(&self, channel: &ChannelName) -> Vec<&Delivery> {
        let mut found: Vec<&Delivery> = self
            .all
            .values()
            .filter(|delivery| delivery.channel == *channel)
            .collect();
        found.sort_by_key(|delivery| (delivery.made, delivery.kind, &delivery.id));
        found
    }

    /// The message that a channel sends next: its oldest that is not over, when its time has come. Later ones wait for
    /// it, so that nothing is over before it was said to be wrong.
    pub fn next(&self, channel: &ChannelName, now: Time) -> Option<&Delivery> {
        let first = self
            .of(channel)
            .into_iter()
            .find(|delivery| !delivery.state.is_over() && delivery.kind != MessageKind::Test);
        first.filter(|delivery| delivery.next <= now)
    }

    /// How a channel stands.
    pub fn standing(&self, channel: &ChannelName) -> Standing {
        let mut standing = Standing::default();
        let mut failures = 0;
        for delivery in self.of(channel) {
            match delivery.state {
                DeliveryState::Sent { at } => {
                    standing = Standing {
                        delivered: Some(at.max(standing.delivered.unwrap_or(at))),
                        waiting: standing.waiting,
                        ..Standing::default()
                    };
                    failures = 0;
                }
                // Whoever asked for a test was told what came of it.
                _ if delivery.kind == MessageKind::Test => {}
                DeliveryState::GivenUp { .. } => {
                    standing.given_up += 1;
                    standing.trouble = Some(delivery.words.clone());
                }
                DeliveryState::Queued => standing.waiting += 1,
                DeliveryState::Failed => {
                    standing.waiting += 1;
                    failures += delivery.attempts;
                    if failures >= TROUBLED {
                        standing.trouble = Some(delivery.words.clone());
                    }
                }
                DeliveryState::Needless { .. } => {}
            }
        }
        standing
    }

    /// How many messages of a channel that count for its rate were written within a time.
    pub(super) fn written(&self, channel: &ChannelName, within: Span, now: Time) -> usize {
        let counts = |delivery: &&Delivery| {
            delivery.channel == *channel
                && delivery.incident.is_some()
                && now.since(delivery.made) < within
                && !matches!(delivery.state, DeliveryState::Needless { .. })
        };
        self.all.values().filter(counts).count()
    }

    /// What a channel was told, by incident.
    pub(super) fn told(&self, channel: &ChannelName) -> BTreeMap<&ItemId, Told<'_>> {
        let mut found: BTreeMap<&ItemId, Told<'_>> = BTreeMap::new();
        for delivery in self.of(channel) {
            let Some(incident) = &delivery.incident else {
                continue;
            };
            if delivery.kind == MessageKind::Opened {
                let told = Told {
                    opened: delivery,
                    severity: delivery.severity,
                    last: told_at(delivery),
                    waits: !delivery.state.is_over(),
                    repeats: 0,
                    is_over: matches!(delivery.state, DeliveryState::Needless { .. }),
                };
                found.insert(incident, told);
                continue;
            }
            let Some(told) = found.get_mut(incident) else {
                continue;
            };
            if told.opened.opening != delivery.opening {
                continue;
            }
            told.last = told_at(delivery);
            told.waits = !delivery.state.is_over();
            told.severity = told.severity.max(delivery.severity);
            told.repeats += usize::from(delivery.kind == MessageKind::Repeated);
            told.is_over |= delivery.kind == MessageKind::Recovered;
        }
        found
    }
}

/// When a message was told; when it was written while that is not so.
const fn told_at(delivery: &Delivery) -> Time {
    match delivery.state {
        DeliveryState::Sent { at } => at,
        _ => delivery.made,
    }
}
