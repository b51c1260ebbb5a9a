//! The reducer: one file per part of the world; each takes a fact and changes only its part.

mod containers;
mod fleet;
mod items;
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
        // What others saw is taken in where signals are tracked.
        Fact::TimePassed | Fact::SeenFrom { .. } => Vec::new(),
        Fact::FleetDeclared { .. }
        | Fact::ServicesDiscovered { .. }
        | Fact::Noticed(_)
        | Fact::NoticeCleared { .. } => fleet::reduce(world, event),
        Fact::RulesDeclared(_)
        | Fact::WeightsDeclared(_)
        | Fact::SignalsRecalled(_)
        | Fact::MaintenanceDeclared(_)
        | Fact::ItemMarked { .. }
        | Fact::NoteWritten(_)
        | Fact::NoteGone(_)
        | Fact::HappeningsRecalled(_)
        | Fact::AlertsDeclared(_)
        | Fact::DeliveriesSeen(_) => {
            items::reduce(world, event);
            Vec::new()
        }
        Fact::FixTried(attempt) => items::tried(world, event.at, attempt),
        Fact::SamplesReplaced { .. }
        | Fact::HistoryRestored { .. }
        | Fact::OperatorSeen(_)
        | Fact::AutopilotDeclared(_)
        | Fact::AutopilotSwitched(_)
        | Fact::FixesRecalled(_)
        | Fact::TermsDeclared(_)
        | Fact::ExecutorSeen(_)
        | Fact::SchedulesSeen(_)
        | Fact::BackupsDeclared(_)
        | Fact::BackupBooked(_)
        | Fact::BackupGone(_) => {
            keep(world, event);
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
        Fact::BillingRead(_)
        | Fact::ServersPriced(_)
        | Fact::QuotaRead(_)
        | Fact::TokenRead { .. }
        | Fact::TokensDeclared(_)
        | Fact::ProviderFailed { .. } => {
            money::reduce(world, event);
            Vec::new()
        }
        Fact::SiteBooked(_)
        | Fact::SiteGone(_)
        | Fact::SiteVisited { .. }
        | Fact::SitesVisited { .. }
        | Fact::ReleaseSeen { .. }
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

/// Takes in what is kept as it comes.
fn keep(world: &mut World, event: &Event) {
    match &event.fact {
        Fact::SamplesReplaced { total } => {
            world.replaced = *total;
        }
        Fact::HistoryRestored { key, points } => {
            world.series.entry(key.clone()).or_default().restore(points);
        }
        Fact::OperatorSeen(at) => {
            world.operator_seen = Some(*at);
        }
        Fact::AutopilotDeclared(policy) => {
            world.autopilot.policy = (**policy).clone();
        }
        Fact::AutopilotSwitched(switch) => {
            world.autopilot.switch = (**switch).clone();
        }
        Fact::FixesRecalled(attempts) => {
            for attempt in attempts {
                world.autopilot.note(attempt.clone());
            }
        }
        Fact::TermsDeclared(terms) => {
            world.terms = terms.as_deref().cloned();
        }
        Fact::ExecutorSeen(executor) => {
            world.executor.clone_from(executor);
        }
        Fact::SchedulesSeen(schedules) => {
            world.schedules.clone_from(schedules);
        }
        Fact::BackupsDeclared(rules) => {
            world.backup_rules = rules.as_deref().cloned();
        }
        Fact::BackupBooked(backup) => {
            world.backups.insert(backup.id, (**backup).clone());
        }
        Fact::BackupGone(backup) => {
            world.backups.remove(backup);
        }
        _ => {}
    }
}

/// Asks the course of a figure back from the store, unless it is known.
fn recall(world: &mut World, key: SeriesKey) -> Vec<Effect> {
    if world.series.contains_key(&key) {
        return Vec::new();
    }
    world.series.entry(key.clone()).or_default();
    vec![Effect::Restore(vec![key])]
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
