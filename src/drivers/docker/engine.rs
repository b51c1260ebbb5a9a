//! The real engine: this program's questions as calls of its API, each with a deadline.
//!
//! The client library asks without a version in the path, so the engine answers in its own newest API: one program for
//! engines of many ages. Sockets are opened per call; a call costs about a millisecond.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bollard::query_parameters::{
    EventsOptions, KillContainerOptions, ListContainersOptions, RemoveContainerOptions,
    RestartContainerOptions, StatsOptions, StopContainerOptions,
};
use bollard::{API_DEFAULT_VERSION, Docker as Client};
use futures::StreamExt;
use futures::stream::BoxStream;
use vocab::{
    Container, ContainerDetails, ContainerId, ContainerSample, EngineFacts, Span, Text, Time,
};

use super::connect::{Address, Surroundings};
use super::convert::{api_version, container_from_inspect, container_from_summary, engine_facts};
use super::events::{Pulse, watched};
use super::failure::{DEADLINE, from_client, garbled, timed_out, within};
use super::stats::{Counters, LastLooks};
use super::{
    Docker, EngineEvent, ExecOutput, LogWindow, ObjectKind, Prunable, RawLine, execution, logs,
    objects, seconds,
};
use crate::error::{DriverError, Result, Trouble};
use crate::host::Forward;

/// The oldest API this program can use: Docker 1.13, January 2017, the first that tells CPU limits and dangling volumes.
const OLDEST_API: (u32, u32) = (1, 25);

/// Longer than any call's own deadline: the client library's timeout is never the one that counts.
const CLIENT_TIMEOUT_SECONDS: u64 = 24 * 60 * 60;

/// Where the engine that belongs to this machine turned out to be.
#[derive(Debug)]
pub enum Local {
    /// Reached from here directly.
    Here(EngineClient),
    /// On another machine, reached through SSH: `user@host:port` as it was written.
    OverSsh(Text),
}

/// An engine's API behind one address.
pub struct EngineClient {
    address: Address,
    client: Mutex<Option<Client>>,
    looks: Mutex<LastLooks>,
    /// Keeps the way to another machine's socket open.
    _way: Option<Mutex<Box<dyn Send>>>,
}

impl std::fmt::Debug for EngineClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EngineClient({})", self.address)
    }
}

impl EngineClient {
    /// The engine that the docker command would use here: `explicit` (a socket's path or an address as `DOCKER_HOST` is
    /// written), else `DOCKER_HOST`, else the Docker context in use, else the system's socket, else the rootless one.
    /// Reads a few small files; does not connect. Fails when an address is not understood.
    pub fn local(explicit: Option<&str>) -> Result<Local> {
        Ok(match Surroundings::read().resolve(explicit)? {
            Address::Ssh(host) => Local::OverSsh(host),
            address => Local::Here(Self::at(address)),
        })
    }

    /// The engine behind a socket of this machine, such as one that is forwarded from another.
    pub fn socket(path: &Path) -> Self {
        Self::at(Address::Socket(path.to_owned()))
    }

    /// The engine of another machine, through a way to its socket that stays open as long as this.
    pub fn forwarded(way: Forward) -> Self {
        Self {
            _way: Some(Mutex::new(way.guard)),
            ..Self::at(Address::Socket(way.path))
        }
    }

    fn at(address: Address) -> Self {
        Self {
            address,
            client: Mutex::new(None),
            looks: Mutex::new(LastLooks::default()),
            _way: None,
        }
    }

    /// Where it is reached.
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// The client library's handle; made anew as long as the socket does not exist.
    pub(super) fn client(&self, what: &str) -> Result<Client> {
        let mut slot = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = slot.as_ref() {
            return Ok(client.clone());
        }
        let made = match &self.address {
            Address::Socket(path) => Client::connect_with_unix(
                &path.to_string_lossy(),
                CLIENT_TIMEOUT_SECONDS,
                API_DEFAULT_VERSION,
            ),
            Address::Http(host) => {
                Client::connect_with_http(host, CLIENT_TIMEOUT_SECONDS, API_DEFAULT_VERSION)
            }
            Address::Ssh(_) => {
                let text = format!("cannot {what}: {} needs a forwarded socket", self.address);
                return Err(DriverError::new(Trouble::Absent, text));
            }
        };
        let client = made.map_err(|error| from_client(&error, &self.address, what))?;
        Ok(slot.insert(client).clone())
    }

    /// One call within the usual deadline; `what` reads after "cannot".
    pub(super) async fn call<T, F>(
        &self,
        what: &str,
        call: impl FnOnce(Client) -> F + Send,
    ) -> Result<T>
    where
        F: Future<Output = std::result::Result<T, bollard::errors::Error>> + Send,
    {
        self.call_within(DEADLINE, what, call).await
    }

    /// One call within a deadline of its own.
    pub(super) async fn call_within<T, F>(
        &self,
        deadline: Duration,
        what: &str,
        call: impl FnOnce(Client) -> F + Send,
    ) -> Result<T>
    where
        F: Future<Output = std::result::Result<T, bollard::errors::Error>> + Send,
    {
        let client = self.client(what)?;
        within(deadline, &self.address, what, call(client)).await
    }

    async fn counters(&self, id: &ContainerId) -> Result<Counters> {
        let what = format!("read the statistics of {}", id.short());
        let client = self.client(&what)?;
        let mut answers = client
            .stats(
                id.as_str(),
                Some(StatsOptions {
                    stream: false,
                    one_shot: true,
                }),
            )
            .boxed();
        match tokio::time::timeout(DEADLINE, answers.next()).await {
            Ok(Some(Ok(answer))) => Ok(Counters::from_answer(&answer)),
            Ok(Some(Err(error))) => Err(from_client(&error, &self.address, &what)),
            Ok(None) => Err(garbled(&self.address, &what, "it is empty")),
            Err(_) => Err(timed_out(DEADLINE, &self.address, &what)),
        }
    }
}

/// Whole seconds of grace for the API, rounded up.
fn grace_seconds(grace: Span) -> i32 {
    i32::try_from((grace.0.max(0) + 999) / 1000).unwrap_or(i32::MAX)
}

#[async_trait]
impl Docker for EngineClient {
    async fn facts(&self) -> Result<EngineFacts> {
        let version = self
            .call("ask for the version", async |client: Client| {
                client.version().await
            })
            .await?;
        let api = version.api_version.clone().unwrap_or_default();
        if api_version(&api).is_none_or(|api| api < OLDEST_API) {
            let (major, minor) = OLDEST_API;
            let text = format!(
                "the docker engine at {} speaks API {api}; {major}.{minor} (Docker 1.13) or newer is needed: update it",
                self.address
            );
            return Err(DriverError::new(Trouble::TooOld(Text::line(&api)), text));
        }
        let info = self
            .call("ask for its set-up", async |client: Client| {
                client.info().await
            })
            .await?;
        Ok(engine_facts(&version, &info, &self.address.to_string()))
    }

    async fn list(&self) -> Result<Vec<Container>> {
        let options = ListContainersOptions {
            all: true,
            ..ListContainersOptions::default()
        };
        let rows = self
            .call("list containers", |client| async move {
                client.list_containers(Some(options)).await
            })
            .await?;
        Ok(rows.iter().filter_map(container_from_summary).collect())
    }

    async fn inspect(&self, id: &ContainerId) -> Result<(Container, ContainerDetails)> {
        let what = format!("inspect {}", id.short());
        let answer = self
            .call(&what, async |client: Client| {
                client.inspect_container(id.as_str(), None).await
            })
            .await?;
        container_from_inspect(&answer)
            .ok_or_else(|| garbled(&self.address, &what, "it has no container id"))
    }

    async fn events(&self, since: Option<Time>) -> Result<BoxStream<'static, Result<EngineEvent>>> {
        let client = self.client("read events")?;
        // The stream itself opens without a word from the engine; a ping tells now whether anybody is there.
        within(DEADLINE, &self.address, "read events", client.ping()).await?;
        let options = EventsOptions {
            since: since.map(seconds),
            until: None,
            filters: Some([("type".to_owned(), vec!["container".to_owned()])].into()),
        };
        let messages = client.events(Some(options)).boxed();
        Ok(watched(messages, Pulse::new(client, self.address.clone())))
    }

    async fn sample(&self, id: &ContainerId) -> Result<ContainerSample> {
        loop {
            let counters = self.counters(id).await?;
            let now = Instant::now();
            let sample = self
                .looks
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .look(id, now, counters);
            match sample {
                Some(sample) => return Ok(sample),
                // The first look of two.
                None => tokio::time::sleep(Duration::from_secs(1)).await,
            }
        }
    }

    async fn logs(
        &self,
        id: &ContainerId,
        window: LogWindow,
    ) -> Result<BoxStream<'static, Result<RawLine>>> {
        let what = format!("read the log of {}", id.short());
        let client = self.client(&what)?;
        let answer = within(
            DEADLINE,
            &self.address,
            &what,
            client.inspect_container(id.as_str(), None),
        )
        .await?;
        let tty = answer.config.and_then(|config| config.tty).unwrap_or(false);
        logs::open(
            &self.address,
            id,
            window,
            tty,
            Pulse::new(client, self.address.clone()),
        )
        .await
    }

    async fn start(&self, id: &ContainerId) -> Result<()> {
        let what = format!("start {}", id.short());
        let call = self.call_within(DEADLINE * 3, &what, async |client: Client| {
            client.start_container(id.as_str(), None).await
        });
        call.await
    }

    async fn stop(&self, id: &ContainerId, grace: Span) -> Result<()> {
        let options = StopContainerOptions {
            t: Some(grace_seconds(grace)),
            ..StopContainerOptions::default()
        };
        let deadline = grace.duration() + DEADLINE;
        let what = format!("stop {}", id.short());
        self.call_within(deadline, &what, async |client: Client| {
            client.stop_container(id.as_str(), Some(options)).await
        })
        .await
    }

    async fn restart(&self, id: &ContainerId, grace: Span) -> Result<()> {
        let options = RestartContainerOptions {
            t: Some(grace_seconds(grace)),
            ..RestartContainerOptions::default()
        };
        let deadline = grace.duration() + DEADLINE * 2;
        let what = format!("restart {}", id.short());
        self.call_within(deadline, &what, async |client: Client| {
            client.restart_container(id.as_str(), Some(options)).await
        })
        .await
    }

    async fn pause(&self, id: &ContainerId) -> Result<()> {
        let what = format!("pause {}", id.short());
        self.call(&what, async |client: Client| {
            client.pause_container(id.as_str()).await
        })
        .await
    }

    async fn unpause(&self, id: &ContainerId) -> Result<()> {
        let what = format!("unpause {}", id.short());
        self.call(&what, async |client: Client| {
            client.unpause_container(id.as_str()).await
        })
        .await
    }

    async fn kill(&self, id: &ContainerId) -> Result<()> {
        let options = KillContainerOptions {
            signal: "SIGKILL".to_owned(),
        };
        let what = format!("kill {}", id.short());
        self.call(&what, async |client: Client| {
            client.kill_container(id.as_str(), Some(options)).await
        })
        .await
    }

    async fn remove(&self, id: &ContainerId, force: bool) -> Result<()> {
        let options = RemoveContainerOptions {
            v: false,
            force,
            link: false,
        };
        let what = format!("remove {}", id.short());
        let call = self.call_within(DEADLINE * 3, &what, async |client: Client| {
            client.remove_container(id.as_str(), Some(options)).await
        });
        match call.await {
            Err(error) if error.trouble == Trouble::NotFound => Ok(()),
            other => other,
        }
    }

    async fn prunable(&self, kinds: &[ObjectKind]) -> Result<Vec<Prunable>> {
        objects::prunable(self, kinds).await
    }

    async fn remove_object(&self, object: &Prunable) -> Result<()> {
        objects::remove(self, object).await
    }

    async fn exec(
        &self,
        id: &ContainerId,
        command: &[String],
        deadline: Span,
    ) -> Result<ExecOutput> {
        execution::run(self, id, command, deadline).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grace_is_never_cut_short() {
        assert_eq!(grace_seconds(Span::millis(1)), 1);
        assert_eq!(grace_seconds(Span::seconds(10)), 10);
        assert_eq!(grace_seconds(Span::millis(-5)), 0);
        assert_eq!(grace_seconds(Span(i64::MAX - 1000)), i32::MAX);
    }

    #[tokio::test]
    async fn a_missing_socket_is_absent_and_is_found_once_it_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("engine.sock");
        let engine = EngineClient::socket(&path);
        let error = engine.facts().await.expect_err("nobody");
        assert_eq!(error.trouble, Trouble::Absent);
        assert!(
            error.text.contains("engine.sock") && error.text.contains("systemctl start docker"),
            "{error}"
        );
        let listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
        drop(listener);
        let error = engine
            .facts()
            .await
            .expect_err("a socket nobody listens on");
        assert_eq!(error.trouble, Trouble::Absent, "{error}");
    }

    #[tokio::test]
    async fn an_old_engine_is_told_from_a_new_one() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("engine.sock");
        let listener = tokio::net::UnixListener::bind(&path).expect("a socket");
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a caller");
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await.expect("a request");
            let body = r#"{"Version":"1.11.2","ApiVersion":"1.23"}"#;
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.expect("answered");
        });
        let error = EngineClient::socket(&path)
            .facts()
            .await
            .expect_err("too old");
        assert_eq!(error.trouble, Trouble::TooOld(Text::line("1.23")));
        server.await.expect("served");
    }

    #[test]
    fn ssh_is_told_to_the_caller() {
        let local = EngineClient::local(Some("ssh://deploy@example.com"));
        assert!(matches!(local, Ok(Local::OverSsh(host)) if host.as_str() == "deploy@example.com"));
    }
}
