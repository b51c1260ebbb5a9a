//! Containers and services as they are tracked: the last observation and what led to it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use vocab::{
    Container, ContainerDetails, ContainerKey, ContainerSample, ProbeOutcome, ServiceSpec, Span,
    Stamped, Text, Time,
};

/// Deaths within this time count towards a restart loop.
pub const LOOP_WINDOW: Span = Span::minutes(10);

/// So many deaths within [`LOOP_WINDOW`] are a restart loop.
pub const LOOP_DEATHS: usize = 3;

/// A container and its recent history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackedContainer {
    /// Where and which.
    pub key: ContainerKey,
    /// Its row as last listed or inspected.
    pub container: Container,
    /// When it was last listed or inspected.
    pub seen: Time,
    /// The rest of the last inspect.
    pub details: Option<Box<ContainerDetails>>,
    /// What it uses.
    pub sample: Option<Stamped<ContainerSample>>,
    /// When its process ended, the newest last; those older than [`LOOP_WINDOW`] go.
    pub deaths: VecDeque<Time>,
    /// When the kernel last ended a process of it for want of memory.
    pub out_of_memory_at: Option<Time>,
    /// Since when it is in its state and health.
    pub since: Time,
}

impl TrackedContainer {
    /// Whether it keeps dying: how often within [`LOOP_WINDOW`], when that is a loop.
    pub fn restart_loop(&self, now: Time) -> Option<usize> {
        let deaths = self
            .deaths
            .iter()
            .filter(|death| now.since(**death) < LOOP_WINDOW)
            .count();
        (deaths >= LOOP_DEATHS).then_some(deaths)
    }

    /// `project/service` for a container of a Compose project, else its name.
    pub fn label(&self) -> Text {
        match (&self.container.project, &self.container.service) {
            (Some(project), Some(service)) if self.container.name.starts_with(project.as_str()) => {
                Text::line(format!("{project}/{service}"))
            }
            _ => self.container.name.clone(),
        }
    }
}

/// How a service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ServiceState {
    /// Answers rightly and in time.
    Healthy,
    /// Slow, or failing but not yet often enough to be down.
    Degraded,
    /// Failed so many of its last probes as its spec says.
    Down,
    /// Not probed yet, not for too long, or the probe could not be made.
    Unknown,
}

impl ServiceState {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }
}

/// A service and its recent history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackedService {
    /// What it is and how it is probed.
    pub spec: ServiceSpec,
    /// How it does, by its last probes; see [`Self::state`] for now.
    pub judged: ServiceState,
    /// Since when.
    pub since: Time,
    /// The last probe.
    pub last: Option<Stamped<ProbeOutcome>>,
    /// The last probe that succeeded.
    pub last_good: Option<Time>,
    /// Whether the last probes failed, newest last, at most the spec's window.
    pub window: VecDeque<bool>,
}

impl TrackedService {
    /// A service that was not probed yet.
    pub const fn new(spec: ServiceSpec, now: Time) -> Self {
        Self {
            spec,
            judged: ServiceState::Unknown,
            since: now,
            last: None,
            last_good: None,
            window: VecDeque::new(),
        }
    }

    /// How it does now: an old judgement is unknown, never green.
    pub fn state(&self, now: Time) -> ServiceState {
        match &self.last {
            Some(last) if last.fresh(now).is_some() => self.judged,
            _ => ServiceState::Unknown,
        }
    }
}
