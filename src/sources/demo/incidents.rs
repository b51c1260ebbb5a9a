//! The story: what goes wrong in the simulated fleet, so that there is something to see and to mend.

use drivers::docker::Docker;
use kit::backoff::mix;
use vocab::{Container, ContainerHappening, Health, LinkTrouble, Origin, Span, Text, Time};
use world::signals::Seen;
use world::{About, Event, Fact};

use super::scenario::{DOWN, STARVED};
use super::{Actor, Scenario, Simulation, host};
use crate::Context;

/// Since when the machine is down that is down from the beginning.
const DOWN_SINCE: Span = Span::minutes(3);

/// How often other machines look at it too.
const LOOKED_EVERY: Span = Span::minutes(1);

/// Programs that fall ill in turn, which a restart cures, and how often one does.
const AILING: [&str; 3] = ["langfuse", "searxng", "open-webui"];
const AILING_EVERY: Span = Span::minutes(4);

/// The machine whose link drops now and then: so long up, so long silent.
const FLAKY: (&str, Span, Span) = ("edge-2", Span::seconds(100), Span::seconds(50));

/// Whether a machine says nothing now.
pub(super) fn is_silent(scenario: Scenario, actor: &Actor, begun: Time, now: Time) -> bool {
    let name = actor.profile.name.as_str();
    scenario.is_bad() && (name == DOWN || name == FLAKY.0 && drops(begun, now))
}

/// The flaky link is silent in the second part of its period; the demo opens in the middle of one.
fn drops(begun: Time, now: Time) -> bool {
    let (_, up, silent) = FLAKY;
    let into = (now.since(begun).0 + up.0).rem_euclid(up.0 + silent.0);
    into >= up.0
}

/// The flaky machine was last seen a while before the demo opens.
pub(super) async fn before(context: &Context, simulation: &Simulation, now: Time) {
    if !simulation.scenario.is_bad() {
        return;
    }
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
    next_look: Time,
    next_ailing: Time,
    ailed: usize,
    starves: Option<Time>,
}

impl Story {
    pub(super) fn new(begun: Time) -> Self {
        Self {
            begun,
            opened: false,
            silent_since: None,
            told: false,
            next_death: begun,
            next_look: begun,
            next_ailing: begun + Span::seconds(12),
            ailed: 0,
            starves: Some(begun + Span::seconds(40)),
        }
    }

    /// Plays what is due.
    pub(super) async fn play(&mut self, context: &Context, simulation: &Simulation, now: Time) {
        recover(simulation, now).await;
        if !simulation.scenario.is_bad() {
            return;
        }
        if !self.opened {
            self.opened = true;
            self.open(context, simulation, now).await;
        }
        for actor in &simulation.actors {
            if actor.profile.name.as_str() == FLAKY.0 {
                self.flicker(context, actor, now).await;
            }
        }
        if now >= self.next_look {
            self.next_look = now + LOOKED_EVERY;
            look_from_elsewhere(context, simulation).await;
        }
        if now >= self.next_ailing {
            self.next_ailing = now + AILING_EVERY;
            let name = AILING[self.ailed % AILING.len()];
            self.ailed += 1;
            ail(simulation, name).await;
        }
        if self.starves.is_some_and(|at| now >= at) {
            self.starves = None;
            starve(simulation).await;
        }
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
            .filter(|actor| actor.profile.name.as_str() == DOWN)
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
                        at: now - DOWN_SINCE,
                        fact: lost,
                    })
                    .await,
            );
        }
        ail(simulation, "flowise").await;
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

/// The other machines look at the one that is down, and see nothing either.
async fn look_from_elsewhere(context: &Context, simulation: &Simulation) {
    let Some(down) = simulation.actor(DOWN) else {
        return;
    };
    let others = simulation.actors.iter().filter(|actor| {
        let name = actor.profile.name.as_str();
        name != DOWN && name != FLAKY.0
    });
    for actor in others.take(2) {
        context
            .send(Fact::SeenFrom {
                about: About::Node(down.profile.name.clone()),
                from: Text::line(actor.profile.name.as_str()),
                seen: Seen::Fails(Text::line("no answer within 5 s")),
            })
            .await;
    }
}

/// A program falls ill.
async fn ail(simulation: &Simulation, name: &str) {
    let ill = |container: &Container| *container.name == *name;
    if let Some((actor, container)) = find(simulation, ill).await
        && container.state.is_up()
    {
        let happening = ContainerHappening::Health(Health::Unhealthy);
        actor.engine.happen(&container.id, happening);
    }
}

/// The kernel ends a program for want of memory, and nobody starts it again.
async fn starve(simulation: &Simulation) {
    let starved = |container: &Container| *container.name == *STARVED;
    if let Some((actor, container)) = find(simulation, starved).await
        && container.state.is_up()
    {
        let engine = &actor.engine;
        engine.happen(&container.id, ContainerHappening::OutOfMemory);
        let exit_code = Some(137);
        engine.happen(&container.id, ContainerHappening::Died { exit_code });
    }
}

/// The names of the containers that do not run, on the machines whose services are looked at by their containers.
pub(super) async fn stopped(simulation: &Simulation) -> Vec<Text> {
    let mut stopped = Vec::new();
    let looked_at = |actor: &&Actor| {
        let name = &actor.profile.name;
        let mut services = simulation.services.iter();
        services.any(|spec| spec.container.is_some() && spec.node.as_ref() == Some(name))
    };
    for actor in simulation.actors.iter().filter(looked_at) {
        let list = actor.engine.list().await.unwrap_or_default();
        let down = list.into_iter().filter(|one| !one.state.is_up());
        stopped.extend(down.map(|one| one.name));
    }
    stopped
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
        .filter(|actor| actor.profile.name.as_str() != DOWN)
    {
        if let Ok(list) = actor.engine.list().await
            && let Some(container) = list.into_iter().find(&fits)
        {
            return Some((actor, container));
        }
    }
    None
}
