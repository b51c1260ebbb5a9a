//! The reducer: one file per part of the world; each takes a fact and changes only its part.

mod containers;
mod fleet;
mod money;
mod nodes;
mod runs;
mod services;
mod sites;

use crate::effect::Effect;
use crate::event::{Event, Fact};
use crate::series::{Point, SeriesKey};
use crate::world::World;

/// Applies one event.
pub(crate) fn reduce(world: &mut World, event: &Event) -> Vec<Effect> {
    match &event.fact {
        Fact::TimePassed => Vec::new(),
        Fact::FleetDeclared { .. }
        | Fact::ServicesDiscovered { .. }
        | Fact::Noticed(_)
        | Fact::NoticeCleared { .. } => fleet::reduce(world, event),
        Fact::SamplesReplaced { total } => {
            world.replaced = *total;
            Vec::new()
        }
        Fact::HistoryRestored { key, points } => {
            world.series.entry(key.clone()).or_default().restore(points);
            Vec::new()
        }
        Fact::NodeConnecting { .. }
        | Fact::NodeReached { .. }
        | Fact::NodeLost { .. }
        | Fact::NodeDescribed { .. }
        | Fact::NodeSampled { .. }
        | Fact::NodeConditionRead { .. }
        | Fact::ProcessesListed { .. }
        | Fact::GpusSampled { .. }
        | Fact::MeshRead { .. }
        | Fact::EngineReached { .. }
        | Fact::EngineLost { .. } => nodes::reduce(world, event),
        Fact::ContainersListed { .. }
        | Fact::ContainerInspected { .. }
        | Fact::ContainerHappened { .. }
        | Fact::ContainersSampled { .. } => containers::reduce(world, event),
        Fact::ServiceProbed { service, outcome } => {
            services::probed(world, event.at, service, outcome)
        }
        Fact::TermsDeclared(terms) => {
            world.terms = terms.as_deref().cloned();
            Vec::new()
        }
        Fact::BillingRead(_)
        | Fact::ServersPriced(_)
        | Fact::QuotaRead(_)
        | Fact::ProviderFailed { .. } => {
            money::reduce(world, event);
            Vec::new()
        }
        Fact::BackupsDeclared(rules) => {
            world.backup_rules = rules.as_deref().cloned();
            Vec::new()
        }
        Fact::BackupBooked(backup) => {
            world.backups.insert(backup.id, (**backup).clone());
            Vec::new()
        }
        Fact::BackupGone(backup) => {
            world.backups.remove(backup);
            Vec::new()
        }
        Fact::SiteBooked(_)
        | Fact::SiteGone(_)
        | Fact::SiteVisited { .. }
        | Fact::SiteCounted { .. }
        | Fact::TrafficUnread { .. } => sites::reduce(world, event),
        Fact::RunRecorded(_)
        | Fact::StepMoved { .. }
        | Fact::StepProgressed { .. }
        | Fact::RunMoved { .. }
        | Fact::Audited(_) => {
            runs::reduce(world, event);
            Vec::new()
        }
    }
}

/// Notes points in their series; a series that is new is asked back from the store.
fn record(world: &mut World, points: Vec<(SeriesKey, Point)>) -> Vec<Effect> {
    let mut unknown = Vec::new();
    for (key, point) in &points {
        if let Some(series) = world.series.get_mut(key) {
            series.push(*point);
        } else {
            world.series.entry(key.clone()).or_default().push(*point);
            unknown.push(key.clone());
        }
    }
    let mut effects = Vec::with_capacity(2);
    if !unknown.is_empty() {
        effects.push(Effect::Restore(unknown));
    }
    if !points.is_empty() {
        effects.push(Effect::Record(points));
    }
    effects
}

#[cfg(test)]
mod tests;
