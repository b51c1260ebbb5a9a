//! Containers of a node: the engine's list, inspects and events, and what the containers use.
//!
//! May import what a source may. Flow: find the engine (`reach`) → list and inspect (`inspections`) → events drive changes
//! (`session`), while `sampling` reads cgroup files (`files`, `cgroup_text`) or asks the engine. When the connection breaks,
//! again from the beginning, with growing pauses and for ever.

pub mod cgroup_text;
mod files;
mod inspections;
mod reach;
#[cfg(test)]
mod real_tests;
mod running;
mod sampling;
mod session;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use drivers::docker::Docker;
use drivers::{DriverError, EngineAddress};
use kit::Backoff;
use vocab::{EngineTrouble, Text};
use world::Fact;

use crate::{Context, NodeTarget};
use session::{Ended, Resume, Session};

/// First and longest pause between attempts to reach an engine.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Watches a node's engine until the context is cancelled. Returns at once for a node that is not meant to have one.
pub async fn watch(context: Context, target: NodeTarget) {
    if target.connection.engine == EngineAddress::None {
        return;
    }
    let cancel = context.cancel.clone();
    tokio::select! {
        () = watch_for_ever(context, target) => {}
        () = cancel.cancelled() => {}
    }
}

async fn watch_for_ever(context: Context, target: NodeTarget) {
    let seed = target
        .node
        .as_str()
        .bytes()
        .fold(0, |seed, byte| seed * 31 + u64::from(byte));
    let mut backoff = Backoff::new(PAUSES.0, PAUSES.1, seed);
    let mut told: Option<(EngineTrouble, Text)> = None;
    let mut resume = Resume::default();
    loop {
        let ended = match attempt(&context, &target, &mut resume).await {
            Ok(ended) => ended,
            Err(error) => Ended {
                error: Some(error),
                reached: false,
            },
        };
        if ended.reached {
            backoff.reset();
            told = None;
        }
        let Some(error) = ended.error else { return };
        if target.connection.engine != EngineAddress::Given {
            target.connection.set_docker(None);
        }
        let why = reach::reason(&target, &error).await;
        if told.as_ref() != Some(&why) {
            let (trouble, text) = why.clone();
            if !context
                .send(Fact::EngineLost {
                    node: target.node.clone(),
                    trouble,
                    text,
                })
                .await
            {
                return;
            }
            told = Some(why);
        }
        tokio::time::sleep(backoff.next_wait()).await;
    }
}

/// One connection from its beginning to its end.
async fn attempt(
    context: &Context,
    target: &NodeTarget,
    resume: &mut Resume,
) -> Result<Ended, DriverError> {
    let Some(engine): Option<Arc<dyn Docker>> = reach::engine_of(target).await? else {
        return Ok(Ended {
            error: None,
            reached: false,
        });
    };
    let facts = engine.facts().await?;
    if target.connection.engine != EngineAddress::Given {
        target.connection.set_docker(Some(engine.clone()));
    }
    let reached = Fact::EngineReached {
        node: target.node.clone(),
        facts: Box::new(facts.clone()),
    };
    if !context.send(reached).await {
        return Ok(Ended {
            error: None,
            reached: true,
        });
    }
    Ok(Session::new(context.clone(), target.clone(), engine, facts)
        .run(resume)
        .await)
}
