//! Services: probes folded into a state, N failures of the last M before it is down.

use std::collections::VecDeque;

use vocab::{Origin, ProbeOutcome, ProbeTrouble, ServiceName, Span, Stamped, Time};

use crate::effect::Effect;
use crate::series::{Metric, Point, SeriesKey, Subject};
use crate::tracked::ServiceState;
use crate::world::World;

use super::{recall, record};

pub(super) fn probed(
    world: &mut World,
    at: Time,
    name: &ServiceName,
    outcome: &ProbeOutcome,
) -> Vec<Effect> {
    let Some(service) = world.services.get_mut(name) else {
        return Vec::new();
    };
    let spec = &service.spec;
    let rule = Rule {
        failures: spec.failures,
        window: spec.window,
        slow: spec.slow,
    };
    let judged = judge(&mut service.window, service.judged, outcome, rule);
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
    let key = SeriesKey::new(Subject::Service(name.clone()), Metric::Latency);
    if outcome.result.is_err() {
        return recall(world, key);
    }
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

/// When what is probed is down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// So many failures …
    pub failures: u8,
    /// … of so many probes.
    pub window: u8,
    /// An answer that takes longer is slow.
    pub slow: Span,
}

/// The state after one more probe. A probe that could not be made says nothing: it neither counts nor clears.
pub(super) fn judge(
    window: &mut VecDeque<bool>,
    before: ServiceState,
    outcome: &ProbeOutcome,
    rule: Rule,
) -> ServiceState {
    if matches!(outcome.result, Err((ProbeTrouble::CouldNotTry, _))) {
        return ServiceState::Unknown;
    }
    window.push_back(outcome.result.is_err());
    while window.len() > usize::from(rule.window.max(1)) {
        window.pop_front();
    }
    let failures = window.iter().filter(|failed| **failed).count();
    let was_down = before == ServiceState::Down;
    let answered = outcome.result.is_ok();
    if !answered && (was_down || failures >= usize::from(rule.failures.max(1))) {
        ServiceState::Down
    } else if failures > 0 || outcome.millis > rule.slow.0 as f32 {
        // An answer ends "down" at once, but is not trusted as healthy until the failures have left the window.
        ServiceState::Degraded
    } else {
        ServiceState::Healthy
    }
}
