//! Waiting until enough is known: a command starts the whole engine afresh, which at first knows nothing.

use std::time::Duration;

use link::{Gone, Watch};
use tokio::time::{Instant, sleep, timeout};
use vocab::{NodeName, Span, Time};
use world::{EngineState, Link, Node, World};

use crate::error::{Error, Result};

/// How long a command waits for what it needs.
pub(crate) const LONGEST: Duration = Duration::from_secs(10);

/// How long a summary waits for all it would like to show.
pub(crate) const GLANCE: Duration = Duration::from_secs(5);

/// How long a list waits for its figures once its rows are known.
pub(crate) const FIGURES: Duration = Duration::from_secs(3);

/// How often readiness that comes by time alone is looked at.
const TICK: Duration = Duration::from_millis(100);

/// After so long without a word of an engine, a node that answers has none that is to be asked.
const NO_ENGINE: Span = Span::seconds(4);

/// Waits until the world is `ready`, at most so long; whether it was.
pub(crate) async fn until(
    watch: &mut dyn Watch,
    within: Duration,
    ready: impl Fn(&World, Time) -> bool + Send,
) -> Result<bool> {
    let deadline = Instant::now() + within;
    loop {
        if ready(watch.world(), watch.now()) {
            return Ok(true);
        }
        if Instant::now() >= deadline {
            return Ok(false);
        }
        match timeout(TICK, watch.changed()).await {
            Ok(Err(Gone)) => return Err(Error::Ended),
            Ok(Ok(())) => {}
            Err(_) => sleep(Duration::ZERO).await,
        }
    }
}

/// Whether it is known if the node answers.
pub(crate) const fn link_known(node: &Node) -> bool {
    node.link.is_up() || node.link.down_since().is_some()
}

/// Whether it is known which containers the node has, or that this cannot be known.
pub(crate) fn containers_known(node: &Node, now: Time) -> bool {
    match (&node.link, &node.engine) {
        (_, EngineState::Down { .. }) => true,
        (Link::Up { .. }, EngineState::Up { .. }) => node.listed.is_some(),
        (Link::Up { since, .. }, EngineState::Unknown) => now.since(*since) > NO_ENGINE,
        _ => node.link.down_since().is_some(),
    }
}

/// The nodes meant: one, or all.
pub(crate) fn meant<'a>(
    world: &'a World,
    only: Option<&'a NodeName>,
) -> impl Iterator<Item = &'a Node> {
    world
        .nodes
        .values()
        .filter(move |node| only.is_none_or(|only| node.name() == only))
}

/// Waits until the containers of the meant nodes are known.
pub(crate) async fn containers(watch: &mut dyn Watch, only: Option<&NodeName>) -> Result<()> {
    until(watch, LONGEST, |world, now| {
        meant(world, only).all(|node| containers_known(node, now))
    })
    .await?;
    Ok(())
}

/// Waits until it is known whether the meant nodes answer.
pub(crate) async fn links(watch: &mut dyn Watch, only: &[NodeName]) -> Result<()> {
    let is_meant = |node: &Node| only.is_empty() || only.contains(node.name());
    until(watch, LONGEST, |world, _| {
        world
            .nodes
            .values()
            .filter(|node| is_meant(node))
            .all(link_known)
    })
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Scene, scene};

    #[tokio::test(start_paused = true)]
    async fn waits_for_what_comes_and_no_longer_than_it_may() {
        let mut scene = scene();
        let begun = Instant::now();
        assert!(
            until(&mut scene.watch, LONGEST, |world, _| !world
                .nodes
                .is_empty())
            .await
            .unwrap()
        );
        assert_eq!(
            begun.elapsed(),
            Duration::ZERO,
            "what is known is not waited for"
        );
        assert!(!until(&mut scene.watch, GLANCE, |_, _| false).await.unwrap());
        assert!(begun.elapsed() >= GLANCE && begun.elapsed() < LONGEST);
    }

    #[test]
    fn a_node_without_a_word_of_an_engine_is_not_waited_for_for_ever() {
        let Scene { watch, now, .. } = scene();
        let mut node = watch
            .world()
            .nodes
            .values()
            .find(|node| node.link.is_up())
            .cloned()
            .unwrap();
        node.engine = EngineState::Unknown;
        node.link = Link::Up {
            since: now,
            round_trip: None,
        };
        assert!(!containers_known(&node, now));
        assert!(containers_known(&node, now + Span::seconds(5)));
        let mut listed = watch
            .world()
            .nodes
            .values()
            .find(|node| node.listed.is_some())
            .cloned()
            .unwrap();
        assert!(containers_known(&listed, now));
        listed.listed = None;
        assert!(
            !containers_known(&listed, now),
            "an engine that answers and was not listed yet is not empty"
        );
    }
}
