//! One connection to an engine: list, inspect, then follow its events; list again every minute in case one was missed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use drivers::docker::events::Seen;
use drivers::docker::{Docker, EngineEvent};
use drivers::{DriverError, Trouble};
use futures::future::BoxFuture;
use futures::stream::{BoxStream, FuturesUnordered};
use futures::{FutureExt, StreamExt};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use vocab::{
    Container, ContainerDetails, ContainerHappening, ContainerId, ContainerKey, ContainerState,
    EngineFacts, Health, NodeName, Time,
};
use world::{About, Fact};

use super::inspections::Inspections;
use super::running::Running;
use super::sampling::Sampler;
use crate::{Context, NodeTarget};

/// How often everything is listed although no event said so.
const RELIST_EVERY: Duration = Duration::from_mins(1);
/// How often a container whose details are shown is inspected: its health log changes without an event.
const DETAILS_EVERY: Duration = Duration::from_secs(10);

/// Where the events of the next session begin.
#[derive(Default)]
pub struct Resume {
    /// The time of the last event, by the engine's clock.
    since: Option<Time>,
    /// Events of that time come again.
    seen: Seen,
}

/// How a session ended.
pub struct Ended {
    /// Why; `None` when nobody wants its events any more.
    pub error: Option<DriverError>,
    /// Whether the engine had answered.
    pub reached: bool,
}

type Inspected = (
    ContainerId,
    Result<(Container, ContainerDetails), DriverError>,
);
type Events = BoxStream<'static, Result<EngineEvent, DriverError>>;

/// What is to be looked at once.
enum Look {
    /// Everything of the node.
    All,
    /// This container.
    One(ContainerId),
}

impl Look {
    fn of(about: &About, here: &NodeName) -> Option<Self> {
        match about {
            About::Node(node) if node == here => Some(Self::All),
            About::Container(key) if key.node == *here => Some(Self::One(key.id.clone())),
            _ => None,
        }
    }
}

/// Why following stops: the consumer is gone, or a call failed.
enum Stop {
    Unwanted,
    Failed(DriverError),
}

impl From<DriverError> for Stop {
    fn from(error: DriverError) -> Self {
        Self::Failed(error)
    }
}

/// A session's state.
pub struct Session {
    context: Context,
    target: NodeTarget,
    engine: Arc<dyn Docker>,
    facts: EngineFacts,
    inspections: Inspections,
    asked: FuturesUnordered<BoxFuture<'static, Inspected>>,
    /// What was last known of each container's state and health, to notice changes that no event told of.
    known: HashMap<ContainerId, (ContainerState, Health)>,
    running: watch::Sender<Vec<Running>>,
    /// The containers whose details are shown.
    shown: HashSet<ContainerId>,
}

impl Session {
    /// With an engine that has answered.
    pub fn new(
        context: Context,
        target: NodeTarget,
        engine: Arc<dyn Docker>,
        facts: EngineFacts,
    ) -> Self {
        Self {
            context,
            target,
            engine,
            facts,
            inspections: Inspections::default(),
            asked: FuturesUnordered::new(),
            known: HashMap::new(),
            running: watch::Sender::new(Vec::new()),
            shown: HashSet::new(),
        }
    }

    /// Follows and samples until the connection breaks. `resume` is kept for the next session.
    pub async fn run(mut self, resume: &mut Resume) -> Ended {
        let sampler = Sampler::new(
            self.context.clone(),
            self.target.clone(),
            self.engine.clone(),
            self.facts.clone(),
            self.running.subscribe(),
        );
        let stop = tokio::select! {
            stop = self.follow(resume) => stop,
            () = sampler.run() => Stop::Unwanted,
        };
        let error = match stop {
            Stop::Failed(error) => Some(error),
            Stop::Unwanted => None,
        };
        Ended {
            error,
            reached: true,
        }
    }

    async fn follow(&mut self, resume: &mut Resume) -> Stop {
        match self.follow_until(resume).await {
            Ok(never) => match never {},
            Err(stop) => stop,
        }
    }

    async fn follow_until(
        &mut self,
        resume: &mut Resume,
    ) -> Result<std::convert::Infallible, Stop> {
        // Events first and the list after them: nothing can happen unseen in between.
        let mut events = self.engine.events(resume.since).await?;
        self.list().await?;
        let mut relist = interval_at(Instant::now() + RELIST_EVERY, RELIST_EVERY);
        let mut details = interval_at(Instant::now() + DETAILS_EVERY, DETAILS_EVERY);
        relist.set_missed_tick_behavior(MissedTickBehavior::Delay);
        details.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut interest = self.context.interest.clone();
        let mut eyes = self.context.looks.eyes();
        let node = self.target.node.clone();
        let mine = |about: &About| Look::of(about, &node);
        self.shown = self.shown_now();
        loop {
            self.ask();
            tokio::select! {
                event = events.next() => if let Some(event) = event { self.happened(event?, resume).await? } else {
                    let text = "the docker engine ended its event stream";
                    return Err(DriverError::new(Trouble::Broken, text).into());
                },
                Some((id, answer)) = self.asked.next() => self.inspected(&id, answer).await?,
                _ = relist.tick() => {
                    if self.list().await? {
                        // Something changed of which no event told: this stream may be deaf.
                        events = self.reopen(resume.since).await?;
                    }
                }
                asked = eyes.next(mine) => self.look(asked).await?,
                _ = details.tick() => self.inspect_shown(&HashSet::new()),
                Ok(()) = interest.changed() => {
                    let before = std::mem::take(&mut self.shown);
                    self.shown = self.shown_now();
                    self.inspect_shown(&before);
                }
            }
        }
    }

    /// Looks at what is asked for.
    async fn look(&mut self, asked: Vec<Look>) -> Result<(), Stop> {
        for look in asked {
            match look {
                Look::All => drop(self.list().await?),
                Look::One(id) if self.known.contains_key(&id) => self.inspections.want(&id, true),
                Look::One(_) => {}
            }
        }
        Ok(())
    }

    async fn reopen(&mut self, since: Option<Time>) -> Result<Events, DriverError> {
        self.engine.events(since).await
    }

    async fn send(&mut self, fact: Fact) -> Result<(), Stop> {
        if self.context.send(fact).await {
            Ok(())
        } else {
            Err(Stop::Unwanted)
        }
    }

    fn key(&self, id: &ContainerId) -> ContainerKey {
        ContainerKey {
            node: self.target.node.clone(),
            id: id.clone(),
        }
    }

    /// Lists everything and wants inspected what is new or has changed, running ones first. Whether a change was found in
    /// something that was known.
    async fn list(&mut self) -> Result<bool, Stop> {
        let mut containers = self.engine.list().await?;
        containers.sort_by_key(|container| !container.state.is_up());
        let before = std::mem::take(&mut self.known);
        let first = before.is_empty();
        let mut missed = !first && before.len() != containers.len();
        for container in &containers {
            let now = (container.state, container.health);
            let was = before.get(&container.id);
            if was != Some(&now) {
                missed |= !first;
                self.inspections.want(&container.id, false);
            }
            self.known.insert(container.id.clone(), now);
        }
        self.running.send_modify(|running| {
            running.retain(|one| {
                self.known
                    .get(&one.id)
                    .is_some_and(|(state, _)| state.is_up())
            });
            // Cgroup files can be found by the id alone; the process and limits follow with the inspect.
            for container in containers
                .iter()
                .filter(|container| container.state.is_up())
            {
                if !running.iter().any(|one| one.id == container.id) {
                    running.push(Running {
                        id: container.id.clone(),
                        pid: None,
                        memory_limit: None,
                    });
                }
            }
        });
        self.send(Fact::ContainersListed {
            node: self.target.node.clone(),
            containers,
        })
        .await?;
        Ok(missed)
    }

    /// Asks for as many inspects as may be asked for at once.
    fn ask(&mut self) {
        while let Some(id) = self.inspections.begin() {
            let engine = self.engine.clone();
            let inspect = async move {
                let answer = engine.inspect(&id).await;
                (id, answer)
            };
            self.asked.push(inspect.boxed());
        }
    }

    async fn happened(&mut self, event: EngineEvent, resume: &mut Resume) -> Result<(), Stop> {
        if !resume.seen.is_new(&event) {
            return Ok(());
        }
        resume.since = resume.since.max(Some(event.at));
        let EngineEvent { id, happening, .. } = event;
        match &happening {
            ContainerHappening::Removed => {
                self.known.remove(&id);
                self.inspections.forget(&id);
                self.forget_running(&id);
            }
            ContainerHappening::Died { .. } => {
                self.forget_running(&id);
                self.inspections.want(&id, true);
            }
            _ => self.inspections.want(&id, true),
        }
        self.send(Fact::ContainerHappened {
            key: self.key(&id),
            happening,
        })
        .await
    }

    async fn inspected(
        &mut self,
        id: &ContainerId,
        answer: Result<(Container, ContainerDetails), DriverError>,
    ) -> Result<(), Stop> {
        self.inspections.end(id);
        let (container, details) = match answer {
            Ok(answer) => answer,
            // Gone by now; its event says so, or the next list.
            Err(error) if error.trouble == Trouble::NotFound => return Ok(()),
            Err(error) if error.trouble == Trouble::Garbled => {
                tracing::warn!(container = id.short(), error = %error, "an inspect was not understood");
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        self.known
            .insert(id.clone(), (container.state, container.health));
        match Running::of(&container, &details) {
            Some(one) => self.running.send_if_modified(|running| {
                match running.iter_mut().find(|other| other.id == one.id) {
                    Some(other) if *other == one => false,
                    Some(other) => {
                        *other = one;
                        true
                    }
                    None => {
                        running.push(one);
                        true
                    }
                }
            }),
            None => self.forget_running(id),
        };
        let node = self.target.node.clone();
        self.send(Fact::ContainerInspected {
            node,
            container: Box::new(container),
            details: Box::new(details),
        })
        .await
    }

    fn forget_running(&self, id: &ContainerId) -> bool {
        self.running.send_if_modified(|running| {
            let before = running.len();
            running.retain(|one| one.id != *id);
            running.len() != before
        })
    }

    /// The containers of this node whose details are shown.
    fn shown_now(&self) -> HashSet<ContainerId> {
        let interest = self.context.interest.borrow();
        interest
            .details
            .iter()
            .filter(|key| key.node == self.target.node)
            .map(|key| key.id.clone())
            .collect()
    }

    /// Wants inspected what is shown with its details, but for what was shown `before`.
    fn inspect_shown(&mut self, before: &HashSet<ContainerId>) {
        for id in self
            .shown
            .iter()
            .filter(|id| self.known.contains_key(id) && !before.contains(id))
        {
            self.inspections.want(id, true);
        }
    }
}
