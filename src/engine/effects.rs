//! Effects carried out: what the reducer asked for becomes work for the store and the sources.

use vocab::{NodeName, ServiceSpec, Span};
use world::series::SERIES_POINTS;
use world::{Effect, Event, Fact, SeriesKey};

use crate::core::Core;

/// How far back a series is restored when its subject is first seen.
const RESTORED: Span = Span::hours(24);

/// The most points that are restored of what is older than [`RECENT`].
const RESTORED_POINTS: usize = 240;

/// The newest part is restored as it was written down, a point each ten seconds, so that graphs show no gap that was none.
const RECENT: Span = Span::hours(1);

/// The most points of [`RECENT`]; both parts together are what a series keeps.
const RECENT_POINTS: usize = SERIES_POINTS - RESTORED_POINTS;

impl Core {
    /// Carries out one effect; never waits.
    pub(crate) fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Record(points) => self.points.extend(points),
            Effect::Restore(keys) => self.restore(keys),
            Effect::Discover(node) => self.discover(&node),
            Effect::Probe => {
                let specs: Vec<ServiceSpec> = self
                    .world
                    .services
                    .values()
                    .map(|service| service.spec.clone())
                    .collect();
                self.probes.send_replace(specs);
            }
            Effect::Visit => {
                let sites = self.sites_to_visit();
                self.visits.send_if_modified(|known| {
                    let other = *known != sites;
                    if other {
                        *known = sites;
                    }
                    other
                });
            }
            Effect::KeepSignals(ids) => self.unwritten.signals(ids),
            Effect::Happened(happened) => self.unwritten.happened(happened),
        }
    }

    /// Gives the store what came since the last time; its thread is not woken for each sample.
    pub(crate) fn record(&mut self) {
        let points = std::mem::take(&mut self.points);
        if let Some(store) = &self.store
            && !points.is_empty()
        {
            store.record(points);
        }
    }

    fn restore(&self, keys: Vec<SeriesKey>) {
        let Some(store) = self.store.clone() else {
            return;
        };
        let events = self.events.clone();
        let now = self.world.now;
        self.tasks.spawn(async move {
            let recent = now - RECENT;
            let older = store.restore(keys.clone(), now - RESTORED, recent, RESTORED_POINTS);
            let Ok(older) = older.await else { return };
            let newer = store.restore(keys, recent, now, RECENT_POINTS);
            let Ok(newer) = newer.await else { return };
            for ((key, mut points), (_, newer)) in older.into_iter().zip(newer) {
                points.extend(newer);
                if points.is_empty() {
                    continue;
                }
                let event = Event {
                    at: drivers::clock::now(),
                    fact: Fact::HistoryRestored { key, points },
                };
                if events.send(event).await.is_err() {
                    return;
                }
            }
        });
    }

    fn discover(&self, node: &NodeName) {
        if !self.fabric.discover || self.fabric.simulation.is_some() {
            return;
        }
        let Some(known) = self.world.nodes.get(node) else {
            return;
        };
        let containers: Vec<_> = self
            .world
            .containers_of(node)
            .map(|tracked| tracked.container.clone())
            .collect();
        let declared: Vec<_> = self.fabric.services.clone();
        let place = sources::services::Place {
            node,
            local: known.profile.local,
            host: known.profile.address.as_deref(),
        };
        let services = sources::services::discover(place, &containers, &declared);
        let event = Event {
            at: drivers::clock::now(),
            fact: Fact::ServicesDiscovered {
                node: node.clone(),
                services,
            },
        };
        let events = self.events.clone();
        self.tasks
            .spawn(async move { drop(events.send(event).await) });
    }
}
