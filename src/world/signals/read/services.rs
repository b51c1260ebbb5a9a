//! Figures of services: down, degraded, certificates, replication.

use vocab::rule::Figure;
use vocab::{ProbeDetail, ProbeOutcome, Replica, Stamped, Text, Time};

use super::{Readings, both};
use crate::about::About;
use crate::signals::sight::{self, Verdict};
use crate::tracked::{ServiceState, TrackedService};
use crate::world::World;

const OF_STATE: [Figure; 3] = [
    Figure::ServiceDown,
    Figure::ServiceDegraded,
    Figure::RouteCut,
];

pub(super) fn read(world: &World, service: &TrackedService, now: Time, readings: &mut Readings) {
    of_state(world, service, now, readings);
    certificate(service.last.as_ref(), now, readings);
    replicas(service, now, readings);
}

fn of_state(world: &World, service: &TrackedService, now: Time, readings: &mut Readings) {
    let words = words_of(service.last.as_ref());
    match service.state(now) {
        ServiceState::Healthy => {}
        ServiceState::Unknown => readings.unknown(&OF_STATE),
        ServiceState::Degraded => {
            let millis = service.last.as_ref().map_or(0.0, |last| last.value.millis);
            let words = if words.is_empty() {
                Text::line(format!("answers in {millis:.0} ms"))
            } else {
                words
            };
            readings
                .flag(Figure::ServiceDegraded)
                .since(service.since)
                .words(words);
            if never_answered(service.last.as_ref(), service.last_good) {
                readings.unknown(&[Figure::ServiceDown, Figure::RouteCut]);
            }
        }
        ServiceState::Down => {
            let about = About::Service(service.spec.name.clone());
            match sight::verdict(world, &about, now) {
                Verdict::Down {
                    only_here,
                    elsewhere,
                } => {
                    let words = both(&words, &elsewhere);
                    readings
                        .flag(Figure::ServiceDown)
                        .since(service.since)
                        .words(words.clone())
                        .only_here(only_here);
                    // Whatever is down is not well either: that it fails now and then is not over by it.
                    readings
                        .flag(Figure::ServiceDegraded)
                        .since(service.since)
                        .words(words)
                        .only_here(only_here);
                }
                Verdict::Route(place) => {
                    readings
                        .flag(Figure::RouteCut)
                        .since(service.since)
                        .words(format!("{place} reaches it"));
                }
                Verdict::Unknown => readings.unknown(&OF_STATE),
            }
        }
    }
}

/// Whether looks have failed alone since the start, too few of them to call it down: what was down before is not right by
/// that.
pub(super) fn never_answered(
    last: Option<&Stamped<ProbeOutcome>>,
    last_good: Option<Time>,
) -> bool {
    last_good.is_none() && last.is_some_and(|last| last.value.result.is_err())
}

/// Why the last probe failed; empty when it did not.
pub(super) fn words_of(last: Option<&Stamped<ProbeOutcome>>) -> Text {
    match last.map(|last| &last.value.result) {
        Some(Err((_, words))) => words.clone(),
        _ => Text::default(),
    }
}

/// The end of the certificate that was shown last.
pub(super) fn certificate(
    last: Option<&Stamped<ProbeOutcome>>,
    now: Time,
    readings: &mut Readings,
) {
    let shown = last.filter(|last| last.fresh(now).is_some());
    match shown.map(|last| &last.value.result) {
        Some(Ok(detail)) => {
            if let Some(certificate) = detail.certificate() {
                if certificate.is_renewed_late(now) {
                    return;
                }
                let left = (certificate.until.0 - now.0) as f64 / 86_400_000.0;
                readings
                    .add(Figure::CertificateEndsIn, left)
                    .words(certificate.subject.clone());
            }
        }
        Some(Err(_)) | None => readings.unknown(&[Figure::CertificateEndsIn]),
    }
}

fn replicas(service: &TrackedService, now: Time, readings: &mut Readings) {
    let fresh = service.last.as_ref().and_then(|last| last.fresh(now));
    match fresh.map(|last| &last.result) {
        Some(Ok(ProbeDetail::Postgres { replicas, .. } | ProbeDetail::Redis { replicas, .. })) => {
            for replica in replicas {
                one_replica(replica, readings);
            }
        }
        Some(Ok(_)) => {}
        Some(Err(_)) | None => readings.unknown(&[Figure::ReplicaLag, Figure::ReplicaCut]),
    }
}

/// How far a replica is behind is not known while its link is cut, and then least of all nothing.
fn one_replica(replica: &Replica, readings: &mut Readings) {
    if !replica.connected {
        readings.flag(Figure::ReplicaCut).part(&replica.name);
    }
    match replica.lag.filter(|_| replica.connected) {
        Some(lag) => {
            readings
                .add(Figure::ReplicaLag, lag.as_seconds_f64())
                .part(&replica.name);
        }
        None => readings
            .unknown
            .push((Figure::ReplicaLag, Some(replica.name.clone()))),
    }
}
