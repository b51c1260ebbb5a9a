//! The probing of services: one task for each, which probes, sends, and waits for its next turn.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use drivers::probe::{self, Prober};
use tokio::sync::{Semaphore, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};
use vocab::{ServiceName, ServiceSpec};
use world::Fact;

use crate::Context;

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

/// Probes one service again and again. A probe that takes longer than the interval delays the next one: two probes of
/// one service never run at the same time.
async fn repeat(shared: Arc<Shared>, spec: ServiceSpec) {
    let every = spec.every.duration().max(SHORTEST);
    let place = place(&spec.name);
    let first = Instant::now() + every.min(FIRST_SPREAD).mul_f64(place);
    sleep_until(first).await;
    if !probe_once(&shared, &spec).await {
        return;
    }
    // From the second probe on, services are spread over the whole interval.
    let mut turn = interval_at(first + every.mul_f64(f64::midpoint(1.0, place)), every);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turn.tick().await;
        if !probe_once(&shared, &spec).await {
            return;
        }
    }
}

/// Waits for a turn, probes and sends; `false` when nobody takes events any more.
async fn probe_once(shared: &Shared, spec: &ServiceSpec) -> bool {
    let Ok(turn) = shared.turns.acquire().await else {
        return false;
    };
    let outcome = probe::run(&shared.prober, spec).await;
    drop(turn);
    shared
        .context
        .send(Fact::ServiceProbed {
            service: spec.name.clone(),
            outcome: Box::new(outcome),
        })
        .await
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
