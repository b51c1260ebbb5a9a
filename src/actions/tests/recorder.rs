//! An engine that records every changing call and can fail, hang or break at any of them.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use drivers::docker::{EngineEvent, ExecOutput, LogWindow, RawLine, SimulatedEngine};
use drivers::error::Result;
use drivers::{Docker, DriverError, Trouble};
use futures::stream::BoxStream;
use vocab::{
    Container, ContainerDetails, ContainerId, ContainerSample, EngineFacts, ObjectKind, Prunable,
    Span, Time,
};

/// What goes wrong with the next changing call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It works.
    None,
    /// It is refused, nothing is done.
    Refused,
    /// It is done, but the answer is lost.
    DoneUnanswered,
    /// It is not done, and no answer comes.
    LostUnanswered,
    /// It is done, the answer is lost, and the engine cannot be asked from then on.
    DoneThenSilent,
    /// It is done after five seconds.
    Slow,
    /// It never answers.
    Hangs,
    /// The driver has a bug.
    Panics,
}

pub struct Recorder {
    pub engine: SimulatedEngine,
    calls: Mutex<Vec<String>>,
    faults: Mutex<VecDeque<Fault>>,
    /// Slow calls under way now, and the most there were at once.
    under_way: Mutex<(usize, usize)>,
    /// Objects that came to be unused since the engine was made.
    pub newly_unused: Mutex<Vec<Prunable>>,
}

impl Recorder {
    pub fn new(engine: SimulatedEngine) -> Self {
        Self {
            engine,
            calls: Mutex::default(),
            faults: Mutex::default(),
            under_way: Mutex::default(),
            newly_unused: Mutex::default(),
        }
    }

    /// What the next changing calls meet, in order; after them all work.
    pub fn meet(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().extend(faults);
    }

    /// The changing calls so far.
    pub fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    /// The most slow calls there were at once.
    pub fn most_at_once(&self) -> usize {
        self.under_way.lock().unwrap().1
    }

    async fn change<T>(
        &self,
        call: String,
        done: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        self.calls.lock().unwrap().push(call);
        let fault = self
            .faults
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(Fault::None);
        let lost = || DriverError::new(Trouble::Broken, "the connection broke");
        match fault {
            Fault::None => done.await,
            Fault::Refused => Err(DriverError::new(
                Trouble::Refused,
                "the docker engine says (500): driver failed",
            )),
            Fault::DoneUnanswered => done.await.and(Err(lost())),
            Fault::LostUnanswered => Err(lost()),
            Fault::DoneThenSilent => {
                let ended = done.await.and(Err(lost()));
                self.engine.fail(Some(DriverError::new(
                    Trouble::Absent,
                    "no docker engine listens",
                )));
                ended
            }
            Fault::Slow => {
                {
                    let mut under_way = self.under_way.lock().unwrap();
                    under_way.0 += 1;
                    under_way.1 = under_way.1.max(under_way.0);
                }
                tokio::time::sleep(std::time::Duration::from_secs(5)).await;
                self.under_way.lock().unwrap().0 -= 1;
                done.await
            }
            Fault::Hangs => std::future::pending().await,
            Fault::Panics => panic!("a bug in the driver"),
        }
    }
}

#[async_trait]
impl Docker for Recorder {
    async fn facts(&self) -> Result<EngineFacts> {
        self.engine.facts().await
    }

    async fn list(&self) -> Result<Vec<Container>> {
        self.engine.list().await
    }

    async fn inspect(&self, id: &ContainerId) -> Result<(Container, ContainerDetails)> {
        self.engine.inspect(id).await
    }

    async fn events(&self, since: Option<Time>) -> Result<BoxStream<'static, Result<EngineEvent>>> {
        self.engine.events(since).await
    }

    async fn sample(&self, id: &ContainerId) -> Result<ContainerSample> {
        self.engine.sample(id).await
    }

    async fn logs(
        &self,
        id: &ContainerId,
        window: LogWindow,
    ) -> Result<BoxStream<'static, Result<RawLine>>> {
        self.engine.logs(id, window).await
    }

    async fn start(&self, id: &ContainerId) -> Result<()> {
        self.change(format!("start {id}"), self.engine.start(id))
            .await
    }

    async fn stop(&self, id: &ContainerId, grace: Span) -> Result<()> {
        self.change(format!("stop {id} {grace}"), self.engine.stop(id, grace))
            .await
    }

    async fn restart(&self, id: &ContainerId, grace: Span) -> Result<()> {
        self.change(
            format!("restart {id} {grace}"),
            self.engine.restart(id, grace),
        )
        .await
    }

    async fn pause(&self, id: &ContainerId) -> Result<()> {
        self.change(format!("pause {id}"), self.engine.pause(id))
            .await
    }

    async fn unpause(&self, id: &ContainerId) -> Result<()> {
        self.change(format!("unpause {id}"), self.engine.unpause(id))
            .await
    }

    async fn kill(&self, id: &ContainerId) -> Result<()> {
        self.change(format!("kill {id}"), self.engine.kill(id))
            .await
    }

    async fn remove(&self, id: &ContainerId, force: bool) -> Result<()> {
        self.change(
            format!("remove {id} force={force}"),
            self.engine.remove(id, force),
        )
        .await
    }

    async fn prunable(&self, kinds: &[ObjectKind]) -> Result<Vec<Prunable>> {
        let mut found = self.engine.prunable(kinds).await?;
        found.extend(
            self.newly_unused
                .lock()
                .unwrap()
                .iter()
                .filter(|object| kinds.contains(&object.kind))
                .cloned(),
        );
        Ok(found)
    }

    async fn remove_object(&self, object: &Prunable) -> Result<()> {
        self.newly_unused
            .lock()
            .unwrap()
            .retain(|other| other != object);
        self.change(
            format!("remove {} {}", object.kind.word(), object.name),
            self.engine.remove_object(object),
        )
        .await
    }

    async fn exec(
        &self,
        id: &ContainerId,
        command: &[String],
        deadline: Span,
    ) -> Result<ExecOutput> {
        self.change(
            format!("exec {id} {command:?}"),
            self.engine.exec(id, command, deadline),
        )
        .await
    }
}
