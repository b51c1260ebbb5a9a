//! The story: what goes wrong in the simulated fleet, so that there is something to see and to mend.

use drivers::docker::Docker;
use kit::backoff::mix;
use vocab::{Container, ContainerHappening, Health, LinkTrouble, Origin, Span, Text, Time};
use world::{Event, Fact};

use super::{Actor, Simulation, host};
use crate::Context;

/// The machine that is down from the beginning, and since when.
const DOWN: (&str, Span) = ("compute-2", Span::minutes(3));

/// The machine whose link drops now and then: so long up, so long silent.
const FLAKY: (&str, Span, Span) = ("edge-2", Span::seconds(100), Span::seconds(50));

/// Whether a machine says nothing now.
pub(super) fn is_silent(actor: &Actor, begun: Time, now: Time) -> bool {
    let name = actor.profile.name.as_str();
    name == DOWN.0 || name == FLAKY.0 && drops(begun, now)
}

/// The flaky link is silent in the second part of its period; the demo opens in the middle of one.
fn drops(begun: Time, now: Time) -> bool {
    let (_, up, silent) = FLAKY;
    let into = (now.since(begun).0 + up.0).rem_euclid(up.0 + silent.0);
    into >= up.0
}

/// The flaky machine was last seen a while before the demo opens.
pub(super) async fn before(context: &Context, simulation: &Simulation, now: Time) {
    let flaky = |actor: &&Actor| actor.profile.name.as_str() == FLAKY.0;
    for actor in simulation.actors.iter().filter(flaky) {
        let at = now - Span::seconds(40);
        let fact = Fact::NodeSampled {
            node: actor.profile.name.clone(),
            sample: Box::new(host::sample(&actor.part, simulation.seed, at)),
            every: super::EVERY,
            origin: Origin::Demo,
        };
        drop(context.events.send(Event { at, fact }).await);
    }
}

/// Where the story stands.
pub(super) struct Story {
    begun: Time,
    opened: bool,
    silent_since: Option<Time>,
    told: bool,
    next_death: Time,
}

impl Story {
    pub(super) const fn new(begun: Time) -> Self {
        Self {
            begun,
            opened: false,
            silent_since: None,
            told: false,
            next_death: begun,
        }
    }

    /// Plays what is due.
    pub(super) async fn play(&mut self, context: &Context, simulation: &Simulation, now: Time) {
        if !self.opened {
            self.opened = true;
            self.open(context, simulation, now).await;
        }
        for actor in &simulation.actors {
            if actor.profile.name.as_str() == FLAKY.0 {
                self.flicker(context, actor, now).await;
            }
        }
        recover(simulation, now).await;
        if now >= self.next_death {
            self.next_death = now
                + Span::seconds(25)
                + Span::millis((mix(now.0.unsigned_abs()) % 9_000).cast_signed());
            self.die(simulation).await;
        }
    }

    /// One machine is down, one program does not do well.
    async fn open(&self, context: &Context, simulation: &Simulation, now: Time) {
        for actor in simulation
            .actors
            .iter()
            .filter(|actor| actor.profile.name.as_str() == DOWN.0)
        {
            actor.host.set_trouble(Some(LinkTrouble::Timeout));
            let lost = Fact::NodeLost {
                node: actor.profile.name.clone(),
                trouble: LinkTrouble::Timeout,
                text: Text::line("no answer within 5 s"),
                retry_at: Some(now + Span::seconds(30)),
            };
            drop(
                context
                    .events
                    .send(Event {
                        at: now - DOWN.1,
                        fact: lost,
                    })
                    .await,
            );
        }
        if let Some((actor, container)) =
            find(simulation, |container| *container.name == *"flowise").await
        {
            actor
                .engine
                .happen(&container.id, ContainerHappening::Health(Health::Unhealthy));
        }
    }

    /// The link that drops and comes back.
    async fn flicker(&mut self, context: &Context, actor: &Actor, now: Time) {
        let node = actor.profile.name.clone();
        if !drops(self.begun, now) {
            if self.silent_since.take().is_some() && self.told {
                self.told = false;
                actor.host.set_trouble(None);
                context
                    .send(Fact::NodeReached {
                        node,
                        round_trip: Some(Span::millis(96)),
                    })
                    .await;
            }
            return;
        }
        let since = *self.silent_since.get_or_insert(now);
        if !self.told && now.since(since) > Span::seconds(15) {
            self.told = true;
            actor.host.set_trouble(Some(LinkTrouble::Lost));
            let text = Text::line("no answer for 15 s");
            let retry_at = Some(now + Span::seconds(8));
            context
                .send(Fact::NodeLost {
                    node,
                    trouble: LinkTrouble::Lost,
                    text,
                    retry_at,
                })
                .await;
        }
    }

    /// One program keeps dying and is started again by its engine.
    async fn die(&self, simulation: &Simulation) {
        let Some((actor, container)) = find(simulation, |container| {
            container.name.starts_with("beta-app")
        })
        .await
        else {
            return;
        };
        if !container.state.is_up() {
            return;
        }
        actor.engine.happen(
            &container.id,
            ContainerHappening::Died { exit_code: Some(1) },
        );
        tokio::time::sleep(super::BEAT).await;
        actor
            .engine
            .happen(&container.id, ContainerHappening::Started);
    }
}

/// A program that was started anew does well after a few seconds.
async fn recover(simulation: &Simulation, now: Time) {
    for actor in &simulation.actors {
        let list = actor.engine.list().await.unwrap_or_default();
        let starting = |container: &&Container| {
            container.health == Health::Starting
                && container
                    .started
                    .is_none_or(|started| now.since(started) > Span::seconds(4))
        };
        for container in list.iter().filter(starting) {
            let happening = ContainerHappening::Health(Health::Healthy);
            actor.engine.happen(&container.id, happening);
        }
    }
}

/// The first container that fits, on a machine that is not down.
async fn find(
    simulation: &Simulation,
    fits: impl Fn(&Container) -> bool,
) -> Option<(&Actor, Container)> {
    for actor in simulation
        .actors
        .iter()
        .filter(|actor| actor.profile.name.as_str() != DOWN.0)
    {
        if let Ok(list) = actor.engine.list().await
            && let Some(container) = list.into_iter().find(&fits)
        {
            return Some((actor, container));
        }
    }
    None
}
