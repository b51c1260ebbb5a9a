//! [`World`] and its one way to change: [`World::apply`].

use std::collections::{BTreeMap, HashMap};

use kit::Ring;
use serde::{Deserialize, Serialize};
use vocab::{ContainerKey, Domain, NodeName, Provider, RunId, ServiceName, Text, Time};

use crate::alerts::Alerts;
use crate::autopilot::Autopilot;
use crate::backup::{Backup, BackupRules};
use crate::effect::Effect;
use crate::event::{Event, Notice};
use crate::money::{Billing, Terms};
use crate::node::Node;
use crate::price::ServerPrices;
use crate::priorities::{Happening, Marks, Note, Weights};
use crate::pulse::Pulse;
use crate::query::remembered::{Bearing, Remembered};
use crate::quota::Quota;
use crate::reduce;
use crate::refusal::{Refusal, RefusalKind};
use crate::run::{AuditLine, Run};
use crate::schedule::{Executor, ScheduleState};
use crate::series::{Series, SeriesKey};
use crate::signals::sight::Sightings;
use crate::signals::{Maintenance, Rule, Signal, SignalId, Tracking, track};
use crate::site::Site;
use crate::token::TokenEnds;
use crate::tracked::{TrackedContainer, TrackedService};

/// The most runs kept in memory; older ones are in the store.
pub const RUNS_KEPT: usize = 200;

/// The most audit lines kept in memory; older ones are in the store.
pub const AUDIT_KEPT: usize = 1000;

/// The most happenings kept in memory; older ones are in the store.
pub const HAPPENINGS_KEPT: usize = 1000;

/// All that is known of the fleet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// The fleet's name.
    pub name: Text,
    /// Whether all of it is simulated.
    pub demo: bool,
    /// The time of the newest event.
    pub now: Time,
    /// Rises with every event.
    pub revision: u64,
    /// The nodes.
    pub nodes: BTreeMap<NodeName, Node>,
    /// The containers of all nodes.
    pub containers: BTreeMap<ContainerKey, TrackedContainer>,
    /// The services, declared and discovered.
    pub services: BTreeMap<ServiceName, TrackedService>,
    /// The sites, by the books.
    #[serde(default)]
    pub sites: BTreeMap<Domain, Site>,
    /// Their backups, by the books.
    #[serde(default)]
    pub backups: BTreeMap<RunId, Backup>,
    /// How backups are made; `None` when the fleet file does not say.
    #[serde(default)]
    pub backup_rules: Option<BackupRules>,
    /// What they are sold for; `None` when the fleet file does not say.
    #[serde(default)]
    pub terms: Option<Terms>,
    /// What the payment provider said of them.
    #[serde(default)]
    pub billing: Billing,
    /// What their servers cost, as the provider said it last; `None` before it did.
    #[serde(default)]
    pub servers: Option<ServerPrices>,
    /// What is left of the providers' quotas.
    #[serde(default)]
    pub quotas: BTreeMap<Provider, Quota>,
    /// Why a provider could not be read the last time, and since when.
    #[serde(default)]
    pub unread: BTreeMap<Provider, (Time, Text)>,
    /// When tokens and keys end.
    #[serde(default)]
    pub token_ends: TokenEnds,
    /// How the sites do.
    #[serde(default)]
    pub pulses: BTreeMap<Domain, Pulse>,
    /// The runs, by id and so by time; at most 200, those under way always.
    pub runs: BTreeMap<RunId, Run>,
    /// Who runs schedules and goes on with what was left; `None` when nobody does.
    #[serde(default)]
    pub executor: Option<Executor>,
    /// How the schedules stand, by name.
    #[serde(default)]
    pub schedules: Vec<ScheduleState>,
    /// The newest audit lines.
    pub audit: Ring<AuditLine>,
    /// What the operator should know of the console itself, by [`Notice::key`].
    pub notices: BTreeMap<Text, Notice>,
    /// The rules that judge.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What the terms of a score count for.
    #[serde(default)]
    pub weights: Weights,
    /// The signals, those not yet open too.
    #[serde(default, with = "crate::signals::signal::as_list")]
    pub signals: BTreeMap<SignalId, Signal>,
    /// What other places see of what does not answer here.
    #[serde(default, with = "crate::signals::signal::as_pairs")]
    pub sightings: Sightings,
    /// The maintenance windows.
    #[serde(default)]
    pub maintenance: Vec<Maintenance>,
    /// What tracking the signals needs to remember.
    #[serde(default)]
    pub tracking: Tracking,
    /// What the operator did with items.
    #[serde(default)]
    pub marks: Marks,
    /// The operator's notes and what other systems reported, by id.
    #[serde(default)]
    pub notes: BTreeMap<Text, Note>,
    /// What became of items lately.
    #[serde(default = "no_happenings")]
    pub happenings: Ring<Happening>,
    /// When an operator was last at the keys of a console before this process began; `None` when never.
    #[serde(default)]
    pub operator_seen: Option<Time>,
    /// What may run by itself, and what did.
    #[serde(default)]
    pub autopilot: Autopilot,
    /// Who is told of what is wrong, and what became of it.
    #[serde(default)]
    pub alerts: Alerts,
    /// Samples that were replaced by newer ones before they could be applied.
    pub replaced: u64,
    /// The course of every figure.
    #[serde(skip)]
    pub series: HashMap<SeriesKey, Series>,
    /// Answers that are known already; no part of what is known of the fleet.
    #[serde(skip)]
    pub remembered: Remembered,
}

fn no_happenings() -> Ring<Happening> {
    Ring::new(HAPPENINGS_KEPT)
}

impl Default for World {
    fn default() -> Self {
        Self {
            name: Text::default(),
            demo: false,
            now: Time::default(),
            revision: 0,
            nodes: BTreeMap::new(),
            containers: BTreeMap::new(),
            services: BTreeMap::new(),
            sites: BTreeMap::new(),
            backups: BTreeMap::new(),
            backup_rules: None,
            terms: None,
            billing: Billing::default(),
            servers: None,
            quotas: BTreeMap::new(),
            unread: BTreeMap::new(),
            token_ends: TokenEnds::default(),
            pulses: BTreeMap::new(),
            runs: BTreeMap::new(),
            executor: None,
            schedules: Vec::new(),
            audit: Ring::new(AUDIT_KEPT),
            notices: BTreeMap::new(),
            rules: Vec::new(),
            weights: Weights::default(),
            signals: BTreeMap::new(),
            sightings: Sightings::new(),
            maintenance: Vec::new(),
            tracking: Tracking::default(),
            marks: Marks::new(),
            notes: BTreeMap::new(),
            happenings: no_happenings(),
            operator_seen: None,
            autopilot: Autopilot::default(),
            alerts: Alerts::default(),
            replaced: 0,
            series: HashMap::new(),
            remembered: Remembered::default(),
        }
    }
}

impl World {
    /// Takes in one event: the only way anything in here changes. Cannot fail; what does not fit is ignored.
    pub fn apply(&mut self, event: &Event) -> Vec<Effect> {
        self.now = self.now.max(event.at);
        self.revision += 1;
        let bearing = Bearing::of(self, &event.fact);
        let mut effects = reduce::reduce(self, event);
        let borne = bearing != Bearing::of(self, &event.fact);
        self.remembered.applied(&event.fact, borne);
        effects.extend(track::track(self, event));
        effects
    }

    /// The containers of a node.
    pub fn containers_of<'a>(
        &'a self,
        node: &'a NodeName,
    ) -> impl Iterator<Item = &'a TrackedContainer> {
        self.containers
            .values()
            .filter(move |tracked| tracked.key.node == *node)
    }

    /// A site of the books; refused with the nearest name there is.
    pub fn site(&self, domain: &Domain) -> Result<&Site, Refusal> {
        self.sites.get(domain).ok_or_else(|| {
            let names = self.sites.keys().map(Domain::as_str);
            let hint = kit::nearest::nearest(domain.as_str(), names).map_or_else(
                || "`wheelhouse sites` lists them".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            let words = format!("there is no site {domain}: {hint}");
            Refusal::new(RefusalKind::NotFound, words)
        })
    }

    /// The run that works on a site now.
    pub fn run_on(&self, site: &Domain) -> Option<&Run> {
        self.runs.values().rev().find(|run| {
            let order = run.plan.order().filter(|_| !run.state.is_over());
            order.is_some_and(|order| order.domains().contains(site))
        })
    }

    /// The course of a figure, empty when it was never observed.
    pub fn series(&self, key: &SeriesKey) -> Option<&Series> {
        self.series.get(key)
    }
}
