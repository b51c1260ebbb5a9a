//! Services: probes folded into a state, N failures of the last M before it is down.

use vocab::{Origin, ProbeOutcome, ProbeTrouble, ServiceName, Stamped, Time};

use crate::effect::Effect;
use crate::series::{Metric, Point, SeriesKey, Subject};
use crate::tracked::{ServiceState, TrackedService};
use crate::world::World;

use super::record;

pub(super) fn probed(
    world: &mut World,
    at: Time,
    name: &ServiceName,
    outcome: &ProbeOutcome,
) -> Vec<Effect> {
    let Some(service) = world.services.get_mut(name) else {
        return Vec::new();
    };
    let judged = judge(service, outcome);
    if service.judged != judged {
        service.judged = judged;
        service.since = at;
    }
    if outcome.result.is_ok() {
        service.last_good = Some(at);
    }
    service.last = Some(Stamped {
        value: outcome.clone(),
        at,
        every: service.spec.every,
        origin: Origin::Probe,
    });
    if outcome.result.is_err() {
        return Vec::new();
    }
    let key = SeriesKey::new(Subject::Service(name.clone()), Metric::Latency);
    record(
        world,
        vec![(
            key,
            Point {
                at,
                value: outcome.millis,
            },
        )],
    )
}

/// The state after one more probe. A probe that could not be made says nothing: it neither counts nor clears.
fn judge(service: &mut TrackedService, outcome: &ProbeOutcome) -> ServiceState {
    if matches!(outcome.result, Err((ProbeTrouble::CouldNotTry, _))) {
        return ServiceState::Unknown;
    }
    let spec = &service.spec;
    service.window.push_back(outcome.result.is_err());
    while service.window.len() > usize::from(spec.window.max(1)) {
        service.window.pop_front();
    }
    let failures = service.window.iter().filter(|failed| **failed).count();
    let was_down = service.judged == ServiceState::Down;
    let answered = outcome.result.is_ok();
    if !answered && (was_down || failures >= usize::from(spec.failures.max(1))) {
        ServiceState::Down
    } else if failures > 0 || outcome.millis > spec.slow.0 as f32 {
        // An answer ends "down" at once, but is not trusted as healthy until the failures have left the window.
        ServiceState::Degraded
    } else {
        ServiceState::Healthy
    }
}
