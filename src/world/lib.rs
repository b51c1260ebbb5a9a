//! The pure world: what is known of the fleet, changed only by events.
//!
//! May import: `vocab`, `kit`, serde. May not: tokio, a clock, I/O, randomness. Time arrives in the event.
//!
//! Flow: [`Event`] → [`World::apply`] → [`Effect`]s for the engine; faces read the world and the [`query`] functions.
//! The local console, the wall, a replay, the demo and the tests all share the one `apply`.

pub mod about;
pub mod alerts;
pub mod autopilot;
pub mod backup;
pub mod effect;
pub mod event;
pub mod growth;
pub mod intent;
pub mod interest;
pub mod logs;
pub mod looks;
pub mod money;
pub mod node;
pub mod plan;
pub mod price;
pub mod priorities;
pub mod pulse;
pub mod query;
pub mod quota;
pub mod reduce;
pub mod refusal;
pub mod run;
pub mod schedule;
pub mod series;
pub mod signals;
pub mod site;
pub mod site_request;
#[cfg(test)]
mod testing;
pub mod token;
pub mod tracked;
mod world;

pub use about::About;
pub use alerts::{Alerts, Delivery};
pub use autopilot::{Attempt, Autopilot, AutopilotRequest};
pub use backup::{
    Backup, BackupOrder, BackupPart, BackupRules, BackupStep, FoundBackups, LostServer, SitePart,
    Wanted,
};
pub use effect::Effect;
pub use event::{Event, Fact, Notice, NoticeKind};
pub use growth::{Growth, GrowthStep, Size};
pub use intent::{ContainerVerb, Intent, RunWay};
pub use interest::Interest;
pub use node::{EngineState, Link, Node, NodeProfile};
pub use plan::{Confirmation, Consent, Plan, PlanObject, PlannedStep, Reversibility};
pub use price::{ServerPrice, ServerPrices};
pub use priorities::{Happening, Item, ItemId, Mark, MarkRequest, Note, NoteRequest, Weights};
pub use pulse::{Pulse, Tally};
pub use quota::Quota;
pub use refusal::{Refusal, RefusalKind};
pub use run::{
    Actor, AuditCheck, AuditLine, Face, Kept, LeftOver, Run, RunState, StepProgress, StepRecord,
    StepState, WayOut,
};
pub use schedule::{
    Executor, ExecutorKind, Pause, ScheduleRecord, ScheduleState, ScheduleVerb, Turn, TurnEnd,
};
pub use series::{Metric, Point, Series, SeriesKey, Subject};
pub use signals::{Rule, Signal, SignalId};
pub use site::{
    Machine, Place, Release, Site, SiteObjects, SiteOrder, SiteState, SiteStep, SiteVerb,
};
pub use site_request::{DeployRequest, Placement, RestoreRequest, SiteRequest};
pub use token::{TokenEnd, TokenEnds};
pub use tracked::{ServiceState, TrackedContainer, TrackedService};
pub use world::World;
