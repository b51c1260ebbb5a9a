//! What the containers use: from cgroup files where they can be read, on this machine or over SSH, else from the engine,
//! which is dearer and therefore asked mainly for what is looked at.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use drivers::clock::now;
use drivers::docker::{Counters, Docker};
use drivers::host::CommandLine;
use futures::stream::{self, StreamExt};
use tokio::sync::watch;
use vocab::{ContainerId, ContainerSample, EngineFacts, Origin, Span};
use world::Fact;

use super::cgroup_text::{paths, readings_in, usual_group};
use super::files::{Sweep, Sweeper};
use super::running::Running;
use crate::{Context, NodeTarget};

/// How many containers an engine is asked about at once.
const AT_ONCE: usize = 16;
/// How often the engine is asked about containers that nobody looks at.
const UNSEEN_EVERY: Span = Span::seconds(20);
/// How often a node is asked over SSH: while its containers are shown, and otherwise.
const REMOTE_EVERY: (Span, Span) = (Span::seconds(5), Span::seconds(15));
/// How many containers' files are asked for in one command: the arguments must fit (about 600 bytes each).
const PER_COMMAND: usize = 100;
/// How long such a command may take.
const COMMAND_DEADLINE: Span = Span::seconds(10);

/// How soon a second look follows a first.
const SECOND_LOOK: Span = Span::millis(500);
/// The shortest pause between two sweeps.
const SHORTEST: Span = Span::millis(200);

/// Where the files are.
enum Files {
    Here(Box<Sweeper>),
    OverSsh(HashMap<ContainerId, (Instant, Counters)>),
    OutOfReach,
}

/// Samples a node's containers until it is cancelled.
pub struct Sampler {
    context: Context,
    target: NodeTarget,
    engine: Arc<dyn Docker>,
    facts: EngineFacts,
    running: watch::Receiver<Vec<Running>>,
    files: Files,
    /// When the engine was last asked about a container.
    asked: HashMap<ContainerId, tokio::time::Instant>,
}

impl Sampler {
    /// For an engine that has told its facts; `running` is kept up to date by whoever follows its events.
    pub fn new(
        context: Context,
        target: NodeTarget,
        engine: Arc<dyn Docker>,
        facts: EngineFacts,
        running: watch::Receiver<Vec<Running>>,
    ) -> Self {
        use drivers::EngineAddress::{Given, None, Socket, Tcp, Usual};
        let files = match target.connection.engine {
            Usual | Socket(_) if target.local => Files::Here(Box::new(Sweeper::new(
                facts.cgroup_version,
                &facts.cgroup_driver,
            ))),
            Usual | Socket(_) => Files::OverSsh(HashMap::new()),
            Tcp(_) | Given | None => Files::OutOfReach,
        };
        Self {
            context,
            target,
            engine,
            facts,
            running,
            files,
            asked: HashMap::new(),
        }
    }

    /// Goes on until the engine of this program is gone; its caller drops it when the connection breaks.
    pub async fn run(mut self) {
        loop {
            let every = self.every();
            let (sweep, mut origin) = self.look().await;
            // A first look makes no sample, a second one does, and it need not wait a whole interval.
            let looked_first =
                self.running.borrow().len() > sweep.samples.len() + sweep.unread.len();
            let mut samples = sweep.samples;
            let (seen, unseen) = self.split(sweep.unread);
            if !seen.is_empty() {
                if samples.is_empty() {
                    origin = Origin::DockerApi;
                }
                samples.extend(self.ask(seen).await);
            }
            if !samples.is_empty() && !self.send(samples, every, origin).await {
                return;
            }
            let wait = if looked_first {
                every.min(SECOND_LOOK)
            } else {
                every.max(SHORTEST)
            };
            tokio::time::sleep(now().about(wait).duration()).await;
            if !unseen.is_empty() {
                let samples = self.ask(unseen).await;
                if !samples.is_empty() && !self.send(samples, UNSEEN_EVERY, Origin::DockerApi).await
                {
                    return;
                }
                // Two sweeps that wait in the queue together would be one.
                tokio::time::sleep(SHORTEST.duration()).await;
            }
            let idle = self.running.borrow().is_empty();
            if idle && self.running.changed().await.is_err() {
                return;
            }
        }
    }

    /// How often samples come: over SSH less often, and less again while nobody looks.
    fn every(&self) -> Span {
        match self.files {
            Files::OverSsh(_) => {
                let interest = self.context.interest.borrow();
                let shown = interest
                    .containers
                    .iter()
                    .chain(&interest.details)
                    .any(|key| key.node == self.target.node);
                self.context.refresh.max(if shown {
                    REMOTE_EVERY.0
                } else {
                    REMOTE_EVERY.1
                })
            }
            Files::Here(_) | Files::OutOfReach => self.context.refresh,
        }
    }

    async fn send(
        &self,
        samples: Vec<(ContainerId, ContainerSample)>,
        every: Span,
        origin: Origin,
    ) -> bool {
        let node = self.target.node.clone();
        self.context
            .send(Fact::ContainersSampled {
                node,
                samples,
                every,
                origin,
            })
            .await
    }

    /// One look at the files: samples, and the containers that have none to be read.
    async fn look(&mut self) -> (Sweep, Origin) {
        let running = self.running.borrow_and_update().clone();
        match std::mem::replace(&mut self.files, Files::OutOfReach) {
            Files::Here(mut sweeper) => {
                // Reads of /sys and /proc never wait for a disk, but hundreds of them hold a thread for milliseconds.
                let swept = tokio::task::spawn_blocking(move || {
                    let sweep = sweeper.sweep(&running);
                    (sweeper, sweep)
                });
                match swept.await {
                    Ok((sweeper, sweep)) => {
                        self.files = Files::Here(sweeper);
                        (sweep, Origin::Cgroup)
                    }
                    Err(_) => (Sweep::default(), Origin::Cgroup),
                }
            }
            Files::OverSsh(mut last) => {
                let sweep = self.look_over_ssh(&mut last, &running).await;
                self.files = Files::OverSsh(last);
                (sweep, Origin::Ssh)
            }
            Files::OutOfReach => {
                let unread = running.into_iter().map(|one| one.id).collect();
                (
                    Sweep {
                        samples: Vec::new(),
                        unread,
                    },
                    Origin::DockerApi,
                )
            }
        }
    }

    async fn look_over_ssh(
        &self,
        last: &mut HashMap<ContainerId, (Instant, Counters)>,
        running: &[Running],
    ) -> Sweep {
        last.retain(|id, _| running.iter().any(|one| one.id == *id));
        let mut sweep = Sweep::default();
        for some in running.chunks(PER_COMMAND) {
            let mut arguments = vec!["-sH".to_owned(), String::new(), "--".to_owned()];
            for one in some {
                arguments.extend(paths(
                    |_| usual_group(&one.id, &self.facts.cgroup_driver),
                    self.facts.cgroup_version,
                ));
                arguments.extend(one.pid.map(|pid| format!("/proc/{pid}/net/dev")));
            }
            // Some files may be missing, so grep's status says nothing.
            let command = CommandLine::new("grep", arguments);
            let Ok(output) = self
                .target
                .connection
                .host
                .run(&command, b"", COMMAND_DEADLINE)
                .await
            else {
                continue;
            };
            let now = Instant::now();
            let text = String::from_utf8_lossy(&output.stdout);
            let owner = |pid| {
                some.iter()
                    .find(|one| one.pid == Some(pid))
                    .map(|one| one.id.clone())
            };
            let readings = readings_in(&text, owner);
            for one in some {
                let Some(mut counters) = readings
                    .get(&one.id)
                    .and_then(super::cgroup_text::Reading::counters)
                else {
                    sweep.unread.push(one.id.clone());
                    continue;
                };
                counters.memory_limit = one.memory_limit;
                if let Some((then, before)) = last.insert(one.id.clone(), (now, counters)) {
                    sweep.samples.push((
                        one.id.clone(),
                        counters.since(&before, now.duration_since(then)),
                    ));
                }
            }
        }
        sweep
    }

    /// Of the containers without files: those that are looked at, and of the others the few whose turn it is.
    fn split(&mut self, unread: Vec<ContainerId>) -> (Vec<ContainerId>, Vec<ContainerId>) {
        let interest = self.context.interest.borrow();
        let node = &self.target.node;
        let shown: BTreeSet<&ContainerId> = interest
            .containers
            .iter()
            .chain(&interest.details)
            .filter(|key| key.node == *node)
            .map(|key| &key.id)
            .collect();
        self.asked.retain(|id, _| unread.contains(id));
        let (seen, mut unseen): (Vec<_>, Vec<_>) =
            unread.into_iter().partition(|id| shown.contains(id));
        let due = |id: &ContainerId| {
            self.asked
                .get(id)
                .is_none_or(|at| at.elapsed() >= UNSEEN_EVERY.duration())
        };
        unseen.retain(due);
        unseen.sort_by_key(|id| self.asked.get(id).copied());
        unseen.truncate(AT_ONCE);
        (seen, unseen)
    }

    /// Asks the engine about each, a few at once; what does not answer is left out.
    async fn ask(&mut self, ids: Vec<ContainerId>) -> Vec<(ContainerId, ContainerSample)> {
        let now = tokio::time::Instant::now();
        self.asked.extend(ids.iter().map(|id| (id.clone(), now)));
        let engine = &self.engine;
        stream::iter(ids)
            .map(|id| async move { engine.sample(&id).await.ok().map(|sample| (id, sample)) })
            .buffer_unordered(AT_ONCE)
            .filter_map(std::future::ready)
            .collect()
            .await
    }
}
