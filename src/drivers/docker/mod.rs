//! The Docker engine's API (<https://docs.docker.com/reference/api/engine/>): what this program asks of it.
//!
//! [`Docker`] is the questions; [`EngineClient`] asks a real engine. `connect` finds it, `failure` says what went wrong, `convert`, `stats`
//! and `events` are pure words for its answers, `raw` and `logs` read bodies of any length in bounded memory.

pub mod connect;
mod convert;
pub mod engine;
pub mod events;
mod execution;
mod failure;
pub mod fake;
mod logs;
mod objects;
mod raw;
pub mod stats;

#[cfg(test)]
mod real_tests;

use async_trait::async_trait;
use futures::stream::BoxStream;
use vocab::{
    Container, ContainerDetails, ContainerHappening, ContainerId, ContainerSample, EngineFacts,
    Output, Span, Time,
};

use crate::error::Result;

pub use connect::{Address, Context};
pub use engine::{EngineClient, Local};
pub use fake::{Behaviour, SimulatedEngine};
pub use stats::Counters;

/// An entry of the event stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineEvent {
    /// When it happened, by the engine's clock.
    pub at: Time,
    /// The container it is about.
    pub id: ContainerId,
    /// What happened.
    pub happening: ContainerHappening,
}

/// A piece of a container's log: one line without its newline, cut at 16 KB by the driver, with how much was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawLine {
    /// When the engine received it.
    pub at: Time,
    /// Which output.
    pub output: Output,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Which lines to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogWindow {
    /// So many of the newest first; `None` is all.
    pub tail: Option<u32>,
    /// Only since then.
    pub since: Option<Time>,
    /// Only until then.
    pub until: Option<Time>,
    /// Go on with what comes.
    pub follow: bool,
}

pub use vocab::{ObjectKind, Prunable};

/// What a command inside a container came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecOutput {
    /// Its exit code.
    pub exit_code: i32,
    /// What it wrote, both outputs in the order they came, at most 1 MB.
    pub output: Vec<u8>,
}

/// An engine. Every call ends within its deadline (10 s unless it says otherwise); streams end with an error when the
/// engine has been silent for longer than it may be.
#[async_trait]
pub trait Docker: Send + Sync + 'static {
    /// Version and cgroup set-up; also the proof that it answers.
    async fn facts(&self) -> Result<EngineFacts>;

    /// All containers, stopped ones included. `started`, `restarts` and `out_of_memory` are unknown here.
    async fn list(&self) -> Result<Vec<Container>>;

    /// One container whole; secrets in its environment and inspect text are masked.
    async fn inspect(&self, id: &ContainerId) -> Result<(Container, ContainerDetails)>;

    /// What happens to containers from `since` on. The stream heals nothing by itself: it ends with an error when the
    /// connection breaks or two pings in a row fail (15 s apart), and the caller lists again and resumes.
    async fn events(&self, since: Option<Time>) -> Result<BoxStream<'static, Result<EngineEvent>>>;

    /// What a container uses now, from the engine's own statistics: two looks, so about a second. Costs the engine
    /// more than reading cgroup files does; for engines whose files are out of reach.
    async fn sample(&self, id: &ContainerId) -> Result<ContainerSample>;

    /// A container's log.
    async fn logs(
        &self,
        id: &ContainerId,
        window: LogWindow,
    ) -> Result<BoxStream<'static, Result<RawLine>>>;

    /// Starts it; done already is well.
    async fn start(&self, id: &ContainerId) -> Result<()>;

    /// Asks it to end, and ends it after `grace`; done already is well. Deadline: `grace` and 10 s.
    async fn stop(&self, id: &ContainerId, grace: Span) -> Result<()>;

    /// Stops and starts it. Deadline: `grace` and 20 s.
    async fn restart(&self, id: &ContainerId, grace: Span) -> Result<()>;

    /// Freezes it.
    async fn pause(&self, id: &ContainerId) -> Result<()>;

    /// Thaws it.
    async fn unpause(&self, id: &ContainerId) -> Result<()>;

    /// Ends it at once (SIGKILL).
    async fn kill(&self, id: &ContainerId) -> Result<()>;

    /// Removes it; `force` ends it first. Its anonymous volumes stay. Gone already is well.
    async fn remove(&self, id: &ContainerId, force: bool) -> Result<()>;

    /// Everything of these kinds that a prune would remove now.
    async fn prunable(&self, kinds: &[ObjectKind]) -> Result<Vec<Prunable>>;

    /// Removes one object that [`Self::prunable`] named, without force: in use again by now is [`crate::Trouble::Conflict`].
    async fn remove_object(&self, object: &Prunable) -> Result<()>;

    /// Runs a command in a container without a terminal and waits for it, at most `deadline`.
    async fn exec(
        &self,
        id: &ContainerId,
        command: &[String],
        deadline: Span,
    ) -> Result<ExecOutput>;
}

/// A moment as the engine's API takes it: seconds since the epoch with their fraction.
fn seconds(time: Time) -> String {
    format!("{}.{:03}", time.seconds(), time.0.rem_euclid(1000))
}
