//! Services: state, answer time, and for how long it has been so.

use ui::{Role, Seen, Sign};
use vocab::{Freshness, ProbeOutcome, Span};
use world::{ServiceState, TrackedService};

use super::{Figure, Row, Sheet, ago, ranked};
use crate::privacy::public;

pub(super) fn sheet(seen: Seen<'_>) -> Sheet {
    ranked(
        vec!["services", "state", "answer", "for"],
        seen.world
            .services
            .values()
            .map(|service| row(seen, service))
            .collect(),
    )
}

fn row(seen: Seen<'_>, service: &TrackedService) -> Row {
    let state = service.state(seen.now);
    let sign = Sign::of_service(state);
    let answer = |outcome: &ProbeOutcome| {
        let role = if outcome.millis > service.spec.slow.0 as f32 {
            Role::Warn
        } else {
            Role::Text
        };
        outcome.result.is_ok().then(|| {
            (
                Span::millis(outcome.millis.round() as i64).to_string(),
                role,
            )
        })
    };
    let reason = service
        .last
        .as_ref()
        .and_then(|last| last.value.result.as_ref().err())
        .map(|(_, words)| public(words));
    let aside = match service.last.as_ref().map(|last| last.freshness(seen.now)) {
        Some(Freshness::Stale(age)) => format!("no data {age}"),
        _ => String::new(),
    };
    Row {
        sign,
        name: public(service.spec.name.as_str()),
        aside,
        figures: vec![
            Figure::new(sign.word, sign.role),
            Figure::of(service.last.as_ref(), seen.now, answer),
            if state == ServiceState::Unknown {
                Figure::none()
            } else {
                Figure::new(ago(service.since, seen.now), Role::Dim)
            },
        ],
        detail: reason.unwrap_or_default(),
    }
}
