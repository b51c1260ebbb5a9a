//! The engine's event stream: which of its words matter, and an end when it has died in silence.

use std::collections::VecDeque;
use std::time::Duration;

use bollard::Docker as Client;
use bollard::errors::Error;
use bollard::models::EventMessage;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use vocab::{ContainerHappening, ContainerId, Health, Time};

use super::EngineEvent;
use super::connect::Address;
use super::failure::{from_client, within};
use crate::error::{DriverError, Result, Trouble};

/// Silence after which the engine is asked whether it is still there.
pub const QUIET: Duration = Duration::from_secs(15);
/// How long it may take to answer that.
const PING_DEADLINE: Duration = Duration::from_secs(5);
/// Unanswered pings in a row that end a stream.
const PINGS: u32 = 2;

/// Something quiet that may be dead: pings its engine and counts.
pub struct Pulse {
    client: Client,
    address: Address,
    missed: u32,
}

impl Pulse {
    /// Watches the engine behind `client`.
    pub const fn new(client: Client, address: Address) -> Self {
        Self {
            client,
            address,
            missed: 0,
        }
    }

    /// Something came: the engine lives.
    pub const fn beat(&mut self) {
        self.missed = 0;
    }

    /// After a time of silence: an error when the engine does not answer for the second time in a row.
    pub async fn check(&mut self) -> Result<()> {
        match within(PING_DEADLINE, &self.address, "ping", self.client.ping()).await {
            Ok(_) => self.missed = 0,
            Err(error) => {
                self.missed += 1;
                if self.missed >= PINGS {
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

/// Turns the client's stream into this program's events, with the pulse of the engine felt while it is silent.
pub fn watched<S>(messages: S, pulse: Pulse) -> BoxStream<'static, Result<EngineEvent>>
where
    S: futures::Stream<Item = std::result::Result<EventMessage, Error>> + Send + Unpin + 'static,
{
    let state = Some((messages, pulse));
    stream::unfold(state, |state| async move {
        let (mut messages, mut pulse) = state?;
        loop {
            match tokio::time::timeout(QUIET, messages.next()).await {
                Ok(Some(Ok(message))) => {
                    pulse.beat();
                    if let Some(event) = event(&message) {
                        return Some((Ok(event), Some((messages, pulse))));
                    }
                }
                Ok(Some(Err(error))) => {
                    let error = from_client(&error, &pulse.address, "read events");
                    return Some((Err(error), None));
                }
                Ok(None) => {
                    let text = format!(
                        "cannot read events: the docker engine at {} ended the stream",
                        pulse.address
                    );
                    return Some((Err(DriverError::new(Trouble::Broken, text)), None));
                }
                Err(_) => {
                    if let Err(error) = pulse.check().await {
                        return Some((Err(error), None));
                    }
                }
            }
        }
    })
    .boxed()
}

/// An event of a container that changes its row; `None` for all others.
fn event(message: &EventMessage) -> Option<EngineEvent> {
    let actor = message.actor.as_ref()?;
    let id = ContainerId::new(actor.id.as_deref()?).ok()?;
    let attribute = |name: &str| actor.attributes.as_ref()?.get(name).map(String::as_str);
    let happening = happening(message.action.as_deref()?, attribute("exitCode"))?;
    let at = message
        .time_nano
        .map(|nano| Time(nano / 1_000_000))
        .or_else(|| message.time.map(Time::from_seconds))?;
    Some(EngineEvent { at, id, happening })
}

/// From the engine's words (<https://docs.docker.com/reference/cli/docker/system/events/>, "Containers"). What runs
/// inside a container, who looks at it and signals sent to it change nothing in its row.
fn happening(action: &str, exit_code: Option<&str>) -> Option<ContainerHappening> {
    let (word, rest) = action.split_once(':').unwrap_or((action, ""));
    Some(match word {
        "start" => ContainerHappening::Started,
        "die" => ContainerHappening::Died {
            exit_code: exit_code.and_then(|code| code.parse().ok()),
        },
        "oom" => ContainerHappening::OutOfMemory,
        "destroy" => ContainerHappening::Removed,
        "health_status" => ContainerHappening::Health(match rest.trim() {
            "healthy" => Health::Healthy,
            "unhealthy" => Health::Unhealthy,
            "starting" => Health::Starting,
            _ => Health::None,
        }),
        "create" | "pause" | "unpause" | "rename" | "update" | "stop" | "restart" => {
            ContainerHappening::Changed
        }
        _ => return None,
    })
}

/// Events that have arrived at the same moment as ones already seen, after a resume with `since`, which is inclusive.
#[derive(Debug, Default)]
pub struct Seen(VecDeque<EngineEvent>);

impl Seen {
    /// How many are kept: more than an engine sends within a millisecond.
    const KEPT: usize = 64;

    /// Whether the event is new; keeps it.
    pub fn is_new(&mut self, event: &EngineEvent) -> bool {
        if self.0.contains(event) {
            return false;
        }
        if self.0.len() == Self::KEPT {
            self.0.pop_front();
        }
        self.0.push_back(event.clone());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_events() {
        let events: Vec<EngineEvent> = include_str!("fixtures/events.jsonl")
            .lines()
            .map(|line| serde_json::from_str::<EventMessage>(line).expect("recorded"))
            .filter_map(|message| event(&message))
            .collect();
        let happenings: Vec<_> = events.iter().map(|event| event.happening.clone()).collect();
        let died = |code| ContainerHappening::Died {
            exit_code: Some(code),
        };
        assert_eq!(
            happenings.first(),
            Some(&ContainerHappening::Changed),
            "{happenings:?}"
        );
        assert!(happenings.contains(&ContainerHappening::Started));
        assert!(happenings.contains(&died(3)));
        assert!(happenings.contains(&ContainerHappening::Health(Health::Unhealthy)));
        assert!(
            events
                .windows(2)
                .all(|pair| pair[0].at <= pair[1].at
                    && pair[0].at > Time::from_seconds(1_700_000_000))
        );
    }

    #[test]
    fn words() {
        assert_eq!(happening("exec_start: sh -c true", None), None);
        assert_eq!(happening("kill", None), None);
        assert_eq!(happening("top", None), None);
        assert_eq!(
            happening("oom", None),
            Some(ContainerHappening::OutOfMemory)
        );
        assert_eq!(
            happening("destroy", None),
            Some(ContainerHappening::Removed)
        );
        assert_eq!(
            happening("die", Some("x")),
            Some(ContainerHappening::Died { exit_code: None })
        );
        assert_eq!(
            happening("health_status: healthy", None),
            Some(ContainerHappening::Health(Health::Healthy))
        );
    }

    #[test]
    fn what_was_seen_is_not_new() {
        let id = ContainerId::new("0123456789ab").expect("an id");
        let event = |at| EngineEvent {
            at: Time(at),
            id: id.clone(),
            happening: ContainerHappening::Started,
        };
        let mut seen = Seen::default();
        assert!(seen.is_new(&event(1)));
        assert!(!seen.is_new(&event(1)));
        for at in 2..=70 {
            assert!(seen.is_new(&event(at)));
        }
        assert!(seen.is_new(&event(1)), "forgotten by now");
    }
}
