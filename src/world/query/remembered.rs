//! What was asked of the world before: an answer is made anew only where an event or the time has changed what it is made
//! of. It is no part of what is known: a copy of a world begins without it, and answers the same.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vocab::{ContainerKey, ServiceName, Severity, Text, Time};

use super::items::{Items, Maker, place};
use crate::about::About;
use crate::event::Fact;
use crate::priorities::stake::Stake;
use crate::priorities::{Item, Origin};
use crate::signals::{Folded, Signal, SignalId, Topology, fold};
use crate::world::World;

/// What is remembered.
#[derive(Default)]
pub struct Remembered(Mutex<Known>);

impl Clone for Remembered {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Remembered {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remembered").finish_non_exhaustive()
    }
}

/// An item and how long it stands as it is while no event changes it.
#[derive(Debug)]
pub struct Row {
    item: Arc<Item>,
    stake: Stake,
    /// The moment it was made at.
    from: Time,
    /// The first moment at which it reads another way.
    until: Time,
}

impl Row {
    /// An item made at `now`, with the moments at which it turns.
    pub(super) fn new(item: Item, stake: Stake, now: Time, turns: Vec<Time>) -> Self {
        let next = turns.into_iter().filter(|turn| *turn > now).min();
        Self {
            item: Arc::new(item),
            stake,
            from: now,
            until: next.unwrap_or(Time(i64::MAX)),
        }
    }

    fn holds(&self, now: Time) -> bool {
        self.from <= now && now < self.until
    }

    fn consequences(&self) -> &[SignalId] {
        match &self.item.origin {
            Origin::Signal { consequences, .. } => consequences,
            Origin::Note(_) => &[],
        }
    }
}

/// The list as it was made.
#[derive(Debug)]
struct List {
    items: Items,
    from: Time,
    until: Time,
}

#[derive(Debug, Default)]
struct Known {
    topology: Topology,
    folded: Option<Folded>,
    /// Whether the rows are in line with how the signals are folded.
    laid: bool,
    signals: BTreeMap<SignalId, Row>,
    notes: BTreeMap<Text, Row>,
    /// Signals that changed since and are folded as before.
    moved: BTreeSet<SignalId>,
    /// Whether what stands on what changed since.
    shifted: bool,
    /// `None` when anything changed since.
    list: Option<List>,
    /// The order as it was last: the next one hardly differs from it.
    order: Items,
}

impl Known {
    /// Nothing is known of the items any more.
    fn forget(&mut self) {
        self.unfold();
        self.signals.clear();
        self.notes.clear();
        self.moved.clear();
        self.list = None;
    }

    /// Something comes to stand on something else.
    fn shift(&mut self) {
        self.topology = Topology::default();
        self.unfold();
        self.shifted = true;
        self.list = None;
    }

    fn unfold(&mut self) {
        self.folded = None;
        self.laid = false;
    }

    fn fold(&mut self, world: &World) -> &Folded {
        self.folded
            .get_or_insert_with(|| fold(world, &self.topology))
    }

    fn items(&mut self, world: &World, now: Time) -> Items {
        if let Some(list) = &self.list
            && list.from <= now
            && now < list.until
        {
            return Arc::clone(&list.items);
        }
        let maker = Maker::of(world, &self.topology);
        let refolded = !std::mem::replace(&mut self.laid, true);
        let folded = self
            .folded
            .get_or_insert_with(|| fold(world, &self.topology));
        let rows = &mut self.signals;
        let mut stale: Vec<SignalId> = Vec::new();
        if refolded {
            rows.retain(|id, _| folded.causes.contains_key(id));
            stale.extend(folded.causes.iter().filter_map(|(id, consequences)| {
                let signal = world.signals.get(id)?;
                let known = rows.get(id).is_some_and(|row| {
                    let same = row.consequences().iter().eq(consequences);
                    let stands = !self.shifted
                        || row.stake == maker.stake(signal) && row.item.fix == maker.fix(signal);
                    same && stands
                });
                (!known).then(|| id.clone())
            }));
        }
        let over = rows.iter().filter(|(_, row)| !row.holds(now));
        stale.extend(over.map(|(id, _)| id.clone()));
        let moved = std::mem::take(&mut self.moved);
        stale.extend(
            moved
                .into_iter()
                .filter(|id| folded.causes.contains_key(id)),
        );
        stale.sort_unstable();
        stale.dedup();
        for id in stale {
            let (Some(signal), Some(consequences)) =
                (world.signals.get(&id), folded.causes.get(&id))
            else {
                continue;
            };
            rows.insert(id, maker.of_signal(signal, consequences, now));
        }
        self.shifted = false;
        self.note(world, now);
        self.rank()
    }

    /// The notes, those whose time has come anew.
    fn note(&mut self, world: &World, now: Time) {
        let maker = Maker::of(world, &self.topology);
        for (id, note) in &world.notes {
            if self.notes.get(id).is_some_and(|row| row.holds(now)) {
                continue;
            }
            match maker.of_note(note, now) {
                Some(row) => self.notes.insert(id.clone(), row),
                None => self.notes.remove(id),
            };
        }
    }

    /// Puts the items in their order.
    fn rank(&mut self) -> Items {
        let rows = || self.signals.values().chain(self.notes.values());
        let mut made: HashSet<*const Item> = rows().map(|row| Arc::as_ptr(&row.item)).collect();
        let kept = self.order.iter();
        let mut all: Vec<Arc<Item>> = kept
            .filter(|item| made.remove(&Arc::as_ptr(item)))
            .cloned()
            .collect();
        let others = rows().filter(|row| made.contains(&Arc::as_ptr(&row.item)));
        all.extend(others.map(|row| Arc::clone(&row.item)));
        all.sort_by(|one, other| place(one).cmp(&place(other)));
        let items: Items = all.into();
        self.order = Arc::clone(&items);
        self.list = Some(List {
            items: Arc::clone(&items),
            from: rows().map(|row| row.from).max().unwrap_or(Time(i64::MIN)),
            until: rows().map(|row| row.until).min().unwrap_or(Time(i64::MAX)),
        });
        items
    }
}

impl Remembered {
    // What a panic left half-made is made anew where it is missing: rows are put in whole.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn items(&self, world: &World, now: Time) -> Items {
        self.lock().items(world, now)
    }

    /// The open signals, each under the one that explains it.
    pub(crate) fn folded(&self, world: &World) -> BTreeMap<SignalId, SignalId> {
        self.lock().fold(world).under.clone()
    }

    /// What an object stands on, as [`Topology::above`].
    pub(crate) fn above(&self, world: &World, about: &About) -> Arc<[About]> {
        self.lock().topology.above(world, about)
    }

    /// The container behind a service, as [`Topology::container_of`].
    pub(crate) fn container_of(
        &self,
        world: &World,
        service: &ServiceName,
    ) -> Option<ContainerKey> {
        self.lock().topology.container_of(world, service)
    }

    fn known(&mut self) -> &mut Known {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// A fact was taken in; `borne` when the world bears other objects since.
    pub(crate) fn applied(&mut self, fact: &Fact, borne: bool) {
        match fact {
            Fact::FleetDeclared { .. } | Fact::TermsDeclared(_) | Fact::BillingRead(_) => {
                self.known().forget();
                self.known().shift();
            }
            Fact::ServicesDiscovered { .. } | Fact::SiteBooked(_) | Fact::SiteGone(_) => {
                self.known().shift();
            }
            Fact::ContainersListed { .. }
            | Fact::ContainerInspected { .. }
            | Fact::ContainerHappened { .. } => {
                if borne {
                    self.known().shift();
                }
            }
            Fact::RulesDeclared(_)
            | Fact::WeightsDeclared(_)
            | Fact::SignalsRecalled(_)
            | Fact::ItemMarked { .. }
            | Fact::NoteWritten(_)
            | Fact::NoteGone(_)
            | Fact::AutopilotDeclared(_)
            | Fact::AutopilotSwitched(_)
            | Fact::FixTried(_)
            | Fact::FixesRecalled(_)
            | Fact::RunRecorded(_)
            | Fact::RunMoved { .. }
            | Fact::NodeReached { .. }
            | Fact::NodeLost { .. }
            | Fact::EngineReached { .. }
            | Fact::EngineLost { .. } => self.known().forget(),
            // What these change reaches the items by their signals alone.
            Fact::TimePassed
            | Fact::NodeConnecting { .. }
            | Fact::NodeDescribed { .. }
            | Fact::NodeSampled { .. }
            | Fact::NodeConditionRead { .. }
            | Fact::ProcessesListed { .. }
            | Fact::GpusSampled { .. }
            | Fact::MeshRead { .. }
            | Fact::ContainersSampled { .. }
            | Fact::ServiceProbed { .. }
            | Fact::HistoryRestored { .. }
            | Fact::StepMoved { .. }
            | Fact::StepProgressed { .. }
            | Fact::BackupsDeclared(_)
            | Fact::BackupBooked(_)
            | Fact::BackupGone(_)
            | Fact::ServersPriced(_)
            | Fact::QuotaRead(_)
            | Fact::ProviderFailed { .. }
            | Fact::ReleaseSeen { .. }
            | Fact::TokenRead { .. }
            | Fact::TokensDeclared(_)
            | Fact::SiteVisited { .. }
            | Fact::SitesVisited { .. }
            | Fact::SiteCounted { .. }
            | Fact::TrafficUnread { .. }
            | Fact::ExecutorSeen(_)
            | Fact::SchedulesSeen(_)
            | Fact::Audited(_)
            | Fact::Noticed(_)
            | Fact::NoticeCleared { .. }
            | Fact::MaintenanceDeclared(_)
            | Fact::SeenFrom { .. }
            | Fact::HappeningsRecalled(_)
            | Fact::OperatorSeen(_)
            | Fact::AlertsDeclared(_)
            | Fact::DeliveriesSeen(_)
            | Fact::SamplesReplaced { .. } => {}
        }
    }

    /// What the operator did with items changed by itself.
    pub(crate) fn marked(&mut self) {
        self.known().forget();
    }

    /// A signal became another.
    pub(crate) fn moved(&mut self, id: &SignalId, before: Option<&Signal>, after: Option<&Signal>) {
        let (before, after) = (Folding::of(before), Folding::of(after));
        let known = self.known();
        if before != after {
            known.unfold();
        }
        if before.is_some() || after.is_some() {
            known.moved.insert(id.clone());
            known.list = None;
        }
    }
}

/// What of a signal decides where it is folded; `None` while it is not open.
#[derive(PartialEq)]
struct Folding {
    since: Time,
    severity: Severity,
    blind: bool,
}

impl Folding {
    fn of(signal: Option<&Signal>) -> Option<Self> {
        let signal = signal.filter(|signal| signal.is_open())?;
        Some(Self {
            since: signal.since,
            severity: signal.severity,
            blind: signal.blind,
        })
    }
}

/// The containers that a fact may change, as far as the topology goes by them: name, and whether they are up.
#[derive(PartialEq)]
pub(crate) struct Bearing(Vec<(ContainerKey, Text, bool)>);

impl Bearing {
    pub fn of(world: &World, fact: &Fact) -> Self {
        let one = |key: &ContainerKey| {
            let tracked = world.containers.get(key)?;
            let container = &tracked.container;
            Some((key.clone(), container.name.clone(), container.state.is_up()))
        };
        Self(match fact {
            Fact::ContainersListed { node, .. } => world
                .containers_of(node)
                .filter_map(|tracked| one(&tracked.key))
                .collect(),
            Fact::ContainerInspected {
                node, container, ..
            } => {
                let key = ContainerKey {
                    node: node.clone(),
                    id: container.id.clone(),
                };
                one(&key).into_iter().collect()
            }
            Fact::ContainerHappened { key, .. } => one(key).into_iter().collect(),
            _ => Vec::new(),
        })
    }
}
