//! The probing of services: one task for each, which probes, sends, and waits for its next turn.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use drivers::probe::{self, Prober};
use tokio::sync::{Semaphore, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until};
use vocab::{ServiceName, ServiceSpec};
use world::{About, Fact};

use crate::{Context, looks};

/// No more probes than these run at the same time, of all services together.
pub const MOST_AT_ONCE: usize = 32;

/// First probes are spread over this time at most, so that a screen is useful soon after the start.
const FIRST_SPREAD: Duration = Duration::from_secs(2);

/// No service is probed more often than this, whatever its spec says.
const SHORTEST: Duration = Duration::from_millis(100);

/// What the tasks share.
struct Shared {
    context: Context,
    prober: Prober,
    turns: Semaphore,
}

/// Probes the services of the list until the source is cancelled or the list has no owner any more. A service that is
/// new to the list, or whose spec has changed, gets a new task; one that left it loses its own, with the probe that was
/// under way. The others are not disturbed.
pub async fn watch(context: Context, prober: Prober, mut specs: watch::Receiver<Vec<ServiceSpec>>) {
    let cancel = context.cancel.clone();
    let shared = Arc::new(Shared {
        context,
        prober,
        turns: Semaphore::new(MOST_AT_ONCE),
    });
    let mut tasks = Tasks::default();
    loop {
        let wanted = specs.borrow_and_update().clone();
        tasks.follow(wanted, &shared);
        tokio::select! {
            () = cancel.cancelled() => return,
            changed = specs.changed() => if changed.is_err() {
                return;
            },
        }
    }
}

/// The tasks by service, each with the spec it works by. All end when this is dropped.
#[derive(Default)]
struct Tasks {
    running: BTreeMap<ServiceName, (ServiceSpec, AbortHandle)>,
    set: JoinSet<()>,
}

impl Tasks {
    fn follow(&mut self, wanted: Vec<ServiceSpec>, shared: &Arc<Shared>) {
        // Those that ended are forgotten here, so that the set does not grow with each change.
        while self.set.try_join_next().is_some() {}
        self.running.retain(|_, (spec, task)| {
            let stays = wanted.contains(spec);
            if !stays {
                task.abort();
            }
            stays
        });
        for spec in wanted {
            if !self.running.contains_key(&spec.name) {
                let task = self.set.spawn(repeat(Arc::clone(shared), spec.clone()));
                self.running.insert(spec.name.clone(), (spec, task));
            }
        }
    }
}

/// Probes one service again and again, and at once when it is asked for. A probe that takes longer than the interval
/// delays the next one: two probes of one service never run at the same time.
async fn repeat(shared: Arc<Shared>, spec: ServiceSpec) {
    let mut eyes = shared.context.looks.eyes();
    let mine =
        |about: &About| matches!(about, About::Service(name) if *name == spec.name).then_some(());
    let every = spec.every.duration().max(SHORTEST);
    let place = place(&spec.name);
    let first = Instant::now() + every.min(FIRST_SPREAD).mul_f64(place);
    sleep_until(first).await;
    if probe_once(&shared, &spec).await.is_none() {
        return;
    }
    // From the second probe on, services are spread over the whole interval.
    let mut turn = interval_at(first + every.mul_f64(f64::midpoint(1.0, place)), every);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let listened = tokio::select! {
            _ = turn.tick() => probe_once(&shared, &spec).await.is_some(),
            _ = eyes.next(mine) => look(&shared, &spec).await,
        };
        if !listened {
            return;
        }
    }
}

/// Probes again and again until the service answers for sure, or for as long as a start may take; `false` when nobody
/// takes events any more.
async fn look(shared: &Shared, spec: &ServiceSpec) -> bool {
    let begun = Instant::now();
    let mut good = 0;
    loop {
        match probe_once(shared, spec).await {
            Some(true) => good += 1,
            Some(false) => good = 0,
            None => return false,
        }
        let convinced = good >= looks::CONVINCED.max(u32::from(spec.window));
        if convinced || begun.elapsed() >= looks::PATIENCE {
            return true;
        }
        sleep(looks::AGAIN).await;
    }
}

/// Waits for a turn, probes, sends and says whether the service answered; `None` when nobody takes events any more.
async fn probe_once(shared: &Shared, spec: &ServiceSpec) -> Option<bool> {
    let turn = shared.turns.acquire().await.ok()?;
    let outcome = probe::run(&shared.prober, spec).await;
    drop(turn);
    let answered = outcome.result.is_ok();
    let probed = Fact::ServiceProbed {
        service: spec.name.clone(),
        outcome: Box::new(outcome),
    };
    shared.context.send(probed).await.then_some(answered)
}

/// Where in an interval a service has its place, 0 to 1: by its name, so the same at each start, and no two services
/// that begin together probe together.
fn place(name: &ServiceName) -> f64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish() as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests;
