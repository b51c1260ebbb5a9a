//! Events: facts in the past tense, each with its time. Nothing in here can act; everything can be logged, stored, sent
//! and replayed.

use kit::queue::Coalesce;
use serde::{Deserialize, Serialize};
use vocab::{
    Container, ContainerDetails, ContainerHappening, ContainerId, ContainerKey, ContainerSample,
    Domain, EngineFacts, EngineTrouble, Gpu, HostCondition, HostFacts, HostSample, LinkTrouble,
    Mesh, NodeName, Origin, ProbeOutcome, Process, Provider, ReleaseId, RunId, ServiceName,
    ServiceSpec, Span, Text, Time,
};

use crate::about::About;
use crate::alerts::{Channel, Delivery};
use crate::autopilot::{Attempt, Policy, Switch};
use crate::backup::{Backup, BackupRules};
use crate::money::{BillingChange, Terms};
use crate::node::NodeProfile;
use crate::price::ServerPrices;
use crate::priorities::{Happening, ItemId, Mark, Note, Weights};
use crate::pulse::Tally;
use crate::quota::Quota;
use crate::run::{AuditLine, Run, RunState, StepProgress, StepState};
use crate::schedule::{Executor, ScheduleState};
use crate::series::{Point, SeriesKey};
use crate::signals::{Maintenance, Rule, Seen, Signal};
use crate::site::Site;
use crate::token::TokenEnd;

/// A fact and when it was observed, by this machine's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When it was observed.
    pub at: Time,
    /// What was observed.
    pub fact: Fact,
}

/// Something that is so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// Time went by; nothing else is known to have happened. Lets ages and windows move on.
    TimePassed,
    /// The fleet file was read: these nodes and services are meant to exist. What is not named any more goes.
    FleetDeclared {
        /// The fleet's name.
        name: Text,
        /// Whether all of it is simulated.
        demo: bool,
        /// Its nodes.
        nodes: Vec<NodeProfile>,
        /// Its declared services.
        services: Vec<ServiceSpec>,
    },
    /// Services were found on a node; replaces what was found there before.
    ServicesDiscovered {
        /// The node.
        node: NodeName,
        /// What was found.
        services: Vec<ServiceSpec>,
    },
    /// A connection to a node is being made.
    NodeConnecting {
        /// The node.
        node: NodeName,
        /// Attempts since the last success, from 1.
        attempt: u32,
    },
    /// A node answers.
    NodeReached {
        /// The node.
        node: NodeName,
        /// Round trip of the first answer; `None` for this machine.
        round_trip: Option<Span>,
    },
    /// A node does not answer.
    NodeLost {
        /// The node.
        node: NodeName,
        /// Why, for the cure.
        trouble: LinkTrouble,
        /// Why, in words.
        text: Text,
        /// When the next attempt is due.
        retry_at: Option<Time>,
    },
    /// What hardly ever changes about a node was read.
    NodeDescribed {
        /// The node.
        node: NodeName,
        /// What was read.
        facts: Box<HostFacts>,
    },
    /// A node was sampled.
    NodeSampled {
        /// The node.
        node: NodeName,
        /// The sample.
        sample: Box<HostSample>,
        /// How often it is.
        every: Span,
        /// By what.
        origin: Origin,
    },
    /// Disks, temperatures and units of a node were read.
    NodeConditionRead {
        /// The node.
        node: NodeName,
        /// What was read.
        condition: Box<HostCondition>,
        /// How often it is.
        every: Span,
        /// By what.
        origin: Origin,
    },
    /// The processes of a node were listed.
    ProcessesListed {
        /// The node.
        node: NodeName,
        /// By CPU, then memory; at most 500.
        processes: Vec<Process>,
        /// How many there are in all.
        total: u32,
        /// How often they are listed.
        every: Span,
        /// By what.
        origin: Origin,
    },
    /// The GPUs of a node were read.
    GpusSampled {
        /// The node.
        node: NodeName,
        /// The GPUs; one that vanished is gone from here and missed by the reducer.
        gpus: Vec<Gpu>,
        /// How often they are read.
        every: Span,
    },
    /// The WireGuard interfaces of a node were read.
    MeshRead {
        /// The node.
        node: NodeName,
        /// What was read.
        mesh: Box<Mesh>,
        /// How often it is.
        every: Span,
    },
    /// A node's engine answers.
    EngineReached {
        /// The node.
        node: NodeName,
        /// What it says of itself.
        facts: Box<EngineFacts>,
    },
    /// A node's engine cannot be used.
    EngineLost {
        /// The node.
        node: NodeName,
        /// Why, for the cure.
        trouble: EngineTrouble,
        /// Why, in words: what was tried and how to mend it.
        text: Text,
    },
    /// All containers of a node were listed; what is not in the list is gone.
    ContainersListed {
        /// The node.
        node: NodeName,
        /// The containers.
        containers: Vec<Container>,
    },
    /// One container was inspected.
    ContainerInspected {
        /// The node.
        node: NodeName,
        /// Its row.
        container: Box<Container>,
        /// The rest.
        details: Box<ContainerDetails>,
    },
    /// An engine reported something of a container.
    ContainerHappened {
        /// The container.
        key: ContainerKey,
        /// What.
        happening: ContainerHappening,
    },
    /// Containers of a node were sampled, all in one sweep.
    ContainersSampled {
        /// The node.
        node: NodeName,
        /// Each container's use.
        samples: Vec<(ContainerId, ContainerSample)>,
        /// How often they are.
        every: Span,
        /// By what.
        origin: Origin,
    },
    /// A service was probed.
    ServiceProbed {
        /// The service.
        service: ServiceName,
        /// What came of it.
        outcome: Box<ProbeOutcome>,
    },
    /// Older points were read back from the store.
    HistoryRestored {
        /// The series.
        key: SeriesKey,
        /// Its points, oldest first.
        points: Vec<Point>,
    },
    /// A run was taken on, or read back from the journal.
    RunRecorded(Box<Run>),
    /// A step of a run moved on.
    StepMoved {
        /// The run.
        run: RunId,
        /// Which of its steps.
        step: usize,
        /// Where it is now.
        state: StepState,
        /// What it printed since the last word of it; at most 64 KB are kept.
        output: Option<Text>,
    },
    /// A step of a run sends or receives; only told, never stored.
    StepProgressed {
        /// The run.
        run: RunId,
        /// Which of its steps.
        step: usize,
        /// How far it is.
        progress: StepProgress,
    },
    /// A run moved on.
    RunMoved {
        /// The run.
        run: RunId,
        /// Where it is now.
        state: RunState,
    },
    /// The fleet file says what hosting is sold for, or no longer does.
    TermsDeclared(Option<Box<Terms>>),
    /// A site is so, by the books.
    SiteBooked(Box<Site>),
    /// A site is no longer in the books.
    SiteGone(Domain),
    /// The fleet file says how backups are made, or no longer does.
    BackupsDeclared(Option<Box<BackupRules>>),
    /// A backup is so, by the books.
    BackupBooked(Box<Backup>),
    /// A backup is no longer in the books.
    BackupGone(RunId),
    /// The payment provider was asked what became of our subscriptions, invoices and payments, or its last word was read
    /// back from the store.
    BillingRead(Box<BillingChange>),
    /// The provider of servers was asked what ours cost, or its last word was read back from the store.
    ServersPriced(Box<ServerPrices>),
    /// A provider said what is left of its quota, or its last word was read back from the store.
    QuotaRead(Quota),
    /// A provider said when the token ends that it is asked with.
    TokenRead {
        /// Which.
        provider: Provider,
        /// When; `None` for one that never does.
        ends: Option<Time>,
    },
    /// The fleet file says when tokens and keys end; replaces what it said before.
    TokensDeclared(Vec<TokenEnd>),
    /// A provider could not be read.
    ProviderFailed {
        /// Which.
        provider: Provider,
        /// Why, in words, with how to mend it.
        text: Text,
    },
    /// A site was visited from here.
    SiteVisited {
        /// The site.
        site: Domain,
        /// What came of it.
        outcome: Box<ProbeOutcome>,
        /// How often it is.
        every: Span,
    },
    /// A round of visits from here, to every site, is over.
    SitesVisited {
        /// When it was begun.
        begun: Time,
    },
    /// A site's server was asked which release it serves.
    ReleaseSeen {
        /// The site.
        site: Domain,
        /// What the books said when it was asked.
        expected: ReleaseId,
        /// What it serves; empty for none.
        served: Text,
    },
    /// Visits and requests of a site were counted, or the counts were read back from the store. Each count is the whole of
    /// its hour or day and replaces what was known of it.
    SiteCounted {
        /// The site.
        site: Domain,
        /// By the beginning of the hour.
        hours: Vec<(Time, Tally)>,
        /// By the beginning of the day.
        days: Vec<(Time, Tally)>,
        /// When the web server's log was read for them; `None` when it was not.
        read: Option<Time>,
    },
    /// The log of a site's web server cannot be read.
    TrafficUnread {
        /// The site.
        site: Domain,
        /// Why, in words.
        text: Text,
    },
    /// Who runs schedules and goes on with what was left was looked up; `None` when nobody does.
    ExecutorSeen(Option<Executor>),
    /// How all schedules stand was looked up; what is not among them is gone.
    SchedulesSeen(Vec<ScheduleState>),
    /// A line was written to the audit log, or read back from it.
    Audited(AuditLine),
    /// Something about the console itself wants to be known; replaces an earlier notice of the same kind and subject.
    Noticed(Notice),
    /// A notice is no longer so.
    NoticeCleared {
        /// Its kind.
        kind: NoticeKind,
        /// Its subject.
        subject: Text,
    },
    /// The rules were read: these judge from now on.
    RulesDeclared(Vec<Rule>),
    /// The configuration says what the terms of a score count for.
    WeightsDeclared(Box<Weights>),
    /// Signals that were open when the last process ended, read back from the store. They stay until they are judged anew.
    SignalsRecalled(Vec<Signal>),
    /// The fleet file says when maintenance is; replaces what was said before.
    MaintenanceDeclared(Vec<Maintenance>),
    /// Another place looked at something that does not answer here.
    SeenFrom {
        /// At what.
        about: About,
        /// The place: a node's name, or a provider's.
        from: Text,
        /// What it came to.
        seen: Seen,
    },
    /// The operator did something with an item, or it was read back from the store.
    ItemMarked {
        /// The item.
        item: ItemId,
        /// What is so now.
        mark: Box<Mark>,
    },
    /// A note was written, another system reported something, or it was read back from the store.
    NoteWritten(Box<Note>),
    /// A note is no longer so.
    NoteGone(Text),
    /// What became of items, read back from the store, the oldest first.
    HappeningsRecalled(Vec<Happening>),
    /// An operator was last at the keys of a console then, as it was read back from the store.
    OperatorSeen(Time),
    /// The fleet file says what may run by itself.
    AutopilotDeclared(Box<Policy>),
    /// The autopilot was stopped or let go on, or its switch was read back from the store.
    AutopilotSwitched(Box<Switch>),
    /// A fix was tried, or it is known what came of it.
    FixTried(Box<Attempt>),
    /// Attempts of other processes or from before, read back from the store, the oldest first.
    FixesRecalled(Vec<Attempt>),
    /// The fleet file says who is told of what is wrong; replaces what was said before.
    AlertsDeclared(Vec<Channel>),
    /// Messages were written or moved on, here or in another process, or were read back from the store.
    DeliveriesSeen(Vec<Delivery>),
    /// Samples were replaced by newer ones before they could be applied, because this machine is too busy.
    SamplesReplaced {
        /// How many since the start.
        total: u64,
    },
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NoticeKind {
    /// A problem in a configuration file.
    Configuration,
    /// The store: locked, corrupt and set aside, of a newer version, disk full.
    Store,
    /// A task of the console failed and was restarted.
    Internal,
    /// Something of ours at a provider belongs to no site and no run.
    Orphan,
    /// Another process of the product is of another version.
    Version,
}

/// Something about the console itself that the operator should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// Which one: a file and line, a table.
    pub subject: Text,
    /// In words, with how to mend it.
    pub text: Text,
    /// Whether something does not work because of it.
    pub grave: bool,
}

impl Notice {
    /// What tells one notice from another: its kind and subject.
    pub fn key(kind: NoticeKind, subject: &Text) -> Text {
        Text::line(format!("{kind:?}: {subject}"))
    }
}

/// What kinds of sample replace each other while they wait: only the newest look at a thing matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SampleKey {
    /// A node's sample.
    Node(NodeName),
    /// A node's condition.
    Condition(NodeName),
    /// A node's processes.
    Processes(NodeName),
    /// A node's GPUs.
    Gpus(NodeName),
    /// A node's mesh.
    Mesh(NodeName),
    /// A node's containers' samples.
    Containers(NodeName),
    /// The passing of time.
    Time,
}

impl Coalesce for Event {
    type Key = SampleKey;

    fn key(&self) -> Option<SampleKey> {
        match &self.fact {
            Fact::TimePassed => Some(SampleKey::Time),
            Fact::NodeSampled { node, .. } => Some(SampleKey::Node(node.clone())),
            Fact::NodeConditionRead { node, .. } => Some(SampleKey::Condition(node.clone())),
            Fact::ProcessesListed { node, .. } => Some(SampleKey::Processes(node.clone())),
            Fact::GpusSampled { node, .. } => Some(SampleKey::Gpus(node.clone())),
            Fact::MeshRead { node, .. } => Some(SampleKey::Mesh(node.clone())),
            Fact::ContainersSampled { node, .. } => Some(SampleKey::Containers(node.clone())),
            _ => None,
        }
    }
}
