//! The simulated engine's answers to the questions of [`Docker`].

use std::collections::VecDeque;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use vocab::{
    Container, ContainerDetails, ContainerHappening, ContainerId, ContainerSample, ContainerState,
    EngineFacts, Span, Text, Time,
};

use super::super::{Docker, EngineEvent, ExecOutput, LogWindow, ObjectKind, Prunable, RawLine};
use super::SimulatedEngine;
use super::state::{Simulated, conflict, missing, time_of_line};
use crate::clock::now;
use crate::error::{DriverError, Result, Trouble};

/// How far back a log is searched for lines.
const LINES_SEARCHED: u64 = 1_000_000;

#[async_trait]
impl Docker for SimulatedEngine {
    async fn facts(&self) -> Result<EngineFacts> {
        self.answering().map(|_| self.0.facts.clone())
    }

    async fn list(&self) -> Result<Vec<Container>> {
        let row = |simulated: &Simulated| Container {
            started: None,
            restarts: 0,
            out_of_memory: false,
            ..simulated.container.clone()
        };
        Ok(self.answering()?.containers.values().map(row).collect())
    }

    async fn inspect(&self, id: &ContainerId) -> Result<(Container, ContainerDetails)> {
        let state = self.answering()?;
        let simulated = state.containers.get(id).ok_or_else(|| missing(id))?;
        Ok((simulated.container.clone(), simulated.details.clone()))
    }

    async fn events(&self, since: Option<Time>) -> Result<BoxStream<'static, Result<EngineEvent>>> {
        let state = self.answering()?;
        let receiver = self.0.events.subscribe();
        let past: VecDeque<EngineEvent> = state
            .past
            .iter()
            .filter(|event| since.is_some_and(|since| event.at >= since))
            .cloned()
            .collect();
        drop(state);
        let engine = self.clone();
        Ok(
            stream::unfold(Some((engine, past, receiver)), |state| async move {
                let (engine, mut past, mut receiver) = state?;
                if let Some(event) = past.pop_front() {
                    return Some((Ok(event), Some((engine, past, receiver))));
                }
                let next = receiver.recv().await;
                if let Err(error) = engine.answering().map(drop) {
                    return Some((Err(error), None));
                }
                match next {
                    Ok(event) => Some((Ok(event), Some((engine, past, receiver)))),
                    Err(error) => Some((
                        Err(DriverError::new(
                            Trouble::Broken,
                            format!("events were lost: {error}"),
                        )),
                        None,
                    )),
                }
            })
            .boxed(),
        )
    }

    async fn sample(&self, id: &ContainerId) -> Result<ContainerSample> {
        let state = self.answering()?;
        let simulated = state.containers.get(id).ok_or_else(|| missing(id))?;
        if !simulated.container.state.is_up() {
            return Ok(ContainerSample::default());
        }
        Ok(self.0.behaviour.sample(&simulated.container, now()))
    }

    async fn logs(
        &self,
        id: &ContainerId,
        window: LogWindow,
    ) -> Result<BoxStream<'static, Result<RawLine>>> {
        let (first, last) = {
            let state = self.answering()?;
            let simulated = state.containers.get(id).ok_or_else(|| missing(id))?;
            let period = self.0.behaviour.line_period(&simulated.container).0.max(1);
            let number = |at: Time| {
                (at.since(simulated.container.created.unwrap_or(Time(0))).0 / period).unsigned_abs()
            };
            let last = number(window.until.unwrap_or(Time(i64::MAX)).min(now()));
            let earliest = window
                .since
                .map_or(0, |since| number(since) + 1)
                .max(last.saturating_sub(LINES_SEARCHED));
            let at = |number: &u64| time_of_line(&*self.0.behaviour, &simulated.container, *number);
            let wanted = window.tail.map_or(usize::MAX, |tail| tail as usize);
            let written = (earliest..=last)
                .rev()
                .filter(|number| simulated.ran_at(at(number)))
                .take(wanted);
            (written.last().unwrap_or(last + 1), last)
        };
        let state = Some((self.clone(), id.clone(), first));
        Ok(stream::unfold(state, move |state| async move {
            let (engine, id, mut number) = state?;
            loop {
                if number > last && !window.follow {
                    return None;
                }
                match engine.line_at(&id, number) {
                    Err(error) => return Some((Err(error), None)),
                    Ok(None) => return None,
                    // A real follow ends with the process.
                    Ok(Some((_, false))) if number > last => return None,
                    Ok(Some((line, _))) if line.at > now() => {
                        // With the lines of all other containers, and not each at a moment of its own.
                        let now = now();
                        let then = line.at.min(now + Span::seconds(1));
                        let wait = (then + then.until_pulse()).since(now);
                        tokio::time::sleep(wait.duration()).await;
                    }
                    Ok(Some((_, false))) => number += 1,
                    Ok(Some((line, true))) => {
                        return Some((Ok(line), Some((engine, id, number + 1))));
                    }
                }
            }
        })
        .boxed())
    }

    async fn start(&self, id: &ContainerId) -> Result<()> {
        use ContainerState::{Created, Exited, Paused, Running};
        self.steer(
            id,
            "start",
            &[Created, Exited],
            &[Running, Paused],
            [ContainerHappening::Started],
        )
    }

    async fn stop(&self, id: &ContainerId, _grace: Span) -> Result<()> {
        use ContainerState::{Created, Exited, Paused, Restarting, Running};
        let ended = ContainerHappening::Died { exit_code: Some(0) };
        self.steer(
            id,
            "stop",
            &[Running, Paused, Restarting],
            &[Created, Exited],
            [ended],
        )
    }

    async fn restart(&self, id: &ContainerId, grace: Span) -> Result<()> {
        self.stop(id, grace).await?;
        self.start(id).await
    }

    async fn pause(&self, id: &ContainerId) -> Result<()> {
        self.set_state(id, "pause", ContainerState::Running, ContainerState::Paused)
    }

    async fn unpause(&self, id: &ContainerId) -> Result<()> {
        self.set_state(
            id,
            "unpause",
            ContainerState::Paused,
            ContainerState::Running,
        )
    }

    async fn kill(&self, id: &ContainerId) -> Result<()> {
        let killed = ContainerHappening::Died {
            exit_code: Some(137),
        };
        self.steer(
            id,
            "kill",
            &[ContainerState::Running, ContainerState::Paused],
            &[],
            [killed],
        )
    }

    async fn remove(&self, id: &ContainerId, force: bool) -> Result<()> {
        let mut state = self.answering()?;
        let Some(simulated) = state.containers.get(id) else {
            return Ok(());
        };
        let now_in = simulated.container.state;
        if now_in.is_up() && !force {
            return Err(conflict(id, "remove", now_in));
        }
        if now_in.is_up() {
            self.apply(
                &mut state,
                id,
                ContainerHappening::Died {
                    exit_code: Some(137),
                },
            )?;
        }
        self.apply(&mut state, id, ContainerHappening::Removed)
    }

    async fn prunable(&self, kinds: &[ObjectKind]) -> Result<Vec<Prunable>> {
        let state = self.answering()?;
        let idle = state
            .containers
            .values()
            .map(|simulated| &simulated.container)
            .filter(|container| !container.state.is_up());
        let idle = idle.map(|container| Prunable {
            kind: ObjectKind::Container,
            id: Text::line(container.id.as_str()),
            name: container.name.clone(),
            size: None,
            created: container.created,
        });
        Ok(idle
            .chain(state.objects.iter().cloned())
            .filter(|object| kinds.contains(&object.kind))
            .collect())
    }

    async fn remove_object(&self, object: &Prunable) -> Result<()> {
        if object.kind == ObjectKind::Container {
            let Ok(id) = ContainerId::new(&object.id) else {
                return Ok(());
            };
            return self.remove(&id, false).await;
        }
        self.answering()?
            .objects
            .retain(|kept| kept.kind != object.kind || kept.id != object.id);
        Ok(())
    }

    async fn exec(
        &self,
        id: &ContainerId,
        command: &[String],
        _deadline: Span,
    ) -> Result<ExecOutput> {
        let state = self.answering()?;
        let simulated = state.containers.get(id).ok_or_else(|| missing(id))?;
        if simulated.container.state != ContainerState::Running {
            return Err(conflict(id, "run a command in", simulated.container.state));
        }
        Ok(self.0.behaviour.execute(&simulated.container, command))
    }
}
