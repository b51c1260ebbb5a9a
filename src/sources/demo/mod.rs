//! The simulated fleet of `wheelhouse demo`: machines, engines and services that are not there, through the same world,
//! panes and actions as real ones, and labelled as a demo on every face.
//!
//! Flow: [`Size`] → `cast` (who plays) → [`Simulation`] → [`run`]: machine figures, service probes and the incidents of
//! the story as events; the simulated engines are watched by the same Docker source as real ones.

mod backups;
mod behaviour;
mod cast;
mod host;
mod incidents;
mod lines;
mod money;
mod scenario;
mod servers;
mod services;
mod shape;
mod sites;
mod visits;

pub use scenario::Scenario;

use std::sync::Arc;
use std::time::Duration;

use drivers::Connection;
use drivers::docker::SimulatedEngine;
use drivers::host::SimulatedHost;
use vocab::{Origin, ServiceSpec, Span, Time};
use world::money::Terms;
use world::{BackupRules, Fact, Metric, NodeProfile, Point, SeriesKey, Site, Subject};

use scenario::Mended;

use crate::Context;

/// How large a fleet to play.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Machines, 1 to 1,000.
    pub nodes: usize,
    /// Containers over all machines, at most 20,000.
    pub containers: usize,
    /// Hosted sites, at most 1,000.
    pub sites: usize,
    /// Log lines a second over all containers.
    pub log_rate: f64,
    /// The same seed plays the same fleet.
    pub seed: u64,
}

impl Default for Size {
    fn default() -> Self {
        Self {
            nodes: 6,
            containers: 73,
            sites: 52,
            log_rate: 40.0,
            seed: 7,
        }
    }
}

/// A machine of the play.
pub struct Actor {
    /// What the fleet file would say of it.
    pub profile: NodeProfile,
    /// Its open ends.
    pub connection: Arc<Connection>,
    host: SimulatedHost,
    engine: SimulatedEngine,
    part: host::Part,
}

/// A simulated fleet.
pub struct Simulation {
    /// Its machines.
    pub actors: Vec<Actor>,
    /// Its services.
    pub services: Vec<ServiceSpec>,
    /// What its sites are sold for.
    pub terms: Terms,
    /// How their backups are made.
    pub backup_rules: BackupRules,
    /// Its sites.
    pub sites: Vec<Site>,
    scenario: Scenario,
    mended: Mended,
    seed: u64,
    /// Lines a second of one container.
    rate: f64,
}

impl Simulation {
    /// A fleet of a size on a bad day, as of `now`.
    pub fn new(size: Size, now: Time) -> Self {
        Self::playing(size, Scenario::default(), now)
    }

    /// A fleet of a size on a day of this kind, as of `now`.
    pub fn playing(size: Size, scenario: Scenario, now: Time) -> Self {
        cast::fleet(size, scenario, now)
    }
}

/// How much history the graphs show from the first picture on.
const PAST: Span = Span::minutes(18);

/// How often machine figures are played.
const EVERY: Span = Span::seconds(2);

/// Plays the fleet until it is cancelled.
pub async fn run(context: Context, simulation: Arc<Simulation>) {
    let begun = drivers::clock::now();
    if !prepare(&context, &simulation, begun).await {
        return;
    }
    let mut story = incidents::Story::new(begun);
    loop {
        let now = drivers::clock::now();
        story.play(&context, &simulation, now).await;
        for actor in &simulation.actors {
            if incidents::is_silent(simulation.scenario, actor, begun, now) {
                continue;
            }
            if !sample(&context, actor, simulation.seed, now).await {
                return;
            }
            if looks_at_condition(now) && !condition(&context, &simulation, actor, begun, now).await
            {
                return;
            }
        }
        let due = services::due(&simulation, now, EVERY)
            .await
            .into_iter()
            .chain(visits::due(&simulation, now, EVERY))
            .chain(business(&simulation, begun, now));
        for fact in due {
            if !context.send(fact).await {
                return;
            }
        }
        let wait = drivers::clock::now().about(EVERY).duration();
        tokio::select! {
            () = context.cancel.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// How often disks and units are read.
const CONDITION_EVERY: Span = Span::seconds(10);

/// Whether disks and units are read at this look.
const fn looks_at_condition(now: Time) -> bool {
    now.0.rem_euclid(CONDITION_EVERY.0) < EVERY.0
}

/// Disks and units of a machine, as they are by now.
async fn condition(
    context: &Context,
    simulation: &Simulation,
    actor: &Actor,
    begun: Time,
    now: Time,
) -> bool {
    let condition = host::condition(simulation, actor, begun, now).await;
    context
        .send(Fact::NodeConditionRead {
            node: actor.profile.name.clone(),
            condition: Box::new(condition),
            every: CONDITION_EVERY,
            origin: Origin::Demo,
        })
        .await
}

/// How often the providers' books are read.
const BOOKS: Span = Span::minutes(1);

/// What the providers say each minute, and the counts of the present hour.
fn business(simulation: &Simulation, begun: Time, now: Time) -> Vec<Fact> {
    let minute = |at: Time| at.0.div_euclid(BOOKS.0);
    if minute(now) == minute(now - EVERY) || minute(now) == minute(begun) {
        return Vec::new();
    }
    let seed = simulation.seed;
    let said = money::said(simulation, now);
    let quotas = money::quotas(seed, now);
    let counts = visits::past(simulation, now);
    said.into_iter().chain(quotas).chain(counts).collect()
}

/// The sites with their backups. A site comes after its backups: one without any is an alarm.
fn books(simulation: &Simulation, now: Time) -> impl Iterator<Item = Fact> {
    simulation.sites.iter().flat_map(move |site| {
        let backups = backups::of(simulation, site, now).into_iter();
        let backed_up = backups.map(|backup| Fact::BackupBooked(Box::new(backup)));
        backed_up.chain([Fact::SiteBooked(Box::new(site.clone()))])
    })
}

/// What is known of the machines before the first look: that they answer, what they are, and their past.
async fn prepare(context: &Context, simulation: &Simulation, now: Time) -> bool {
    let seed = simulation.seed;
    let business = books(simulation, now)
        .chain(money::said(simulation, now))
        .chain(money::quotas(seed, now))
        .chain(visits::past(simulation, now))
        .chain(visits::answered(simulation, now))
        .chain(visits::first(simulation, now));
    for fact in business {
        if !context.send(fact).await {
            return false;
        }
    }
    for actor in &simulation.actors {
        let node = actor.profile.name.clone();
        let round_trip = Some(host::round_trip(&actor.part, simulation.seed, now));
        let facts = Box::new(host::facts(actor));
        let condition = Box::new(host::condition(simulation, actor, now, now).await);
        let reached = [
            Fact::NodeReached {
                node: node.clone(),
                round_trip,
            },
            Fact::NodeDescribed {
                node: node.clone(),
                facts,
            },
            Fact::NodeConditionRead {
                node: node.clone(),
                condition,
                every: CONDITION_EVERY,
                origin: Origin::Demo,
            },
        ];
        let mesh = host::mesh(actor, simulation, now);
        let rest = mesh.map(|mesh| Fact::MeshRead {
            node: node.clone(),
            mesh: Box::new(mesh),
            every: Span::hours(1),
        });
        for fact in reached
            .into_iter()
            .chain(rest)
            .chain(past(simulation, actor, now))
        {
            if !context.send(fact).await {
                return false;
            }
        }
    }
    for actor in &simulation.actors {
        for fact in behaviour::past(actor, simulation.rate, simulation.seed, now).await {
            if !context.send(fact).await {
                return false;
            }
        }
    }
    incidents::before(context, simulation, now).await;
    for fact in services::past(simulation, now, PAST).await {
        if !context.send(fact).await {
            return false;
        }
    }
    true
}

/// The machine's course before the demo began, by the same formula as what follows.
fn past(simulation: &Simulation, actor: &Actor, now: Time) -> Vec<Fact> {
    let seed = simulation.seed;
    let step = Span(EVERY.0 * 2);
    let moments = || {
        (1..=PAST.0 / step.0)
            .rev()
            .map(|back| now - step.times(back))
    };
    let series = |metric: Metric, value: fn(&host::Part, u64, Time) -> f32| Fact::HistoryRestored {
        key: SeriesKey::new(Subject::Node(actor.profile.name.clone()), metric),
        points: moments()
            .map(|at| Point {
                at,
                value: value(&actor.part, seed, at),
            })
            .collect(),
    };
    let mut facts = vec![
        series(Metric::Cpu, host::cpu),
        series(Metric::Memory, host::memory),
    ];
    if simulation.scenario.is_bad() {
        facts.extend(host::disk_past(actor, now));
    }
    facts
}

async fn sample(context: &Context, actor: &Actor, seed: u64, now: Time) -> bool {
    let node = actor.profile.name.clone();
    let sample = Box::new(host::sample(&actor.part, seed, now));
    let sampled = Fact::NodeSampled {
        node: node.clone(),
        sample,
        every: EVERY,
        origin: Origin::Demo,
    };
    let wanted = context.interest.borrow().processes.contains(&node);
    if wanted {
        let (processes, total) = host::processes(actor, seed, now);
        if !context
            .send(Fact::ProcessesListed {
                node: node.clone(),
                processes,
                total,
                every: EVERY,
                origin: Origin::Demo,
            })
            .await
        {
            return false;
        }
    }
    if let Some(gpus) = host::gpus(&actor.part, seed, now)
        && !context
            .send(Fact::GpusSampled {
                node,
                gpus,
                every: Span::seconds(10),
            })
            .await
    {
        return false;
    }
    context.send(sampled).await
}

/// So long a pause lets a story's next beat be seen.
const BEAT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use world::{Event, World};

    use super::*;

    const NOW: Time = Time(1_795_269_731_000);

    /// However slowly the books come in, no site looks as if it had no backup.
    #[test]
    fn a_site_is_never_without_its_backups() {
        let simulation = Simulation::playing(Size::default(), Scenario::Quiet, NOW);
        let mut world = World::default();
        let declared = [
            Fact::RulesDeclared(config::rules::shipped()),
            Fact::BackupsDeclared(Some(Box::new(simulation.backup_rules.clone()))),
        ];
        let facts = declared.into_iter().chain(books(&simulation, NOW));
        for (at, fact) in (NOW.0..).step_by(1_000).map(Time).zip(facts) {
            world.apply(&Event { at, fact });
            let fact = Fact::TimePassed;
            world.apply(&Event { at, fact });
            assert_eq!(world.signals.len(), 0, "{:#?}", world.signals);
        }
        assert_eq!(world.sites.len(), simulation.sites.len());
    }
}
