//! Verifications: what the steps before were meant to bring about is looked for through the drivers, never assumed.

use std::time::Duration;

use drivers::Connection;
use tokio::time::sleep;
use vocab::{Container, ContainerId, ContainerState, Health, Time};
use world::plan::Expectation;

use super::look::{self, Look, Seen};
use crate::{nodes, prune};

/// A process that has just started may end at once: it counts as running, and one that has ended as ended, when it is
/// seen so twice, so far apart.
const STILL_SO: Duration = Duration::from_secs(1);

/// One look for what is expected. `before` is what was seen before the object's last effect.
pub(super) async fn look(ends: &Connection, expectation: &Expectation, before: &Seen) -> Look {
    match expectation {
        Expectation::Running { key, since } => {
            running(ends, &key.id, since.map(|since| newest(since, before))).await
        }
        Expectation::Stopped { key } => {
            in_state(ends, &key.id, |state| {
                matches!(
                    state,
                    ContainerState::Created | ContainerState::Exited | ContainerState::Dead
                )
            })
            .await
        }
        Expectation::Paused { key } => {
            in_state(ends, &key.id, |state| state == ContainerState::Paused).await
        }
        Expectation::Removed { key } => match look::container(ends, &key.id).await {
            Ok(None) => Look::Yes("gone".to_owned()),
            Ok(Some(now)) => Look::NotYet(format!("it is {}", now.state.word())),
            Err(error) => Look::Unclear(error.text.to_string()),
        },
        Expectation::ObjectRemoved { object, .. } => prune::gone(ends, object).await,
        Expectation::LogCut { log, .. } => nodes::logs::cut(ends, log, before).await,
        Expectation::UnitActive { unit, .. } => {
            nodes::restart_unit::active(ends, unit, before).await
        }
        Expectation::Answers { .. } => nodes::reconnect::answers(ends).await,
        Expectation::Rebooted { .. } => nodes::reboot::rebooted(ends, before).await,
        // Such a run is driven by the engine, which follows the other one.
        Expectation::RunEnded { .. } => Look::Never("no node tells of a run".to_owned()),
    }
}

/// The start time that must be passed: the plan's, or the one seen right before the effect when that is newer.
fn newest(since: Time, before: &Seen) -> Time {
    match before {
        Seen::Container(Some(container)) => container
            .started
            .map_or(since, |started| started.max(since)),
        _ => since,
    }
}

async fn in_state(
    ends: &Connection,
    id: &ContainerId,
    wanted: impl Fn(ContainerState) -> bool,
) -> Look {
    match look::container(ends, id).await {
        Ok(Some(now)) if wanted(now.state) => Look::Yes(now.state.word().to_owned()),
        Ok(Some(now)) => Look::NotYet(format!("it is {}", now.state.word())),
        Ok(None) => Look::Never("it is gone".to_owned()),
        Err(error) => Look::Unclear(error.text.to_string()),
    }
}

async fn running(ends: &Connection, id: &ContainerId, after: Option<Time>) -> Look {
    let mut starts = [None, None];
    let mut judged = Look::NotYet(String::new());
    for (round, start) in starts.iter_mut().enumerate() {
        if round > 0 {
            sleep(STILL_SO).await;
        }
        judged = match look::container(ends, id).await {
            Ok(Some(now)) => {
                *start = now.started;
                runs(&now, after)
            }
            Ok(None) => Look::Never("it is gone".to_owned()),
            Err(error) => Look::Unclear(error.text.to_string()),
        };
        if matches!(judged, Look::NotYet(_) | Look::Unclear(_)) {
            return judged;
        }
    }
    match judged {
        Look::Yes(_) if starts[0] != starts[1] => {
            Look::NotYet("it ended and was started again".to_owned())
        }
        other => other,
    }
}

fn runs(now: &Container, after: Option<Time>) -> Look {
    match (now.state, now.health) {
        (ContainerState::Running, _)
            if after.is_some_and(|after| now.started.is_none_or(|started| started <= after)) =>
        {
            Look::NotYet("it runs since before, it was not started anew".to_owned())
        }
        (ContainerState::Running, Health::None) => Look::Yes("runs".to_owned()),
        (ContainerState::Running, Health::Healthy) => Look::Yes("runs, healthy".to_owned()),
        (ContainerState::Running, Health::Starting) => {
            Look::NotYet("its health check has not passed yet".to_owned())
        }
        (ContainerState::Running, Health::Unhealthy) => {
            Look::Never("its health check fails: see its health log".to_owned())
        }
        (ContainerState::Exited | ContainerState::Dead, _) => {
            let status = now
                .exit_code
                .map_or(String::new(), |code| format!(" with exit status {code}"));
            Look::Never(format!("it started and ended again{status}: see its log"))
        }
        (ContainerState::Removing, _) => Look::Never("it is being removed".to_owned()),
        (state, _) => Look::NotYet(format!("it is {}", state.word())),
    }
}
