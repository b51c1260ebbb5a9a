//! What tracking signals needs to remember beside the signals themselves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use vocab::{Domain, RunId, Text, Time};

use super::sight::{Sight, Sighting};
use super::signal::{Signal, SignalId, as_pairs};
use crate::about::About;
use crate::event::Fact;
use crate::money::InvoiceStatus;
use crate::priorities::{Happening, ItemId};
use crate::query::income;
use crate::world::World;

/// An object that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// When it is looked at again, whatever happens.
    pub due: Time,
    /// Since when it is known of.
    pub since: Time,
    /// Whether it was ever there.
    pub there: bool,
}

/// What tracking signals needs to remember: what is looked at when, what this moment began with, and what would have to be
/// searched for in the facts at every look.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tracking {
    #[serde(with = "as_pairs")]
    pub(super) objects: BTreeMap<About, Known>,
    /// The objects by when they are due.
    pub(super) due: BTreeSet<(Time, About)>,
    /// The present moment: all events of one time are one.
    pub(super) instant: Time,
    /// What the signals touched in this moment were before it.
    #[serde(with = "as_pairs")]
    pub(super) before: BTreeMap<SignalId, Option<Signal>>,
    /// What became of items in this moment, told when it is over.
    #[serde(with = "as_pairs")]
    pub(super) told: BTreeMap<ItemId, Happening>,
    /// When signals that are closed were opened, within the last hour.
    #[serde(with = "as_pairs")]
    pub(super) openings: BTreeMap<SignalId, VecDeque<Time>>,
    /// The signals that were told to be explained, by what.
    #[serde(default, with = "as_pairs")]
    pub(super) folded: BTreeMap<SignalId, SignalId>,
    /// What this machine sees at all.
    pub(super) sight: Sight,
    /// The backups of each site.
    pub(super) backups: BTreeMap<Domain, BTreeSet<RunId>>,
    /// Invoices that are open, by the site they are for.
    #[serde(with = "as_pairs")]
    pub(super) owing: BTreeMap<Option<Domain>, BTreeSet<Text>>,
    /// Sites that cost more than they bring, with how much.
    pub(super) losing: BTreeMap<Domain, Text>,
}

impl Tracking {
    /// When a closed signal was opened lately, by its item.
    pub fn openings<'a>(&'a self, item: &'a ItemId) -> impl Iterator<Item = Time> + 'a {
        let of = self
            .openings
            .iter()
            .filter(move |(id, _)| id.item() == *item);
        of.flat_map(|(_, openings)| openings.iter().copied())
    }

    /// Has a closed signal have been opened at these times.
    #[cfg(test)]
    pub(crate) fn keep_openings(&mut self, id: SignalId, openings: VecDeque<Time>) {
        self.openings.insert(id, openings);
    }

    /// When time alone changes something next; `None` when nothing is tracked.
    pub fn due(&self) -> Option<Time> {
        if self.told.is_empty() {
            return self.due.first().map(|(due, _)| *due);
        }
        Some(self.instant + vocab::Span(1))
    }

    /// Notes when an object is looked at again.
    pub(super) fn look_again(&mut self, about: &About, due: Time, there: bool, now: Time) {
        let known = Known {
            due,
            since: now,
            there,
        };
        let slot = self.objects.entry(about.clone()).or_insert(known);
        self.due.remove(&(slot.due, about.clone()));
        slot.due = due;
        slot.there |= there;
        self.due.insert((due, about.clone()));
    }

    /// Forgets an object.
    pub(super) fn forget(&mut self, about: &About) {
        if let Some(known) = self.objects.remove(about) {
            self.due.remove(&(known.due, about.clone()));
        }
    }

    /// The objects that are due at `now`.
    pub(super) fn take_due(&mut self, now: Time) -> Vec<About> {
        let mut found = Vec::new();
        while let Some((due, about)) = self.due.pop_first() {
            if due > now {
                self.due.insert((due, about));
                break;
            }
            found.push(about);
        }
        found
    }
}

/// Keeps what would have to be searched for in line with a fact that was applied.
pub(super) fn remember(world: &mut World, fact: &Fact) {
    match fact {
        Fact::BackupBooked(backup) => {
            let of = world.tracking.backups.entry(backup.domain.clone());
            of.or_default().insert(backup.id);
        }
        Fact::BackupGone(id) => {
            for of in world.tracking.backups.values_mut() {
                of.remove(id);
            }
        }
        Fact::BillingRead(_) => {
            owing(world);
            losing(world);
        }
        Fact::TermsDeclared(_) | Fact::ServersPriced(_) => losing(world),
        Fact::SeenFrom { about, from, seen } => {
            let sighting = Sighting {
                at: world.now,
                seen: seen.clone(),
            };
            let of = world.sightings.entry(about.clone()).or_default();
            of.insert(from.clone(), sighting);
        }
        _ => {}
    }
}

/// Invoices that are open, by the site of the customer they are for.
fn owing(world: &mut World) {
    let billing = &world.billing;
    let customers = billing.customers();
    let mut owing: BTreeMap<Option<Domain>, BTreeSet<Text>> = BTreeMap::new();
    let open = billing
        .invoices
        .values()
        .filter(|invoice| invoice.status == InvoiceStatus::Open);
    for invoice in open {
        if let Some(owner) = customers.get(&invoice.customer) {
            let of = owing.entry(owner.site.clone()).or_default();
            of.insert(invoice.id.clone());
        }
    }
    world.tracking.owing = owing;
}

/// Sites that cost more than they bring, by the statements of the present month.
fn losing(world: &mut World) {
    let Some(Ok(revenue)) = income::revenue(world, world.now) else {
        world.tracking.losing.clear();
        return;
    };
    world.tracking.losing = revenue
        .by_site
        .iter()
        .filter(|(domain, _)| {
            let site = world.sites.get(*domain);
            site.is_some_and(|site| income::paid(world, site))
        })
        .filter_map(|(domain, statement)| {
            let net = statement.net()?;
            let words = format!("{net} this month");
            net.amount
                .is_sign_negative()
                .then(|| (domain.clone(), Text::line(words)))
        })
        .collect();
}
